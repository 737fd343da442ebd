package io.jevent.backend;

import java.time.Instant;

/**
 * Where an event loop gets the time from.
 *
 * <p>Threading: called by the loop's thread, and by its creator before the first turn.
 *
 * @see "libevent event_gettime_monotonic()"
 */
public interface LoopClock {
    /**
     * {@return nanoseconds since some fixed point, never going back; compare by difference, it may wrap}
     */
    long nanoTime();

    /**
     * {@return the time of day, which may jump}
     */
    Instant wallTime();

    /**
     * {@return the clock of the machine}
     */
    static LoopClock system() {
        return SystemLoopClock.INSTANCE;
    }
}
