package io.jevent.loop;

import io.jevent.backend.Backend;
import io.jevent.backend.BackendFeature;
import io.jevent.backend.BackendProvider;
import io.jevent.backend.LoopClock;
import io.jevent.buffer.BufferPool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The engine of one event base.
 *
 * <p>One turn: prepare watchers → poll (timeout = next timer, 0 if anything is active) → refresh the cached time → check
 * watchers → expire timers → tasks handed over from other threads → callbacks of the best priority that has any, within a bound → flush. The flush also
 * runs inside a long turn, and before a run of the loop ends for any reason.
 *
 * <p>Threading: loop only, except where a method says otherwise. The loop's thread is the creator until the first run,
 * and the thread of the first run from then on.
 */
public final class LoopEngine {
    private static final int MAX_DEFERRED_PER_TURN = 32;
    private static final long NANOS_PER_MILLI = 1_000_000;

    /** What the health watch sees of a loop that waits or does not run. */
    static final long BETWEEN_STEPS = -1;

    private final LoopClock clock;
    private final BufferPool pool;
    private final Backend backend;
    private final ErrorSink errors;
    private final ActiveQueues active;
    private final LoopTimers timers;
    private final TaskQueue tasks;
    private final LoopSettings settings;
    private final EventList events = new EventList();

    /** Whether the backend rounds waits up to whole milliseconds. */
    private final boolean waitsAreCoarse;

    private final FlushQueue flushes;
    private final Set<LoopResource> resources = new LinkedHashSet<>();

    private final Finalizers finalizers;

    /** Guards the change of owner at the first run, and the end of the backend. */
    private final Object ownerLock = new Object();

    private volatile Thread owner;
    private volatile boolean running;
    private volatile boolean closed;

    /** Whether the owner is the owner for good; written after it. */
    private volatile boolean hasRun;

    private final WakeUp wakeUp = new WakeUp();

    /** What keeps the loop running beside added events: connections that wait for the peer, listeners, delayed exits. */
    private final HighWater virtuals = new HighWater();

    private final HighWater addedEvents = new HighWater();

    private final WatchList prepareWatches = new WatchList();
    private final WatchList checkWatches = new WatchList();

    /** The clock as of the latest poll; meaningful while callbacks run. */
    private long cachedNanos;

    private boolean cacheValid;

    /** Whether the thread was interrupted during this run; it is told again when the run ends. */
    private boolean interrupted;

    private final RunningStep step = new RunningStep();

    /** Whether the base is to end when what it has is done. */
    private boolean draining;

    private boolean exitRequested;
    private boolean breakRequested;
    private boolean continueRequested;
    private int runningPriority = Integer.MAX_VALUE;
    private int deferredThisTurn;

    /** Opens the engine of a new base; the calling thread is its owner until the first run. */
    public LoopEngine(BackendProvider provider, LoopSettings settings, ErrorSink errors) throws IOException {
        this.settings = settings;
        this.clock = settings.clock();
        this.timers = new LoopTimers(clock);
        this.errors = errors;
        this.flushes = new FlushQueue(errors);
        this.finalizers = new Finalizers(this);
        this.active = new ActiveQueues(settings.priorityCount());
        this.tasks = new TaskQueue(settings.taskCapacity());
        this.owner = Thread.currentThread();
        this.pool = BufferPool.create(settings.maxBufferBytes());
        pool.confineTo(owner);
        this.backend = provider.open(clock, pool);
        this.waitsAreCoarse = !backend.features().contains(BackendFeature.PRECISE_WAIT);
    }

    // ---- who and what ----

    public LoopClock clock() {
        return clock;
    }

    public BufferPool pool() {
        return pool;
    }

    public Backend backend() {
        return backend;
    }

    public int priorityCount() {
        return active.priorityCount();
    }

    /** The priority of whatever names none. */
    public int middlePriority() {
        return active.priorityCount() / 2;
    }

    /** Any thread. */
    public boolean isInLoop() {
        return Thread.currentThread() == owner;
    }

    /** Whether the caller is on the loop's thread and will be: before the first run another thread may take the loop over. */
    public boolean isInLoopForGood() {
        return hasRun && Thread.currentThread() == owner;
    }

    /** While it is held, the loop's thread does not change. */
    public Object ownerLock() {
        return ownerLock;
    }

    /** Any thread. */
    public boolean isRunning() {
        return running;
    }

    /** Any thread. */
    public boolean isClosed() {
        return closed;
    }

    /** Throws unless the caller is on the loop's thread. */
    public void checkThread() {
        if (Thread.currentThread() != owner) {
            throw new WrongThreadException(
                    "this event base belongs to " + owner + ", called on " + Thread.currentThread());
        }
    }

