package io.jevent.event;

import io.jevent.backend.BackendFeature;
import io.jevent.backend.BackendProvider;
import io.jevent.buffer.EvBuffer;
import io.jevent.loop.Activation;
import io.jevent.loop.Backends;
import io.jevent.loop.ErrorSink;
import io.jevent.loop.LoopAccess;
import io.jevent.loop.LoopEngine;
import io.jevent.loop.LoopTimer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * An event loop: waits for what its events, connections and listeners wait for, and calls them back.
 *
 * <h2>One turn</h2>
 *
 * <ol>
 *   <li>Poll: wait for the system until something is ready or the next timer is due; not at all if something is active.
 *   <li>Refresh the cached time.
 *   <li>Expire timers.
 *   <li>Run the tasks handed over with {@link #execute} that are here now.
 *   <li>Run the callbacks of the best priority that has any, up to a bound; the rest waits for the next turn.
 *   <li>Flush: every buffer event written to during the turn hands its output to the system, once. No callback runs in it.
 * </ol>
 *
 * <p>The loop returns when nothing is left to wait for, see {@link #loop}. A callback that throws an exception does not
 * end it: the exception goes to the {@link CallbackErrorHandler}. An {@link Error} does.
 *
 * <h2>Concurrency</h2>
 *
 * Everything of a base belongs to one thread: to its creator until the loop first runs, and to the thread of that first
 * run for good. Calls from other threads throw {@link WrongThreadException}. Open to any thread are {@link #execute},
 * {@link Event#activate()}, {@link #isInLoop()}, and, while no loop runs, {@link #close()}. <em>Difference</em> from
 * libevent: no locks and no {@code BEV_OPT_THREADSAFE}; see ADR 1.
 *
 * @see "libevent struct event_base"
 */
public final class EventBase implements Executor, AutoCloseable {
    static {
        LoopAccess.register(base -> ((EventBase) base).engine);
    }

    private final EventBaseConfig config;
    private final LoopEngine engine;

    private EventBase(EventBaseConfig config) {
        this.config = config;
        BackendProvider provider = config.backendProvider()
                .orElseGet(() -> Backends.choose(config.backendName().orElse(null)));
        ErrorSink errors = new ReportingSink(config.errorHandler());
        try {
            this.engine = new LoopEngine(
                    provider,
                    config.clock(),
                    config.priorityCount(),
                    config.maxCallbacksPerTurn(),
                    config.taskCapacity(),
                    config.maxBufferBytes(),
                    errors);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open backend " + provider.name(), e);
        }
    }

    /**
     * {@return a new base with every default}
     *
     * @throws UncheckedIOException if the system refuses, for instance for want of descriptors
     * @throws IllegalStateException if the backend named by property or environment cannot run here
     * @throws IllegalArgumentException if there is no backend of that name
     * @see "libevent event_base_new()"
     */
    public static EventBase create() {
        return create(EventBaseConfig.builder().build());
    }

    /**
     * Makes a base.
     *
     * @param config how
     * @return a new base, belonging to the calling thread until its loop runs
     * @throws UncheckedIOException if the system refuses, for instance for want of descriptors
     * @throws IllegalStateException if the backend asked for cannot run here
     * @throws IllegalArgumentException if there is no backend of that name
     * @see "libevent event_base_new_with_config()"
     */
    public static EventBase create(EventBaseConfig config) {
        return new EventBase(config);
    }

    /**
     * {@return every backend of this release, best first, and whether it can run here}
     *
     * @see "libevent event_get_supported_methods()"
     */
    public static List<BackendStatus> backends() {
        return Backends.all().stream()
                .map(provider -> new BackendStatus(provider.name(), provider.unavailableBecause()))
                .toList();
    }

    // ---- running ----

    /**
     * Runs the loop until nothing is left to wait for, or {@link #exit()} or {@link #breakLoop()} is called.
     *
     * @return why it returned
     * @throws IllegalStateException if the loop already runs or the base is closed
     * @throws WrongThreadException if the loop has run on another thread before
     * @throws UncheckedIOException if waiting for the system fails
     * @see "libevent event_base_dispatch()"
     */
    public LoopResult dispatch() {
        return loop();
    }

    /**
     * Runs the loop.
     *
     * <p>There is something to wait for while an event is added, a callback or task is due, a listener accepts, or a buffer
     * event connects, reads or has output it may send. A buffer event that does none of these is nothing to wait for.
     *
     * <p>A break asked for before the loop runs is forgotten; an exit asked for before holds. An interrupt of the thread wakes
     * the loop and does not end it; the thread is interrupted again when the loop returns.
     *
     * @param options see {@link LoopOption}
     * @return why it returned
     * @throws IllegalStateException if the loop already runs or the base is closed
     * @throws WrongThreadException if the loop has run on another thread before
     * @throws UncheckedIOException if waiting for the system fails
     * @see "libevent event_base_loop()"
     */
    public LoopResult loop(LoopOption... options) {
        Set<LoopOption> set = EnumSet.noneOf(LoopOption.class);
        set.addAll(List.of(options));
        return switch (engine.run(
                set.contains(LoopOption.ONCE),
                set.contains(LoopOption.NONBLOCK),
                set.contains(LoopOption.NO_EXIT_ON_EMPTY))) {
            case EMPTY -> LoopResult.EMPTY;
            case EXIT -> LoopResult.EXIT;
            case BREAK -> LoopResult.BREAK;
            case DONE -> LoopResult.DONE;
        };
    }

    /**
     * Makes the loop return once the callbacks that are active now have run.
     *
     * <p>Threading: loop only; elsewhere, {@code execute(base::exit)}.
     *
     * @see "libevent event_base_loopexit()"
     */
    public void exit() {
        engine.checkUsable();
        engine.activate(new ExitRequest(engine));
    }

    /**
     * Makes the loop return after a delay, as {@link #exit()} does. Each call counts on its own: what has not come due when
     * the loop returns ends a later run.
     *
     * <p>Threading: loop only.
     *
     * @param delay at least 0
     * @throws IllegalArgumentException if negative
     * @see "libevent event_base_loopexit()"
     */
    public void exit(Duration delay) {
        engine.checkUsable();
        long nanos = Event.nanosOf(delay);
        if (nanos == 0) {
            exit();
            return;
        }
        ExitRequest request = new ExitRequest(engine);
        engine.keepAlive();
        engine.setTimer(request.timer(), nanos);
    }

    /**
     * Makes the loop return after the running callback; callbacks that are active wait for the next run.
     *
     * <p>Threading: loop only; elsewhere, {@code execute(base::breakLoop)}.
     *
     * @see "libevent event_base_loopbreak()"
     */
    public void breakLoop() {
        engine.checkUsable();
        engine.requestBreak();
    }

    /**
     * Makes the loop look for I/O and start over with the best priority after the running callback.
     *
     * <p>Threading: loop only.
     *
     * @see "libevent event_base_loopcontinue()"
     */
    public void continueLoop() {
        engine.checkUsable();
        engine.requestContinue();
    }

    /**
     * {@return whether the present or latest run of the loop was told to exit}
     *
     * @see "libevent event_base_got_exit()"
     */
    public boolean gotExit() {
        engine.checkThread();
        return engine.gotExit();
    }

    /**
     * {@return whether the present or latest run of the loop was told to break}
     *
     * @see "libevent event_base_got_break()"
     */
    public boolean gotBreak() {
        engine.checkThread();
        return engine.gotBreak();
    }

    /**
     * Hands a task to the loop, which runs it in its next turn; wakes the loop if it sleeps. Tasks run in the order they
     * were handed over. What the task throws goes to the error handler.
     *
     * <p>Threading: any thread.
     *
     * @param task what to run
     * @throws java.util.concurrent.RejectedExecutionException if 65,536 tasks (see {@link
     *     EventBaseConfig.Builder#taskCapacity}) wait already, or the base is closed
     */
    @Override
    public void execute(Runnable task) {
        engine.execute(task, false);
    }

    /**
     * {@return whether the caller is on the thread this base belongs to}
     *
     * <p>Threading: any thread.
     */
    public boolean isInLoop() {
        return engine.isInLoop();
    }

    // ---- time ----

    /**
     * {@return nanoseconds of the monotonic clock: as of this turn's poll while callbacks run, else now}
     *
     * @see "libevent event_base_gettimeofday_cached()"
     */
    public long nanoTime() {
        engine.checkThread();
        return engine.cachedNanos();
    }

    /**
     * {@return the time of day, moved back to this turn's poll while callbacks run}
     *
     * @see "libevent event_base_gettimeofday_cached()"
     */
    public Instant now() {
        engine.checkThread();
        long age = config.clock().nanoTime() - engine.cachedNanos();
        return config.clock().wallTime().minusNanos(Math.max(0, age));
    }

    /**
     * Reads the clock anew, for callbacks that run long.
     *
     * @see "libevent event_base_update_cache_time()"
     */
    public void updateCachedTime() {
        engine.checkUsable();
        engine.refreshCachedNanos();
    }

    // ---- what it is ----

    /**
     * {@return the name of the backend in use, such as {@code nio}}
     *
     * @see "libevent event_base_get_method()"
     */
    public String backend() {
        return engine.backend().name();
    }

    /**
     * {@return what the backend in use can do beyond the common}
     *
     * @see "libevent event_base_get_features()"
     */
    public Set<BackendFeature> features() {
        return engine.backend().features();
    }

    /**
     * {@return how many priorities there are; 0 is the best}
     *
     * @see "libevent event_base_get_npriorities()"
     */
    public int priorityCount() {
        return engine.priorityCount();
    }

    /**
     * {@return an empty buffer on this base's memory, owned by the caller}
     *
     * <p>Threading: the buffer may be handed to other threads; fill and drain it on the loop's thread for speed.
     */
    public EvBuffer newBuffer() {
        return EvBuffer.create(engine.pool());
    }

    /**
     * Closes everything of this base: listeners, buffer events and their sockets, events. Unsent bytes are dropped, no
     * callback runs, channels that the user registered with an {@link Event} stay open. Idempotent.
     *
     * <p>Threading: any thread, but no loop may run.
     *
     * @throws IllegalStateException if the loop runs
     * @see "libevent event_base_free()"
     */
    @Override
    public void close() {
        engine.close();
    }

    @Override
    public String toString() {
        return "EventBase[" + backend() + (engine.isClosed() ? ", closed]" : engine.isRunning() ? ", running]" : "]");
    }

    /** Ends the loop when it is its turn among the callbacks. */
    private static final class ExitRequest extends Activation {
        private final LoopEngine engine;

        ExitRequest(LoopEngine engine) {
            super(engine.middlePriority());
            this.engine = engine;
        }

        LoopTimer timer() {
            return new LoopTimer() {
                @Override
                protected void onExpired() {
                    engine.releaseKeepAlive();
                    engine.activate(ExitRequest.this);
                }
            };
        }

        @Override
        protected void run() {
            engine.requestExit();
        }

        @Override
        protected Object source() {
            return "exit";
        }
    }

    /** Guards the loop against a handler that throws. */
    private record ReportingSink(CallbackErrorHandler handler) implements ErrorSink {
        @Override
        public void onError(Object source, Exception thrown) {
            try {
                handler.onCallbackError(source, thrown);
            } catch (RuntimeException e) {
                e.addSuppressed(thrown);
                System.getLogger("io.jevent")
                        .log(System.Logger.Level.ERROR, "the error handler threw on an exception of " + source, e);
            }
        }
    }
}
