package io.jevent.testkit;

import io.jevent.backend.LoopClock;
import java.time.Duration;
import java.time.Instant;

/**
 * A clock that stands still until it is moved.
 *
 * <p>Threading: one thread, the loop's.
 */
public final class ManualClock implements LoopClock {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final long startNanos;
    private long nanos;

    /** Makes a clock at an arbitrary point of its scale, close to where a long wraps, so that wrapping is always tested. */
    public ManualClock() {
        this(Long.MAX_VALUE - Duration.ofSeconds(5).toNanos());
    }

    /**
     * Makes a clock at a given point of its scale.
     *
     * @param startNanos what {@link #nanoTime()} returns at first
     */
    public ManualClock(long startNanos) {
        this.startNanos = startNanos;
        this.nanos = startNanos;
    }

    /**
     * Moves the clock forward.
     *
     * @param span at least 0
     * @throws IllegalArgumentException if negative
     */
    public void advance(Duration span) {
        if (span.isNegative()) {
            throw new IllegalArgumentException("need a span >= 0, got " + span);
        }
        nanos += span.toNanos();
    }

    /**
     * {@return how far the clock has been moved since it was made}
     */
    public Duration elapsed() {
        return Duration.ofNanos(nanos - startNanos);
    }

    @Override
    public long nanoTime() {
        return nanos;
    }

    @Override
    public Instant wallTime() {
        return START.plus(elapsed());
    }
}
