package io.jevent.filter;

import io.jevent.buffer.EvBuffer;
import io.jevent.buffer.LineEnd;
import io.jevent.buffer.LineEndPosition;
import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.BufferFilter;
import io.jevent.bufferevent.FilterResult;
import io.jevent.bufferevent.FlushMode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Cuts what comes into lines: each time the read callback runs, one line waits, and {@link #readLine(BufferEvent)} takes it.
 *
 * <p>In {@link BufferEvent#input()} it lies with one line feed behind it, whatever ended it on the way; so an empty line is one
 * byte. The next comes once it was taken whole; until then reading pauses. A line passes whatever the input's high mark is; its
 * low mark should be left at 0. With {@link LineEnd#ANY} empty lines cannot be told, and none come.
 *
 * <p>A line longer than the bound is a failure, as is input that ends inside a line: nobody knows whether that is all of it.
 * Until it is complete a line waits in the input of the buffer event below, of which the mark must leave room for it.
 *
 * <p>What the program writes passes as it is; {@link #writeLine} adds the line end.
 *
 * <p>Threading: loop only.
 */
public final class LineFilter implements BufferFilter {
    /** The longest line, unless told otherwise, without its end: 64 KiB. */
    public static final int DEFAULT_MAX_LINE_BYTES = 64 * 1024;

    /** What may be the first half of a line end. */
    private static final int HALF_END_BYTES = 1;

    private final LineEnd style;
    private final int maxLineBytes;

    /** Bytes of the source in which no line ends. */
    private long searchedBytes;

    private LineFilter(LineEnd style, int maxLineBytes) {
        if (maxLineBytes < 1 || maxLineBytes > EvBuffer.MAX_CONTIGUOUS_BYTES) {
            throw new IllegalArgumentException(
                    "need 1 <= maxLineBytes <= " + EvBuffer.MAX_CONTIGUOUS_BYTES + ", got " + maxLineBytes);
        }
        this.style = style;
        this.maxLineBytes = maxLineBytes;
    }

    /**
     * {@return a filter for lines of up to {@link #DEFAULT_MAX_LINE_BYTES}}
     *
     * @param style what ends a line
     */
    public static LineFilter of(LineEnd style) {
        return of(style, DEFAULT_MAX_LINE_BYTES);
    }

    /**
     * Makes a filter.
     *
     * @param style what ends a line
     * @param maxLineBytes the longest line, without its end, at least 1
     * @return the filter, for one buffer event
     * @throws IllegalArgumentException if the bound is below 1 or above {@link EvBuffer#MAX_CONTIGUOUS_BYTES}
     */
    public static LineFilter of(LineEnd style, int maxLineBytes) {
        return new LineFilter(style, maxLineBytes);
    }

    @Override
    public FilterResult input(EvBuffer source, EvBuffer target, long maxBytes, FlushMode mode) throws IOException {
        if (!target.isEmpty()) {
            return FilterResult.NEEDS_DRAIN;
        }
        Optional<LineEndPosition> end = source.findLineEnd(style, Math.max(0, searchedBytes - HALF_END_BYTES));
        searchedBytes = end.isPresent() ? 0 : source.length();
        long lineBytes = end.isPresent() ? end.get().index() : source.length() - HALF_END_BYTES;
        if (lineBytes > maxLineBytes) {
            throw new IOException("a line of " + lineBytes + " bytes or more; the bound is " + maxLineBytes);
        }
        if (end.isEmpty()) {
            return FilterResult.NEEDS_MORE;
        }
        long withEnd = lineBytes + end.get().byteCount();
        if (style == LineEnd.ANY && lineBytes == 0) {
            source.drain(withEnd); // The rest of an end of which the first part ended the line before.
            return FilterResult.OK;
        }
        byte[] line = new byte[(int) lineBytes + 1];
        source.copyOut(0, line, 0, line.length - 1);
        line[line.length - 1] = '\n';
        source.drain(withEnd);
        if (!target.isClosed()) { // Whoever watches the source may have closed everything.
            target.add(line);
        }
        return FilterResult.NEEDS_DRAIN;
    }

    /**
     * Takes the line that waits, as UTF-8.
     *
     * @param bufferEvent one with such a filter
     * @return the line without its end, or nothing while none waits
     */
    public static Optional<String> readLine(BufferEvent bufferEvent) {
        byte[] line = bufferEvent.input().removeAll();
        return line.length == 0
                ? Optional.empty()
                : Optional.of(new String(line, 0, line.length - 1, StandardCharsets.UTF_8));
    }

    /**
     * Writes a line as UTF-8, and behind it what ends it: one line feed for {@link LineEnd#ANY}.
     *
     * @param bufferEvent the one that this filter is of
     * @param line the line without its end
     * @throws IllegalArgumentException if it is longer than the bound, or holds what could end it: a carriage return or a line
     *     feed, or with {@link LineEnd#NUL} a NUL
     * @throws IllegalStateException if the buffer event is closed or its output is shut down
     */
    public void writeLine(BufferEvent bufferEvent, String line) {
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (style == LineEnd.NUL ? c == 0 : c == '\r' || c == '\n') {
                throw new IllegalArgumentException("need a line without line ends, got one at index " + i);
            }
        }
        byte[] bytes = (line + end()).getBytes(StandardCharsets.UTF_8);
        int lineBytes = bytes.length - end().length();
        if (lineBytes > maxLineBytes) {
            throw new IllegalArgumentException("need a line of at most " + maxLineBytes + " bytes, got " + lineBytes);
        }
        bufferEvent.write(bytes);
    }

    private String end() {
        return switch (style) {
            case ANY, LF -> "\n";
            case CRLF, CRLF_STRICT -> "\r\n";
            case NUL -> "\0";
        };
    }
}
