package io.jevent.stress;

import io.jevent.buffer.BufferPool;
import io.jevent.buffer.EvBuffer;
import org.jspecify.annotations.Nullable;

/** A case about the memory of one pool: what the threads saw that they should not have, and what is left of it. */
public abstract class PoolCase {
    final BufferPool pool = BufferPool.create(BufferPool.DEFAULT_MAX_BYTES);

    /** What went wrong first, for the result. */
    volatile @Nullable String trouble;

    /** For JCStress. */
    protected PoolCase() {}

    /** Takes bytes out of a buffer, which must be these. */
    final void check(EvBuffer buffer, char content, int byteCount) {
        if (!Pattern.takes(buffer, content, byteCount)) {
            trouble = "foreign bytes";
        }
    }

    /** What went wrong, else where the memory is that was in use so much. */
    final String verdict(long bytesInUse) {
        String before = trouble;
        return before != null ? before : bytesInUse == 0 ? "all home" : bytesInUse + " bytes out";
    }
}
