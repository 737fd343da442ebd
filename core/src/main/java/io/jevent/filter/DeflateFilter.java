package io.jevent.filter;

import io.jevent.buffer.EvBuffer;
import io.jevent.bufferevent.BufferFilter;
import io.jevent.bufferevent.FilterResult;
import io.jevent.bufferevent.FlushMode;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Compresses what the program writes and inflates what comes, as gzip, zlib or raw deflate.
 *
 * <p>What was written in a turn goes down at its end, so that it can be read at the other side; many small writes in one turn
 * compress better than one in each of many turns. The end of the output writes the end of the stream. An output that ends without
 * a byte is a stream without bytes.
 *
 * <p>Coming in, a stream that is damaged, is followed by something else, ends early, or grows too much for the {@link
 * DeflateConfig} is a failure. Input that ends before its first byte is none. A program that closes without {@link
 * io.jevent.bufferevent.BufferEvent#shutdownOutput} or {@code closeAfterFlush} leaves its peer a stream that ends early.
 *
 * <p>Each direction takes native memory, some 256 KiB to compress and 48 KiB to inflate, from its first byte on.
 *
 * <p><em>Difference</em>: libevent has no such filter, only a test that builds one.
 *
 * <p>Threading: loop only.
 */
public final class DeflateFilter implements BufferFilter {
    private final Inflation inflation;
    private final Deflation deflation;

    private DeflateFilter(DeflateConfig config) {
        this.inflation = new Inflation(config);
        this.deflation = new Deflation(config);
    }

    /**
     * {@return a filter for gzip with the defaults}
     */
    public static DeflateFilter gzip() {
        return create(DeflateConfig.of(DeflateFormat.GZIP));
    }

    /**
     * {@return a filter for zlib with the defaults}
     */
    public static DeflateFilter zlib() {
        return create(DeflateConfig.of(DeflateFormat.ZLIB));
    }

    /**
     * {@return a filter for deflate without a wrapper, with the defaults}
     */
    public static DeflateFilter raw() {
        return create(DeflateConfig.of(DeflateFormat.RAW));
    }

    /**
     * Makes a filter.
     *
     * @param config how it is
     * @return the filter, for one buffer event
     */
    public static DeflateFilter create(DeflateConfig config) {
        return new DeflateFilter(config);
    }

    @Override
    public FilterResult input(EvBuffer source, EvBuffer target, long maxBytes, FlushMode mode) throws IOException {
        return inflation.next(source, target, maxBytes, mode);
    }

    @Override
    public FilterResult output(EvBuffer source, EvBuffer target, long maxBytes, FlushMode mode) {
        deflation.next(source, target, maxBytes, mode);
        return FilterResult.OK;
    }

    @Override
    public void close() {
        inflation.close();
        deflation.close();
    }

    /** A view of the first bytes, from one chunk; valid until the buffer changes. */
    static ByteBuffer firstPiece(EvBuffer source, int maxBytes) {
        int inMemory = source.contiguousLength();
        return source.pullUp(Math.min(inMemory == 0 ? source.length() : inMemory, maxBytes));
    }
}
