package io.jevent.buffer;

import java.lang.foreign.MemorySegment;

/**
 * Is told that memory put into a buffer by reference is no longer used.
 *
 * <p>Threading: called on the thread that lets go of the memory last.
 *
 * @see "libevent evbuffer_ref_cleanup_cb"
 */
@FunctionalInterface
public interface ReferenceCleanup {
    /** Does nothing: for memory that the garbage collector or an arena looks after. */
    ReferenceCleanup NONE = memory -> {};

    /**
     * Releases or reuses the memory. What it throws is logged.
     *
     * @param memory the memory as it was given
     */
    void onReleased(MemorySegment memory);
}
