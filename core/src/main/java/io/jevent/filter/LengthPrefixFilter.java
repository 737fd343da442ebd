package io.jevent.filter;

import io.jevent.buffer.EvBuffer;
import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.BufferFilter;
import io.jevent.bufferevent.FilterResult;
import io.jevent.bufferevent.FlushMode;
import java.io.IOException;

/**
 * Cuts what comes into frames that have their length before them: each time the read callback runs, {@link BufferEvent#input()}
 * is exactly one of them, without the prefix.
 *
 * <p>The next comes once that one was taken whole; until then reading pauses. A frame passes whatever the input's high mark is;
 * its low mark should be left at 0, or short frames are not told. A frame longer than the bound is a failure as soon as its prefix
 * has come. Until it is complete a frame waits in the input of the buffer event below, of which the mark must leave room for it.
 *
 * <p>What the program writes passes as it is. {@link #writeFrame(BufferEvent, EvBuffer)} puts the prefix before:
 *
 * <pre>{@code
 * LengthPrefixFilter frames = LengthPrefixFilter.of(LengthPrefix.FOUR_BYTES_BIG_ENDIAN);
 * BufferEvent peer = FilterBufferEvent.create(socket, frames, BufferEventOption.CLOSE_ON_FREE);
 * peer.onRead(self -> frames.writeFrame(self, answerTo(self.input().removeAll())));
 * }</pre>
 *
 * <p>Threading: loop only.
 */
public final class LengthPrefixFilter implements BufferFilter {
    /** The longest frame, unless told otherwise: 16 MiB. */
    public static final long DEFAULT_MAX_FRAME_BYTES = 16L << 20;

    private final LengthPrefix prefix;
    private final long maxFrameBytes;
    private final EmptyFrames emptyFrames;

    private LengthPrefixFilter(LengthPrefix prefix, long maxFrameBytes, EmptyFrames emptyFrames) {
        if (maxFrameBytes < 1) {
            throw new IllegalArgumentException("need maxFrameBytes >= 1, got " + maxFrameBytes);
        }
        this.prefix = prefix;
        this.maxFrameBytes = Math.min(maxFrameBytes, prefix.maxFrameBytes());
        this.emptyFrames = emptyFrames;
    }

    /**
     * {@return a filter for frames of up to {@link #DEFAULT_MAX_FRAME_BYTES} that refuses empty ones}
     *
     * @param prefix how lengths are written
     */
    public static LengthPrefixFilter of(LengthPrefix prefix) {
        return of(prefix, DEFAULT_MAX_FRAME_BYTES, EmptyFrames.REFUSE);
    }

    /**
     * Makes a filter.
     *
     * @param prefix how lengths are written
     * @param maxFrameBytes the longest frame, without its prefix, at least 1
     * @param emptyFrames what is done with empty ones
     * @return the filter, for one buffer event
     * @throws IllegalArgumentException if the bound is below 1
     */
    public static LengthPrefixFilter of(LengthPrefix prefix, long maxFrameBytes, EmptyFrames emptyFrames) {
        return new LengthPrefixFilter(prefix, maxFrameBytes, emptyFrames);
    }

    @Override
    public FilterResult input(EvBuffer source, EvBuffer target, long maxBytes, FlushMode mode) throws IOException {
        if (!target.isEmpty()) {
            return FilterResult.NEEDS_DRAIN;
        }
        int prefixBytes = prefix.prefixBytes(source);
        if (prefixBytes == LengthPrefix.INCOMPLETE) {
            return FilterResult.NEEDS_MORE;
        }
        long length = prefix.decode(source, prefixBytes);
        if (Long.compareUnsigned(length, maxFrameBytes) > 0) {
            throw new IOException(
                    "a frame of " + Long.toUnsignedString(length) + " bytes; the bound is " + maxFrameBytes);
        }
        if (length == 0) {
            return skip(source, prefixBytes);
        }
        if (source.length() - prefixBytes < length) {
            return FilterResult.NEEDS_MORE;
        }
        source.drain(prefixBytes);
        if (!source.isClosed() && !target.isClosed()) { // Whoever watches the source may have closed everything.
            source.moveTo(target, length);
        }
        return FilterResult.NEEDS_DRAIN;
    }

    private FilterResult skip(EvBuffer source, int prefixBytes) throws IOException {
        if (emptyFrames == EmptyFrames.REFUSE) {
            throw new IOException("an empty frame; this filter refuses them");
        }
        source.drain(prefixBytes);
        return FilterResult.OK;
    }

    /**
     * Writes a frame.
     *
     * @param bufferEvent the one that this filter is of
     * @param message the frame without its prefix; becomes empty
     * @throws IllegalArgumentException if it is longer than the bound, or empty and that is refused
     * @throws IllegalStateException if the buffer event is closed or its output is shut down
     */
    public void writeFrame(BufferEvent bufferEvent, EvBuffer message) {
        writePrefix(bufferEvent, message.length());
        bufferEvent.write(message);
    }

    /**
     * Writes a frame.
     *
     * @param bufferEvent the one that this filter is of
     * @param message the frame without its prefix
     * @throws IllegalArgumentException if it is longer than the bound, or empty and that is refused
     * @throws IllegalStateException if the buffer event is closed or its output is shut down
     */
    public void writeFrame(BufferEvent bufferEvent, byte[] message) {
        writePrefix(bufferEvent, message.length);
        bufferEvent.write(message);
    }

    private void writePrefix(BufferEvent bufferEvent, long length) {
        long least = emptyFrames == EmptyFrames.REFUSE ? 1 : 0;
        if (length < least || length > maxFrameBytes) {
            throw new IllegalArgumentException(
                    "need a frame of " + least + " to " + maxFrameBytes + " bytes, got " + length);
        }
        bufferEvent.write(prefix.encode(length));
    }
}
