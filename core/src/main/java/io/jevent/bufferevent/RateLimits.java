package io.jevent.bufferevent;

import io.jevent.backend.Direction;
import io.jevent.loop.Activation;
import io.jevent.loop.LoopEngine;
import io.jevent.loop.LoopTimer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How fast one {@link BufferEvent} may move bytes: by a bucket of its own, by a group's, and by so many at once. All that are
 * set hold together.
 *
 * <p>A direction without tokens pauses, as it does at a high mark: its idle clock stands still, and bytes wait in the system
 * or in the output. A byte is counted when it passes the buffer event: of a filter before it is changed, of a socket as it is
 * on the wire.
 *
 * <p>Threading: loop only.
 *
 * @see BufferEvent#rateLimits()
 */
public final class RateLimits {
    /** A limit that is none. */
    public static final long UNLIMITED = Long.MAX_VALUE;

    private final AbstractBufferEvent owner;
    private final LoopEngine engine;

    /** Null without a limit of its own. */
    private @Nullable TokenBucket bucket;

    private @Nullable RateLimitGroup group;
    private long maxSingleRead = UNLIMITED;
    private long maxSingleWrite = UNLIMITED;

    // Since the last resumption.
    private long readBytes;
    private long writtenBytes;
    private boolean closed;

    private final LoopTimer refill = new LoopTimer() {
        @Override
        protected void onExpired() {
            owner.limitsChanged();
        }
    };

    /** After as much as may move at once, others have their turn. */
    private final Activation resumption;

    RateLimits(AbstractBufferEvent owner) {
        this.owner = owner;
        this.engine = owner.engine;
        this.resumption = new Resumption(engine.middlePriority());
    }

    // ---- settings ----

    /**
     * Sets or replaces the limit of this buffer event. Tokens that are left are kept, as far as the new burst allows.
     *
     * @param config the limit
     * @throws IllegalStateException if the buffer event is closed
     * @see "libevent bufferevent_set_rate_limit()"
     */
    public void limit(TokenBucketConfig config) {
        owner.checkOpen();
        long present = engine.clock().nanoTime();
        TokenBucket old = bucket;
        if (old == null) {
            bucket = new TokenBucket(config, present);
        } else {
            old.configure(config, present);
        }
        owner.limitsChanged();
    }

    /**
     * Removes the limit of this buffer event; that of a group goes on. Idempotent.
     *
     * @throws IllegalStateException if the buffer event is closed
     * @see "libevent bufferevent_set_rate_limit(), with null"
     */
    public void removeLimit() {
        owner.checkOpen();
        bucket = null;
        engine.timers().cancel(refill);
        owner.limitsChanged();
    }

    /**
     * {@return the limit of this buffer event, if it has one}
     *
     * @see "libevent bufferevent_get_token_bucket_cfg()"
     */
    public Optional<TokenBucketConfig> limit() {
        engine.checkThread();
        return Optional.ofNullable(bucket).map(TokenBucket::config);
    }

    /**
     * Joins a group, and leaves the one before.
     *
     * @param group of the same base
     * @throws IllegalStateException if the buffer event or the group is closed
     * @throws IllegalArgumentException if the group belongs to another base
     * @see "libevent bufferevent_add_to_rate_limit_group()"
     */
    public void join(RateLimitGroup group) {
        owner.checkOpen();
        group.checkMayJoin(owner);
        if (this.group != group) {
            leave();
            this.group = group;
            group.add(this);
            owner.limitsChanged();
        }
    }

    /**
     * Leaves the group, which no longer limits. Idempotent.
     *
     * @see "libevent bufferevent_remove_from_rate_limit_group()"
     */
    public void leave() {
        engine.checkThread();
        RateLimitGroup old = group;
        group = null;
        if (old != null) {
            old.remove(this);
            owner.limitsChanged();
        }
    }

    /**
     * {@return the group, if it is in one}
     */
    public Optional<RateLimitGroup> group() {
        engine.checkThread();
        return Optional.ofNullable(group);
    }

    /**
     * Sets how much is read before other work of the loop has its turn. <em>Difference</em> from libevent: a limit by tokens
     * does not replace it, and the default is {@link #UNLIMITED}; a backend takes at most 256 KiB at a time.
     *
     * @param maxBytes above 0
     * @throws IllegalArgumentException if not above 0
     * @see "libevent bufferevent_set_max_single_read()"
     */
    public void maxSingleRead(long maxBytes) {
        owner.checkOpen();
        maxSingleRead = checked(maxBytes);
        owner.limitsChanged();
    }

    /**
     * Sets how much is written before other work of the loop has its turn, see {@link #maxSingleRead(long)}.
     *
     * @param maxBytes above 0
     * @throws IllegalArgumentException if not above 0
     * @see "libevent bufferevent_set_max_single_write()"
     */
    public void maxSingleWrite(long maxBytes) {
        owner.checkOpen();
        maxSingleWrite = checked(maxBytes);
        owner.limitsChanged();
    }

    private static long checked(long maxBytes) {
        if (maxBytes < 1) {
            throw new IllegalArgumentException("need maxBytes >= 1, got " + maxBytes);
        }
        return maxBytes;
    }

    /**
     * {@return how much is read at once}
     *
     * @see "libevent bufferevent_get_max_single_read()"
     */
    public long maxSingleRead() {
        engine.checkThread();
        return maxSingleRead;
    }

