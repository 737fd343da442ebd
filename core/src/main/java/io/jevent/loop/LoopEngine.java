package io.jevent.loop;

import io.jevent.backend.Backend;
import io.jevent.backend.BackendProvider;
import io.jevent.backend.LoopClock;
import io.jevent.buffer.BufferPool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The engine of one event base.
 *
 * <p>One turn: poll (timeout = next timer, 0 if anything is active) → refresh the cached time → expire timers → tasks
 * handed over from other threads → callbacks of the best priority that has any, within a bound → flush. The flush also
 * runs inside a long turn, and before a run of the loop ends for any reason.
 *
 * <p>Threading: loop only, except where a method says otherwise. The loop's thread is the creator until the first run,
 * and the thread of the first run from then on.
 */
public final class LoopEngine {
    private static final int FLUSH_AFTER_CALLBACKS = 64;
    private static final long FLUSH_AFTER_BYTES = 256 * 1024;
    private static final int MAX_DEFERRED_PER_TURN = 32;

    private final LoopClock clock;
    private final BufferPool pool;
    private final Backend backend;
    private final ErrorSink errors;
    private final ActiveQueues active;
    private final TimerHeap timers = new TimerHeap();
    private final TaskQueue tasks;
    private final int maxCallbacksPerTurn;
    private final ArrayDeque<Flushable> flushes = new ArrayDeque<>();
    private final Set<LoopResource> resources = new LinkedHashSet<>();

    private volatile Thread owner;
    private volatile boolean running;
    private volatile boolean closed;
    private boolean hasRun;

    /** True from just before a poll until just after it; what a task sees decides whether it must wake the loop. */
    private volatile boolean asleep;

    /** Set by the first of several wakers, so that only it makes the system call. */
    private final AtomicBoolean wakePending = new AtomicBoolean();

    /** Things that keep the loop running: added events, connections that wait for the peer, listeners. */
    private int keepAliveCount;

    /** The clock as of the latest poll; meaningful while callbacks run. */
    private long cachedNanos;

    private boolean cacheValid;

    /** Whether the thread was interrupted during this run; it is told again when the run ends. */
    private boolean interrupted;

    private boolean exitRequested;
    private boolean breakRequested;
    private boolean continueRequested;
    private int runningPriority = Integer.MAX_VALUE;
    private int deferredThisTurn;
    private long bytesSinceFlush;

