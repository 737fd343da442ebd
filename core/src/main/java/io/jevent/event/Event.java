package io.jevent.event;

import io.jevent.backend.BackendFeature;
import io.jevent.backend.Interest;
import io.jevent.backend.Registration;
import io.jevent.loop.Activation;
import io.jevent.loop.LoopAccess;
import io.jevent.loop.LoopEngine;
import io.jevent.loop.LoopResource;
import io.jevent.loop.LoopTimer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectableChannel;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Something to wait for, and what to call when it happens: a channel being ready, a timeout, or activation by hand.
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

    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE / 2);

    private final LoopEngine engine;
    private final EventBase base;
    private final @Nullable SelectableChannel channel;
    private final Set<Interest> interest;
    private final boolean persistent;
    private final EventCallback callback;
    private final Callback activation;
    private final Timeout timer = new Timeout();
    private final LoopResource resource = this::closeWithBase;

    /** The watcher of the channel; present while added with a channel. */
    private @Nullable Registration registration;

    /** Whether {@link #add} holds: channel watched, or timeout set, or both. */
    private boolean added;

    /** The timeout given to {@link #add}, in nanoseconds; -1 for none. */
    private long timeoutNanos = -1;

    /** What happened since the callback last ran, as a mask of trigger bits. */
    private int happened;

    /** Set by the first of several activators on other threads; the task it hands over clears it. */
    private final AtomicBoolean remotelyActivated = new AtomicBoolean();

    private final Runnable remoteActivation = this::activateFromTask;

    private boolean closed;

    private Event(
            EventBase base,
            @Nullable SelectableChannel channel,
            Set<Interest> interest,
            Set<EventOption> options,
            EventCallback callback) {
        this.base = base;
        this.engine = LoopAccess.engineOf(base);
        engine.checkUsable();
        checkFeatures(interest, options);
        this.channel = channel;
        this.interest = interest;
        this.persistent = options.contains(EventOption.PERSIST);
        this.callback = callback;
        this.activation = new Callback(engine.middlePriority());
    }

    private void checkFeatures(Set<Interest> interest, Set<EventOption> options) {
        Set<BackendFeature> features = engine.backend().features();
        if (options.contains(EventOption.EDGE_TRIGGERED) && !features.contains(BackendFeature.EDGE_TRIGGERED)) {
            throw new UnsupportedOperationException(base.backend() + " cannot watch edge-triggered");
        }
        if (interest.contains(Interest.CLOSED) && !features.contains(BackendFeature.EARLY_CLOSE)) {
            throw new UnsupportedOperationException(base.backend() + " cannot watch for CLOSED");
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
        return new Event(base, channel, Set.copyOf(interest), setOf(options), callback);
    }

    /**
     * Makes an event that only a timeout fires; add it with {@link #add(Duration)}.
     *
     * @param base the loop
     * @param callback what to call
     * @param options {@link EventOption#PERSIST} for a timer that repeats
     * @return a new event
     * @see "libevent evtimer_new()"
     */
    public static Event timer(EventBase base, EventCallback callback, EventOption... options) {
        return new Event(base, null, Set.of(), setOf(options), callback);
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
        return new Event(base, null, Set.of(), Set.of(), callback);
    }

    private static Set<EventOption> setOf(EventOption... options) {
        Set<EventOption> set = EnumSet.noneOf(EventOption.class);
        set.addAll(List.of(options));
        return set;
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
     * without its callback having run yet, that is withdrawn.
     *
     * @param timeout at least 0, counted from now; never early
     * @throws IllegalArgumentException if negative
     * @throws UncheckedIOException if the channel cannot be watched, because it is closed for instance
     * @throws IllegalStateException if this event is closed
     * @see "libevent event_add(), evtimer_add()"
     */
    public void add(Duration timeout) {
        checkOpen();
        long nanos = nanosOf(timeout);
        watch();
        markAdded();
        timeoutNanos = nanos;
        happened &= ~Trigger.TIMEOUT.bit;
        if (happened == 0) {
            engine.deactivate(activation);
        }
        engine.setTimer(timer, nanos);
    }

    private void watch() {
        if (channel == null || registration != null) {
            return;
        }
        try {
            Registration fresh = engine.backend().register(channel, this::onReady);
            fresh.interest(interest);
            registration = fresh;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot watch " + channel, e);
        }
    }

    private void markAdded() {
        if (!added) {
            added = true;
            engine.keepAlive();
            engine.addResource(resource);
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
        engine.deactivate(activation);
        happened = 0;
        stopWaiting();
    }

    private void stopWaiting() {
        if (registration != null) {
            registration.close();
            registration = null;
        }
        engine.cancelTimer(timer);
        timeoutNanos = -1;
        if (added) {
            added = false;
            engine.releaseKeepAlive();
            engine.removeResource(resource);
        }
    }

    /**
     * Drops the timeout and goes on waiting for the channel. An event without channel is then no longer pending.
     *
     * @see "libevent event_remove_timer()"
     */
    public void removeTimeout() {
        checkOpen();
        engine.cancelTimer(timer);
        timeoutNanos = -1;
        if (channel == null) {
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
        if (!engine.isInLoop()) {
            if (remotelyActivated.compareAndSet(false, true)) {
                engine.execute(remoteActivation, true);
            }
            return;
        }
        checkOpen();
        happen(Trigger.USER);
    }

    private void activateFromTask() {
        remotelyActivated.set(false);
        if (!closed) {
            happen(Trigger.USER);
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
        return added || activation.isQueued();
    }

    /**
     * {@return whether its callback is due}
     */
    public boolean isActive() {
        engine.checkThread();
        return activation.isQueued();
    }

    /**
     * {@return when its timeout is over, on the scale of {@link EventBase#nanoTime()}, or nothing if none is set}
     *
     * @see "libevent event_pending(), its time argument"
     */
    public OptionalLong deadlineNanos() {
        engine.checkThread();
        return timer.isSet() ? OptionalLong.of(timer.deadlineNanos()) : OptionalLong.empty();
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
     * {@return the channel, if it has one}
     *
     * @see "libevent event_get_fd()"
     */
    public Optional<SelectableChannel> channel() {
        return Optional.ofNullable(channel);
    }

    /**
     * {@return what it waits for on its channel}
     *
     * @see "libevent event_get_events()"
     */
    public Set<Interest> interest() {
        return interest;
    }

    /**
     * {@return what it calls}
     *
     * @see "libevent event_get_callback()"
     */
    public EventCallback callback() {
        return callback;
    }

    /**
     * {@return its priority, 0 the best}
     *
     * @see "libevent event_get_priority()"
     */
    public int priority() {
        return activation.priority();
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
        if (activation.isQueued()) {
            throw new IllegalStateException("the priority of an active event cannot change");
        }
        activation.priority(priority);
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
            closed = true;
        }
    }

    @Override
    public String toString() {
        return "Event[" + (channel == null ? "no channel" : channel + " " + interest)
                + (closed ? ", closed]" : added ? ", pending]" : "]");
    }

    // ---- inside ----

    static long nanosOf(Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException("need a duration >= 0, got " + duration);
        }
        return duration.compareTo(LONGEST) > 0 ? LONGEST.toNanos() : duration.toNanos();
    }

    private void checkOpen() {
        engine.checkUsable();
        if (closed) {
            throw new IllegalStateException("this event is closed");
        }
    }

    private void closeWithBase() {
        stopWaiting();
        closed = true;
    }

    private void onReady(Set<Interest> ready) {
        if (ready.contains(Interest.READ)) {
            happen(Trigger.READ);
        }
        if (ready.contains(Interest.WRITE)) {
            happen(Trigger.WRITE);
        }
        if (ready.contains(Interest.CLOSED)) {
            happen(Trigger.CLOSED);
        }
    }

    private void happen(Trigger trigger) {
        happened |= trigger.bit;
        engine.activate(activation);
    }

    private void callBack() {
        int triggers = happened;
        happened = 0;
        if (!persistent) {
            stopWaiting();
        } else if (added && timeoutNanos >= 0) {
            restartTimeout((triggers & Trigger.TIMEOUT.bit) != 0);
        }
        callback.onEvent(this, TRIGGER_SETS.get(triggers));
    }

    private void restartTimeout(boolean keepsRhythm) {
        long next = timer.deadlineNanos() + timeoutNanos;
        if (keepsRhythm && next - engine.cachedNanos() >= 0) {
            engine.setTimerAt(timer, next);
        } else {
            engine.setTimer(timer, timeoutNanos);
        }
    }

    /** The timeout of this event. */
    private final class Timeout extends LoopTimer {
        @Override
        protected void onExpired() {
            happen(Trigger.TIMEOUT);
        }
    }

    /** The callback of this event, in the active queues. */
    private final class Callback extends Activation {
        Callback(int priority) {
            super(priority);
        }

        @Override
        protected void run() {
            callBack();
        }

        @Override
        protected Object source() {
            return Event.this;
        }
    }
}
