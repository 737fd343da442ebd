package io.jevent.loop;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Whether a loop sleeps and who wakes it: of several threads that come at once, one makes the system call.
 *
 * <p>Threading: {@link #isAsleep} and {@link #claim} on any thread, the rest on the loop's.
 */
final class WakeUp {
    /** True from just before a poll until just after it; what a task sees decides whether it must wake the loop. */
    private volatile boolean asleep;

    /** Set by the first of several wakers. */
    private final AtomicBoolean pending = new AtomicBoolean();

    /** After it, the loop must look once more for what other threads have handed over, and not sleep if there is some. */
    void fallAsleep() {
        // Only here, just before it counts. The wake-up of a waker that came late for the last wait may have been taken
        // by any
        // look at the system since, and its mark would keep the next waker from waking.
        pending.set(false);
        asleep = true;
    }

    void awake() {
        asleep = false;
    }

    boolean isAsleep() {
        return asleep;
    }

    /** Whether the caller is the one who has to wake the loop. */
    boolean claim() {
        return asleep && pending.compareAndSet(false, true);
    }
}
