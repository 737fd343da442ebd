package io.jevent.loop;

import org.jspecify.annotations.Nullable;

/**
 * A point in time at which the loop calls {@link #onExpired()}; the entry of a {@link TimerHeap}.
 *
 * <p>Loop only. A timer by itself does not keep the loop running; whoever owns it says so.
 */
public abstract class LoopTimer {
    static final int NOT_QUEUED = -1;

    /** Index in the heap, or {@link #NOT_QUEUED}. */
    int heapIndex = NOT_QUEUED;

    /** In the clock's nanoseconds; meaningful while set. */
    long deadlineNanos;

    /** Breaks ties: of two equal deadlines the one set first expires first. */
    long sequence;

    /** The list of equal timers it waits in instead of the heap; null while in neither or in the heap. */
    @Nullable
    EqualTimers equals;

    /** Neighbours in that list. */
    @Nullable
    LoopTimer previousEqual;

    @Nullable
    LoopTimer nextEqual;

    /** Runs in the timer stage, no longer queued; queues work, runs no user code. */
    protected abstract void onExpired();

    /** Whether it is set and has not expired. */
    public final boolean isSet() {
        return heapIndex != NOT_QUEUED || equals != null;
    }

    /** When it expires, in the clock's nanoseconds; meaningful while set. */
    public final long deadlineNanos() {
        return deadlineNanos;
    }
}
