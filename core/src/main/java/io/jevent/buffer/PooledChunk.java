package io.jevent.buffer;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** A piece of a slab of a pool's; goes back to it when released, and when everybody it was shared with has let go. */
final class PooledChunk extends Chunk {
    final BufferPool home;
    final Slab slab;

    /** Index of the pool's size class, or {@link BufferPool#OVERSIZE}. */
    final int sizeClass;

    /** Who else holds the memory; null while it was never shared since it was handed out. */
    private @Nullable Lease lease;

    PooledChunk(BufferPool home, Slab slab, int sizeClass, MemorySegment memory) {
        super(memory, Math.toIntExact(memory.byteSize()));
        this.home = home;
        this.slab = slab;
        this.sizeClass = sizeClass;
    }

    /** What is before the start was drained here, but may still be read elsewhere. */
    @Override
    int frontRoom() {
        return lease == null || lease.isSole() ? start : 0;
    }

    @Override
    Chunk shareFirst(int byteCount) {
        Lease shared = lease;
        if (shared == null) {
            shared = new Lease(this::giveBack);
            lease = shared;
        }
        return BorrowedChunk.of(memory, start, byteCount, shared);
    }

    private void giveBack() {
        lease = null;
        home.release(this);
    }

    @Override
    void release() {
        Lease shared = lease;
        if (shared == null) {
            home.release(this);
        } else {
            shared.release();
        }
    }
}
