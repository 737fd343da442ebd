package io.jevent.buffer;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A piece of a slab with a readable range; the link of an {@link EvBuffer}'s chain.
 *
 * <p>Exactly one holder at a time: a pool's free list, a buffer's chain, or an operation between the two.
 */
final class Chunk {
    final MemorySegment memory;

    /** The same memory for channel I/O; its position and limit mean nothing between two operations. */
    final ByteBuffer bytes;

    final int capacity;
    final BufferPool home;
    final Slab slab;

    /** Index of the pool's size class, or {@link BufferPool#OVERSIZE}. */
    final int sizeClass;

    /** First readable byte. */
    int start;

    /** One past the last readable byte. */
    int end;

    /** The next chunk of the chain or free list this chunk is in. */
    @Nullable
    Chunk next;

    Chunk(BufferPool home, Slab slab, int sizeClass, MemorySegment memory) {
        this.home = home;
        this.slab = slab;
        this.sizeClass = sizeClass;
        this.memory = memory;
        this.bytes = memory.asByteBuffer();
        this.capacity = Math.toIntExact(memory.byteSize());
    }

    int length() {
        return end - start;
    }

    /** Bytes that can still be appended. */
    int tailRoom() {
        return capacity - end;
    }

    /** Appends as many bytes of the range as fit and returns their count. */
    int append(byte[] source, int offset, int byteCount) {
        int count = Math.min(byteCount, tailRoom());
        MemorySegment.copy(source, offset, memory, ValueLayout.JAVA_BYTE, end, count);
        end += count;
        return count;
    }

    /** Copies readable bytes from {@code from} bytes after the start on. */
    void copyOut(int from, byte[] target, int offset, int byteCount) {
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, (long) start + from, target, offset, byteCount);
    }

    /** Appends the first {@code byteCount} readable bytes of another chunk, which keeps them. */
    void appendFrom(Chunk source, int byteCount) {
        MemorySegment.copy(source.memory, source.start, memory, end, byteCount);
        end += byteCount;
    }

    byte at(int index) {
        return memory.get(ValueLayout.JAVA_BYTE, (long) start + index);
    }

    /** The shared view set to the readable range, at most {@code maxBytes} of it; for an immediate channel write. */
    ByteBuffer readableView(int maxBytes) {
        return bytes.limit(start + Math.min(length(), maxBytes)).position(start);
    }

    /** The shared view set to the free tail, at most {@code maxBytes} of it; for an immediate channel read. */
    ByteBuffer writableView(int maxBytes) {
        return bytes.limit(end + Math.min(tailRoom(), maxBytes)).position(end);
    }

    void release() {
        home.release(this);
    }
}
