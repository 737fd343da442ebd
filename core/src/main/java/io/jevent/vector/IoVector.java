package io.jevent.vector;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Pieces of memory for one system call, as an array of {@code struct iovec}.
 *
 * <p>Threading: one thread at a time.
 */
public final class IoVector {
    /** Most pieces: 64. */
    public static final int MAX_PIECES = 64;

    private static final long IOVEC_BYTES = 16;

    private final MemorySegment memory;
    private int count;
    private long byteCount;

    /** Makes an empty vector in an arena, which must outlive every call it is used in. */
    public IoVector(Arena arena) {
        this.memory = arena.allocate(MAX_PIECES * IOVEC_BYTES, 8);
    }

    /** Becomes empty. */
    public void clear() {
        count = 0;
        byteCount = 0;
    }

    /** Adds a piece; there must be room for it. */
    public void add(long address, long pieceBytes) {
        long offset = count * IOVEC_BYTES;
        memory.set(ValueLayout.JAVA_LONG, offset, address);
        memory.set(ValueLayout.JAVA_LONG, offset + 8, pieceBytes);
        count++;
        byteCount += pieceBytes;
    }

    /** Whether no piece fits any more. */
    public boolean isFull() {
        return count == MAX_PIECES;
    }

    /** How many pieces it has. */
    public int count() {
        return count;
    }

    /** Bytes of all pieces. */
    public long byteCount() {
        return byteCount;
    }

    /** Where a piece is. */
    public long address(int index) {
        return memory.get(ValueLayout.JAVA_LONG, index * IOVEC_BYTES);
    }

    /** Bytes of a piece. */
    public long length(int index) {
        return memory.get(ValueLayout.JAVA_LONG, index * IOVEC_BYTES + 8);
    }

    /** Where the array itself is. */
    public long arrayAddress() {
        return memory.address();
    }
}
