package io.jevent.buffer;

import java.lang.foreign.MemorySegment;

/** Bytes of somebody else's that are only read: of another buffer's chunk, or of the user's memory. */
final class BorrowedChunk extends Chunk {
    private final Lease lease;

    private BorrowedChunk(MemorySegment memory, int start, int end, Lease lease) {
        super(memory, end);
        this.start = start;
        this.end = end;
        this.lease = lease;
    }

    /** A chunk of a range of memory that takes a share of its own. */
    static BorrowedChunk of(MemorySegment memory, int start, int byteCount, Lease lease) {
        lease.share();
        return new BorrowedChunk(memory, start, start + byteCount, lease);
    }

    @Override
    int frontRoom() {
        return 0;
    }

    @Override
    Chunk shareFirst(int byteCount) {
        return of(memory, start, byteCount, lease);
    }

    @Override
    void release() {
        lease.release();
    }
}
