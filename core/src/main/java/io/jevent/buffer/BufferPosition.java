package io.jevent.buffer;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A place in an {@link EvBuffer} from which looking goes on without counting from the start again.
 *
 * <pre>{@code
 * Optional<BufferPosition> colon = header.positionAt(0).search(COLON);
 * Optional<BufferPosition> second = colon.flatMap(it -> it.plus(1).search(COLON));
 * }</pre>
 *
 * <p>It is valid until the buffer next changes; using it then throws {@link IllegalStateException}, as every use on a closed
 * buffer does. It may be at the end, behind the last byte.
 *
 * <p>In a buffer that holds files, looking at bytes brings them into memory, which is such a change: go on from the position
 * that {@code search} returned, or ask for a new one.
 *
 * <p>Threading: immutable; used on the buffer's thread.
 *
 * @see EvBuffer#positionAt(long)
 * @see "libevent struct evbuffer_ptr"
 */
public final class BufferPosition {
    private final EvBuffer buffer;

    /** The buffer's change count when this was made. */
    private final long changeCount;

    /** The chunk that holds the place, or the last one before it; null in an empty buffer. */
    private final @Nullable Chunk chunk;

    /** Index of that chunk's first byte. */
    private final long base;

    private final long index;

    private BufferPosition(EvBuffer buffer, @Nullable Chunk chunk, long base, long index) {
        this.buffer = buffer;
        this.changeCount = buffer.changeCount;
        this.chunk = chunk;
        this.base = base;
        this.index = index;
    }

    /** The position at an index, found by going on from a chunk before it whose first byte's index is known. */
    static BufferPosition locate(EvBuffer buffer, @Nullable Chunk start, long startBase, long index) {
        Chunk chunk = start;
        long base = startBase;
        while (chunk != null && chunk.next != null && index >= base + chunk.length()) {
            base += chunk.length();
            chunk = chunk.next;
        }
        return new BufferPosition(buffer, chunk, base, index);
    }

    private void checkValid() {
        buffer.checkUsable();
        if (changeCount != buffer.changeCount) {
            throw new IllegalStateException("the buffer has changed since the position was taken");
        }
    }

    /** This place again, after the bytes up to an index have come into memory. */
    private BufferPosition loadedUpTo(long end) {
        if (buffer.queue.fileLength == 0) {
            return this;
        }
        buffer.load(end);
        return buffer.positionAt(index);
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
        checkValid();
        EvBuffer.checkCount(byteCount);
        if (byteCount > buffer.length() - index) {
            throw new IndexOutOfBoundsException(
                    "need a position in 0 to " + buffer.length() + ", got " + index + " + " + byteCount);
        }
        return locate(buffer, chunk, base, index + byteCount);
    }

    /**
     * {@return the byte at this place}
     *
     * @throws IndexOutOfBoundsException if it is the end
     * @throws IllegalStateException if the buffer has changed
     */
    public byte get() {
        checkValid();
        Objects.checkIndex(index, buffer.length());
        BufferPosition here = loadedUpTo(index + 1);
        return ByteSearch.byteAt(here.chunk, index - here.base);
    }

    /**
     * Copies bytes from here on, without taking them out.
     *
     * @param target receives them
     * @param offset index of the first one in the target
     * @param maxBytes how many at most
     * @return bytes copied: the smaller of {@code maxBytes} and what follows
     * @throws IndexOutOfBoundsException if the target's range is not inside the array
     * @throws IllegalStateException if the buffer has changed, or its start is frozen and there is something to copy
     * @see "libevent evbuffer_copyout_from()"
     */
    public int copyOut(byte[] target, int offset, int maxBytes) {
        checkValid();
        Objects.checkFromIndexSize(offset, maxBytes, target.length);
        int byteCount = (int) Math.min(maxBytes, buffer.length() - index);
        if (byteCount > 0) {
            buffer.checkThawed(EvBuffer.End.START);
            BufferPosition here = loadedUpTo(index + byteCount);
            ChunkQueue.copyOut(here.chunk, index - here.base, target, offset, byteCount);
        }
        return byteCount;
    }

    /**
     * Shows bytes from here on without copying or taking them.
     *
     * @param maxBytes at least 0; more than there is means all
     * @return read-only views, one for each chunk concerned, in order; valid until the buffer changes
     * @throws IllegalArgumentException if {@code maxBytes} is negative
     * @throws IllegalStateException if the buffer has changed
     * @see "libevent evbuffer_peek(), its start argument"
     */
    public List<ByteBuffer> peek(long maxBytes) {
        checkValid();
        EvBuffer.checkCount(maxBytes);
        long byteCount = Math.min(maxBytes, buffer.length() - index);
        BufferPosition here = loadedUpTo(index + byteCount);
        return buffer.views.buffers(here.chunk, index - here.base, byteCount);
    }

    /**
     * Finds a byte sequence here or further on.
     *
     * @param needle the sequence; an empty one is found here
     * @return the position of its first byte, if it is there
     * @throws IllegalStateException if the buffer has changed
     * @see "libevent evbuffer_search()"
     */
    public Optional<BufferPosition> search(byte[] needle) {
        checkValid();
        return search(needle, buffer.length());
    }

    /**
     * Finds a byte sequence between here and another position.
     *
     * @param needle the sequence; an empty one is found here
     * @param to where the sequence must have ended, in the same buffer
     * @return the position of its first byte, if it is there
     * @throws IllegalArgumentException if {@code to} is in another buffer
     * @throws IndexOutOfBoundsException if {@code to} is before this one
     * @throws IllegalStateException if the buffer has changed
     * @see "libevent evbuffer_search_range()"
     */
    public Optional<BufferPosition> search(byte[] needle, BufferPosition to) {
        checkValid();
        if (to.buffer != buffer) {
            throw new IllegalArgumentException("need a position in the same buffer, got one in another");
        }
        to.checkValid();
        Objects.checkFromToIndex(index, to.index, buffer.length());
        return search(needle, to.index);
    }

    private Optional<BufferPosition> search(byte[] needle, long to) {
        BufferPosition here = loadedUpTo(to);
        long found = ByteSearch.indexOf(here.chunk, needle, index - here.base, to - here.base);
        return found < 0 ? Optional.empty() : Optional.of(locate(buffer, here.chunk, here.base, here.base + found));
    }

    @Override
    public String toString() {
        return "BufferPosition[" + index + "]";
    }
}
