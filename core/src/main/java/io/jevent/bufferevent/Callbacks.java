package io.jevent.bufferevent;

import io.jevent.loop.Activation;
import io.jevent.loop.LoopEngine;
import java.util.function.Supplier;

/**
 * The callbacks of one buffer event: which they are, when one may run at once, and what waits otherwise.
 *
 * <p>At once means inside the loop's delivery of bytes, and only while nothing waits, so that the order holds. Everything
 * earned elsewhere, in the flush for instance or inside a call of the user's, is queued at the buffer event's priority.
 */
final class Callbacks {
    private static final ReadCallback NO_READ = bufferEvent -> {};
    private static final WriteCallback NO_WRITE = bufferEvent -> {};
    private static final ConditionCallback NO_CONDITION = (bufferEvent, condition) -> {};

    private final LoopEngine engine;
    private final Supplier<BufferEvent> self;
    private final boolean defers;
    private final Activation deferred;
    private final PendingCallbacks pending = new PendingCallbacks();
    private ReadCallback onRead = NO_READ;
    private WriteCallback onWrite = NO_WRITE;
    private ConditionCallback onCondition = NO_CONDITION;
    private boolean delivering;

    /** Callbacks that do nothing yet; {@code defers} queues them in any case. */
    Callbacks(LoopEngine engine, Supplier<BufferEvent> self, boolean defers) {
        this.engine = engine;
        this.self = self;
        this.defers = defers;
        this.deferred = new Deferred(engine.middlePriority());
    }

    void onRead(ReadCallback callback) {
        onRead = callback;
    }

    void onWrite(WriteCallback callback) {
        onWrite = callback;
    }

    void onCondition(ConditionCallback callback) {
        onCondition = callback;
    }

    void priority(int priority) {
        engine.changePriority(deferred, priority);
    }

    /** Whether the loop is inside the delivery of this buffer event's bytes. */
    void delivering(boolean delivering) {
        this.delivering = delivering;
    }

    void read() {
        if (mayRunNow()) {
            runRead();
        } else {
            pending.addRead();
            engine.activateDeferred(deferred);
        }
    }

    void write() {
        if (onWrite == NO_WRITE) {
            return; // Most have none; not worth a place in the queue for every message.
        }
        if (mayRunNow()) {
            runWrite();
        } else {
            pending.addWrite();
            engine.activateDeferred(deferred);
        }
    }

    void raise(Condition condition) {
        if (mayRunNow()) {
            runCondition(condition);
        } else {
            raiseLater(condition);
        }
    }

    void raiseLater(Condition condition) {
        pending.add(condition);
        engine.activateDeferred(deferred);
    }

    /** From now on nothing is called, not even what waits. */
    void silence() {
        onRead = NO_READ;
        onWrite = NO_WRITE;
        onCondition = NO_CONDITION;
        pending.clear();
        engine.deactivate(deferred);
    }

    /** What waits to be said of the connection before is not said of a new one; bytes read still are. */
    void forgetConnection() {
        pending.forgetConnection();
    }

    private boolean mayRunNow() {
        return delivering && !defers && pending.isEmpty();
    }

    private void runRead() {
        try {
            onRead.onRead(self.get());
        } catch (Exception e) {
            engine.report(self.get(), e);
        }
    }

    private void runWrite() {
        try {
            onWrite.onWrite(self.get());
        } catch (Exception e) {
            engine.report(self.get(), e);
        }
    }

    private void runCondition(Condition condition) {
        try {
            onCondition.onCondition(self.get(), condition);
        } catch (Exception e) {
            engine.report(self.get(), e);
        }
    }

    /** Runs what waits; closing the buffer event, in any of these, clears what is left. */
    private void runPending() {
        if (pending.takeConnected()) {
            runCondition(Condition.Connected.INSTANCE);
        }
        if (pending.takeRead()) {
            runRead();
        }
        if (pending.takeWrite()) {
            runWrite();
        }
        for (Condition next = pending.takeCondition(); next != null; next = pending.takeCondition()) {
            runCondition(next);
        }
    }

    /** What waits, in the active queues. */
    private final class Deferred extends Activation {
        Deferred(int priority) {
            super(priority);
        }

        @Override
        protected void run() {
            runPending();
        }

        @Override
        protected Object source() {
            return self.get();
        }
    }
}
