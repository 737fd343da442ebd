package io.jevent.buffer;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
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

    /** As much of a file is read at least, so that looking at it byte by byte takes no chunk for each. */
    private static final int FILE_PIECE_BYTES = 16 * 1024;

    final BufferPool pool;

    @Nullable
    Chunk head;

    @Nullable
    Chunk tail;

    long length;

    /** Borrowed and file chunks that have left the chain and were not released yet, linked by next. */
    private @Nullable Chunk retired;

    /** Those of the length that are still in files. */
    long fileLength;

    /** Memory of a read that has begun and not ended. */
    @Nullable
    Chunk pending;

    ChunkQueue(BufferPool pool) {
        this.pool = pool;
    }

    /** Lets go of a chunk that has left the chain; what may run a user's clean-up waits for {@link #releaseRetired}. */
    private void retire(Chunk chunk) {
        if (chunk instanceof PooledChunk pooled) {
            pooled.release();
        } else {
            chunk.next = retired;
            retired = chunk;
        }
    }

    /** Lets go of what has left the chain; to be called when the buffer is as it will be. */
    void releaseRetired() {
        for (Chunk chunk = retired; chunk != null; chunk = retired) {
            retired = chunk.next;
            chunk.next = null;
            chunk.release();
        }
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
        count(chunk, 1);
    }

    void linkFirst(Chunk chunk) {
        assert chunk.length() > 0 && chunk.next == null : "an empty or linked chunk in the chain";
        chunk.next = head;
        head = chunk;
        if (tail == null) {
            tail = chunk;
        }
        count(chunk, 1);
    }

    Chunk unlinkFirst() {
        Chunk first = head;
        assert first != null : "the chain is empty";
        head = first.next;
        if (head == null) {
            tail = null;
        }
        first.next = null;
        count(first, -1);
        return first;
    }

    private void count(Chunk chunk, int sign) {
        long byteCount = (long) sign * chunk.length();
        length += byteCount;
        if (!chunk.isInMemory()) {
            fileLength += byteCount;
        }
    }

    /** Removes bytes from the start of the first chunk, which keeps at least one. */
    void shortenFirst(Chunk first, int byteCount) {
        assert byteCount < first.length() : "nothing would be left of the chunk";
        first.start += byteCount;
        length -= byteCount;
        if (!first.isInMemory()) {
            fileLength -= byteCount;
        }
    }

    /**
     * Makes the first {@code byteCount} bytes be in memory: reads those that are still in files. All that is missing is
     * allocated and read before anything changes.
     */
    void bringIntoMemory(long byteCount) throws IOException {
        bringIntoMemory(byteCount, FILE_PIECE_BYTES);
    }

    /** The same, reading at least {@code pieceBytes} of a file once it is read. */
    void bringIntoMemory(long byteCount, int pieceBytes) throws IOException {
        if (fileLength == 0) {
            return;
        }
        Chunk previous = null;
        long left = byteCount;
        for (Chunk chunk = head; chunk != null && left > 0; ) {
            if (chunk instanceof FileChunk file) {
                int wanted = (int) Math.min(Math.max(left, pieceBytes), file.length());
                previous = replaceStart(previous, file, read(file, wanted), wanted);
                left -= wanted;
                chunk = previous.next;
            } else {
                left -= chunk.length();
                previous = chunk;
                chunk = chunk.next;
            }
        }
    }

    /** Makes the first bytes be where they have an address: copies a piece of the first chunk, which is in the heap. */
    void bringOutOfHeap(Chunk first, int maxBytes) {
        PooledChunk copy = pool.allocate(Math.min(first.length(), maxBytes));
        int byteCount = Math.min(first.length(), copy.capacity);
        copy.appendFrom(first, byteCount);
        replaceStart(null, first, List.of(copy), byteCount);
    }

    private List<PooledChunk> read(FileChunk file, int byteCount) throws IOException {
        List<PooledChunk> chunks = new ArrayList<>();
        boolean success = false;
        try {
            for (int left = byteCount; left > 0; left -= chunks.getLast().capacity) {
                chunks.add(pool.allocate(Math.min(left, BufferPool.LARGEST_CLASS_BYTES)));
            }
            int done = 0;
            for (PooledChunk chunk : chunks) {
                int count = Math.min(byteCount - done, chunk.capacity);
                file.start += done;
                try {
                    file.readInto(chunk, count);
                } finally {
                    file.start -= done;
                }
                done += count;
            }
            success = true;
            return chunks;
        } finally {
            if (!success) {
                chunks.forEach(Chunk::release);
            }
        }
    }

    /** Puts chunks in place of the first {@code byteCount} bytes of another; returns the last of them. */
    private Chunk replaceStart(@Nullable Chunk previous, Chunk old, List<PooledChunk> chunks, int byteCount) {
        Chunk last = chunks.getLast();
        for (int i = 0; i + 1 < chunks.size(); i++) {
            chunks.get(i).next = chunks.get(i + 1);
        }
        if (previous == null) {
            head = chunks.getFirst();
        } else {
            previous.next = chunks.getFirst();
        }
        if (!old.isInMemory()) {
            fileLength -= byteCount;
        }
        if (byteCount < old.length()) {
            old.start += byteCount;
            last.next = old;
        } else {
            last.next = old.next;
            old.next = null;
            if (tail == old) {
                tail = last;
            }
            retire(old);
        }
        return last;
    }

    /** Chunks that show the same bytes as all of these, not linked anywhere; each holds a share. */
    List<Chunk> shareAll() {
        List<Chunk> views = new ArrayList<>();
        for (Chunk chunk = head; chunk != null; chunk = chunk.next) {
            views.add(chunk.share());
        }
        return views;
    }

    /** Chunks of together at least {@code byteCount} bytes, not linked anywhere; all or none. */
    List<PooledChunk> allocate(long byteCount) {
        long wanted = Math.max(byteCount, Math.min(length, GROWTH_LIMIT_BYTES));
        List<PooledChunk> chunks = new ArrayList<>();
        boolean success = false;
        try {
            for (long left = byteCount; left > 0; ) {
                PooledChunk chunk = pool.allocate((int) Math.min(wanted, BufferPool.LARGEST_CLASS_BYTES));
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
        List<PooledChunk> fresh = allocate(byteCount - room);
        appendToTail(source, offset, room);
        int done = room;
        for (PooledChunk chunk : fresh) {
            done += chunk.append(source, offset + done, byteCount - done);
            linkLast(chunk);
        }
    }

    /** Appends what remains of an NIO buffer, whose position stays. */
    void append(ByteBuffer source) {
        int byteCount = source.remaining();
        int room = Math.min(tailRoom(), byteCount);
        List<PooledChunk> fresh = allocate((long) byteCount - room);
        int start = source.position();
        boolean success = false;
        try {
            // Everything is copied before anything is linked: the source may be memory that is gone.
            Chunk last = tail;
            if (last != null && room > 0) {
                last.writableView(room).put(source.slice(start, room));
            }
            int position = start + room;
            for (Chunk chunk : fresh) {
                int count = Math.min(chunk.capacity, source.limit() - position);
                chunk.writableView(count).put(source.slice(position, count));
                chunk.end = count;
                position += count;
            }
            success = true;
        } finally {
            if (!success) {
                fresh.forEach(Chunk::release);
            }
        }
        extendTail(room);
        fresh.forEach(this::linkLast);
    }

    private void appendToTail(byte[] source, int offset, int byteCount) {
        Chunk last = tail;
        if (last != null && byteCount > 0) {
            length += last.append(source, offset, byteCount);
        }
    }

    void prepend(byte[] source, int offset, int byteCount) {
        Chunk first = head;
        int room = first == null ? 0 : Math.min(first.frontRoom(), byteCount);
        List<PooledChunk> fresh = allocate(byteCount - room);
        int left = byteCount;
        if (first != null && room > 0) {
            first.start -= room;
            left -= room;
            MemorySegment.copy(source, offset + left, first.memory, ValueLayout.JAVA_BYTE, first.start, room);
            length += room;
        }
        for (PooledChunk chunk : fresh) {
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
                shortenFirst(first, (int) left);
                return;
            }
            left -= first.length();
            retire(unlinkFirst());
        }
    }

    /** Copies from {@code from} bytes behind the start of a chunk in a chain. */
    static void copyOut(@Nullable Chunk start, long from, byte[] target, int offset, int byteCount) {
        Chunk chunk = start;
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
        if (target.head != null && head != null) {
            // The first may be so small that it is better copied.
            moveFirstChunkTo(target);
        }
        Chunk first = head;
        if (first == null) {
            return;
        }
        Chunk last = target.tail;
        if (last == null) {
            target.head = first;
        } else {
            last.next = first;
        }
        target.tail = tail;
        target.length += length;
        target.fileLength += fileLength;
        forgetAll();
    }

    /** Becomes empty without releasing what was in the chain: somebody else has it. */
    private void forgetAll() {
        head = null;
        tail = null;
        length = 0;
        fileLength = 0;
    }

    /** Moves the first {@code byteCount} bytes to the end of another chain: whole chunks, and a copied or shared fraction. */
    void moveTo(ChunkQueue target, long byteCount) {
        assert byteCount <= length : "moves more than there is";
        long left = byteCount;
        Chunk partial = head;
        while (partial != null && left >= partial.length()) {
            left -= partial.length();
            partial = partial.next;
        }
        Chunk fraction = partial == null || left == 0 ? null : fractionOf(partial, (int) left, target.pool);
        long whole = byteCount - left;
        while (whole > 0) {
            whole -= moveFirstChunkTo(target);
        }
        if (fraction != null && partial != null) {
            shortenFirst(partial, (int) left);
            target.linkLast(fraction);
        }
    }

    /** The first bytes of a chunk in a chunk of their own: copied out of a pool's chunk, so as not to keep all of it. */
    private static Chunk fractionOf(Chunk chunk, int byteCount, BufferPool pool) {
        if (!(chunk instanceof PooledChunk)) {
            return chunk.shareFirst(byteCount);
        }
        PooledChunk fraction = pool.allocate(byteCount);
        fraction.appendFrom(chunk, byteCount);
        return fraction;
    }

    private int moveFirstChunkTo(ChunkQueue target) {
        Chunk chunk = unlinkFirst();
        int byteCount = chunk.length();
        Chunk last = target.tail;
        if (last != null && byteCount <= COPY_BELOW_BYTES && byteCount <= last.tailRoom() && chunk.isInMemory()) {
            last.appendFrom(chunk, byteCount);
            target.length += byteCount;
            retire(chunk);
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
        fileLength += source.fileLength;
        source.forgetAll();
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
            retire(first);
            first = whole;
        }
        while (first.length() < byteCount) {
            Chunk next = head;
            assert next != null : "the chain ended before its length";
            int count = Math.min(byteCount - first.length(), next.length());
            first.appendFrom(next, count);
            if (count < next.length()) {
                shortenFirst(next, count);
            } else {
                retire(unlinkFirst());
            }
        }
        linkFirst(first);
    }

    void clear() {
        while (head != null) {
            retire(unlinkFirst());
        }
        if (pending != null) {
            pending.release();
            pending = null;
        }
    }
}
