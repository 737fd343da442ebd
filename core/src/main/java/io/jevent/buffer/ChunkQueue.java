package io.jevent.buffer;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The chain of chunks inside an {@link EvBuffer}: moves bytes, knows neither callbacks nor freezing.
 *
 * <p>Invariant: every chunk in the chain holds at least one readable byte, and {@code length} is the sum of them all.
 * So an empty queue holds no memory, and no operation ever meets an empty chunk. Each operation that needs memory
 * takes all of it first; when the pool refuses, nothing has changed.
 */
final class ChunkQueue {
    /**
     * Up to this many bytes of a chunk are copied rather than moved with their chunk, when they fit into the room
     * behind the target's last byte: copying so few is cheaper than a longer chain.
     */
    private static final int COPY_BELOW_BYTES = 512;

    /** A buffer that grows by small pieces takes larger chunks as it grows, up to this. */
    private static final int GROWTH_LIMIT_BYTES = 16 * 1024;

    final BufferPool pool;

    @Nullable
    Chunk head;

    @Nullable
    Chunk tail;

    long length;

    ChunkQueue(BufferPool pool) {
        this.pool = pool;
    }

    int tailRoom() {
        Chunk last = tail;
        return last == null ? 0 : last.tailRoom();
    }

    /** Makes bytes that were put behind the last one readable. */
    void extendTail(int byteCount) {
        Chunk last = tail;
        if (last != null && byteCount > 0) {
            last.end += byteCount;
            length += byteCount;
        }
    }

    void linkLast(Chunk chunk) {
        assert chunk.length() > 0 && chunk.next == null : "an empty or linked chunk in the chain";
        Chunk last = tail;
        if (last == null) {
            head = chunk;
        } else {
            last.next = chunk;
        }
        tail = chunk;
        length += chunk.length();
    }

    void linkFirst(Chunk chunk) {
        assert chunk.length() > 0 && chunk.next == null : "an empty or linked chunk in the chain";
        chunk.next = head;
        head = chunk;
        if (tail == null) {
            tail = chunk;
        }
        length += chunk.length();
    }

    Chunk unlinkFirst() {
        Chunk first = head;
        assert first != null : "the chain is empty";
        head = first.next;
        if (head == null) {
            tail = null;
        }
        first.next = null;
        length -= first.length();
        return first;
    }

    /** Chunks of together at least {@code byteCount} bytes, not linked anywhere; all or none. */
    List<Chunk> allocate(long byteCount) {
        long wanted = Math.max(byteCount, Math.min(length, GROWTH_LIMIT_BYTES));
        List<Chunk> chunks = new ArrayList<>();
        boolean success = false;
        try {
            for (long left = byteCount; left > 0; ) {
                Chunk chunk = pool.allocate((int) Math.min(wanted, BufferPool.LARGEST_CLASS_BYTES));
                chunks.add(chunk);
                left -= chunk.capacity;
                wanted = left;
            }
            success = true;
            return chunks;
        } finally {
            if (!success) {
                chunks.forEach(Chunk::release);
            }
        }
    }

    void append(byte[] source, int offset, int byteCount) {
        int room = tailRoom();
        if (byteCount <= room) {
            appendToTail(source, offset, byteCount);
            return;
        }
        if (byteCount - room <= BufferPool.LARGEST_CLASS_BYTES) {
            // The usual case, without a list.
            long wanted = Math.max(byteCount - room, Math.min(length, GROWTH_LIMIT_BYTES));
            Chunk fresh = pool.allocate((int) wanted);
            appendToTail(source, offset, room);
            fresh.append(source, offset + room, byteCount - room);
            linkLast(fresh);
            return;
        }
        List<Chunk> fresh = allocate(byteCount - room);
        appendToTail(source, offset, room);
        int done = room;
        for (Chunk chunk : fresh) {
            done += chunk.append(source, offset + done, byteCount - done);
            linkLast(chunk);
        }
    }

    private void appendToTail(byte[] source, int offset, int byteCount) {
        Chunk last = tail;
        if (last != null && byteCount > 0) {
            length += last.append(source, offset, byteCount);
        }
    }

