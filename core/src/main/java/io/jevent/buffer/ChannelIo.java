package io.jevent.buffer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ScatteringByteChannel;
import org.jspecify.annotations.Nullable;

/** Moves bytes between a chain of chunks and a channel, by one vector call, without a copy of our own. */
final class ChannelIo {
    /** Segments passed to one gathering call. */
    static final int MAX_SEGMENTS = 64;

    /** A rest of a chunk smaller than a cache line or two is not worth a segment of its own. */
    private static final int MIN_TAIL_BYTES = 128;

    private ChannelIo() {}

    /** Appends what one call reads: behind the last byte, and into a new chunk. Returns -1 at the channel's end. */
    static int read(ChunkQueue queue, ScatteringByteChannel channel, int maxBytes) throws IOException {
        int room = Math.min(queue.tailRoom(), maxBytes);
        Chunk last = room == maxBytes || room >= MIN_TAIL_BYTES ? queue.tail : null;
        int inTail = last == null ? 0 : room;
        int missing = Math.min(maxBytes - inTail, BufferPool.LARGEST_CLASS_BYTES);
        Chunk fresh = missing == 0 ? null : queue.pool.allocate(missing);
        boolean success = false;
        long count;
        try {
            count = readInto(queue, channel, last, inTail, fresh, missing);
            success = true;
        } finally {
            if (!success && fresh != null) {
                fresh.release();
            }
        }
        queue.extendTail(Math.clamp(count, 0, inTail));
        if (fresh != null) {
            linkOrRelease(queue, fresh, count - inTail);
        }
        return (int) count;
    }

    private static long readInto(
            ChunkQueue queue,
            ScatteringByteChannel channel,
            @Nullable Chunk last,
            int inTail,
            @Nullable Chunk fresh,
            int missing)
            throws IOException {
        if (last == null) {
            assert fresh != null : "nowhere to read to";
            return channel.read(fresh.writableView(missing));
        }
        if (fresh == null) {
            return channel.read(last.writableView(inTail));
        }
        ByteBuffer[] segments = queue.pool.segments();
        segments[0] = last.writableView(inTail);
        segments[1] = fresh.writableView(missing);
        return channel.read(segments, 0, 2);
    }

    private static void linkOrRelease(ChunkQueue queue, Chunk fresh, long filled) {
        if (filled > 0) {
            fresh.end = (int) filled;
            queue.linkLast(fresh);
        } else {
            fresh.release();
        }
    }

    /** Writes from the front by one call, at most 64 chunks, and drains what went. */
    static long write(ChunkQueue queue, GatheringByteChannel channel, long maxBytes) throws IOException {
        Chunk first = queue.head;
        if (first == null || maxBytes == 0) {
            return 0;
        }
        int firstBytes = (int) Math.min(first.length(), maxBytes);
        long count = first.next == null || firstBytes == maxBytes
                ? channel.write(first.readableView(firstBytes))
                : gather(queue, first, channel, maxBytes);
        if (count > 0) {
            queue.drain(count);
        }
        return count;
    }

    private static long gather(ChunkQueue queue, Chunk first, GatheringByteChannel channel, long maxBytes)
            throws IOException {
        ByteBuffer[] segments = queue.pool.segments();
        int segmentCount = 0;
        long left = maxBytes;
        for (Chunk chunk = first; chunk != null && left > 0 && segmentCount < MAX_SEGMENTS; chunk = chunk.next) {
            int byteCount = (int) Math.min(chunk.length(), left);
            segments[segmentCount++] = chunk.readableView(byteCount);
            left -= byteCount;
        }
        return channel.write(segments, 0, segmentCount);
    }
}
