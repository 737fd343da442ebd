package io.jevent.buffer;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A readable range of bytes; the link of an {@link EvBuffer}'s chain.
 *
 * <p>Exactly one holder at a time: a pool's free list, a buffer's chain, or an operation between the two. The memory under
 * it may be shared with other chunks ({@link Lease}).
 */
abstract class Chunk {
    final MemorySegment memory;

    /** Where the memory begins, for channels that are given addresses; 0 if it is in the heap or not in memory at all. */
    final long address;

    /** The same memory for channel I/O; its position and limit mean nothing between two operations. */
    final ByteBuffer bytes;

    /** Bytes from the memory's start that this chunk may hold; what is behind its end is its own to write. */
    final int capacity;

    /** First readable byte. */
    int start;

    /** One past the last readable byte. */
    int end;

    /** The next chunk of the chain or free list this chunk is in. */
    @Nullable
    Chunk next;

    Chunk(MemorySegment memory, int capacity) {
        this.memory = memory;
        this.address = memory.isNative() ? memory.address() : 0;
        this.bytes = memory.asByteBuffer();
        this.capacity = capacity;
    }

    final int length() {
        return end - start;
    }

    /** Bytes that can still be appended. */
    final int tailRoom() {
        return capacity - end;
    }

    /** Bytes that can be put before the start, in place. */
    abstract int frontRoom();

    /** Whether the bytes are in memory; if not, nothing but {@link #length()}, sharing and releasing works. */
    boolean isInMemory() {
        return true;
    }

    /** A chunk of the same readable bytes, which it cannot change; both live until each is released. */
    final Chunk share() {
        return shareFirst(length());
    }

    /** A chunk of the first readable bytes, likewise. */
    abstract Chunk shareFirst(int byteCount);

    /** Lets go of it; called once by its last holder. */
    abstract void release();

    /** Appends as many bytes of the range as fit and returns their count. */
    final int append(byte[] source, int offset, int byteCount) {
        int count = Math.min(byteCount, tailRoom());
        MemorySegment.copy(source, offset, memory, ValueLayout.JAVA_BYTE, end, count);
        end += count;
        return count;
    }

    /** Copies readable bytes from {@code from} bytes after the start on. */
    final void copyOut(int from, byte[] target, int offset, int byteCount) {
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, (long) start + from, target, offset, byteCount);
    }

    /** Appends the first {@code byteCount} readable bytes of another chunk, which keeps them. */
    final void appendFrom(Chunk source, int byteCount) {
        MemorySegment.copy(source.memory, source.start, memory, end, byteCount);
        end += byteCount;
    }

    final byte at(int index) {
        return memory.get(ValueLayout.JAVA_BYTE, (long) start + index);
    }

    /** The shared view set to the readable range, at most {@code maxBytes} of it; for an immediate channel write. */
    final ByteBuffer readableView(int maxBytes) {
        return bytes.limit(start + Math.min(length(), maxBytes)).position(start);
    }

    /** The shared view set to the free tail, at most {@code maxBytes} of it; for an immediate channel read. */
    final ByteBuffer writableView(int maxBytes) {
        return bytes.limit(end + Math.min(tailRoom(), maxBytes)).position(end);
    }
}
