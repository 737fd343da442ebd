package io.jevent.listener;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Counts tokens of an {@link AcceptRate} in a single number: the time at which all of them would be back. A token that is
 * taken moves that time on by the span in which one comes; one may be taken unless it is further ahead than the burst allows.
 * For example at 10 a second with a burst of 3: three tokens taken at 0 ms move it to 300 ms, and since it may be at most
 * 200 ms ahead, the fourth can be taken at 100 ms.
 *
 * <p>The numbers, in the clock's nanoseconds, belong to whoever is metered. They are compared by difference.
 */
final class AcceptMeter {
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final long tokenNanos;
    private final long mostAheadNanos;

    AcceptMeter(AcceptRate rate) {
        this.tokenNanos = NANOS_PER_SECOND / rate.perSecond();
        this.mostAheadNanos = (rate.burst() - 1) * tokenNanos;
    }

    /** One for a rate, or null where there is none. */
    static @Nullable AcceptMeter orNull(Optional<AcceptRate> rate) {
        return rate.isPresent() ? new AcceptMeter(rate.get()) : null;
    }

    boolean mayTake(long fullAtNanos, long presentNanos) {
        return fullAtNanos - presentNanos <= mostAheadNanos;
    }

    /** When all tokens are back after one is taken now. */
    long taken(long fullAtNanos, long presentNanos) {
        return (isFull(fullAtNanos, presentNanos) ? presentNanos : fullAtNanos) + tokenNanos;
    }

    boolean isFull(long fullAtNanos, long presentNanos) {
        return fullAtNanos - presentNanos <= 0;
    }

    /** When the next token may be taken. */
    long nextAt(long fullAtNanos) {
        return fullAtNanos - mostAheadNanos;
    }
}
