package io.jevent.filter;

import io.jevent.buffer.EvBuffer;
import io.jevent.bufferevent.BufferFilter;
import io.jevent.bufferevent.FilterResult;
import io.jevent.bufferevent.FlushMode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Passes bytes on as they are, and prints them: what comes in behind {@code <}, what goes out behind {@code >}, with the index in
 * its direction.
 *
 * <pre>
 * &lt; 00000000  47 45 54 20 2f 20 48 54  54 50 2f 31 2e 31 0d 0a  |GET / HTTP/1.1..|
 * &lt; 00000010  48 6f 73 74 3a 20 61 0d  0a 0d 0a                 |Host: a....|
 * &gt; 00000000  48 54 54 50 2f 31 2e 31  20 32 30 30              |HTTP/1.1 200|
 * &lt; end, 27 bytes
 * </pre>
 *
 * <p>Of what passes at once only the start is printed, and how much is left out. When printing fails, bytes pass all the same and
 * nothing more is printed; {@link #failure()} tells why.
 *
 * <p>Threading: loop only.
 */
public final class HexDumpFilter implements BufferFilter {
    /** Bytes printed of what passes at once, unless told otherwise: 1024. */
    public static final int DEFAULT_MAX_PRINTED_BYTES = 1024;

    private static final int LINE_BYTES = 16;

    private static final HexFormat HEX = HexFormat.of();

    private final HexDumpCallback callback;
    private final int maxPrintedBytes;
    private final Side input = new Side('<');
    private final Side output = new Side('>');

    /** Null until printing failed. */
    private @Nullable Exception failure;

    /** One direction. */
    private static final class Side {
        private final char arrow;
        private long index;
        private boolean endTold;

        Side(char arrow) {
            this.arrow = arrow;
        }
    }

    private HexDumpFilter(HexDumpCallback callback, int maxPrintedBytes) {
        if (maxPrintedBytes < 1) {
            throw new IllegalArgumentException("need maxPrintedBytes >= 1, got " + maxPrintedBytes);
        }
        this.callback = callback;
        this.maxPrintedBytes = maxPrintedBytes;
    }

    /**
     * Makes a filter that prints up to {@link #DEFAULT_MAX_PRINTED_BYTES} at once to a stream, writer or builder.
     *
     * @param target gets lines with a line feed behind each; stays open
     * @return the filter, for one buffer event
     */
    public static HexDumpFilter to(Appendable target) {
        return to(
                line -> {
                    try {
                        target.append(line).append('\n');
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                DEFAULT_MAX_PRINTED_BYTES);
    }

    /**
     * Makes a filter.
     *
     * @param callback takes the lines
     * @param maxPrintedBytes how many of the bytes that pass at once are printed, at least 1
     * @return the filter, for one buffer event
     * @throws IllegalArgumentException if the bound is below 1
     */
    public static HexDumpFilter to(HexDumpCallback callback, int maxPrintedBytes) {
        return new HexDumpFilter(callback, maxPrintedBytes);
    }

    /**
     * {@return why printing has ended, if it has}
     */
    public Optional<Exception> failure() {
        return Optional.ofNullable(failure);
    }

    @Override
    public FilterResult input(EvBuffer source, EvBuffer target, long maxBytes, FlushMode mode) {
        return pass(input, source, target, maxBytes, mode);
    }

    @Override
    public FilterResult output(EvBuffer source, EvBuffer target, long maxBytes, FlushMode mode) {
        return pass(output, source, target, maxBytes, mode);
    }

    private FilterResult pass(Side side, EvBuffer source, EvBuffer target, long maxBytes, FlushMode mode) {
        long byteCount = Math.min(maxBytes, source.length());
        boolean ends = mode == FlushMode.FINISHED && byteCount == source.length() && !side.endTold;
        if (failure == null) {
            try {
                print(side, source, byteCount, ends);
            } catch (RuntimeException e) {
                failure = e;
            }
        }
        side.index += byteCount;
        side.endTold |= ends;
        source.moveTo(target, byteCount);
        return FilterResult.OK;
    }

    private void print(Side side, EvBuffer source, long byteCount, boolean ends) {
        byte[] bytes = new byte[(int) Math.min(byteCount, maxPrintedBytes)];
        source.copyOut(0, bytes, 0, bytes.length);
        for (int from = 0; from < bytes.length; from += LINE_BYTES) {
            callback.onLine(line(side, bytes, from, Math.min(bytes.length, from + LINE_BYTES)));
        }
        if (bytes.length < byteCount) {
            callback.onLine(side.arrow + " and " + (byteCount - bytes.length) + " bytes more");
        }
        if (ends) {
            callback.onLine(side.arrow + " end, " + (side.index + byteCount) + " bytes");
        }
    }

    private static String line(Side side, byte[] bytes, int from, int to) {
        StringBuilder hex = new StringBuilder();
        StringBuilder text = new StringBuilder();
        for (int i = from; i < to; i++) {
            hex.append(i == from + LINE_BYTES / 2 ? "  " : " ").append(HEX.toHexDigits(bytes[i]));
            text.append(bytes[i] >= ' ' && bytes[i] < 0x7f ? (char) bytes[i] : '.');
        }
        String padding = " ".repeat(3 * LINE_BYTES + 1 - hex.length());
        return side.arrow + " " + HEX.toHexDigits(side.index + from, 8) + " " + hex + padding + "  |" + text + "|";
    }
}
