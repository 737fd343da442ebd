package io.jevent.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jevent.buffer.EvBuffer;
import io.jevent.bufferevent.BufferFilter;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.FilterBufferEvent;
import io.jevent.bufferevent.FilterResult;
import io.jevent.bufferevent.FlushMode;
import io.jevent.bufferevent.PairBufferEvent;
import io.jevent.event.EventBase;
import java.io.IOException;

/**
 * Writes every byte as two hexadecimal digits and reads it back from them: a filter whose two sides differ in length,
 * that has to wait for the other half of a byte, and that can be given nonsense.
 *
 * <p>The book has no program for filters (R6a). Better than what it describes: nonsense is reported, with what is
 * wrong, as a {@link Condition.Failed}; and a digit that stays alone is an error, not silently dropped.
 */
public final class HexFilter implements BufferFilter {
    private static final String DIGITS = "0123456789abcdef";

    /** Makes one. */
    public HexFilter() {}

    /** Sends a text over a pair with a filter on either end, and prints what the second end reads. */
    public static void main(String[] args) {
        String text = args.length > 0 ? args[0] : "Grüße";
        try (EventBase base = EventBase.create()) {
            PairBufferEvent lower = PairBufferEvent.create(base);
            lower.output()
                    .addChangeCallback(
                            (_, _, added, drained) -> System.out.println("below: " + (added - drained) + " bytes"));
            FilterBufferEvent near = FilterBufferEvent.create(lower, new HexFilter());
            FilterBufferEvent far = FilterBufferEvent.create(lower.partner().orElseThrow(), new HexFilter());
            far.onCondition((_, condition) -> {
                System.out.println(far.input().removeString(UTF_8));
                System.out.println(condition);
            });
            far.enableReading();
            near.output().addUtf8(text);
            near.shutdownOutput();
            base.dispatch();
        }
    }

    @Override
    public FilterResult input(EvBuffer source, EvBuffer target, long maxBytes, FlushMode mode) throws IOException {
        int count = (int) Math.min(Math.min(maxBytes, source.length() / 2), 4096);
        if (count == 0) {
            return FilterResult.NEEDS_MORE; // With FINISHED a lone digit stays, which is then a failure.
        }
        byte[] digits = new byte[2 * count];
        source.copyOut(0, digits, 0, digits.length);
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) (valueOf(digits[2 * i]) << 4 | valueOf(digits[2 * i + 1]));
        }
        source.drain(digits.length);
        target.add(bytes);
        return FilterResult.OK;
    }

    private static int valueOf(byte digit) throws IOException {
        int value = Character.digit(digit, 16);
        if (value < 0) {
            throw new IOException("need a hexadecimal digit, got byte " + digit);
        }
        return value;
    }

    /** One byte gives two, so the count given is rounded up where it is odd. */
    @Override
    public FilterResult output(EvBuffer source, EvBuffer target, long maxBytes, FlushMode mode) {
        byte[] bytes = new byte[(int) Math.min((maxBytes + 1) / 2, Math.min(source.length(), 4096))];
        source.remove(bytes, 0, bytes.length);
        byte[] digits = new byte[2 * bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            digits[2 * i] = (byte) DIGITS.charAt(bytes[i] >> 4 & 15);
            digits[2 * i + 1] = (byte) DIGITS.charAt(bytes[i] & 15);
        }
        target.add(digits);
        return FilterResult.OK;
    }
}
