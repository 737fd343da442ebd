package io.jevent.buffer;

import org.jspecify.annotations.Nullable;

/**
 * A place in an {@link EvBuffer} from which looking goes on without counting from the start again.
 *
 * <p>It is valid until the buffer next changes; using it then throws {@link IllegalStateException}. It may be at the end,
 * behind the last byte.
 *
 * <p>Threading: immutable; used on the buffer's thread.
 *
 * @see EvBuffer#positionAt(long)
 * @see "libevent struct evbuffer_ptr"
 */
public final class BufferPosition {
    final EvBuffer buffer;

    /** The buffer's change count when this was made. */
    final long changeCount;

    /** The chunk that holds the place, or the last one before it; null in an empty buffer. */
    final @Nullable Chunk chunk;

    /** Index of that chunk's first byte. */
    final long base;

    private final long index;

    BufferPosition(EvBuffer buffer, long changeCount, @Nullable Chunk chunk, long base, long index) {
        this.buffer = buffer;
        this.changeCount = changeCount;
        this.chunk = chunk;
        this.base = base;
        this.index = index;
    }

    /**
     * {@return the index of the byte at this place; the length of the buffer at its end}
     */
    public long index() {
        return index;
    }

    /**
     * {@return the place so many bytes further on}
     *
     * @param byteCount at least 0
     * @throws IllegalArgumentException if negative
     * @throws IndexOutOfBoundsException if that is behind the end
     * @throws IllegalStateException if the buffer has changed
     * @see "libevent evbuffer_ptr_set(), EVBUFFER_PTR_ADD"
     */
    public BufferPosition plus(long byteCount) {
        return buffer.advance(this, byteCount);
    }

    @Override
    public String toString() {
        return "BufferPosition[" + index + "]";
    }
}
