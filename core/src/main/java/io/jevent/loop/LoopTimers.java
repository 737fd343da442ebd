package io.jevent.loop;

import io.jevent.backend.LoopClock;
import java.time.Duration;

/**
 * The timers of one loop: each by itself in a {@link TimerHeap}, or among {@link EqualTimers} that run for the same span.
 *
 * <p>Threading: loop only.
 */
public final class LoopTimers {
    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE / 2);

    private final LoopClock clock;
    private final TimerHeap heap = new TimerHeap();

    /** What is due in this turn: deadlines not after it. */
    private long turnNanos;

    LoopTimers(LoopClock clock) {
        this.clock = clock;
    }

    /** A span in nanoseconds, at most 146 years. */
    public static long nanosOf(Duration span) {
        if (span.isNegative()) {
            throw new IllegalArgumentException("need a duration >= 0, got " + span);
        }
        return span.compareTo(LONGEST) > 0 ? LONGEST.toNanos() : span.toNanos();
    }

    /** Sets a timer, or moves it if it is set; it never expires before {@code delayNanos} have passed. */
    public void set(LoopTimer timer, long delayNanos) {
        setAt(timer, clock.nanoTime() + delayNanos);
    }

    /** Sets a timer, or moves it if it is set. */
    public void setAt(LoopTimer timer, long deadlineNanos) {
        if (timer.equals != null) {
            timer.equals.remove(timer);
        }
        heap.set(timer, deadlineNanos);
    }

    /** Sets a timer among equal ones, or moves it if it is set. */
    public void set(LoopTimer timer, EqualTimers equals) {
        setAt(timer, equals, clock.nanoTime() + equals.spanNanos());
    }

    /** Sets a timer among equal ones, or moves it if it is set. */
    public void setAt(LoopTimer timer, EqualTimers equals, long deadlineNanos) {
        cancel(timer);
        equals.add(timer, deadlineNanos);
    }

    /** Cancels a timer; a no-op if it is not set. */
    public void cancel(LoopTimer timer) {
        if (timer.equals != null) {
            timer.equals.remove(timer);
        } else {
            heap.remove(timer);
        }
    }

    boolean isEmpty() {
        return heap.isEmpty();
    }

    /** How long until the earliest deadline, at least 0; there must be one. */
    long nanosToNext() {
        return Math.max(0, heap.first().deadlineNanos - clock.nanoTime());
    }

    /** The time for which timers are expiring. */
    long turnNanos() {
        return turnNanos;
    }

    /** Runs all that are due; returns how many. */
    int expire(long presentNanos) {
        turnNanos = presentNanos;
        int count = 0;
        while (!heap.isEmpty() && heap.first().deadlineNanos - presentNanos <= 0) {
            LoopTimer timer = heap.first();
            heap.remove(timer);
            timer.onExpired();
            count++;
        }
        return count;
    }

    HighWater highWater() {
        return heap.highWater();
    }

    void clear() {
        heap.clear();
    }
}