    /** Opens the engine of a new base; the calling thread is its owner until the first run. */
    public LoopEngine(
            BackendProvider provider,
            LoopClock clock,
            int priorityCount,
            int maxCallbacksPerTurn,
            int taskCapacity,
            long maxBufferBytes,
            ErrorSink errors)
            throws IOException {
        this.clock = clock;
        this.errors = errors;
        this.active = new ActiveQueues(priorityCount);
        this.tasks = new TaskQueue(taskCapacity);
        this.maxCallbacksPerTurn = maxCallbacksPerTurn;
        this.owner = Thread.currentThread();
        this.pool = BufferPool.create(maxBufferBytes);
        pool.confineTo(owner);
        this.backend = provider.open(clock, pool);
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

    /** The cached time while callbacks run, the clock otherwise. */
    public long cachedNanos() {
        return cacheValid ? cachedNanos : clock.nanoTime();
    }

    public void refreshCachedNanos() {
        cachedNanos = clock.nanoTime();
    }

    // ---- what keeps the loop running ----

    /** Counts one more thing to wait for. */
    public void keepAlive() {
        keepAliveCount++;
    }

    /** Counts one thing less to wait for. */
    public void releaseKeepAlive() {
        assert keepAliveCount > 0 : "more released than kept";
        keepAliveCount--;
    }

    public void addResource(LoopResource resource) {
        resources.add(resource);
    }

    public void removeResource(LoopResource resource) {
        resources.remove(resource);
    }

    private boolean isEmpty() {
        return keepAliveCount == 0 && active.count() == 0 && flushes.isEmpty() && tasks.isEmpty() && !tasks.hasRest();
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

    /** Sets a timer, or moves it if it is set; it never expires before {@code delayNanos} have passed. */
    public void setTimer(LoopTimer timer, long delayNanos) {
        setTimerAt(timer, clock.nanoTime() + delayNanos);
    }

    /** Sets a timer, or moves it if it is set. */
    public void setTimerAt(LoopTimer timer, long deadlineNanos) {
        timers.set(timer, deadlineNanos);
    }

    /** Cancels a timer; a no-op if it is not set. */
    public void cancelTimer(LoopTimer timer) {
        timers.remove(timer);
    }

    // ---- flush ----

    /** Asks for a flush of something at the end of the turn, or before the next poll; the caller asks once. */
    public void requestFlush(Flushable flushable) {
        flushes.add(flushable);
    }

    /** Counts new output, which after 256 KiB of it makes the flush come early. */
    public void countOutput(long byteCount) {
        bytesSinceFlush += byteCount;
    }

    private void flush() {
        bytesSinceFlush = 0;
        for (Flushable next = flushes.poll(); next != null; next = flushes.poll()) {
            try {
                next.flush();
            } catch (Exception e) {
                report(next, e);
            }
        }
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
        if (asleep && wakePending.compareAndSet(false, true)) {
            backend.wakeUp();
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
        hasRun = true;
        Thread present = Thread.currentThread();
        if (owner != present) {
            owner = present;
            pool.confineTo(present);
        }
        exitRequested = false;
        breakRequested = false;
        continueRequested = false;
    }

    private void leave() {
        cacheValid = false;
        runningPriority = Integer.MAX_VALUE;
        try {
            flush();
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
            flush();
            if (breakRequested) {
                return LoopOutcome.BREAK;
            }
            if (exitRequested) {
                return LoopOutcome.EXIT;
            }
            if (!noExitOnEmpty && isEmpty()) {
                return LoopOutcome.EMPTY;
            }
            int ran = turn(nonBlocking);
            if (breakRequested || exitRequested || active.count() > 0) {
                continue;
            }
            if (nonBlocking || (once && ran > 0)) {
                return LoopOutcome.DONE;
            }
        }
    }

    /** One turn; returns how many tasks and callbacks ran. */
    private int turn(boolean nonBlocking) throws IOException {
        deferredThisTurn = 0;
        active.activateLater();
        cacheValid = false;
        poll(nonBlocking || active.count() > 0 ? 0 : nextTimeout());
        refreshCachedNanos();
        cacheValid = true;
        expireTimers();
        int ran = runTasks();
        if (!breakRequested) {
            ran += runCallbacks();
        }
        flush();
        return ran;
    }

    private void poll(long timeoutNanos) throws IOException {
        asleep = true;
        // After asleep is set: a task handed over before is seen here, one handed over later wakes the poll.
        boolean mustNotWait = !tasks.isEmpty() || tasks.hasRest();
        try {
            backend.poll(mustNotWait ? 0 : timeoutNanos);
        } finally {
            asleep = false;
            wakePending.set(false);
            // An interrupt ends one wait, like a wake-up. Left standing, it would keep every later one from waiting.
            interrupted |= Thread.interrupted();
        }
    }

    private long nextTimeout() {
        if (timers.isEmpty()) {
            return Backend.FOREVER;
        }
        return Math.max(0, timers.first().deadlineNanos - clock.nanoTime());
    }

    private void expireTimers() {
        while (!timers.isEmpty() && timers.first().deadlineNanos - cachedNanos <= 0) {
            LoopTimer timer = timers.first();
            timers.remove(timer);
            timer.onExpired();
        }
    }

    private int runTasks() {
        tasks.beginStage();
        int ran = 0;
        for (Runnable task = tasks.next(); task != null; task = tasks.next()) {
            ran++;
            try {
                task.run();
            } catch (Exception e) {
                report(task, e);
            }
            flushWhenMuch(ran);
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
        int ran = 0;
        try {
            while (ran < maxCallbacksPerTurn && !active.isEmpty(priority)) {
                Activation entry = active.takeFirst(priority);
                ran++;
                try {
                    entry.run();
                } catch (Exception e) {
                    report(entry.source(), e);
                }
                if (breakRequested || continueRequested) {
                    break;
                }
                flushWhenMuch(ran);
            }
        } finally {
            runningPriority = Integer.MAX_VALUE;
        }
        return ran;
    }

    private void flushWhenMuch(int ran) {
        if (ran % FLUSH_AFTER_CALLBACKS == 0 || bytesSinceFlush >= FLUSH_AFTER_BYTES) {
            flush();
        }
    }

    /** Passes an exception from a user's callback on. */
    public void report(Object source, Exception thrown) {
        errors.onError(source, thrown);
    }

    // ---- end ----

    /** Closes everything of this base; any thread while no loop runs. Idempotent. */
    public void close() {
        if (running) {
            throw new IllegalStateException("the loop runs; end it before closing the event base");
        }
        if (closed) {
            return;
        }
        closed = true;
        owner = Thread.currentThread();
        pool.confineTo(owner);
        int dropped = tasks.close();
        if (dropped > 0) {
            System.getLogger("io.jevent").log(System.Logger.Level.DEBUG, "closing drops {0} tasks", dropped);
        }
        List.copyOf(resources).forEach(LoopResource::closeWithBase);
        resources.clear();
        active.clear();
        timers.clear();
        flushes.clear();
        backend.close();
        pool.close();
    }
}
