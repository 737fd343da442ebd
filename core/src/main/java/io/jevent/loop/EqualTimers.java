package io.jevent.loop;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Timers that all run for the same span: a list in the order of their deadlines, of which only the first counts in the
 * {@link TimerHeap}. Setting and cancelling costs the same however many there are.
 *
 * <p>Invariant: deadlines ascend from head to tail; while the list is not empty this timer is set, at or before the head's
 * deadline. Cancelling the head leaves it set too early, which costs one look and is then corrected.
 */
public final class EqualTimers extends LoopTimer {
    private final LoopTimers timers;
    private final long spanNanos;
    private @Nullable LoopTimer head;
    private @Nullable LoopTimer tail;

    /** Makes an empty list. */
    public EqualTimers(LoopTimers timers, long spanNanos) {
        this.timers = timers;
        this.spanNanos = spanNanos;
    }

    /** How long each of them runs. */
    public long spanNanos() {
        return spanNanos;
    }

    void add(LoopTimer timer, long deadlineNanos) {
        timer.deadlineNanos = deadlineNanos;
        timer.equals = this;
        // From the back: mostly it is the latest. A repeating timer that keeps its rhythm may come a little before.
        LoopTimer before = tail;
        while (before != null && before.deadlineNanos - deadlineNanos > 0) {
            before = before.previousEqual;
        }
        LoopTimer after = before == null ? head : before.nextEqual;
        timer.previousEqual = before;
        timer.nextEqual = after;
        if (before == null) {
            head = timer;
        } else {
            before.nextEqual = timer;
        }
        if (after == null) {
            tail = timer;
        } else {
            after.previousEqual = timer;
        }
        if (head == timer) {
            timers.setAt(this, deadlineNanos);
        }
    }

    void remove(LoopTimer timer) {
        LoopTimer before = timer.previousEqual;
        LoopTimer after = timer.nextEqual;
        if (before == null) {
            head = after;
        } else {
            before.nextEqual = after;
        }
        if (after == null) {
            tail = before;
        } else {
            after.previousEqual = before;
        }
        timer.previousEqual = null;
        timer.nextEqual = null;
        timer.equals = null;
        if (head == null) {
            timers.cancel(this);
        }
    }

    @Override
    protected void onExpired() {
        long present = timers.turnNanos();
        while (head != null && head.deadlineNanos - present <= 0) {
            LoopTimer timer = Objects.requireNonNull(head);
            remove(timer);
            timer.onExpired();
        }
        if (head != null) {
            timers.setAt(this, head.deadlineNanos);
        }
    }
}
