package io.jevent.loop;

import java.util.function.Predicate;

/** A queue of activations for each priority, and one for those put off to the next turn. */
final class ActiveQueues {
    private final ActivationQueue[] queues;
    private final ActivationQueue later = new ActivationQueue();
    private final HighWater counts = new HighWater();

    ActiveQueues(int priorityCount) {
        queues = new ActivationQueue[priorityCount];
        for (int i = 0; i < priorityCount; i++) {
            queues[i] = new ActivationQueue();
        }
    }

    int priorityCount() {
        return queues.length;
    }

    /** Entries in all queues. */
    int count() {
        return counts.count();
    }

    HighWater highWater() {
        return counts;
    }

    void add(Activation entry) {
        entry.state = Activation.State.ACTIVE;
        queues[entry.priority].add(entry);
        counts.increment();
    }

    void addLater(Activation entry) {
        entry.state = Activation.State.LATER;
        later.add(entry);
        counts.increment();
    }

    void remove(Activation entry) {
        (entry.state == Activation.State.LATER ? later : queues[entry.priority]).remove(entry);
        entry.state = Activation.State.IDLE;
        counts.decrement();
    }

    /** Makes those put off active, in order. */
    void activateLater() {
        while (!later.isEmpty()) {
            Activation entry = later.first();
            remove(entry);
            add(entry);
        }
    }

    /** The best priority that has an entry, or -1. */
    int bestPriority() {
        for (int i = 0; i < queues.length; i++) {
            if (!queues[i].isEmpty()) {
                return i;
            }
        }
        return -1;
    }

    boolean isEmpty(int priority) {
        return queues[priority].isEmpty();
    }

    Activation takeFirst(int priority) {
        Activation first = queues[priority].first();
        remove(first);
        return first;
    }

    /** Visits every entry until the visitor returns false; returns whether it saw all. */
    boolean forEach(Predicate<Activation> visitor) {
        for (ActivationQueue queue : queues) {
            if (!queue.forEach(visitor)) {
                return false;
            }
        }
        return later.forEach(visitor);
    }

    void clear() {
        for (ActivationQueue queue : queues) {
            clear(queue);
        }
        clear(later);
    }

    private void clear(ActivationQueue queue) {
        while (!queue.isEmpty()) {
            remove(queue.first());
        }
    }
}
