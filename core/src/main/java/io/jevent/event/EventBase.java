package io.jevent.event;

import io.jevent.backend.BackendFeature;
import io.jevent.backend.BackendProvider;
import io.jevent.buffer.EvBuffer;
import io.jevent.loop.Activation;
import io.jevent.loop.Backends;
import io.jevent.loop.EqualTimers;
import io.jevent.loop.ErrorSink;
import io.jevent.loop.LoopAccess;
import io.jevent.loop.LoopEngine;
import io.jevent.loop.LoopTimer;
import io.jevent.loop.LoopTimers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectableChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * An event loop: waits for what its events, connections and listeners wait for, and calls them back.
 *
 * <h2>One turn</h2>
 *
 * <ol>
 *   <li>Call the prepare watchers ({@link LoopWatcher}).
 *   <li>Poll: wait for the system until something is ready or the next timer is due; not at all if something is active.
 *   <li>Refresh the cached time; call the check watchers.
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
        LoopAccess.register(new Function<Object, LoopEngine>() {
            @Override
            public LoopEngine apply(Object base) {
                return ((EventBase) base).engine;
            }
        });
    }

    /** Most durations that {@link #commonTimeout} makes for one base: 256. */
    public static final int MAX_COMMON_TIMEOUTS = 256;

    private final EventBaseConfig config;
    private final LoopEngine engine;
    private final Map<Duration, CommonTimeout> commonTimeouts = new HashMap<>();

    private EventBase(EventBaseConfig config) {
        this.config = config;
        BackendProvider provider = config.backendProvider().orElse(null);
        if (provider == null) {
            provider = Backends.choose(wishOf(config));
        }
        Backends.checkFeatures(provider, config.requiredFeatures());
        ErrorSink errors = new ReportingSink(config.errorHandler());
        try {
            this.engine = new LoopEngine(provider, config.settings(), errors);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open backend " + provider.name(), e);
        }
    }

    private static Backends.Wish wishOf(EventBaseConfig config) {
        return new Backends.Wish(
                config.backendName().orElse(null),
                config.avoidedBackends(),
                config.requiredFeatures(),
                !config.options().contains(BaseOption.IGNORE_ENVIRONMENT));
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
     * @throws IllegalStateException if the backend asked for cannot run here, or none has the features asked for
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
        boolean once = false;
        boolean nonBlocking = false;
        boolean noExitOnEmpty = false;
        for (LoopOption option : options) {
            switch (option) {
                case ONCE -> once = true;
                case NONBLOCK -> nonBlocking = true;
                case NO_EXIT_ON_EMPTY -> noExitOnEmpty = true;
            }
        }
        return switch (engine.run(once, nonBlocking, noExitOnEmpty)) {
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
        long nanos = LoopTimers.nanosOf(delay);
        if (nanos == 0) {
            exit();
            return;
        }
        ExitRequest request = new ExitRequest(engine);
        engine.keepAlive();
        engine.timers().set(request.timer(), nanos);
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

    /**
     * Makes a timeout that many events of this base can share; the same object for the same duration.
     *
     * @param duration at least 0
     * @return the timeout
     * @throws IllegalArgumentException if negative
     * @throws IllegalStateException if there are {@link #MAX_COMMON_TIMEOUTS} others already
     * @see "libevent event_base_init_common_timeout()"
     */
    public CommonTimeout commonTimeout(Duration duration) {
        engine.checkUsable();
        long nanos = LoopTimers.nanosOf(duration);
        CommonTimeout present = commonTimeouts.get(duration);
        if (present == null) {
            if (commonTimeouts.size() == MAX_COMMON_TIMEOUTS) {
                throw new IllegalStateException("need at most " + MAX_COMMON_TIMEOUTS + " common timeouts");
            }
            present = new CommonTimeout(this, duration, new EqualTimers(engine.timers(), nanos));
            commonTimeouts.put(duration, present);
        }
        return present;
    }

    // ---- what waits in it ----

    /**
     * {@return how many there are now}
     *
     * @param what what to count
     * @see "libevent event_base_get_num_events()"
     */
    public int eventCount(EventCount what) {
        engine.checkThread();
        return engine.count(countOf(what));
    }

    /**
     * {@return the most there have been at one time, since the base was made or the mark was cleared}
     *
     * @param what what to count
     * @see "libevent event_base_get_max_events()"
     */
    public int highestEventCount(EventCount what) {
        engine.checkThread();
        return engine.highestCount(countOf(what));
    }

    /**
     * Lowers a high-water mark to the present count.
     *
     * @param what the count
     * @see "libevent event_base_get_max_events(), its clear argument"
     */
    public void clearHighestEventCount(EventCount what) {
        engine.checkThread();
        engine.clearHighestCount(countOf(what));
    }

    private static LoopEngine.Count countOf(EventCount what) {
        return switch (what) {
            case ADDED -> LoopEngine.Count.ADDED;
            case ACTIVE -> LoopEngine.Count.ACTIVE;
            case TIMERS -> LoopEngine.Count.TIMERS;
            case VIRTUAL -> LoopEngine.Count.VIRTUAL;
        };
    }

    /**
     * Visits every event that is added or active, each once: the added ones in the order of adding, then the others.
     *
     * @param visitor returns whether to go on; must not add or remove other events
     * @return whether it went on to the end
     * @see "libevent event_base_foreach_event()"
     */
    public boolean forEachEvent(Predicate<Event> visitor) {
        engine.checkThread();
        return engine.forEachEvent(entry -> visitor.test(Event.of(entry)));
    }

    /**
     * {@return what every added or active event waits for, as data}
     *
     * @see "libevent event_base_dump_events()"
     */
    public List<EventInfo> events() {
        List<EventInfo> infos = new ArrayList<>();
        forEachEvent(event -> infos.add(event.info()));
        return infos;
    }

    /**
     * {@return what every added or active event waits for, as lines for people: first those added, then those active}
     *
     * @see "libevent event_base_dump_events()"
     */
    public String dump() {
        List<EventInfo> infos = events();
        StringBuilder text = new StringBuilder("added:\n");
        infos.stream()
                .filter(EventInfo::added)
                .forEach(info -> text.append("  ").append(info).append('\n'));
        text.append("active:\n");
        infos.stream()
                .filter(info -> !info.active().isEmpty())
                .forEach(info -> text.append("  ").append(info).append('\n'));
        return text.toString();
    }

    /**
     * Activates every added event of a channel that waits for any of the given triggers, as if they had happened.
     *
     * @param channel the channel
     * @param triggers {@link Trigger#READ}, {@link Trigger#WRITE}, {@link Trigger#CLOSED}, and {@link Trigger#TIMEOUT} for
     *     events of the channel that have one
     * @return how many events were activated
     * @see "libevent event_base_active_by_fd()"
     */
    public int activate(SelectableChannel channel, Set<Trigger> triggers) {
        return activateWhere(event -> event.channel().orElse(null) == channel, triggers);
    }

    /**
     * Activates every added event of a signal, as if it had been raised.
     *
     * @param signal the signal's name without {@code SIG}
     * @return how many events were activated
     * @see "libevent event_base_active_by_signal()"
     */
    public int activateSignal(String signal) {
        return activateWhere(event -> event.signal().filter(signal::equals).isPresent(), Set.of(Trigger.SIGNAL));
    }

    private int activateWhere(Predicate<Event> chosen, Set<Trigger> triggers) {
        engine.checkUsable();
        int[] count = {0};
        engine.forEachEvent(entry -> {
            Event event = Event.of(entry);
            if (entry.isAdded() && chosen.test(event)) {
                Set<Trigger> common = EnumSet.noneOf(Trigger.class);
                common.addAll(triggers);
                common.retainAll(event.pendingTriggers());
                if (!common.isEmpty()) {
                    event.activate(common);
                    count[0]++;
                }
            }
            return true;
        });
        return count[0];
    }

    /**
     * {@return the event whose callback runs now, if one does}
     *
     * @see "libevent event_base_get_running_event()"
     */
    public Optional<Event> runningEvent() {
        engine.checkThread();
        return Optional.ofNullable(engine.runningEvent()).map(Event::of);
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
     * {@return bytes of buffer memory that this base's buffers hold, chunks counted whole}
     */
    public long bufferBytesInUse() {
        engine.checkThread();
        return engine.pool().bytesInUse();
    }

    /**
     * Closes everything of this base: listeners, buffer events and their sockets, events. Unsent bytes are dropped, no
     * callback runs but those of {@link Event#close(FinalizeCallback)}, channels that the user registered with an {@link
     * Event} stay open. Idempotent.
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
