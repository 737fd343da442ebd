package io.jevent.buffer;

import io.jevent.vector.IoVector;
import io.jevent.vector.VectorChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.ScatteringByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Moves bytes between a chain of chunks and a channel, by one vector call, without a copy of our own. */
final class ChannelIo {
    /** Segments passed to one gathering call. */
    static final int MAX_SEGMENTS = IoVector.MAX_PIECES;

    /** A rest of a chunk smaller than a cache line or two is not worth a segment of its own. */
    private static final int MIN_TAIL_BYTES = 128;

    /** A pool that is not near its limit has room for such a piece. */
    private static final int LEAST_PIECE_BYTES = 4 * 1024;

    private ChannelIo() {}

    /** Appends what one call reads: behind the last byte, and into a new chunk. Returns -1 at the channel's end. */
    static int read(ChunkQueue queue, ReadableByteChannel channel, int maxBytes) throws IOException {
        if (queue.pending != null && channel instanceof VectorChannel vectored) {
            return finishRead(queue, queue.pending, vectored);
        }
        int room = Math.min(queue.tailRoom(), maxBytes);
        Chunk last = room == maxBytes || room >= MIN_TAIL_BYTES ? queue.tail : null;
        int inTail = last == null ? 0 : room;
        boolean scatters = last == null || channel instanceof ScatteringByteChannel;
        int missing = scatters ? Math.min(maxBytes - inTail, BufferPool.LARGEST_CLASS_BYTES) : 0;
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
        if (count == VectorChannel.PENDING) {
            assert inTail == 0 && fresh != null : "a read that goes on needs memory of its own";
            queue.pending = fresh;
            return 0;
        }
        queue.extendTail(Math.clamp(count, 0, inTail));
        if (fresh != null) {
            linkOrRelease(queue, fresh, count - inTail);
        }
        return (int) count;
    }

    /** Takes in what a read has brought that began earlier. */
    private static int finishRead(ChunkQueue queue, Chunk pending, VectorChannel channel) throws IOException {
        queue.pending = null;
        boolean success = false;
        try {
            channel.vector();
            int count = (int) channel.readVector();
            success = true;
            linkOrRelease(queue, pending, count);
            return count;
        } finally {
            if (!success) {
                pending.release();
            }
        }
    }

    private static long readInto(
            ChunkQueue queue,
            ReadableByteChannel channel,
            @Nullable Chunk last,
            int inTail,
            @Nullable Chunk fresh,
            int missing)
            throws IOException {
        if (channel instanceof VectorChannel vectored) {
            IoVector vector = vectored.vector();
            if (last != null) {
                vector.add(last.address + last.end, inTail);
            }
            if (fresh != null) {
                vector.add(fresh.address, missing);
            }
            return vectored.readVector();
        }
        if (last == null) {
            assert fresh != null : "nowhere to read to";
            return countOf(channel.read(fresh.writableView(missing)));
        }
        if (fresh == null) {
            return countOf(channel.read(last.writableView(inTail)));
        }
        ByteBuffer[] segments = queue.pool.segments();
        segments[0] = last.writableView(inTail);
        segments[1] = fresh.writableView(missing);
        return countOf(((ScatteringByteChannel) channel).read(segments, 0, 2));
    }

    /** The JDK's channels answer what is below their contract, -3, when a signal has interrupted a non-blocking read. */
    private static long countOf(long count) {
        return count < -1 ? 0 : count;
    }

    private static void linkOrRelease(ChunkQueue queue, Chunk fresh, long filled) {
        if (filled > 0) {
            fresh.end = (int) filled;
            queue.linkLast(fresh);
        } else {
            fresh.release();
        }
    }

