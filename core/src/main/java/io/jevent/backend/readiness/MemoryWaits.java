package io.jevent.backend.readiness;

import io.jevent.buffer.BufferPool;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Who would receive or accept but for the bound of the pool.
 *
 * <p>Threading: loop only.
 */
public final class MemoryWaits {
    /** While somebody waits for memory that other threads may give back, polls last no longer than this. */
    private static final long LONGEST_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final BufferPool pool;
    private final List<MemoryWaiter> waiting = new ArrayList<>();

    /** Begins with nobody waiting. */
    public MemoryWaits(BufferPool pool) {
        this.pool = pool;
    }

    /** Whether there is too little memory to receive or accept; if so, the waiter is told when there is. */
    public boolean mustWait(MemoryWaiter waiter) {
        if (!pool.isNearLimit()) {
            return false;
        }
        waiting.add(waiter);
        return true;
    }

    /** Tells it nothing more. */
    public void forget(MemoryWaiter waiter) {
        if (!waiting.isEmpty()) {
            waiting.removeIf(it -> it == waiter);
        }
    }

    /** Lets go on who waits, if there is memory; to be called before each poll. Returns how long that may wait. */
    public long resume(long timeoutNanos) {
        if (waiting.isEmpty()) {
            return timeoutNanos;
        }
        if (pool.isNearLimit()) {
            return bound(timeoutNanos);
        }
        List<MemoryWaiter> resumed = List.copyOf(waiting);
        waiting.clear();
        resumed.forEach(MemoryWaiter::memoryAvailable);
        return 0;
    }

    /** How long a poll may wait, if somebody began to wait for memory after {@link #resume}. */
    public long bound(long timeoutNanos) {
        if (waiting.isEmpty()) {
            return timeoutNanos;
        }
        return timeoutNanos < 0 ? LONGEST_POLL_NANOS : Math.min(timeoutNanos, LONGEST_POLL_NANOS);
    }
}
