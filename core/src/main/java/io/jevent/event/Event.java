package io.jevent.event;

import io.jevent.backend.Interest;
import io.jevent.backend.LoopClock;
import io.jevent.backend.Triggering;
import io.jevent.loop.Debug;
import io.jevent.loop.Finalizer;
import io.jevent.loop.LoopAccess;
import io.jevent.loop.LoopEngine;
import io.jevent.loop.LoopEvent;
import io.jevent.loop.LoopTimers;
import java.io.UncheckedIOException;
import java.nio.channels.SelectableChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Something to wait for, and what to call when it happens: a channel being ready, a timeout, a signal, or
 * activation by hand.
 *
 * <pre>
 *              add()                    ready, timeout or activate()
 *   idle ───────────────▶ pending ──────────────────────────────────▶ active ──▶ callback
 *    ▲                     │  ▲                                          │
 *    └──── remove() ───────┘  └───────────── PERSIST ────────────────────┤
 *    └───────────────────────────────────── one-shot ────────────────────┘
 * </pre>
 *
 * <p>A one-shot event is removed before its callback runs, which may therefore add it again. A {@link
 * EventOption#PERSIST} event stays; its timeout starts over before the callback: counted from the time it was due if it
 * was the timeout that fired, so that a timer keeps its rhythm, and from now otherwise. Periods already missed are
 * dropped, not replayed.
 *
 * <p>What happens again before the callback has run is merged into one call. An event that is pending keeps the loop
 * running.
 *
 * <p>Threading: loop only, except {@link #activate()}.
 *
 * @see "libevent struct event"
 */
public final class Event implements AutoCloseable {
    /** Every set of triggers, by bit mask, so that a call back allocates none. */
    private static final List<Set<Trigger>> TRIGGER_SETS = TriggerSets.all();

    private final LoopEngine engine;
    private final EventBase base;

    /** What it watches; null if only its timeout or activation fires it. */
    private final @Nullable EventSource source;

    private final Set<EventOption> options;
    private final boolean persistent;
    private final Node node;

    /** Made with the first timeout, or with the event if it has nothing else. */
    private @Nullable EventTimeout timer;

    /** What happened since the callback last ran, as a mask of trigger bits. */
    private int happened;

    /** Whether it closes itself when it has called back. */
    private boolean closesAfterwards;

    private boolean closed;

    /** Where it was closed, in debug mode. */
    private @Nullable Throwable closedAt;

    private Event(EventBase base, @Nullable EventSource source, Set<EventOption> options, EventCallback callback) {
        this.base = base;
        this.engine = LoopAccess.engineOf(base);
        engine.checkUsable();
        this.source = source;
        this.options = options;
        this.persistent = options.contains(EventOption.PERSIST);
        this.node = new Node(engine.middlePriority(), Objects.requireNonNull(callback));
        if (source != null) {
            source.attach(this);
        }
    }

    /**
     * Makes an event for a channel, not added yet. Several events may watch one channel.
     *
     * <p>A channel whose connect is under way is finished when the connect ends, and that counts as {@link Trigger#WRITE}.
     *
     * @param base the loop
     * @param channel an open channel; it is made non-blocking when the event is added, and stays the caller's to close,
     *     after {@link #close()}
     * @param interest what to wait for, not empty
     * @param callback what to call
     * @param options how
     * @return a new event
     * @throws IllegalArgumentException if {@code interest} is empty
     * @throws UnsupportedOperationException if the backend cannot watch like that
     * @see "libevent event_new()"
     */
    public static Event channel(
            EventBase base,
            SelectableChannel channel,
            Set<Interest> interest,
            EventCallback callback,
            EventOption... options) {
        if (interest.isEmpty()) {
            throw new IllegalArgumentException("need at least one interest, got none");
        }
        Set<EventOption> behaviour = setOf(options);
        LoopEngine engine = LoopAccess.engineOf(base);
        engine.checkUsable();
        EventSource source = ReadinessSource.of(engine, channel, Set.copyOf(interest), triggeringOf(behaviour));
        return new Event(base, source, behaviour, callback);
    }

    /**
     * Makes an event for a descriptor by number, not added yet: a pipe, a terminal, an inherited socket, whatever the system
     * can wait for. Several events may watch one.
     *
     * @param base the loop, on a backend with {@link io.jevent.backend.BackendFeature#ANY_DESCRIPTOR}
     * @param descriptor its number; it should be non-blocking, and stays the caller's to close, after {@link #close()}
     * @param interest what to wait for, not empty
     * @param callback what to call
     * @param options how
     * @return a new event; {@link #add()} throws {@link UncheckedIOException} if the system cannot wait for the descriptor
     * @throws IllegalArgumentException if {@code interest} is empty or the number negative
     * @throws UnsupportedOperationException if the backend cannot watch like that
     * @see "libevent event_new()"
     */
    public static Event descriptor(
            EventBase base, int descriptor, Set<Interest> interest, EventCallback callback, EventOption... options) {
        if (interest.isEmpty()) {
            throw new IllegalArgumentException("need at least one interest, got none");
        }
        Set<EventOption> behaviour = setOf(options);
        LoopEngine engine = LoopAccess.engineOf(base);
        engine.checkUsable();
        EventSource source = ReadinessSource.of(engine, descriptor, Set.copyOf(interest), triggeringOf(behaviour));
        return new Event(base, source, behaviour, callback);
    }

    private static Triggering triggeringOf(Set<EventOption> behaviour) {
        return behaviour.contains(EventOption.EDGE_TRIGGERED) ? Triggering.EDGE : Triggering.LEVEL;
    }

    /**
     * Makes an event that only a timeout fires; add it with {@link #add(Duration)}.
     *
     * @param base the loop
     * @param callback what to call
     * @param options {@link EventOption#PERSIST} for a timer that repeats
     * @return a new event
     * @throws IllegalArgumentException if it is to be {@link EventOption#EDGE_TRIGGERED}
     * @see "libevent evtimer_new()"
     */
    public static Event timer(EventBase base, EventCallback callback, EventOption... options) {
        Set<EventOption> behaviour = setOf(options);
        if (behaviour.contains(EventOption.EDGE_TRIGGERED)) {
            throw new IllegalArgumentException("a timer watches no channel that could be edge-triggered");
        }
        Event event = new Event(base, null, behaviour, callback);
        event.timer(); // It will be needed, so not in the first add.
        return event;
    }

    /**
     * Makes an event that only {@link #activate()} fires. It need not be added, and by itself keeps no loop running.
     *
     * @param base the loop
     * @param callback what to call
     * @return a new event
     * @see "libevent evuser_new()"
     */
    public static Event user(EventBase base, EventCallback callback) {
        return new Event(base, null, Set.of(), callback);
    }

    /**
     * Makes an event for a signal of the process, such as {@code INT}, {@code TERM} or {@code HUP}. It stays added after
     * calling back; while any event is added for a signal, the signal does nothing else.
     *
     * <p><em>Difference</em> from libevent: several bases may watch one signal, and each is told. A signal raised several
     * times before the callback has run is one call.
     *
     * @param base the loop
     * @param name the signal's name without {@code SIG}
     * @param callback what to call
     * @return a new event, not added yet
     * @throws IllegalArgumentException if the system has no such signal; {@link #add()} throws it if the JVM keeps the signal
     *     for itself, as it does with {@code QUIT}, {@code SEGV}, {@code FPE} and {@code KILL}
     * @throws UnsupportedOperationException if this JVM has no module {@code jdk.unsupported}
     * @see "libevent evsignal_new()"
     */
    public static Event signal(EventBase base, String name, EventCallback callback) {
        return new Event(base, new SignalSource(name), Set.of(EventOption.PERSIST), callback);
    }

    /**
     * Calls back once after a delay, and forgets the event. If the base closes before, nothing is called.
     *
     * @param base the loop
     * @param delay at least 0; with 0 the callback is due at once
     * @param callback what to call
     * @throws IllegalArgumentException if negative
     * @see "libevent event_base_once()"
     */
    public static void once(EventBase base, Duration delay, EventCallback callback) {
        Event event = timer(base, callback);
        event.closesAfterwards = true;
        if (LoopTimers.nanosOf(delay) == 0) {
            event.happen(Trigger.TIMEOUT);
        } else {
            event.add(delay);
        }
    }

    /**
     * Calls back once when a channel is ready, and forgets the event. If the base closes before, nothing is called.
     *
     * @param base the loop
     * @param channel see {@link #channel(EventBase, SelectableChannel, Set, EventCallback, EventOption...)}
     * @param interest what to wait for, not empty
     * @param callback what to call
     * @throws IllegalArgumentException if {@code interest} is empty
     * @throws UncheckedIOException if the channel cannot be watched
     * @see "libevent event_base_once()"
     */
    public static void once(EventBase base, SelectableChannel channel, Set<Interest> interest, EventCallback callback) {
        Event event = channel(base, channel, interest, callback);
        event.closesAfterwards = true;
        event.add();
    }

    /**
     * Calls back once when a channel is ready or a timeout is over, and forgets the event. If the base closes before,
     * nothing is called.
     *
     * @param base the loop
     * @param channel see {@link #channel(EventBase, SelectableChannel, Set, EventCallback, EventOption...)}
     * @param interest what to wait for, not empty
     * @param timeout at least 0
     * @param callback what to call
     * @throws IllegalArgumentException if {@code interest} is empty or the timeout negative
     * @throws UncheckedIOException if the channel cannot be watched
     * @see "libevent event_base_once()"
     */
    public static void once(
            EventBase base,
            SelectableChannel channel,
            Set<Interest> interest,
            Duration timeout,
            EventCallback callback) {
        Event event = channel(base, channel, interest, callback);
        event.closesAfterwards = true;
        event.add(timeout);
    }

    private static Set<EventOption> setOf(EventOption... options) {
        return options.length == 0 ? Set.of() : Set.copyOf(List.of(options));
    }

    // ---- waiting ----

    /**
     * Waits without a timeout; if one is set already, it stays. All or nothing: if it throws, nothing has changed.
     *
     * @throws UncheckedIOException if the channel cannot be watched, because it is closed for instance
     * @throws IllegalStateException if this event is closed
     * @see "libevent event_add(), without a timeout"
     */
    public void add() {
        checkOpen();
        watch();
        markAdded();
    }

    /**
     * Waits, for the timeout too: whichever comes first calls back. A timeout set before is replaced, and if it has expired
     * without its callback having run yet, that is withdrawn. All or nothing, as {@link #add()}.
     *
     * @param timeout at least 0, counted from now; never early
     * @throws IllegalArgumentException if negative
     * @throws UncheckedIOException if the channel cannot be watched, because it is closed for instance
     * @throws IllegalStateException if this event is closed
     * @see "libevent event_add(), evtimer_add()"
     */
    public void add(Duration timeout) {
        checkOpen();
        long nanos = LoopTimers.nanosOf(timeout);
        watch();
        markAdded();
        withdrawTimeout();
        timer().start(nanos);
    }

    /**
     * Waits as {@link #add(Duration)} does, for a timeout that many events share.
     *
     * @param timeout of the same base
     * @throws IllegalArgumentException if it is of another base
     * @throws UncheckedIOException if the channel cannot be watched, because it is closed for instance
     * @throws IllegalStateException if this event is closed
     * @see "libevent event_add(), with a common timeout"
     */
    public void add(CommonTimeout timeout) {
        checkOpen();
        if (timeout.base() != base) {
            throw new IllegalArgumentException("need a timeout of this event's base, got one of " + timeout.base());
        }
        watch();
        markAdded();
        withdrawTimeout();
        timer().start(timeout.timers());
    }

    private EventTimeout timer() {
        EventTimeout present = timer;
        if (present == null) {
            present = new EventTimeout(this, engine.timers());
            timer = present;
        }
        return present;
    }

    private void withdrawTimeout() {
        happened &= ~Trigger.TIMEOUT.bit;
        if (happened == 0) {
            engine.deactivate(node);
        }
    }

    private void watch() {
        if (source != null) {
            source.start();
        }
    }

    private void markAdded() {
        if (!node.isAdded()) {
            engine.addEvent(node);
        }
    }

    /**
     * Stops waiting, for channel and timeout, and withdraws a callback that is due. The event can be added again.
     *
     * @throws WrongThreadException if the caller is not on the loop's thread
     * @see "libevent event_del(), evtimer_del()"
     */
    public void remove() {
        engine.checkThread();
        engine.deactivate(node);
        happened = 0;
        node.withdrawHandedOver();
        stopWaiting();
    }

    private void stopWaiting() {
        if (source != null) {
            source.stop();
        }
        dropTimeout();
        if (node.isAdded()) {
            engine.removeEvent(node);
        }
    }

    private void dropTimeout() {
        if (timer != null) {
            timer.drop();
        }
    }

    /**
     * Drops the timeout and goes on waiting for the channel or signal. An event without either is then no longer pending.
     *
     * @see "libevent event_remove_timer()"
     */
    public void removeTimeout() {
        checkOpen();
        dropTimeout();
        if (source == null && node.isAdded()) {
            stopWaiting();
        }
    }

    /**
     * Makes the callback run with {@link Trigger#USER}, whether or not the event is added. Several activations before it
     * runs are one.
     *
     * <p>Threading: any thread; from another thread than the loop's it takes effect in the loop's next turn.
     *
     * @throws java.util.concurrent.RejectedExecutionException on another thread, if the base is closed
     * @see "libevent event_active(), evuser_trigger()"
     */
    public void activate() {
        if (engine.isInLoopForGood()) {
            checkOpen();
            happen(Trigger.USER);
        } else if (!happenedBeforeTheFirstRun(Trigger.USER)) {
            node.handOver(engine, Trigger.USER.bit);
        }
    }

    /** On the creator's thread; another thread may be about to take the loop over. */
    private boolean happenedBeforeTheFirstRun(Trigger trigger) {
        if (!engine.isInLoop()) {
            return false;
        }
        synchronized (engine.ownerLock()) {
            if (!engine.isInLoop()) {
                return false;
            }
            checkOpen();
            happen(trigger);
            return true;
        }
    }

    /**
     * Makes the callback run as if something had happened, whether or not the event is added. Triggers that come together
     * before it runs are told in one call.
     *
     * <p>Threading: loop only.
     *
     * @param triggers what to tell the callback, not empty
     * @throws IllegalArgumentException if empty
     * @see "libevent event_active()"
     */
    public void activate(Set<Trigger> triggers) {
        checkOpen();
        if (triggers.isEmpty()) {
            throw new IllegalArgumentException("need at least one trigger, got none");
        }
        triggers.forEach(this::happen);
    }

    /** On a thread of the JVM's. */
    void happenedRemotely(Trigger trigger) {
        try {
            node.handOver(engine, trigger.bit);
        } catch (RejectedExecutionException _) {
            // The base has closed meanwhile.
        }
    }

    // ---- asking ----

    /**
     * {@return whether it waits for its channel or a timeout, or its callback is due}
     *
     * @see "libevent event_pending(), evtimer_pending()"
     */
    public boolean isPending() {
        engine.checkThread();
        return node.isAdded() || node.isQueued();
    }

    /**
     * {@return what it waits for, and what has happened without its callback having run yet; empty if it is not pending}
     *
     * @see "libevent event_pending(), its mask argument"
     */
    public Set<Trigger> pendingTriggers() {
        engine.checkThread();
        int mask = happened;
        if (source != null) {
            mask |= source.awaitedBits();
        }
        if (timer != null && timer.isSet()) {
            mask |= Trigger.TIMEOUT.bit;
        }
        return TRIGGER_SETS.get(mask);
    }

    /**
     * {@return whether its callback is due}
     */
    public boolean isActive() {
        engine.checkThread();
        return node.isQueued();
    }

    /**
     * {@return when its timeout is over, on the scale of {@link EventBase#nanoTime()}, or nothing if none is set}
     */
    public OptionalLong deadlineNanos() {
        engine.checkThread();
        return timer != null && timer.isSet() ? OptionalLong.of(timer.deadlineNanos()) : OptionalLong.empty();
    }

    /**
     * {@return when its timeout is over, in the time of day as the clock tells it now, or nothing if none is set}
     *
     * @see "libevent event_pending(), its time argument"
     */
    public Optional<Instant> expiresAt() {
        OptionalLong deadline = deadlineNanos();
        if (deadline.isEmpty()) {
            return Optional.empty();
        }
        LoopClock clock = engine.clock();
        return Optional.of(clock.wallTime().plusNanos(deadline.getAsLong() - clock.nanoTime()));
    }

    /**
     * {@return what it waits for and what has happened, as data}
     */
    public EventInfo info() {
        engine.checkThread();
        return new EventInfo(
                channel(),
                signal(),
                interest(),
                options,
                priority(),
                node.isAdded(),
                node.isQueued() ? TRIGGER_SETS.get(happened) : Set.of(),
                expiresAt());
    }

    /**
     * {@return the loop}
     *
     * @see "libevent event_get_base()"
     */
    public EventBase base() {
        return base;
    }

    /**
     * {@return the number of the descriptor it was made for, if it was made for one}
     *
     * @see "libevent event_get_fd()"
     */
    public OptionalInt descriptor() {
        return source instanceof ReadinessSource it ? it.descriptor() : OptionalInt.empty();
    }

    /**
     * {@return the channel, if it has one}
     *
     * @see "libevent event_get_fd()"
     */
    public Optional<SelectableChannel> channel() {
        return source instanceof ReadinessSource it ? it.channel() : Optional.empty();
    }

    /**
     * {@return the name of its signal without {@code SIG}, if it has one}
     *
     * @see "libevent event_get_signal()"
     */
    public Optional<String> signal() {
        return source instanceof SignalSource it ? Optional.of(it.name()) : Optional.empty();
    }

    /**
     * {@return what it waits for on its channel}
     *
     * @see "libevent event_get_events()"
     */
    public Set<Interest> interest() {
        return source instanceof ReadinessSource it ? it.interest() : Set.of();
    }

    /**
     * {@return how it behaves}
     *
     * @see "libevent event_get_events()"
     */
    public Set<EventOption> options() {
        return options;
    }

    /**
     * {@return what it calls}
     *
     * @see "libevent event_get_callback()"
     */
    public EventCallback callback() {
        return node.callback;
    }

    /**
     * {@return its priority, 0 the best}
     *
     * @see "libevent event_get_priority()"
     */
    public int priority() {
        return node.priority();
    }

    /**
     * Sets the priority; new events have the middle one.
     *
     * @param priority from 0, the best, to {@link EventBase#priorityCount()} - 1
     * @throws IllegalArgumentException if out of range
     * @throws IllegalStateException if its callback is due, or it is closed
     * @see "libevent event_priority_set()"
     */
    public void priority(int priority) {
        checkOpen();
        if (priority < 0 || priority >= engine.priorityCount()) {
            throw new IllegalArgumentException("need 0 <= priority < " + engine.priorityCount() + ", got " + priority);
        }
        if (node.isQueued()) {
            throw new IllegalStateException("the priority of an active event cannot change");
        }
        node.priority(priority);
    }

    /**
     * Removes the event for good; its channel stays open. Idempotent.
     *
     * @throws WrongThreadException if the caller is not on the loop's thread
     * @see "libevent event_free()"
     */
    @Override
    public void close() {
        if (!closed) {
            remove();
            markClosed();
        }
    }

    /**
     * Removes the event for good as {@link #close()} does, and calls a function when nothing of it can run any more: in the
     * loop's callback stage at this event's priority, or when the base closes, whichever comes first.
     *
     * @param callback what to call, exactly once
     * @throws IllegalStateException if this event is closed
     * @see "libevent event_finalize(), event_free_finalize()"
     */
    public void close(FinalizeCallback callback) {
        if (!engine.isFinalizing()) {
            checkOpen();
        }
        close();
        engine.finalizeLater(new Finalizer(engine, node.priority()) {
            @Override
            protected void doFinalize() {
                callback.onFinalize(Event.this);
            }

            @Override
            protected Object source() {
                return Event.this;
            }
        });
    }

    private void markClosed() {
        closed = true;
        closedAt = Debug.here("the event was closed here");
    }

    @Override
    public String toString() {
        return "Event["
                + (source == null ? "no channel" : source)
                + (closed ? ", closed]" : node.isAdded() ? ", pending]" : "]");
    }

    // ---- inside ----

    private void checkOpen() {
        engine.checkUsable();
        if (closed) {
            throw new IllegalStateException("this event is closed", closedAt);
        }
    }

    /** The event behind a loop's entry. */
    static Event of(LoopEvent entry) {
        return ((Node) entry).event();
    }

    /** Something that the source watches has happened; on the loop. */
    void happened(int bits) {
        happened |= bits;
        engine.activate(node);
    }

    private void happen(Trigger trigger) {
        happened(trigger.bit);
    }

    private void callBack(EventCallback callback) {
        int triggers = happened;
        happened = 0;
        if (!persistent) {
            if (node.isAdded()) {
                stopWaiting();
            }
        } else if (node.isAdded() && timer != null) {
            timer.restart((triggers & Trigger.TIMEOUT.bit) != 0, engine.cachedNanos());
        }
        try {
            callback.onEvent(this, TRIGGER_SETS.get(triggers));
        } finally {
            if (closesAfterwards && !node.isAdded() && !node.isQueued()) {
                closed = true;
            }
        }
    }

    /** This event as the loop knows it. */
    private final class Node extends LoopEvent {
        /** Here and not in the event, where the loop would find it one step later. */
        final EventCallback callback;

        Node(int priority, EventCallback callback) {
            super(priority);
            this.callback = callback;
        }

        Event event() {
            return Event.this;
        }

        @Override
        protected void run() {
            callBack(callback);
        }

        @Override
        protected void onHandedOver(int bits) {
            if (!closed) {
                happened(bits);
            }
        }

        @Override
        public void closeWithBase() {
            stopWaiting();
            markClosed();
        }

        @Override
        protected Object source() {
            return Event.this;
        }
    }
}
