package io.jevent.loop;

import java.util.ArrayDeque;

/**
 * What has output to be sent, and when: at the end of each turn, and inside a long turn after every 64 callbacks or 256 KiB of
 * new output, so that a peer does not wait for a loop that is busy with others.
 *
 * <p>Threading: loop only.
 */
final class FlushQueue {
    private static final int AFTER_CALLBACKS = 64;
    private static final long AFTER_BYTES = 256 * 1024;

    private final ArrayDeque<Flushable> waiting = new ArrayDeque<>();
    private final ErrorSink errors;
    private long bytesSinceFlush;

    FlushQueue(ErrorSink errors) {
        this.errors = errors;
    }

    void add(Flushable flushable) {
        waiting.add(flushable);
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    void countOutput(long byteCount) {
        bytesSinceFlush += byteCount;
    }

    void flush() {
        bytesSinceFlush = 0;
        for (Flushable next = waiting.poll(); next != null; next = waiting.poll()) {
            try {
                next.flush();
            } catch (Exception e) {
                errors.onError(next, e);
            }
        }
    }

    void flushWhenMuch(int callbacksThisTurn) {
        if (callbacksThisTurn % AFTER_CALLBACKS == 0 || bytesSinceFlush >= AFTER_BYTES) {
            flush();
        }
    }

    void clear() {
        waiting.clear();
    }
}