    /**
     * Writes from the front and drains what went: one call with at most 64 chunks, or, where bytes are still in files, or in
     * the heap and the channel wants addresses, as many calls as the channel takes whole.
     */
    static long write(ChunkQueue queue, WritableByteChannel channel, long maxBytes) throws IOException {
        long total = 0;
        while (true) {
            Chunk first = queue.head;
            long left = maxBytes - total;
            if (first == null || left == 0) {
                return total;
            }
            boolean inPieces = queue.fileLength > 0 || channel instanceof VectorChannel;
            long lengthBefore = queue.length;
            boolean wasWhole;
            try {
                wasWhole = writeOnce(queue, first, channel, left);
            } catch (IOException | BufferLimitException e) {
                if (total > 0) {
                    return total; // The next call will meet it again.
                }
                throw e;
            }
            total += lengthBefore - queue.length;
            if (!inPieces || !wasWhole) {
                return total;
            }
        }
    }

    /** Makes one call; returns whether the channel took all it was offered. */
    private static boolean writeOnce(ChunkQueue queue, Chunk first, WritableByteChannel channel, long maxBytes)
            throws IOException {
        Chunk chunk = first;
        if (chunk instanceof FileChunk file) {
            if (file.isTransferableTo(channel)) {
                long offered = Math.min(file.length(), maxBytes);
                long count = file.transferTo(channel, offered);
                queue.drain(count);
                return count == offered;
            }
            bringIntoMemory(queue, maxBytes);
            chunk = Objects.requireNonNull(queue.head);
        }
        if (channel instanceof VectorChannel vectored) {
            if (chunk.address == 0) {
                bringOutOfHeap(queue, chunk);
                chunk = Objects.requireNonNull(queue.head);
            }
            return gather(queue, chunk, vectored, maxBytes);
        }
        int offered = (int) Math.min(chunk.length(), maxBytes);
        boolean isOne = chunk.next == null || !chunk.next.isInMemory() || offered == maxBytes;
        if (isOne || !(channel instanceof GatheringByteChannel gathering)) {
            int count = channel.write(chunk.readableView(offered));
            queue.drain(count);
            return count == offered;
        }
        return gather(queue, chunk, gathering, maxBytes);
    }

    /** As much as goes at once, or a little where there is memory for no more. */
    private static void bringIntoMemory(ChunkQueue queue, long maxBytes) throws IOException {
        try {
            queue.bringIntoMemory(Math.min(maxBytes, BufferPool.LARGEST_CLASS_BYTES));
        } catch (BufferLimitException _) {
            queue.bringIntoMemory(Math.min(maxBytes, LEAST_PIECE_BYTES), LEAST_PIECE_BYTES);
        }
    }

    private static void bringOutOfHeap(ChunkQueue queue, Chunk first) {
        try {
            queue.bringOutOfHeap(first, BufferPool.LARGEST_CLASS_BYTES);
        } catch (BufferLimitException _) {
            queue.bringOutOfHeap(first, LEAST_PIECE_BYTES);
        }
    }

    private static boolean gather(ChunkQueue queue, Chunk first, GatheringByteChannel channel, long maxBytes)
            throws IOException {
        ByteBuffer[] segments = queue.pool.segments();
        int segmentCount = 0;
        long left = maxBytes;
        for (Chunk chunk = first;
                chunk != null && chunk.isInMemory() && left > 0 && segmentCount < MAX_SEGMENTS;
                chunk = chunk.next) {
            int byteCount = (int) Math.min(chunk.length(), left);
            segments[segmentCount++] = chunk.readableView(byteCount);
            left -= byteCount;
        }
        long count = channel.write(segments, 0, segmentCount);
        queue.drain(count);
        return count == maxBytes - left;
    }

    private static boolean gather(ChunkQueue queue, Chunk first, VectorChannel channel, long maxBytes)
            throws IOException {
        IoVector vector = channel.vector();
        long left = maxBytes;
        for (Chunk chunk = first;
                chunk != null && chunk.address != 0 && left > 0 && !vector.isFull();
                chunk = chunk.next) {
            int byteCount = (int) Math.min(chunk.length(), left);
            vector.add(chunk.address + chunk.start, byteCount);
            left -= byteCount;
        }
        long count = channel.writeVector();
        queue.drain(count);
        return count == maxBytes - left;
    }
}
