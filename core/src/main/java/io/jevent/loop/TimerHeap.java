package io.jevent.loop;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Timers by deadline: a heap in an array, each timer knowing its index, so that removal searches nothing.
 *
 * <p>Invariant: a timer's deadline is not after those of its four children, at {@code 4 * index + 1} to {@code + 4}.
 * Four children rather than two halve the depth, and siblings share cache lines. Deadlines are compared by difference,
 * since the clock may wrap.
 */
final class TimerHeap {
    private static final int FAN_OUT = 4;

    private @Nullable LoopTimer[] heap = new @Nullable LoopTimer[16];
    private int count;
    private long nextSequence;

    boolean isEmpty() {
        return count == 0;
    }

    /** The timer with the earliest deadline; there must be one. */
    LoopTimer first() {
        return Objects.requireNonNull(heap[0]);
    }

    /** Sets a timer, or moves one that is set. */
    void set(LoopTimer timer, long deadlineNanos) {
        timer.deadlineNanos = deadlineNanos;
        timer.sequence = nextSequence++;
        if (timer.heapIndex == LoopTimer.NOT_QUEUED) {
            if (count == heap.length) {
                heap = Arrays.copyOf(heap, count * 2);
            }
            timer.heapIndex = count++;
            siftUp(timer);
        } else {
            siftUp(timer);
            siftDown(timer);
        }
    }

    void remove(LoopTimer timer) {
        int index = timer.heapIndex;
        if (index == LoopTimer.NOT_QUEUED) {
            return;
        }
        timer.heapIndex = LoopTimer.NOT_QUEUED;
        count--;
        LoopTimer last = Objects.requireNonNull(heap[count]);
        heap[count] = null;
        if (index != count) {
            last.heapIndex = index;
            siftUp(last);
            siftDown(last);
        }
    }

    void clear() {
        while (count > 0) {
            remove(first());
        }
    }

    private void siftUp(LoopTimer timer) {
        int index = timer.heapIndex;
        while (index > 0) {
            int parentIndex = (index - 1) / FAN_OUT;
            LoopTimer parent = Objects.requireNonNull(heap[parentIndex]);
            if (!isBefore(timer, parent)) {
                break;
            }
            place(parent, index);
            index = parentIndex;
        }
        place(timer, index);
    }

    private void siftDown(LoopTimer timer) {
        int index = timer.heapIndex;
        while (true) {
            int best = -1;
            LoopTimer bestChild = timer;
            int end = Math.min(index * FAN_OUT + 1 + FAN_OUT, count);
            for (int i = index * FAN_OUT + 1; i < end; i++) {
                LoopTimer child = Objects.requireNonNull(heap[i]);
                if (isBefore(child, bestChild)) {
                    best = i;
                    bestChild = child;
                }
            }
            if (best < 0) {
                break;
            }
            place(bestChild, index);
            index = best;
        }
        place(timer, index);
    }

    private void place(LoopTimer timer, int index) {
        heap[index] = timer;
        timer.heapIndex = index;
    }

    private static boolean isBefore(LoopTimer a, LoopTimer b) {
        long difference = a.deadlineNanos - b.deadlineNanos;
        return difference < 0 || (difference == 0 && a.sequence - b.sequence < 0);
    }
}
