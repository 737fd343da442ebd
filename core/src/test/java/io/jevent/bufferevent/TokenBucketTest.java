package io.jevent.bufferevent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.backend.Direction;
import java.math.BigInteger;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tokens, as arithmetic: compared with numbers that cannot overflow. */
class TokenBucketTest {
    private static final long ALMOST_WRAPPED =
            Long.MAX_VALUE - Duration.ofSeconds(1).toNanos();

    private static TokenBucketConfig config(long rate, long burst, Duration tick) {
        return new TokenBucketConfig(rate, burst, rate, burst, tick);
    }

    @Test
    void itStartsWithTheRateOfOneTickAndFillsUpToTheBurst() {
        Duration tick = Duration.ofMillis(10);
        TokenBucket bucket = new TokenBucket(config(100, 250, tick), ALMOST_WRAPPED);
        assertThat(bucket.tokens(Direction.READING)).isEqualTo(100);
        bucket.refill(ALMOST_WRAPPED + tick.toNanos() - 1);
        assertThat(bucket.tokens(Direction.READING))
                .as("not before the tick is over")
                .isEqualTo(100);
        bucket.refill(ALMOST_WRAPPED + tick.toNanos());
        assertThat(bucket.tokens(Direction.READING)).isEqualTo(200);
        bucket.refill(ALMOST_WRAPPED + 1_000 * tick.toNanos());
        assertThat(bucket.tokens(Direction.READING)).as("the clock has wrapped").isEqualTo(250);
    }

    @Test
    void aClockThatStandsStillAddsNothing() {
        TokenBucket bucket = new TokenBucket(config(1, 10, Duration.ofMillis(1)), 500);
        bucket.refill(500);
        bucket.refill(400);
        assertThat(bucket.tokens(Direction.WRITING)).isEqualTo(1);
    }

    @Test
    void newSettingsCutDownAndGrantNothing() {
        TokenBucket bucket = new TokenBucket(config(1_000, 1_000, Duration.ofSeconds(1)), 0);
        bucket.configure(config(10, 50, Duration.ofSeconds(2)), 1);
        assertThat(bucket.tokens(Direction.READING)).isEqualTo(50);
        bucket.configure(config(500, 5_000, Duration.ofSeconds(2)), 2);
        assertThat(bucket.tokens(Direction.READING)).isEqualTo(50);
    }

    @Test
    void anOverdrawnBucketIsPositiveWhenItSaysSoAndNotBefore() {
        Duration tick = Duration.ofMillis(100);
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 10_000; i++) {
            long start = random.nextLong();
            long rate = 1 + random.nextLong(1_000);
            TokenBucket bucket = new TokenBucket(config(rate, rate + random.nextLong(1_000), tick), start);
            bucket.charge(Direction.READING, rate + random.nextLong(100_000));
            long at = bucket.positiveAt(Direction.READING);
            bucket.refill(at - 1);
            assertThat(bucket.tokens(Direction.READING)).isLessThanOrEqualTo(0);
            bucket.refill(at);
            assertThat(bucket.tokens(Direction.READING)).isPositive();
        }
    }

    @Test
    void nothingOverflowsAtExtremeRatesChargesAndTimes() {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 20_000; i++) {
            long burst = 1 + (random.nextLong() >>> 2) % TokenBucketConfig.MAX;
            long rate = 1 + (random.nextLong() >>> 1) % burst;
            Duration tick = Duration.ofMillis(1 + random.nextInt(86_400_000));
            long present = random.nextLong();
            TokenBucket bucket = new TokenBucket(config(rate, burst, tick), present);
            BigInteger model = BigInteger.valueOf(rate);
            long tickStart = present;
            for (int step = 0; step < 10; step++) {
                long passed = random.nextLong() >>> (2 + random.nextInt(40));
                present += passed;
                bucket.refill(present);
                long ticks = (present - tickStart) / tick.toNanos();
                if (ticks > 0) {
                    tickStart += ticks * tick.toNanos();
                    model = model.add(BigInteger.valueOf(rate).multiply(BigInteger.valueOf(ticks)))
                            .min(BigInteger.valueOf(burst).max(model));
                }
                assertThat(bucket.tokens(Direction.WRITING)).isEqualTo(model.longValueExact());
                long charge = random.nextLong() >> (2 + random.nextInt(60));
                bucket.charge(Direction.WRITING, charge);
                model = model.subtract(BigInteger.valueOf(charge))
                        .max(BigInteger.valueOf(-TokenBucketConfig.MAX))
                        .min(BigInteger.valueOf(TokenBucketConfig.MAX));
                assertThat(bucket.tokens(Direction.WRITING)).isEqualTo(model.longValueExact());
            }
        }
    }

    @Test
    @Tag("parity") // regress_bufferevent.c: bufferevent_ratelimit_overflow
    void settingsThatMakeNoSenseAreRefused() {
        Duration tick = TokenBucketConfig.DEFAULT_TICK;
        assertThatThrownBy(() -> config(0, 1, tick)).hasMessageContaining("need 1 <= readRate <= readBurst");
        assertThatThrownBy(() -> config(2, 1, tick)).hasMessageContaining("got readRate=2 readBurst=1");
        assertThatThrownBy(() -> config(1, TokenBucketConfig.MAX + 1, tick))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> config(1, 1, Duration.ZERO)).hasMessageContaining("tick");
        assertThatThrownBy(() -> config(1, 1, Duration.ofMillis(-5))).hasMessageContaining("tick");
        assertThatThrownBy(() -> config(1, 1, Duration.ofSeconds(Long.MAX_VALUE)))
                .hasMessageContaining("tick");
        assertThat(config(1, TokenBucketConfig.MAX, TokenBucketConfig.LONGEST_TICK))
                .isNotNull();
        assertThat(TokenBucketConfig.ofBytesPerSecond(1_000))
                .isEqualTo(new TokenBucketConfig(100, 1_000, 100, 1_000, Duration.ofMillis(100)));
        assertThatThrownBy(() -> TokenBucketConfig.ofBytesPerSecond(9)).isInstanceOf(IllegalArgumentException.class);
    }
}
