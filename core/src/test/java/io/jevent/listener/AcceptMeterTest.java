package io.jevent.listener;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Tokens that come back one by one. */
class AcceptMeterTest {
    private static final long MILLI = 1_000_000;

    /** A clock that wraps while tokens are out. */
    private static final long START = nearTheEnd(50 * MILLI);

    private static long nearTheEnd(long nanos) {
        return Long.MAX_VALUE - nanos;
    }

    @Test
    void aBurstMayBeTakenAtOnceAndThenOneForEachSpan() {
        AcceptMeter meter = new AcceptMeter(new AcceptRate(10, 3));
        long fullAt = START;
        for (int i = 0; i < 3; i++) {
            assertThat(meter.mayTake(fullAt, START)).isTrue();
            fullAt = meter.taken(fullAt, START);
        }
        assertThat(meter.mayTake(fullAt, START)).isFalse();
        assertThat(meter.nextAt(fullAt)).isEqualTo(START + 100 * MILLI);
        assertThat(meter.mayTake(fullAt, START + 100 * MILLI - 1)).isFalse();
        assertThat(meter.mayTake(fullAt, START + 100 * MILLI)).isTrue();
        fullAt = meter.taken(fullAt, START + 100 * MILLI);
        assertThat(meter.mayTake(fullAt, START + 100 * MILLI)).isFalse();
    }

    @Test
    void noMoreThanABurstIsSavedUp() {
        AcceptMeter meter = new AcceptMeter(new AcceptRate(10, 2));
        long later = START + 3_600_000 * MILLI;
        assertThat(meter.isFull(START, later)).isTrue();
        long fullAt = meter.taken(meter.taken(START, later), later);
        assertThat(meter.mayTake(fullAt, later)).isFalse();
        assertThat(meter.isFull(fullAt, later + 199 * MILLI)).isFalse();
        assertThat(meter.isFull(fullAt, later + 200 * MILLI)).isTrue();
    }
}