    void prepend(byte[] source, int offset, int byteCount) {
        Chunk first = head;
        int room = first == null ? 0 : Math.min(first.start, byteCount);
        List<Chunk> fresh = allocate(byteCount - room);
        int left = byteCount;
        if (first != null && room > 0) {
            first.start -= room;
            left -= room;
            MemorySegment.copy(source, offset + left, first.memory, ValueLayout.JAVA_BYTE, first.start, room);
            length += room;
        }
        for (Chunk chunk : fresh) {
            // Filled from the back, so that the next prepend finds its room in front.
            int count = Math.min(left, chunk.capacity);
            chunk.start = chunk.capacity - count;
            chunk.end = chunk.start;
            left -= count;
            chunk.append(source, offset + left, count);
            linkFirst(chunk);
        }
        assert left == 0 : left + " bytes found no room";
    }

    void drain(long byteCount) {
        assert byteCount <= length : "drains more than there is";
        long left = byteCount;
        while (left > 0) {
            Chunk first = head;
            assert first != null : "the chain ended before its length";
            if (left < first.length()) {
                first.start += (int) left;
                length -= left;
                return;
            }
            left -= first.length();
            unlinkFirst().release();
        }
    }

    void copyOut(long from, byte[] target, int offset, int byteCount) {
        Chunk chunk = head;
        long skip = from;
        while (chunk != null && skip >= chunk.length()) {
            skip -= chunk.length();
            chunk = chunk.next;
        }
        int done = 0;
        while (done < byteCount) {
            assert chunk != null : "the chain ended before its length";
            int count = (int) Math.min(byteCount - done, chunk.length() - skip);
            chunk.copyOut((int) skip, target, offset + done, count);
            done += count;
            skip = 0;
            chunk = chunk.next;
        }
    }

    /** Moves all chunks to the end of another chain. */
    void moveAllTo(ChunkQueue target) {
        while (head != null) {
            moveFirstChunkTo(target);
        }
    }

    /** Moves the first {@code byteCount} bytes to the end of another chain: whole chunks, and a copied fraction. */
    void moveTo(ChunkQueue target, long byteCount) {
        assert byteCount <= length : "moves more than there is";
        long left = byteCount;
        Chunk partial = head;
        while (partial != null && left >= partial.length()) {
            left -= partial.length();
            partial = partial.next;
        }
        Chunk fraction = left == 0 ? null : target.pool.allocate((int) left);
        long whole = byteCount - left;
        while (whole > 0) {
            whole -= moveFirstChunkTo(target);
        }
        if (fraction != null) {
            Chunk first = head;
            assert first != null : "the fraction's chunk is gone";
            fraction.appendFrom(first, (int) left);
            first.start += (int) left;
            length -= left;
            target.linkLast(fraction);
        }
    }

    private int moveFirstChunkTo(ChunkQueue target) {
        Chunk chunk = unlinkFirst();
        int byteCount = chunk.length();
        Chunk last = target.tail;
        if (last != null && byteCount <= COPY_BELOW_BYTES && byteCount <= last.tailRoom()) {
            last.appendFrom(chunk, byteCount);
            target.length += byteCount;
            chunk.release();
        } else {
            target.linkLast(chunk);
        }
        return byteCount;
    }

    /** Moves the whole chain of another queue to the front of this one. */
    void prependAll(ChunkQueue source) {
        Chunk last = source.tail;
        if (last == null) {
            return;
        }
        last.next = head;
        head = source.head;
        if (tail == null) {
            tail = last;
        }
        length += source.length;
        source.head = null;
        source.tail = null;
        source.length = 0;
    }

    /** Makes the first {@code byteCount} bytes lie in the first chunk. */
    void pullUp(int byteCount) {
        Chunk first = head;
        assert first != null && byteCount <= length : "pulls up more than there is";
        if (first.length() >= byteCount) {
            return;
        }
        if (first.capacity - first.start >= byteCount) {
            unlinkFirst();
        } else {
            Chunk whole = pool.allocate(byteCount);
            unlinkFirst();
            whole.appendFrom(first, first.length());
            first.release();
            first = whole;
        }
        while (first.length() < byteCount) {
            Chunk next = head;
            assert next != null : "the chain ended before its length";
            int count = Math.min(byteCount - first.length(), next.length());
            first.appendFrom(next, count);
            next.start += count;
            length -= count;
            if (next.length() == 0) {
                unlinkFirst().release();
            }
        }
        linkFirst(first);
    }

    void clear() {
        while (head != null) {
            unlinkFirst().release();
        }
    }
}
