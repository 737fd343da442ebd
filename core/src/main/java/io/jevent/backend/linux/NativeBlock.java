package io.jevent.backend.linux;

import io.jevent.vector.IoVector;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/** Memory that an operation in flight reads: an address, or a {@code struct msghdr} and the pieces it names. */
final class NativeBlock {
    // struct msghdr
    static final int MSGHDR_BYTES = 56;
    static final int MSGHDR_IOV = 16;
    static final int MSGHDR_IOVLEN = 24;

    private static final int IOVECS_OFFSET = 64;
    private static final int IOVEC_BYTES = 16;
    private static final int BYTES = IOVECS_OFFSET + IoVector.MAX_PIECES * IOVEC_BYTES;

    private final MemorySegment memory;
    private @Nullable NativeBlock next;

    private NativeBlock(MemorySegment memory) {
        this.memory = memory;
    }

    MemorySegment memory() {
        return memory;
    }

    long address() {
        return memory.address();
    }

    /** Becomes a message of the pieces of a vector. */
    void message(IoVector vector) {
        memory.asSlice(0, MSGHDR_BYTES).fill((byte) 0);
        memory.set(ValueLayout.JAVA_LONG, MSGHDR_IOV, memory.address() + IOVECS_OFFSET);
        memory.set(ValueLayout.JAVA_LONG, MSGHDR_IOVLEN, vector.count());
        for (int i = 0; i < vector.count(); i++) {
            long offset = IOVECS_OFFSET + (long) i * IOVEC_BYTES;
            memory.set(ValueLayout.JAVA_LONG, offset, vector.address(i));
            memory.set(ValueLayout.JAVA_LONG, offset + 8, vector.length(i));
        }
    }

    /** Blocks that are not in use. As many are made as operations were ever in flight at one time. */
    static final class Pool {
        private static final int AT_ONCE = 16;

        private final Arena arena;
        private @Nullable NativeBlock free;

        Pool(Arena arena) {
            this.arena = arena;
        }

        NativeBlock take() {
            NativeBlock block = free;
            if (block == null) {
                MemorySegment fresh = arena.allocate((long) AT_ONCE * BYTES, 8);
                for (int i = 0; i < AT_ONCE; i++) {
                    put(new NativeBlock(fresh.asSlice((long) i * BYTES, BYTES)));
                }
                return take();
            }
            free = block.next;
            block.next = null;
            return block;
        }

        void put(NativeBlock block) {
            block.next = free;
            free = block;
        }
    }
}
