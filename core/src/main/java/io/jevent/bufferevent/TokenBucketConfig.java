package io.jevent.bufferevent;

import java.time.Duration;

/**
 * How many bytes a {@link BufferEvent} or a {@link RateLimitGroup} may move.
 *
 * <p>Time is cut into ticks. In each the bucket of a direction gains its rate, and keeps at most its burst. It starts with
 * the rate of one tick. What moves is taken out of it; when nothing is left the direction pauses until the next tick. A
 * bucket may be overdrawn a little, which the next ticks pay back: in the long run no more than the rate moves.
 *
 * <p>Threading: immutable, share freely.
 *
 * @param readRate bytes per tick, from 1 to {@code readBurst}
 * @param readBurst bytes, at most {@link #MAX}
 * @param writeRate bytes per tick, from 1 to {@code writeBurst}
 * @param writeBurst bytes, at most {@link #MAX}
 * @param tick from 1 millisecond to {@link #LONGEST_TICK}
 * @see RateLimits
 * @see "libevent ev_token_bucket_cfg_new()"
 */
public record TokenBucketConfig(long readRate, long readBurst, long writeRate, long writeBurst, Duration tick) {
    /**
     * The largest rate and burst: 2<sup>62</sup> bytes. As a rate it is as good as no limit.
     *
     * @see "libevent EV_RATE_LIMIT_MAX"
     */
    public static final long MAX = 1L << 62;

    /** The default tick: 1 second. */
    public static final Duration DEFAULT_TICK = Duration.ofSeconds(1);

    /** The longest tick: a day. */
    public static final Duration LONGEST_TICK = Duration.ofDays(1);

    private static final Duration SHORTEST_TICK = Duration.ofMillis(1);

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException unless {@code 1 <= rate <= burst <= MAX} for both directions, and the tick is in range
     */
    public TokenBucketConfig {
        check("read", readRate, readBurst);
        check("write", writeRate, writeBurst);
        if (tick.compareTo(SHORTEST_TICK) < 0 || tick.compareTo(LONGEST_TICK) > 0) {
            throw new IllegalArgumentException(
                    "need " + SHORTEST_TICK + " <= tick <= " + LONGEST_TICK + ", got " + tick);
        }
    }

    private static void check(String what, long rate, long burst) {
        if (rate < 1 || rate > burst || burst > MAX) {
            throw new IllegalArgumentException("need 1 <= " + what + "Rate <= " + what + "Burst <= " + MAX + ", got "
                    + what + "Rate=" + rate + " " + what + "Burst=" + burst);
        }
    }

    /**
     * {@return the same for both directions, in ticks of a tenth of a second, with a burst of one second}
     *
     * @param bytesPerSecond at least 10
     * @throws IllegalArgumentException if below 10, or above {@link #MAX}
     */
    public static TokenBucketConfig ofBytesPerSecond(long bytesPerSecond) {
        long rate = bytesPerSecond / 10;
        return new TokenBucketConfig(rate, bytesPerSecond, rate, bytesPerSecond, Duration.ofMillis(100));
    }
}