    /** Throws unless the caller is on the loop's thread and the base is open. */
    public void checkUsable() {
        checkThread();
        if (closed) {
            throw new IllegalStateException("this event base is closed");
        }
    }

    /** The cached time while callbacks run, the clock otherwise and where the cache is off. */
    public long cachedNanos() {
        return cacheValid && settings.cachesTime() ? cachedNanos : clock.nanoTime();
    }

    public void refreshCachedNanos() {
        cachedNanos = clock.nanoTime();
    }

    // ---- what keeps the loop running ----

    /** Counts one more thing to wait for. */
    public void keepAlive() {
        virtuals.increment();
    }

    /** Counts one thing less to wait for. */
    public void releaseKeepAlive() {
        virtuals.decrement();
    }

    /** Puts an event among the added ones; it must not be there. */
    public void addEvent(LoopEvent event) {
        events.add(event);
        addedEvents.increment();
    }

    /** Takes an event from the added ones; it must be there. */
    public void removeEvent(LoopEvent event) {
        events.remove(event);
        addedEvents.decrement();
    }

    /** Visits every event that is added or active, each once, until the visitor returns false. */
    public boolean forEachEvent(Predicate<LoopEvent> visitor) {
        // A snapshot: what the visitor does to events does not make it see them again.
        List<LoopEvent> seen = new ArrayList<>(events.count());
        events.forEach(seen::add);
        active.forEach(entry -> !(entry instanceof LoopEvent event) || event.added || seen.add(event));
        for (LoopEvent event : seen) {
            if ((event.added || event.isQueued()) && !visitor.test(event)) {
                return false;
            }
        }
        return true;
    }

    /** What is counted. */
    public enum Count {
        /** Added events. */
        ADDED,
        /** Callbacks that are due. */
        ACTIVE,
        /** Timers that are set. */
        TIMERS,
        /** Other things that keep the loop running. */
        VIRTUAL
    }

    public int count(Count kind) {
        return highWater(kind).count();
    }

    public int highestCount(Count kind) {
        return highWater(kind).highest();
    }

    public void clearHighestCount(Count kind) {
        highWater(kind).clearHighest();
    }

    private HighWater highWater(Count kind) {
        return switch (kind) {
            case ADDED -> addedEvents;
            case ACTIVE -> active.highWater();
            case TIMERS -> timers.highWater();
            case VIRTUAL -> virtuals;
        };
    }

    public void addResource(LoopResource resource) {
        resources.add(resource);
    }

    public void removeResource(LoopResource resource) {
        resources.remove(resource);
    }

    private boolean isEmpty() {
        return virtuals.count() == 0
                && events.count() == 0
                && active.count() == 0
                && flushes.isEmpty()
                && tasks.isEmpty()
                && !tasks.hasRest();
    }

    // ---- active queues ----

    /** Queues an activation at its priority; a no-op if it is queued. */
    public void activate(Activation entry) {
        if (entry.isQueued()) {
            return;
        }
        active.add(entry);
        if (entry.priority < runningPriority) {
            continueRequested = true;
        }
    }

    /** Queues an activation that is a deferred callback; beyond 32 of them in a turn it waits for the next turn. */
    public void activateDeferred(Activation entry) {
        if (entry.isQueued()) {
            return;
        }
        if (deferredThisTurn >= MAX_DEFERRED_PER_TURN) {
            active.addLater(entry);
        } else {
            deferredThisTurn++;
            activate(entry);
        }
    }

    /** Withdraws an activation; a no-op if it is not queued. */
    public void deactivate(Activation entry) {
        if (entry.isQueued()) {
            active.remove(entry);
        }
    }

    /** Changes the priority of an activation, which goes to the end of its new queue if it is queued. */
    public void changePriority(Activation entry, int priority) {
        boolean queued = entry.isQueued();
        deactivate(entry);
        entry.priority(priority);
        if (queued) {
            activate(entry);
        }
    }

    // ---- timers ----

    public LoopTimers timers() {
        return timers;
    }

    // ---- watchers ----

    public void addWatch(LoopWatch watch) {
        watchesOf(watch.stage()).add(watch);
    }

    public void removeWatch(LoopWatch watch) {
        watchesOf(watch.stage()).remove(watch);
    }

    private WatchList watchesOf(LoopWatch.Stage stage) {
        return switch (stage) {
            case PREPARE -> prepareWatches;
            case CHECK -> checkWatches;
        };
    }

    // ---- flush ----

    /** Asks for a flush of something at the end of the turn, or before the next poll; the caller asks once. */
    public void requestFlush(Flushable flushable) {
        flushes.add(flushable);
    }

    /** Counts new output, which after 256 KiB of it makes the flush come early. */
    public void countOutput(long byteCount) {
        flushes.countOutput(byteCount);
    }

    // ---- doors for other threads ----

