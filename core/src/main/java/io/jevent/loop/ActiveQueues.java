package io.jevent.loop;

import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** First-in, first-out queues of activations, one for each priority, and one for those put off to the next turn. */
final class ActiveQueues {
    private final @Nullable Activation[] heads;
    private final @Nullable Activation[] tails;
    private final int laterIndex;
    private final HighWater counts = new HighWater();

    ActiveQueues(int priorityCount) {
        heads = new @Nullable Activation[priorityCount + 1];
        tails = new @Nullable Activation[priorityCount + 1];
        laterIndex = priorityCount;
    }

    int priorityCount() {
        return laterIndex;
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
        link(entry, entry.priority);
    }

    void addLater(Activation entry) {
        entry.state = Activation.State.LATER;
        link(entry, laterIndex);
    }

    void remove(Activation entry) {
        int index = entry.state == Activation.State.LATER ? laterIndex : entry.priority;
        Activation before = entry.previous;
        Activation after = entry.next;
        if (before == null) {
            heads[index] = after;
        } else {
            before.next = after;
        }
        if (after == null) {
            tails[index] = before;
        } else {
            after.previous = before;
        }
        entry.previous = null;
        entry.next = null;
        entry.state = Activation.State.IDLE;
        counts.decrement();
    }

    /** Makes those put off active, in order. */
    void activateLater() {
        for (Activation entry = heads[laterIndex]; entry != null; entry = heads[laterIndex]) {
            remove(entry);
            add(entry);
        }
    }

    /** The best priority that has an entry, or -1. */
    int bestPriority() {
        for (int i = 0; i < laterIndex; i++) {
            if (heads[i] != null) {
                return i;
            }
        }
        return -1;
    }

    boolean isEmpty(int priority) {
        return heads[priority] == null;
    }

    Activation takeFirst(int priority) {
        // As remove does, but for what is known of the first.
        Activation first = Objects.requireNonNull(heads[priority]);
        Activation after = first.next;
        heads[priority] = after;
        if (after == null) {
            tails[priority] = null;
        } else {
            after.previous = null;
            first.next = null;
        }
        first.state = Activation.State.IDLE;
        counts.decrement();
        return first;
    }

    /** Visits every entry until the visitor returns false; returns whether it saw all. */
    boolean forEach(Predicate<Activation> visitor) {
        for (Activation first : heads) {
            for (Activation entry = first; entry != null; ) {
                Activation next = entry.next;
                if (!visitor.test(entry)) {
                    return false;
                }
                entry = next;
            }
        }
        return true;
    }

    void clear() {
        for (int i = 0; i <= laterIndex; i++) {
            for (Activation entry = heads[i]; entry != null; entry = heads[i]) {
                remove(entry);
            }
        }
    }

    private void link(Activation entry, int index) {
        assert entry.previous == null && entry.next == null : "already queued";
        Activation last = tails[index];
        if (last == null) {
            heads[index] = entry;
        } else {
            entry.previous = last;
            last.next = entry;
        }
        tails[index] = entry;
        counts.increment();
    }
}
