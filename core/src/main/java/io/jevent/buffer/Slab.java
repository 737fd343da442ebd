package io.jevent.buffer;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** One allocation of native memory, cut into equal chunks on demand; freed as a whole. */
final class Slab {
    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory;
    private final int chunkBytes;
    private final BufferPool home;
    private long nextOffset;

    /** Chunks of this slab that are handed out; the slab may be freed only at 0. */
    private int outstandingCount;

    Slab(BufferPool home, long slabBytes, int chunkBytes) {
        this.home = home;
        this.chunkBytes = chunkBytes;
        this.memory = arena.allocate(slabBytes, 8);
    }

    /** Cuts the next chunk off, or returns null when the slab is used up. */
    @Nullable
    PooledChunk cut(int sizeClass) {
        if (nextOffset + chunkBytes > memory.byteSize()) {
            return null;
        }
        PooledChunk chunk = new PooledChunk(home, this, sizeClass, memory.asSlice(nextOffset, chunkBytes));
        nextOffset += chunkBytes;
        return chunk;
    }

    void chunkHandedOut() {
        outstandingCount++;
    }

    void chunkReturned() {
        assert outstandingCount > 0 : "a chunk came back twice";
        outstandingCount--;
    }

    boolean isUnused() {
        return outstandingCount == 0;
    }

    void free() {
        assert outstandingCount == 0 : "freed under " + outstandingCount + " chunks";
        arena.close();
    }
}
