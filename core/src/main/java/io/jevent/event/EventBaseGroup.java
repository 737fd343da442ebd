package io.jevent.event;

import io.jevent.backend.AcceptedSocket;
import io.jevent.loop.LoopAccess;
import io.jevent.loop.LoopTimers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Several event bases, each on a thread of its own, started and stopped as one.
 *
 * <pre>{@code
 * try (EventBaseGroup group = EventBaseGroup.create(4, EventBaseConfig.builder().build())) {
 *     group.start();
 *     ConnectionListener.bind(base, address, (listener, socket) ->
 *             group.handOver(socket, (its, accepted) -> serve(SocketBufferEvent.create(its, accepted))));
 *     base.dispatch();
 *     group.stop(Duration.ofSeconds(5));
 * }
 * }</pre>
 *
 * <p>Until {@link #start()} the bases belong to the thread that made the group, which may give them listeners and events;
 * from then on each belongs to its own thread and is reached through {@link EventBase#execute}. Their loops do not end for
 * want of work. An {@link Error} in one of them ends its loop, goes to its thread's uncaught-exception handler, and makes
 * the others end at once.
 *
 * <p>Threading: any thread.
 *
 * <p><em>Difference</em>: libevent leaves threads to the program.
 */
public final class EventBaseGroup implements AutoCloseable {
    private static final AtomicInteger GROUP_COUNT = new AtomicInteger();

    private enum State {
        MADE,
        RUNNING,
        STOPPED
    }

    private final List<EventBase> bases;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicInteger nextIndex = new AtomicInteger();

    /** Connections that were handed over and not taken yet. */
    private final Set<AcceptedSocket> underWay = ConcurrentHashMap.newKeySet();

    /** Loops that ended because nothing was left to wait for. */
    private final AtomicInteger loopsEmpty = new AtomicInteger();

    /** Loops that were started; guarded by the lock. */
    private int loopsRun;

    /** Guards the state. */
    private final Object lock = new Object();

    /** Changes under the lock. */
    private volatile State state = State.MADE;

    private EventBaseGroup(List<EventBase> bases) {
        this.bases = List.copyOf(bases);
    }

    /**
     * Makes a group of bases that do not run yet, on daemon threads named {@code jevent-<group>-<index>}.
     *
     * @param baseCount how many, at least 1; as many as there are processors is a good number
     * @param config how each is made; what it holds is shared by all
     * @return a new group
     * @throws IllegalArgumentException if {@code baseCount} is below 1
     * @throws java.io.UncheckedIOException if the system refuses, for instance for want of descriptors
     */
    public static EventBaseGroup create(int baseCount, EventBaseConfig config) {
        int number = GROUP_COUNT.incrementAndGet();
        AtomicInteger index = new AtomicInteger();
        return create(
                baseCount,
                config,
                task -> Thread.ofPlatform()
                        .daemon()
                        .name("jevent-" + number + "-" + index.getAndIncrement())
                        .unstarted(task));
    }

    /**
     * Makes a group of bases that do not run yet.
     *
     * @param baseCount how many, at least 1
     * @param config how each is made; what it holds is shared by all
     * @param threads makes the thread of each, not started
     * @return a new group
     * @throws IllegalArgumentException if {@code baseCount} is below 1
     * @throws java.io.UncheckedIOException if the system refuses, for instance for want of descriptors
     */
    public static EventBaseGroup create(int baseCount, EventBaseConfig config, ThreadFactory threads) {
        if (baseCount < 1) {
            throw new IllegalArgumentException("need baseCount >= 1, got " + baseCount);
        }
        List<EventBase> bases = new ArrayList<>();
        boolean success = false;
        try {
            for (int i = 0; i < baseCount; i++) {
                bases.add(EventBase.create(config));
            }
            EventBaseGroup group = new EventBaseGroup(bases);
            for (EventBase base : bases) {
                group.threads.add(threads.newThread(() -> group.run(base)));
            }
            success = true;
            return group;
        } finally {
            if (!success) {
                bases.forEach(EventBase::close);
            }
        }
    }

    private void run(EventBase base) {
        boolean ended = false;
        try {
            if (base.loop(LoopOption.NO_EXIT_ON_EMPTY) == LoopResult.EMPTY) {
                loopsEmpty.incrementAndGet();
            }
            ended = true;
        } finally {
            if (!ended) {
                bases.forEach(EventBaseGroup::exitQuietly);
            }
        }
    }

    private static void exitQuietly(EventBase base) {
        drain(base, 0);
    }

    private static void drain(EventBase base, long graceNanos) {
        try {
            LoopAccess.engineOf(base).execute(() -> LoopAccess.engineOf(base).requestDrain(graceNanos), true);
        } catch (RejectedExecutionException _) {
            // Closed already.
        }
    }

    /**
     * Starts all loops.
     *
     * @throws IllegalStateException if they were started before
     */
    public void start() {
        synchronized (lock) {
            if (state != State.MADE) {
                throw new IllegalStateException("need a group that was never started, this one is " + state);
            }
            state = State.RUNNING;
            loopsRun = threads.size();
            threads.forEach(Thread::start);
        }
    }

    /**
     * {@return the bases, in order}
     */
    public List<EventBase> bases() {
        return bases;
    }

    /**
     * {@return the next base in turn}
     */
    public EventBase next() {
        return bases.get(Math.floorMod(nextIndex.getAndIncrement(), bases.size()));
    }

    /**
     * {@return whether it has been started and not been stopped; while it is stopping it still runs}
     */
    public boolean isRunning() {
        return state == State.RUNNING;
    }

    /**
     * Hands a connection to the next base in turn. It is closed if that base takes no task any more, if the group stops before
     * the base comes to it, or if the callback throws.
     *
     * @param socket the connection, not adopted yet; the group's from now on
     * @param callback takes it, on that base's thread
     * @return whether the base will come to it unless the group stops; if not, it is closed
     */
    public boolean handOver(AcceptedSocket socket, HandOverCallback callback) {
        return handOver(next(), socket, callback);
    }

    /**
     * Hands a connection to a certain base, as {@link #handOver(AcceptedSocket, HandOverCallback)}.
     *
     * @param base one of {@link #bases()}
     * @param socket the connection, not adopted yet; the group's from now on
     * @param callback takes it, on that base's thread
     * @return whether the base will come to it unless the group stops; if not, it is closed
     * @throws IllegalArgumentException if the base is not one of this group's; the connection is still the caller's then
     */
    public boolean handOver(EventBase base, AcceptedSocket socket, HandOverCallback callback) {
        if (!bases.contains(base)) {
            throw new IllegalArgumentException("need a base of this group, got " + base);
        }
        underWay.add(socket);
        try {
            base.execute(() -> {
                if (underWay.remove(socket)) {
                    take(base, socket, callback);
                }
            });
            return true;
        } catch (RejectedExecutionException _) {
            closeIfUnderWay(socket);
            return false;
        }
    }

    /** Whoever takes it out of the set closes it. */
    private void closeIfUnderWay(AcceptedSocket socket) {
        if (underWay.remove(socket)) {
            socket.close();
        }
    }

    private static void take(EventBase base, AcceptedSocket socket, HandOverCallback callback) {
        boolean success = false;
        try {
            callback.onHandOver(base, socket);
            success = true;
        } finally {
            if (!success) {
                socket.close();
            }
        }
    }

    /**
     * Ends all loops and closes the bases: listeners stop accepting, what is under way may go on for a while, and what then
     * is left is closed with its base. Waits until all is over. Idempotent.
     *
     * @param grace how long work may go on, at least 0
     * @return whether every loop ended because nothing was left to wait for
     * @throws IllegalArgumentException if negative
     * @throws IllegalStateException on a thread of this group
     */
    public boolean stop(Duration grace) {
        long graceNanos = LoopTimers.nanosOf(grace);
        // Before the lock: whoever holds it waits for this thread.
        if (threads.contains(Thread.currentThread())) {
            throw new IllegalStateException("a thread of this group cannot wait for itself");
        }
        synchronized (lock) {
            if (state == State.RUNNING) {
                bases.forEach(base -> drain(base, graceNanos));
                threads.forEach(EventBaseGroup::join);
            }

            if (state != State.STOPPED) {
                state = State.STOPPED;
                bases.forEach(EventBase::close);
                // Tasks that came after the last turn were dropped.
                underWay.forEach(this::closeIfUnderWay);
            }
            return loopsRun == loopsEmpty.get();
        }
    }

    /** Waits however often it is interrupted; the interrupt is told again afterwards. */
    private static void join(Thread thread) {
        @Nullable InterruptedException interrupted = null;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = e;
            }
        }
        if (interrupted != null) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Ends all loops at once, as {@link #stop} without grace.
     *
     * @throws IllegalStateException on a thread of this group
     */
    @Override
    public void close() {
        stop(Duration.ZERO);
    }

    @Override
    public String toString() {
        return "EventBaseGroup[" + bases.size() + " bases]";
    }
}
