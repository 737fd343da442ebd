package io.jevent.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.jevent.buffer.EvBuffer;
import io.jevent.bufferevent.BufferFilter;
import io.jevent.bufferevent.FilterBufferEvent;
import io.jevent.bufferevent.FilterResult;
import io.jevent.bufferevent.FlushMode;
import io.jevent.bufferevent.PairBufferEvent;
import io.jevent.event.EventBase;

/**
 * Turns letters by thirteen places on their way down and back on their way up. The book describes filters without a
 * program (R6a); this is the smallest one.
 *
 * <p>It looks at no byte twice and keeps nothing back, and honours the count it is given: so the marks of the buffer
 * event above it hold to the byte.
 */
public final class Rot13Filter implements BufferFilter {
    /** Makes one; it has no state, but each buffer event has one for itself. */
    public Rot13Filter() {}

    /**
     * Sends a line through the filter over a pair and prints it as it is below, and as it comes out of a second
     * filter.
     */
    public static void main(String[] args) {
        String text = args.length > 0 ? args[0] : "Hello, World";
        try (EventBase base = EventBase.create()) {
            PairBufferEvent lower = PairBufferEvent.create(base);
            FilterBufferEvent near = FilterBufferEvent.create(lower, new Rot13Filter());
            PairBufferEvent far = lower.partner().orElseThrow();
            far.onRead(_ -> {
                String seen = far.input().removeString(US_ASCII);
                System.out.println("below " + seen);
                far.output().addAscii(seen);
            });
            near.onRead(_ -> System.out.println("above " + near.input().removeString(US_ASCII)));
            far.enableReading();
            near.enableReading();
            near.output().addAscii(text);
            base.dispatch(); // Ends by itself: a pair that only waits for itself is nothing to wait for.
        }
    }

    @Override
    public FilterResult input(EvBuffer source, EvBuffer target, long maxBytes, FlushMode mode) {
        return rotate(source, target, maxBytes);
    }

    @Override
    public FilterResult output(EvBuffer source, EvBuffer target, long maxBytes, FlushMode mode) {
        return rotate(source, target, maxBytes);
    }

    /** A chunk at a time. */
    private static FilterResult rotate(EvBuffer source, EvBuffer target, long maxBytes) {
        byte[] bytes = new byte[(int) Math.min(maxBytes, source.contiguousLength())];
        source.remove(bytes, 0, bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = rotate(bytes[i]);
        }
        target.add(bytes);
        return FilterResult.OK;
    }

    private static byte rotate(byte letter) {
        if (letter >= 'a' && letter <= 'z') {
            return (byte) ('a' + (letter - 'a' + 13) % 26);
        }
        return letter >= 'A' && letter <= 'Z' ? (byte) ('A' + (letter - 'A' + 13) % 26) : letter;
    }
}
