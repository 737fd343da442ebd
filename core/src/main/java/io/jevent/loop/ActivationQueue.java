package io.jevent.loop;

import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A first-in, first-out queue of activations, from the middle of which one can be taken out: a ring of slots, each entry
 * knowing its own. One that is taken out leaves a hole; so nothing is searched, and little is written.
 *
 * <p>Invariant: while there are entries, the first slot holds one.
 */
final class ActivationQueue {
    /** A power of two long. */
    private @Nullable Activation[] slots = new @Nullable Activation[16];

    /** Numbers of the first slot and of the one behind the last; they go on counting, and may wrap. */
    private int first;

    private int end;

    /** Entries, without the holes. */
    private int count;

    boolean isEmpty() {
        return count == 0;
    }

    void add(Activation entry) {
        if (end - first == slots.length) {
            makeRoom();
        }
        entry.slot = end;
        slots[end & (slots.length - 1)] = entry;
        end++;
        count++;
    }

    /** Takes out an entry, which must be in this queue. */
    void remove(Activation entry) {
        int mask = slots.length - 1;
        assert slots[entry.slot & mask] == entry : "not in this queue";
        slots[entry.slot & mask] = null;
        count--;
        if (count == 0) {
            first = end;
        } else {
            while (slots[first & mask] == null) {
                first++;
            }
        }
    }

    /** The first entry; there must be one. */
    Activation first() {
        return Objects.requireNonNull(slots[first & (slots.length - 1)]);
    }

    /** Closes the holes if they are many, else doubles the slots. */
    private void makeRoom() {
        int length = slots.length;
        @Nullable
        Activation[] fresh = new @Nullable Activation[count <= length / 2 ? length : Math.multiplyExact(length, 2)];
        int filled = 0;
        for (int i = first; i != end; i++) {
            Activation entry = slots[i & (length - 1)];
            if (entry != null) {
                entry.slot = filled;
                fresh[filled++] = entry;
            }
        }
        slots = fresh;
        first = 0;
        end = filled;
    }

    /** Visits every entry until the visitor returns false; returns whether it saw all. */
    boolean forEach(Predicate<Activation> visitor) {
        for (int i = first; i != end; i++) {
            Activation entry = slots[i & (slots.length - 1)];
            if (entry != null && !visitor.test(entry)) {
                return false;
            }
        }
        return true;
    }
}
