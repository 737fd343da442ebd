package io.jevent.event;

import io.jevent.backend.Backend;
import io.jevent.loop.LoopAccess;
import io.jevent.loop.LoopEngine;
import io.jevent.loop.LoopWatch;

/**
 * Calls a function in every turn of the loop, just before or just after it polls: for measuring how long the loop waits and
 * works, and for tying another library's loop to this one.
 *
 * <p>Watchers of one kind run in the order in which they were made. One that is made while they run counts from the next
 * turn on; one that is closed runs no more. A watcher does not keep the loop running.
 *
 * <p>Threading: loop only.
 *
 * @see "libevent struct evwatch"
 */
public final class LoopWatcher implements AutoCloseable {
    /** The timeout of a poll that no timer ends: -1. */
    public static final long FOREVER = Backend.FOREVER;

    private final EventBase base;
    private final LoopEngine engine;
    private final LoopWatch watch;
    private boolean closed;

    private LoopWatcher(EventBase base, PrepareCallback prepare, CheckCallback check, LoopWatch.Stage stage) {
        this.base = base;
        this.engine = LoopAccess.engineOf(base);
        engine.checkUsable();
        this.watch = new LoopWatch(stage) {
            @Override
            protected void run(long timeoutNanos) {
                if (closed) {
                    return;
                }
                switch (stage) {
                    case PREPARE -> prepare.onPrepare(LoopWatcher.this, timeoutNanos);
                    case CHECK -> check.onCheck(LoopWatcher.this);
                }
            }

            @Override
            protected Object source() {
                return LoopWatcher.this;
            }
        };
        engine.addWatch(watch);
    }

    /**
     * Calls a function just before each poll.
     *
     * @param base the loop
     * @param callback what to call
     * @return the watcher, to be closed when no longer wanted
     * @see "libevent evwatch_prepare_new(), evwatch_prepare_get_timeout()"
     */
    public static LoopWatcher prepare(EventBase base, PrepareCallback callback) {
        return new LoopWatcher(base, callback, watcher -> {}, LoopWatch.Stage.PREPARE);
    }

    /**
     * Calls a function just after each poll.
     *
     * @param base the loop
     * @param callback what to call
     * @return the watcher, to be closed when no longer wanted
     * @see "libevent evwatch_check_new()"
     */
    public static LoopWatcher check(EventBase base, CheckCallback callback) {
        return new LoopWatcher(base, (watcher, timeoutNanos) -> {}, callback, LoopWatch.Stage.CHECK);
    }

    /**
     * {@return the loop}
     *
     * @see "libevent evwatch_base()"
     */
    public EventBase base() {
        return base;
    }

    /**
     * Ends the calls, at once even while watchers run. Idempotent.
     *
     * @see "libevent evwatch_free()"
     */
    @Override
    public void close() {
        engine.checkThread();
        if (!closed) {
            closed = true;
            engine.removeWatch(watch);
        }
    }

    @Override
    public String toString() {
        return "LoopWatcher[" + watch.stage() + (closed ? ", closed]" : "]");
    }
}
