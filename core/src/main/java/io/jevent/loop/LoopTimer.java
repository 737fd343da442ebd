package io.jevent.loop;

/**
 * A point in time at which the loop calls {@link #onExpired()}; the entry of a {@link TimerHeap}.
 *
 * <p>Loop only. A timer by itself does not keep the loop running; whoever owns it says so.
 */
public abstract class LoopTimer {
    static final int NOT_QUEUED = -1;

    /** Index in the heap, or {@link #NOT_QUEUED}. */
    int heapIndex = NOT_QUEUED;

    /** In the clock's nanoseconds; meaningful while queued. */
    long deadlineNanos;

    /** Breaks ties: of two equal deadlines the one set first expires first. */
    long sequence;

    /** Runs in the timer stage, no longer queued; queues work, runs no user code. */
    protected abstract void onExpired();

    /** Whether it is set and has not expired. */
    public final boolean isSet() {
        return heapIndex != NOT_QUEUED;
    }

    /** When it expires, in the clock's nanoseconds; meaningful while set. */
    public final long deadlineNanos() {
        return deadlineNanos;
    }
}