    /**
     * {@return how much is written at once}
     *
     * @see "libevent bufferevent_get_max_single_write()"
     */
    public long maxSingleWrite() {
        engine.checkThread();
        return maxSingleWrite;
    }

    // ---- what is left ----

    /**
     * {@return tokens for reading in this buffer event's own bucket, below 0 if it is overdrawn; {@link #UNLIMITED} without one}
     *
     * @see "libevent bufferevent_get_read_limit()"
     */
    public long readTokens() {
        return tokens(Direction.READING);
    }

    /**
     * {@return tokens for writing in this buffer event's own bucket, below 0 if it is overdrawn; {@link #UNLIMITED} without one}
     *
     * @see "libevent bufferevent_get_write_limit()"
     */
    public long writeTokens() {
        return tokens(Direction.WRITING);
    }

    private long tokens(Direction direction) {
        engine.checkThread();
        TokenBucket own = bucket;
        if (own == null) {
            return UNLIMITED;
        }
        own.refill(engine.clock().nanoTime());
        return own.tokens(direction);
    }

    /**
     * {@return bytes that all limits together let be read now, at least 0}
     *
     * @see "libevent bufferevent_get_max_to_read()"
     */
    public long maxToRead() {
        engine.checkThread();
        return allowance(Direction.READING, maxSingleRead - readBytes);
    }

    /**
     * {@return bytes that all limits together let be written now, at least 0}
     *
     * @see "libevent bufferevent_get_max_to_write()"
     */
    public long maxToWrite() {
        engine.checkThread();
        return allowance(Direction.WRITING, maxSingleWrite - writtenBytes);
    }

    /**
     * Takes tokens for reading out of this buffer event's own bucket, for bytes that were read in another way; pauses or
     * resumes reading accordingly. Nothing happens without such a bucket.
     *
     * @param byteCount how many; below 0 to put some back
     * @see "libevent bufferevent_decrement_read_limit()"
     */
    public void chargeReading(long byteCount) {
        charge(Direction.READING, byteCount);
    }

    /**
     * Takes tokens for writing out of this buffer event's own bucket, see {@link #chargeReading}.
     *
     * @param byteCount how many; below 0 to put some back
     * @see "libevent bufferevent_decrement_write_limit()"
     */
    public void chargeWriting(long byteCount) {
        charge(Direction.WRITING, byteCount);
    }

    private void charge(Direction direction, long byteCount) {
        engine.checkThread();
        TokenBucket own = bucket;
        if (own != null) {
            own.refill(engine.clock().nanoTime());
            own.charge(direction, byteCount);
            owner.limitsChanged();
        }
    }

    // ---- for the policy ----

    /** What may be read now; if that is nothing, the owner hears when it is something. */
    long readAllowance() {
        return allowanceOrWait(Direction.READING, maxSingleRead - readBytes);
    }

    /** What may be written now; if that is nothing, the owner hears when it is something. */
    long writeAllowance() {
        return allowanceOrWait(Direction.WRITING, maxSingleWrite - writtenBytes);
    }

    private long allowanceOrWait(Direction direction, long single) {
        long allowed = allowance(direction, single);
        if (allowed == 0 && !closed) {
            waitForMore(direction, single);
        }
        return allowed;
    }

    private long allowance(Direction direction, long single) {
        long allowed = Math.max(0, single);
        TokenBucket own = bucket;
        if (own != null) {
            own.refill(engine.cachedNanos()); // Asked several times for every move; a turn is short beside a tick.
            allowed = Math.min(allowed, Math.max(0, own.tokens(direction)));
        }
        RateLimitGroup present = group;
        return present == null ? allowed : Math.min(allowed, present.share(direction));
    }

    private void waitForMore(Direction direction, long single) {
        TokenBucket own = bucket;
        if (single <= 0) {
            engine.activateDeferred(resumption);
        } else if (own != null && own.tokens(direction) <= 0) {
            long at = own.positiveAt(direction);
            if (!refill.isSet() || refill.deadlineNanos() - at > 0) {
                engine.timers().setAt(refill, at);
            }
        } else if (group != null) {
            group.waitForMore(direction);
        }
    }

    void received(long byteCount) {
        moved(Direction.READING, byteCount);
        if (maxSingleRead != UNLIMITED) {
            readBytes += byteCount;
        }
    }

    void sent(long byteCount) {
        moved(Direction.WRITING, byteCount);
        if (maxSingleWrite != UNLIMITED) {
            writtenBytes += byteCount;
        }
    }

    private void moved(Direction direction, long byteCount) {
        TokenBucket own = bucket;
        if (own != null) {
            own.charge(direction, byteCount);
        }
        RateLimitGroup present = group;
        if (present != null) {
            present.moved(direction, byteCount);
        }
    }

    /** The group has tokens again, or has none left. */
    void groupChanged() {
        owner.limitsChanged();
    }

    void close() {
        closed = true;
        engine.timers().cancel(refill);
        engine.deactivate(resumption);
        RateLimitGroup old = group;
        group = null;
        if (old != null) {
            old.remove(this);
        }
    }

    private final class Resumption extends Activation {
        Resumption(int priority) {
            super(priority);
        }

        @Override
        protected void run() {
            readBytes = 0;
            writtenBytes = 0;
            owner.limitsChanged();
        }

        @Override
        protected Object source() {
            return owner.self();
        }
    }
}
