package io.jevent.buffer;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Room at the end of an {@link EvBuffer} that the caller may fill in place before committing what was filled.
 *
 * <p>Fill {@link #space()} in order, then {@link #commit(long)} the count; the rest goes back. Any other change of the
 * buffer, closing it included, ends the reservation: {@code commit} then throws, and {@link #close()} is harmless. The
 * views of {@code space()} must not be touched after either.
 *
 * <p>Threading: the buffer's thread.
 *
 * @see EvBuffer#reserve(long, int)
 * @see "libevent evbuffer_reserve_space(), evbuffer_commit_space()"
 */
public final class Reservation implements AutoCloseable {
    private final EvBuffer buffer;

    /** The buffer's change count when the room was reserved. */
    private final long changeCount;

    /** Bytes of room in the buffer's last chunk that come before {@link #fresh}. */
    private final int tailBytes;

    /** Chunks taken from the pool for this reservation, still empty. */
    private final List<PooledChunk> fresh;

    private final List<ByteBuffer> space;
    private final long byteCount;
    private boolean ended;

    /** What {@link #space} stands for; the same but in debug mode, where it throws once the reservation has ended. */
    private final List<ByteBuffer> real;

    /** {@code views} begins with the room in the last chunk, if that is used; those of the fresh chunks come behind it. */
    private Reservation(EvBuffer buffer, int tailBytes, List<ByteBuffer> views, List<PooledChunk> fresh) {
        this.buffer = buffer;
        this.changeCount = buffer.changeCount;
        this.tailBytes = tailBytes;
        this.fresh = fresh;
        long total = tailBytes;
        for (PooledChunk chunk : fresh) {
            views.add(chunk.memory.asByteBuffer());
            total += chunk.capacity;
        }
        this.byteCount = total;
        this.real = Collections.unmodifiableList(views);
        this.space = buffer.views.standIns(real);
    }

    /** Room of at least so many bytes in at most so many segments: behind the last byte first, if that serves. */
    static Reservation of(EvBuffer buffer, long byteCount, int maxSegments) {
        ChunkQueue queue = buffer.queue;
        int room = queue.tailRoom();
        boolean useTail = room > 0 && (room >= byteCount || maxSegments > 1);
        int tailBytes = useTail ? room : 0;
        List<ByteBuffer> views = new ArrayList<>(2);
        Chunk last = queue.tail;
        if (useTail && last != null) {
            views.add(last.memory.asSlice(last.end, room).asByteBuffer());
        }
        List<PooledChunk> fresh = List.of();
        if (byteCount > tailBytes) {
            long missing = byteCount - tailBytes;
            long chunksNeeded = missing / BufferPool.LARGEST_CLASS_BYTES + 1;
            boolean inOne = chunksNeeded > maxSegments - views.size();
            fresh = inOne ? List.of(queue.pool.allocate((int) missing)) : queue.allocate(missing);
        }
        return new Reservation(buffer, tailBytes, views, fresh);
    }

    /**
     * {@return the writable segments, in order; together at least as long as was asked for}
     */
    public List<ByteBuffer> space() {
        return space;
    }

    /**
     * {@return bytes in all segments together}
     */
    public long byteCount() {
        return byteCount;
    }

    /**
     * Appends the first bytes of the reserved space to the buffer and gives the rest back.
     *
     * @param byteCount bytes that were filled, from 0 to {@link #byteCount()}
     * @throws IllegalArgumentException if {@code byteCount} is out of range; the reservation stays
     * @throws IllegalStateException if the buffer has changed since, its end is frozen, or this reservation has ended
     */
    public void commit(long byteCount) {
        if (byteCount < 0 || byteCount > this.byteCount) {
            throw new IllegalArgumentException("need 0 <= byteCount <= " + this.byteCount + ", got " + byteCount);
        }
        if (ended) {
            throw new IllegalStateException("this reservation has ended");
        }
        buffer.checkThawed(EvBuffer.End.END);
        if (changeCount != buffer.changeCount) {
            throw new IllegalStateException("the buffer has changed since the space was reserved");
        }
        long before = buffer.beforeAdding(byteCount);
        end();
        link(buffer.queue, byteCount);
        buffer.changed(before, byteCount, 0);
    }

    private void link(ChunkQueue queue, long byteCount) {
        int inTail = (int) Math.min(byteCount, tailBytes);
        queue.extendTail(inTail);
        long left = byteCount - inTail;
        for (PooledChunk chunk : fresh) {
            int count = (int) Math.min(left, chunk.capacity);
            left -= count;
            if (count == 0) {
                chunk.release();
            } else {
                chunk.end = count;
                queue.linkLast(chunk);
            }
        }
    }

    /** From here on the chunks are the buffer's: whatever a change callback does, they are not given back twice. */
    private void end() {
        ended = true;
        if (space != real) {
            for (int i = 0; i < real.size(); i++) {
                real.get(i).duplicate().put(space.get(i).duplicate().clear());
            }
        }
    }

    /** Gives all room back; a no-op after {@link #commit(long)}. Idempotent. */
    @Override
    public void close() {
        if (!ended) {
            ended = true;
            for (Chunk chunk : fresh) {
                chunk.release();
            }
        }
    }
}
