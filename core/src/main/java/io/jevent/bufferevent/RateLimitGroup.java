package io.jevent.bufferevent;

import io.jevent.backend.Direction;
import io.jevent.event.EventBase;
import io.jevent.loop.LoopAccess;
import io.jevent.loop.LoopEngine;
import io.jevent.loop.LoopTimer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A bucket that several {@link BufferEvent}s of one base draw from: what they move together is limited.
 *
 * <p>Each member may at once move an equal share of what is in the bucket, and never less than {@link #minShare()}. When the
 * bucket is empty all pause; at the next tick they resume in an order drawn anew each time, so that none is favoured.
 * Members have limits of their own besides, where they set some.
 *
 * <p>Threading: loop only.
 *
 * @see RateLimits#join(RateLimitGroup)
 * @see "libevent bufferevent_rate_limit_group_new()"
 */
public final class RateLimitGroup implements AutoCloseable {
    /** The default smallest share: 64 bytes. */
    public static final long DEFAULT_MIN_SHARE = 64;

    private final EventBase base;
    private final LoopEngine engine;
    private final TokenBucket bucket;
    private final List<RateLimits> members = new ArrayList<>();
    private final SplittableRandom random = new SplittableRandom(0);
    private long wantedMinShare = DEFAULT_MIN_SHARE;
    private long totalRead;
    private long totalWritten;
    private boolean readingPaused;
    private boolean writingPaused;
    private boolean closed;

    private final LoopTimer refill = new LoopTimer() {
        @Override
        protected void onExpired() {
            resume();
        }
    };

    private RateLimitGroup(EventBase base, TokenBucketConfig config) {
        this.base = base;
        this.engine = LoopAccess.engineOf(base);
        engine.checkUsable();
        this.bucket = new TokenBucket(config, engine.clock().nanoTime());
    }

    /**
     * Makes a group without members.
     *
     * @param base the loop
     * @param config the limit of all together
     * @return a new group
     * @see "libevent bufferevent_rate_limit_group_new()"
     */
    public static RateLimitGroup create(EventBase base, TokenBucketConfig config) {
        return new RateLimitGroup(base, config);
    }

    /**
     * {@return the loop}
     */
    public EventBase base() {
        return base;
    }

    /**
     * Replaces the limit. Tokens that are left are kept, as far as the new burst allows.
     *
     * @param config the limit of all together
     * @throws IllegalStateException if closed
     * @see "libevent bufferevent_rate_limit_group_set_cfg()"
     */
    public void limit(TokenBucketConfig config) {
        checkOpen();
        bucket.configure(config, engine.clock().nanoTime());
        resume();
    }

    /**
     * {@return the limit of all together}
     */
    public TokenBucketConfig limit() {
        engine.checkThread();
        return bucket.config();
    }

    /**
     * Sets the smallest share, so that many members need not move a few bytes each: then only some of them move in a tick.
     *
     * @param byteCount above 0; not more than the smaller of the two rates is used
     * @throws IllegalArgumentException if not above 0
     * @throws IllegalStateException if closed
     * @see "libevent bufferevent_rate_limit_group_set_min_share()"
     */
    public void minShare(long byteCount) {
        checkOpen();
        if (byteCount < 1) {
            throw new IllegalArgumentException("need byteCount >= 1, got " + byteCount);
        }
        wantedMinShare = byteCount;
    }

    /**
     * {@return the smallest share in bytes, at most the smaller of the two rates}
     */
    public long minShare() {
        engine.checkThread();
        TokenBucketConfig config = bucket.config();
        return Math.min(wantedMinShare, Math.min(config.readRate(), config.writeRate()));
    }

    /**
     * {@return how many buffer events are members}
     */
    public int memberCount() {
        engine.checkThread();
        return members.size();
    }

    /**
     * {@return tokens left for reading, below 0 if overdrawn}
     *
     * @see "libevent bufferevent_rate_limit_group_get_read_limit()"
     */
    public long readTokens() {
        return tokens(Direction.READING);
    }

    /**
     * {@return tokens left for writing, below 0 if overdrawn}
     *
     * @see "libevent bufferevent_rate_limit_group_get_write_limit()"
     */
    public long writeTokens() {
        return tokens(Direction.WRITING);
    }

    private long tokens(Direction direction) {
        engine.checkThread();
        bucket.refill(engine.clock().nanoTime());
        return bucket.tokens(direction);
    }

    /**
     * Takes tokens for reading, for bytes that were read in another way; all members pause or resume accordingly.
     *
     * @param byteCount how many; below 0 to put some back
     * @see "libevent bufferevent_rate_limit_group_decrement_read()"
     */
    public void chargeReading(long byteCount) {
        charge(Direction.READING, byteCount);
    }

    /**
     * Takes tokens for writing, for bytes that were written in another way; all members pause or resume accordingly.
     *
     * @param byteCount how many; below 0 to put some back
     * @see "libevent bufferevent_rate_limit_group_decrement_write()"
     */
    public void chargeWriting(long byteCount) {
        charge(Direction.WRITING, byteCount);
    }

    private void charge(Direction direction, long byteCount) {
        checkOpen();
        bucket.refill(engine.clock().nanoTime());
        bucket.charge(direction, byteCount);
        if (bucket.tokens(direction) <= 0) {
            pause(direction);
        } else {
            resume();
        }
    }

    /**
     * {@return bytes that members have read since the start or the last {@link #resetTotals()}}
     *
     * @see "libevent bufferevent_rate_limit_group_get_totals()"
     */
    public long totalRead() {
        engine.checkThread();
        return totalRead;
    }

    /**
     * {@return bytes that members have written since the start or the last {@link #resetTotals()}}
     *
     * @see "libevent bufferevent_rate_limit_group_get_totals()"
     */
    public long totalWritten() {
        engine.checkThread();
        return totalWritten;
    }

    /**
     * Starts both totals at 0 again.
     *
     * @see "libevent bufferevent_rate_limit_group_reset_totals()"
     */
    public void resetTotals() {
        engine.checkThread();
        totalRead = 0;
        totalWritten = 0;
    }

    /**
     * Closes the group. Idempotent.
     *
     * @throws IllegalStateException if it still has members
     * @see "libevent bufferevent_rate_limit_group_free()"
     */
    @Override
    public void close() {
        engine.checkThread();
        if (!members.isEmpty()) {
            throw new IllegalStateException("need a group without members, this one has " + members.size());
        }
        closed = true;
        engine.timers().cancel(refill);
    }

    private void checkOpen() {
        engine.checkThread();
        if (closed) {
            throw new IllegalStateException("this group is closed");
        }
    }

    // ---- for members ----

    void checkMayJoin(AbstractBufferEvent member) {
        if (member.engine != engine) {
            throw new IllegalArgumentException("need a group of the same base");
        }
        checkOpen();
    }

    void add(RateLimits member) {
        members.add(member);
    }

    void remove(RateLimits member) {
        members.remove(member);
        if (members.isEmpty()) {
            engine.timers().cancel(refill);
        }
    }

    /** What a member may move at once. */
    long share(Direction direction) {
        bucket.refill(engine.clock().nanoTime());
        long tokens = bucket.tokens(direction);
        return tokens <= 0 ? 0 : Math.max(minShare(), tokens / Math.max(1, members.size()));
    }

    void moved(Direction direction, long byteCount) {
        bucket.charge(direction, byteCount);
        if (direction == Direction.READING) {
            totalRead += byteCount;
        } else {
            totalWritten += byteCount;
        }
        if (bucket.tokens(direction) <= 0) {
            pause(direction);
        }
    }

    /** What members were admitted to while there were tokens they are not any more. */
    private void pause(Direction direction) {
        boolean paused = direction == Direction.READING ? readingPaused : writingPaused;
        if (paused) {
            return;
        }
        if (direction == Direction.READING) {
            readingPaused = true;
        } else {
            writingPaused = true;
        }
        List.copyOf(members).forEach(RateLimits::groupChanged);
    }

    void waitForMore(Direction direction) {
        long at = bucket.positiveAt(direction);
        if (!refill.isSet() || refill.deadlineNanos() - at > 0) {
            engine.timers().setAt(refill, at);
        }
    }

    private void resume() {
        bucket.refill(engine.clock().nanoTime());
        readingPaused &= bucket.tokens(Direction.READING) <= 0;
        writingPaused &= bucket.tokens(Direction.WRITING) <= 0;
        List<RateLimits> order = new ArrayList<>(members);
        for (int i = order.size() - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            RateLimits swapped = order.get(i);
            order.set(i, order.get(other));
            order.set(other, swapped);
        }
        order.forEach(RateLimits::groupChanged);
    }
}
