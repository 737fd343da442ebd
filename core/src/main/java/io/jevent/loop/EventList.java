package io.jevent.loop;

import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The added events of a base in the order of adding; the events are the links. */
final class EventList {
    private @Nullable LoopEvent head;
    private @Nullable LoopEvent tail;
    private int count;

    int count() {
        return count;
    }

    void add(LoopEvent event) {
        assert !event.added : "added twice";
        event.added = true;
        LoopEvent last = tail;
        event.previousAdded = last;
        if (last == null) {
            head = event;
        } else {
            last.nextAdded = event;
        }
        tail = event;
        count++;
    }

    void remove(LoopEvent event) {
        assert event.added : "removed twice";
        LoopEvent before = event.previousAdded;
        LoopEvent after = event.nextAdded;
        if (before == null) {
            head = after;
        } else {
            before.nextAdded = after;
        }
        if (after == null) {
            tail = before;
        } else {
            after.previousAdded = before;
        }
        event.previousAdded = null;
        event.nextAdded = null;
        event.added = false;
        count--;
    }

    /** The event added first, or null. */
    @Nullable
    LoopEvent first() {
        return head;
    }

    /** Visits every event until the visitor returns false; returns whether it saw all. */
    boolean forEach(Predicate<LoopEvent> visitor) {
        for (LoopEvent event = head; event != null; ) {
            LoopEvent next = event.nextAdded;
            if (!visitor.test(event)) {
                return false;
            }
            event = next;
        }
        return true;
    }
}