    /**
     * Hands a task over. Any thread.
     *
     * @param exempt whether the queue's bound does not hold for it: the library's own completions
     */
    public void execute(Runnable task, boolean exempt) {
        switch (tasks.offer(Objects.requireNonNull(task), exempt)) {
            case TAKEN -> wakeIfAsleep();
            case FULL -> throw new RejectedExecutionException("the event base's task queue is full");
            case CLOSED -> throw new RejectedExecutionException("this event base is closed");
        }
    }

    private void wakeIfAsleep() {
        if (wakeUp.claim()) {
            synchronized (ownerLock) {
                if (!closed) {
                    backend.wakeUp();
                }
            }
        }
    }

    // ---- running ----

    public void requestExit() {
        exitRequested = true;
    }

    public void requestBreak() {
        breakRequested = true;
    }

    public void requestContinue() {
        continueRequested = true;
    }

    /**
     * Makes the loop return as soon as nothing is left to wait for, at the latest after a grace, for good: listeners stop
     * accepting, and the option not to exit on empty has no effect any more.
     */
    public void requestDrain(long graceNanos) {
        draining = true;
        List.copyOf(resources).forEach(LoopResource::drain);
        if (graceNanos == 0) {
            exitRequested = true;
            return;
        }
        timers.set(
                new LoopTimer() {
                    @Override
                    protected void onExpired() {
                        exitRequested = true;
                    }
                },
                graceNanos);
    }

    public boolean gotExit() {
        return exitRequested;
    }

    public boolean gotBreak() {
        return breakRequested;
    }

    /** Runs turns until there is a reason to stop. */
    public LoopOutcome run(boolean once, boolean nonBlocking, boolean noExitOnEmpty) {
        enter();
        try {
            return turns(once, nonBlocking, noExitOnEmpty);
        } catch (IOException e) {
            throw new UncheckedIOException("waiting for events failed on backend " + backend.name(), e);
        } finally {
            leave();
        }
    }

    private void enter() {
        if (closed) {
            throw new IllegalStateException("this event base is closed");
        }
        if (hasRun) {
            checkThread();
        }
        if (running) {
            throw new IllegalStateException("the loop already runs; it cannot be entered from a callback");
        }
        running = true;
        if (!hasRun) {
            synchronized (ownerLock) {
                owner = Thread.currentThread();
                pool.confineTo(owner);
                hasRun = true;
            }
            if (settings.slowCallbackNanos() != Long.MAX_VALUE) {
                LoopHealth.watch(this, settings.slowCallbackNanos());
            }
        }
        exitRequested = false;
        breakRequested = false;
        continueRequested = false;
    }

    private void leave() {
        cacheValid = false;
        runningPriority = Integer.MAX_VALUE;
        try {
            flushes.flush();
            backend.reapClosed();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            running = false;
            if (interrupted) {
                interrupted = false;
                Thread.currentThread().interrupt();
            }
        }
    }

    private LoopOutcome turns(boolean once, boolean nonBlocking, boolean noExitOnEmpty) throws IOException {
        while (true) {
            flushes.flush();
            if (breakRequested) {
                return LoopOutcome.BREAK;
            }
            if (exitRequested) {
                return LoopOutcome.EXIT;
            }
            if ((!noExitOnEmpty || draining) && isEmpty()) {
                return LoopOutcome.EMPTY;
            }
            int ran = turn(nonBlocking, noExitOnEmpty);
            if (breakRequested || exitRequested || active.count() > 0) {
                continue;
            }
            if (nonBlocking || (once && ran > 0)) {
                return LoopOutcome.DONE;
            }
        }
    }

    /** One turn; returns how many tasks and callbacks ran. */
    private int turn(boolean nonBlocking, boolean noExitOnEmpty) throws IOException {
        deferredThisTurn = 0;
        active.activateLater();
        cacheValid = false;
        boolean waits = !nonBlocking && active.count() == 0;
        if (!prepareWatches.isEmpty()) {
            prepareWatches.run(waits ? nextTimeout() : 0, errors);
            flushes.flush();
            boolean mayEnd = breakRequested || exitRequested || ((!noExitOnEmpty || draining) && isEmpty());
            waits &= active.count() == 0 && !mayEnd;
        }
        poll(waits ? nextTimeout() : 0);
        refreshCachedNanos();
        cacheValid = true;
        step.end(); // A turn is a step too: a loop that polls busily is not stuck.
        checkWatches.run(0, errors);
        Object flight = Flight.isRecording() ? Flight.turnBegins() : null;
        int expired = timers.expire(cachedNanos);
        int ran = runTasks();
        if (!breakRequested) {
            ran += runCallbacks();
        }
        flushes.flush();
        if (flight != null) {
            Flight.turnEnds(flight, ran, expired);
        }
        return ran;
    }

