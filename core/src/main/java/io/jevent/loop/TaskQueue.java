package io.jevent.loop;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Work handed over by any thread, in order, bounded.
 *
 * <p>Two queues that change places: threads fill one under the lock, the loop empties the other without it.
 */
final class TaskQueue {
    private final int capacity;
    private final Object lock = new Object();

    /** Guarded by {@code lock}. */
    private ArrayDeque<Runnable> filling = new ArrayDeque<>();

    /** The loop's. */
    private ArrayDeque<Runnable> emptying = new ArrayDeque<>();

    /** Tasks in {@link #filling}; written under the lock, read anywhere. */
    private volatile int fillingCount;

    /** Guarded by {@code lock}. */
    private boolean closed;

    TaskQueue(int capacity) {
        this.capacity = capacity;
    }

    /** How an offer ended. */
    enum Offer {
        TAKEN,
        FULL,
        CLOSED
    }

    /** Any thread. An exempt task is taken even when the queue is full. */
    Offer offer(Runnable task, boolean exempt) {
        synchronized (lock) {
            if (closed) {
                return Offer.CLOSED;
            }
            if (filling.size() >= capacity && !exempt) {
                return Offer.FULL;
            }
            filling.add(task);
            fillingCount = filling.size();
            return Offer.TAKEN;
        }
    }

    /** Any thread. */
    boolean isEmpty() {
        return fillingCount == 0;
    }

    /** Whether tasks of a stage that an {@link Error} cut short still wait; loop only. */
    boolean hasRest() {
        return !emptying.isEmpty();
    }

    /** Begins a stage: those that are here now, no later ones. Loop only. */
    void beginStage() {
        if (!emptying.isEmpty() || isEmpty()) {
            return;
        }
        synchronized (lock) {
            ArrayDeque<Runnable> full = filling;
            filling = emptying;
            emptying = full;
            fillingCount = 0;
        }
    }

    /** The next task of the stage, or null. Loop only. */
    @Nullable
    Runnable next() {
        return emptying.poll();
    }

    /** Refuses tasks from now on and drops those that wait; returns them. */
    List<Runnable> close() {
        synchronized (lock) {
            closed = true;
            List<Runnable> dropped = new ArrayList<>(emptying);
            dropped.addAll(filling);
            filling.clear();
            emptying.clear();
            fillingCount = 0;
            return dropped;
        }
    }
}
