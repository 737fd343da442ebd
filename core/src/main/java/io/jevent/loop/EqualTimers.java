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
    private final LoopEngine engine;
    private final long spanNanos;
    private @Nullable LoopTimer head;
    private @Nullable LoopTimer tail;

    /** Makes an empty list. */
    public EqualTimers(LoopEngine engine, long spanNanos) {
        this.engine = engine;
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
            engine.setTimerAt(this, deadlineNanos);
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
            engine.cancelTimer(this);
        }
    }

    @Override
    protected void onExpired() {
        long present = engine.turnNanos();
        while (head != null && head.deadlineNanos - present <= 0) {
            LoopTimer timer = Objects.requireNonNull(head);
            remove(timer);
            timer.onExpired();
        }
        if (head != null) {
            engine.setTimerAt(this, head.deadlineNanos);
        }
    }
}