    private void poll(long timeoutNanos) throws IOException {
        if (timeoutNanos == 0) {
            backend.poll(0);
            return;
        }
        wakeUp.fallAsleep();
        // A task handed over before it fell asleep is seen here, one handed over later wakes the poll.
        boolean mustNotWait = !tasks.isEmpty() || tasks.hasRest();
        try {
            backend.poll(mustNotWait ? 0 : timeoutNanos);
        } finally {
            wakeUp.awake();
            // An interrupt ends one wait, like a wake-up. Left standing, it would keep every later one from waiting.
            interrupted |= Thread.interrupted();
        }
    }

    private long nextTimeout() {
        if (timers.isEmpty()) {
            return Backend.FOREVER;
        }
        long left = timers.nanosToNext();
        // Precisely: the whole milliseconds are slept, the rest is spent looking for I/O.
        return settings.preciseTimers() && waitsAreCoarse ? left - left % NANOS_PER_MILLI : left;
    }

    private int runTasks() {
        tasks.beginStage();
        int ran = 0;
        for (Runnable task = tasks.next(); task != null; task = tasks.next()) {
            ran++;
            step.begin(task);
            try {
                task.run();
            } catch (Exception e) {
                report(task, e);
            }
            step.end();
            flushes.flushWhenMuch(ran);
        }
        return ran;
    }

    private int runCallbacks() {
        continueRequested = false;
        int priority = active.bestPriority();
        if (priority < 0) {
            return 0;
        }
        runningPriority = priority;
        boolean bounded = priority >= settings.boundedFromPriority();
        int ran = 0;
        try {
            while (!active.isEmpty(priority) && !(bounded && isTurnOver(ran))) {
                Activation entry = active.takeFirst(priority);
                ran++;
                step.begin(entry);
                try {
                    entry.run();
                } catch (Exception e) {
                    report(entry.source(), e);
                }
                step.end();
                if (breakRequested || continueRequested) {
                    break;
                }
                flushes.flushWhenMuch(ran);
            }
        } finally {
            runningPriority = Integer.MAX_VALUE;
        }
        return ran;
    }

    private boolean isTurnOver(int ran) {
        return ran >= settings.maxCallbacksPerTurn()
                || (ran > 0
                        && settings.maxNanosPerTurn() != Long.MAX_VALUE
                        && clock.nanoTime() - cachedNanos >= settings.maxNanosPerTurn());
    }

    /** The step that runs now, for the health watch. */
    long stepSeenFromOutside() {
        return running && !wakeUp.isAsleep() ? step.countSeenFromOutside() : BETWEEN_STEPS;
    }

    /** What runs now, for people, as another thread sees it. */
    String currentSeenFromOutside() {
        return step.describedFromOutside();
    }

    Thread owner() {
        return owner;
    }

    /** The event whose callback runs now, or null. */
    public @Nullable LoopEvent runningEvent() {
        return step.event();
    }

    /** Passes an exception from a user's callback on. */
    public void report(Object source, Exception thrown) {
        errors.onError(source, thrown);
    }

    // ---- end ----

    /** Whatever one of them does, the others and the backend are closed. */
    private void closeQuietly(LoopResource resource) {
        try {
            resource.closeWithBase();
        } catch (RuntimeException e) {
            report(resource, e);
        }
    }

    /** Whether the base is closing and last calls run, which may ask for more of them. */
    public boolean isFinalizing() {
        return finalizers.areRunning();
    }

    /** Runs a last call of an event at its priority in the loop, or when the base closes. */
    public void finalizeLater(Finalizer finalizer) {
        finalizers.add(finalizer);
    }

    void finalizeNow(Finalizer finalizer) {
        finalizers.remove(finalizer);
        finalizer.doFinalize();
    }

    /** Closes everything of this base; any thread while no loop runs. Idempotent. */
    public void close() {
        if (running) {
            throw new IllegalStateException("the loop runs; end it before closing the event base");
        }
        synchronized (ownerLock) {
            if (closed) {
                return;
            }
            closed = true;
            owner = Thread.currentThread();
        }
        LoopHealth.unwatch(this);
        pool.confineTo(owner);
        List<Runnable> dropped = tasks.close();
        if (!dropped.isEmpty()) {
            System.getLogger("io.jevent").log(System.Logger.Level.DEBUG, "closing drops {0} tasks", dropped.size());
        }
        for (Runnable task : dropped) {
            if (task instanceof DroppableTask droppable) {
                droppable.dropped();
            }
        }
        List.copyOf(resources).forEach(this::closeQuietly);
        resources.clear();
        for (LoopEvent event = events.first(); event != null; event = events.first()) {
            removeEvent(event);
            closeQuietly(event);
        }
        finalizers.runAll();
        active.clear();
        timers.clear();
        flushes.clear();
        backend.close();
        pool.close();
    }
}
