package io.jevent.bufferevent;

import io.jevent.backend.Direction;
import io.jevent.loop.LoopEngine;
import io.jevent.loop.LoopTimer;

/**
 * Notices that one direction has made no progress for too long.
 *
 * <p>Progress only notes the time. The timer is looked at when it expires, and then set again for what is left; so
 * however much moves, the timer heap is touched once per timeout, not once per byte.
 */
final class IdleClock {
    private final LoopEngine engine;
    private final FlowPolicy owner;
    private final Direction direction;
    private final LoopTimer timer = new LoopTimer() {
        @Override
        protected void onExpired() {
            IdleClock.this.onExpired();
        }
    };

    /** 0 for no limit. */
    private long timeoutNanos;

    private boolean ticking;
    private long progressNanos;

    IdleClock(LoopEngine engine, FlowPolicy owner, Direction direction) {
        this.engine = engine;
        this.owner = owner;
        this.direction = direction;
    }

    void timeout(long timeoutNanos) {
        boolean wasTicking = ticking;
        ticking(false);
        this.timeoutNanos = timeoutNanos;
        ticking(wasTicking);
    }

    long timeoutNanos() {
        return timeoutNanos;
    }

    /** Starts a full interval, or stops; a clock that ticks already goes on ticking. */
    void ticking(boolean ticking) {
        if (this.ticking == ticking) {
            return;
        }
        this.ticking = ticking;
        if (timeoutNanos == 0) {
            return; // Then no timer is set.
        }
        if (ticking) {
            progressNanos = engine.clock().nanoTime();
            engine.timers().setAt(timer, progressNanos + timeoutNanos);
        } else {
            engine.timers().cancel(timer);
        }
    }

    /** Whether it ticks towards a limit. */
    boolean isRunning() {
        return ticking && timeoutNanos > 0;
    }

    void progress() {
        if (timeoutNanos > 0 && ticking) {
            progressNanos = engine.clock().nanoTime();
        }
    }

    private void onExpired() {
        long deadline = progressNanos + timeoutNanos;
        if (deadline - engine.cachedNanos() > 0) {
            engine.timers().setAt(timer, deadline);
        } else {
            ticking = false;
            owner.timedOut(direction);
        }
    }
}
