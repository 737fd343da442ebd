package io.jevent.bufferevent;

import io.jevent.backend.Direction;

/**
 * Tokens for the bytes of both directions. Time is handed in, as the clock's nanoseconds; ticks are counted from a point that
 * moves along, so that a clock may wrap.
 */
final class TokenBucket {
    private TokenBucketConfig config;
    private long tickNanos;

    /** Where the present tick began. */
    private long tickStart;

    private long readTokens;
    private long writeTokens;

    TokenBucket(TokenBucketConfig config, long presentNanos) {
        this.config = config;
        this.tickNanos = config.tick().toNanos();
        this.tickStart = presentNanos;
        this.readTokens = config.readRate();
        this.writeTokens = config.writeRate();
    }

    TokenBucketConfig config() {
        return config;
    }

    /** Replaces the settings: what is there is cut down to the new burst, and nothing is granted. */
    void configure(TokenBucketConfig fresh, long presentNanos) {
        refill(presentNanos);
        config = fresh;
        tickNanos = fresh.tick().toNanos();
        tickStart = presentNanos;
        readTokens = Math.min(readTokens, fresh.readBurst());
        writeTokens = Math.min(writeTokens, fresh.writeBurst());
    }

    /** Adds what the ticks since the last time have brought. */
    void refill(long presentNanos) {
        long elapsedNanos = presentNanos - tickStart;
        if (elapsedNanos >= tickNanos) {
            long ticks = elapsedNanos / tickNanos;
            tickStart += ticks * tickNanos;
            readTokens = filled(readTokens, config.readRate(), config.readBurst(), ticks);
            writeTokens = filled(writeTokens, config.writeRate(), config.writeBurst(), ticks);
        }
    }

    private static long filled(long tokens, long rate, long burst, long ticks) {
        if (tokens >= burst) {
            return tokens;
        }
        // Neither difference nor quotient overflows: burst is at most 2^62, and tokens at least -2^62.
        long missing = burst - tokens;
        return missing / rate < ticks ? burst : tokens + rate * ticks;
    }

    long tokens(Direction direction) {
        return direction == Direction.READING ? readTokens : writeTokens;
    }

    /** Takes out, or with a negative count puts back; never so far that sums overflow. */
    void charge(Direction direction, long byteCount) {
        long left = clamped(tokens(direction), byteCount);
        if (direction == Direction.READING) {
            readTokens = left;
        } else {
            writeTokens = left;
        }
    }

    private static long clamped(long tokens, long byteCount) {
        long bounded = Math.clamp(byteCount, -TokenBucketConfig.MAX, TokenBucketConfig.MAX);
        return Math.clamp(tokens - bounded, -TokenBucketConfig.MAX, TokenBucketConfig.MAX);
    }

    /** When a direction has a token again, if nothing is taken out until then. */
    long positiveAt(Direction direction) {
        long rate = direction == Direction.READING ? config.readRate() : config.writeRate();
        long missing = Math.max(0, 1 - tokens(direction));
        long ticks = Math.max(1, missing / rate + (missing % rate == 0 ? 0 : 1));
        long mostTicks = Long.MAX_VALUE / 4 / tickNanos;
        return tickStart + Math.min(ticks, mostTicks) * tickNanos;
    }
}
