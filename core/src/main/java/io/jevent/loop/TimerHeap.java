package io.jevent.loop;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Timers by deadline: a heap in arrays, each timer knowing its index, so that removal searches nothing.
 *
 * <p>Invariant: a timer's deadline is not after those of its four children, at {@code 4 * index + 1} to {@code + 4}.
 * Four children rather than two halve the depth, and siblings share cache lines: deadlines lie in an array of their own, and
 * timers are only looked at to break ties. Deadlines are compared by difference, since the clock may wrap.
 */
final class TimerHeap {
    private static final int FAN_OUT = 4;

    private @Nullable LoopTimer[] timers = new @Nullable LoopTimer[16];
    private long[] deadlines = new long[16];
    private int count;
    private final HighWater counts = new HighWater();
    private long nextSequence;

    boolean isEmpty() {
        return count == 0;
    }

    /** How many there are, and have been. */
    HighWater highWater() {
        return counts;
    }

    /** The timer with the earliest deadline; there must be one. */
    LoopTimer first() {
        return Objects.requireNonNull(timers[0]);
    }

    /** Sets a timer, or moves one that is set. */
    void set(LoopTimer timer, long deadlineNanos) {
        timer.deadlineNanos = deadlineNanos;
        timer.sequence = nextSequence++;
        int index = timer.heapIndex;
        if (index == LoopTimer.NOT_QUEUED) {
            if (count == timers.length) {
                timers = Arrays.copyOf(timers, count * 2);
                deadlines = Arrays.copyOf(deadlines, count * 2);
            }
            counts.increment();
            siftUp(timer, count++);
        } else {
            sift(timer, index);
        }
    }

    void remove(LoopTimer timer) {
        int index = timer.heapIndex;
        if (index == LoopTimer.NOT_QUEUED) {
            return;
        }
        timer.heapIndex = LoopTimer.NOT_QUEUED;
        counts.decrement();
        count--;
        LoopTimer last = Objects.requireNonNull(timers[count]);
        timers[count] = null;
        if (index != count) {
            sift(last, index);
        }
    }

    void clear() {
        while (count > 0) {
            remove(first());
        }
    }

    /** Finds the place of a timer, at or above or below an index that is free for it. */
    private void sift(LoopTimer timer, int free) {
        if (siftUp(timer, free) == free) {
            siftDown(timer, free);
        }
    }

    private int siftUp(LoopTimer timer, int free) {
        int index = free;
        while (index > 0) {
            int parent = (index - 1) / FAN_OUT;
            if (!isBefore(timer, parent)) {
                break;
            }
            move(parent, index);
            index = parent;
        }
        place(timer, index);
        return index;
    }

    private void siftDown(LoopTimer timer, int free) {
        int index = free;
        while (true) {
            int child = firstChild(index);
            if (child < 0 || isBefore(timer, child)) {
                break;
            }
            move(child, index);
            index = child;
        }
        place(timer, index);
    }

    /** The index of the child that is before its siblings, or -1 if there is none. */
    private int firstChild(int index) {
        int child = index * FAN_OUT + 1;
        int end = Math.min(child + FAN_OUT, count);
        if (child >= end) {
            return -1;
        }
        int best = child;
        for (int i = child + 1; i < end; i++) {
            long difference = deadlines[i] - deadlines[best];
            if (difference < 0 || (difference == 0 && sequenceAt(i) - sequenceAt(best) < 0)) {
                best = i;
            }
        }
        return best;
    }

    private long sequenceAt(int index) {
        return Objects.requireNonNull(timers[index]).sequence;
    }

    private boolean isBefore(LoopTimer timer, int index) {
        long difference = timer.deadlineNanos - deadlines[index];
        return difference < 0 || (difference == 0 && timer.sequence - sequenceAt(index) < 0);
    }

    private void move(int from, int to) {
        LoopTimer timer = Objects.requireNonNull(timers[from]);
        timers[to] = timer;
        deadlines[to] = deadlines[from];
        timer.heapIndex = to;
    }

    private void place(LoopTimer timer, int index) {
        timers[index] = timer;
        deadlines[index] = timer.deadlineNanos;
        timer.heapIndex = index;
    }
}
