package io.jevent.backend;

import java.time.Instant;

/** The machine's own clocks. */
enum SystemLoopClock implements LoopClock {
    INSTANCE;

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    @SuppressWarnings("JavaTimeDefaultTimeZone") // an instant has no zone
    public Instant wallTime() {
        return Instant.now();
    }
}
