package io.jevent.bufferevent;

import io.jevent.loop.Activation;
import io.jevent.loop.LoopEngine;
import java.util.List;

/**
 * The callbacks of one buffer event: which they are, when one may run at once, and what waits otherwise.
 *
 * <p>At once means inside the loop's delivery of bytes, and only while nothing waits, so that the order holds. Everything
 * earned elsewhere, in the flush for instance or inside a call of the user's, is queued at the buffer event's priority.
 */
final class Callbacks {
    private static final Nothing NOTHING = new Nothing();

    private final LoopEngine engine;
    private final FlowPolicy owner;
    private final boolean defers;
    private final Activation deferred;
    private final PendingCallbacks pending = new PendingCallbacks();
    private ReadCallback onRead = NOTHING;
    private WriteCallback onWrite = NOTHING;
    private WritableCallback onWritable = NOTHING;
    private ConditionCallback onCondition = NOTHING;
    private boolean delivering;

    /** Callbacks that do nothing yet; {@code defers} queues them in any case. */
    Callbacks(LoopEngine engine, FlowPolicy owner, boolean defers) {
        this.engine = engine;
        this.owner = owner;
        this.defers = defers;
        this.deferred = new Deferred(engine.middlePriority());
    }

    void onRead(ReadCallback callback) {
        onRead = callback;
    }

    void onWrite(WriteCallback callback) {
        onWrite = callback;
    }

    void onWritable(WritableCallback callback) {
        onWritable = callback;
    }

    void onCondition(ConditionCallback callback) {
        onCondition = callback;
    }

    ReadCallback onRead() {
        return onRead;
    }

    WriteCallback onWrite() {
        return onWrite;
    }

    ConditionCallback onCondition() {
        return onCondition;
    }

    void priority(int priority) {
        engine.changePriority(deferred, priority);
    }

    /** Whether the loop is inside the delivery of this buffer event's bytes. */
    boolean delivering(boolean delivering) {
        boolean before = this.delivering;
        this.delivering = delivering;
        return before;
    }

    void read() {
        if (mayRunNow()) {
            runRead();
        } else {
            readLater();
        }
    }

    void readLater() {
        pending.addRead();
        engine.activateDeferred(deferred);
    }

    void write() {
        if (onWrite == NOTHING) {
            return; // Most have none; not worth a place in the queue for every message.
        }
        if (mayRunNow()) {
            runWrite();
        } else {
            writeLater();
        }
    }

    void writeLater() {
        pending.addWrite();
        engine.activateDeferred(deferred);
    }

    void writable() {
        if (onWritable == NOTHING) {
            return;
        }
        pending.addWritable(); // It may come of an append, or of a new mark; never inside the user's call.
        engine.activateDeferred(deferred);
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
        onRead = NOTHING;
        onWrite = NOTHING;
        onWritable = NOTHING;
        onCondition = NOTHING;
        pending.clear();
        engine.deactivate(deferred);
    }

    /** What waits to be said of the connection is said by another. */
    List<Condition> takeConditions() {
        return pending.takeConditions();
    }

    /** From now on a layer is told, and first what waits. */
    void handOver(Layer layer) {
        if (pending.takeConnected()) {
            layer.onBelowCondition(Condition.Connected.INSTANCE);
        }
        for (Condition next = pending.takeCondition(); next != null; next = pending.takeCondition()) {
            layer.onBelowCondition(next);
        }
        silence();
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
            onRead.onRead(owner.self());
        } catch (Exception e) {
            engine.report(owner.self(), e);
        }
    }

    private void runWrite() {
        try {
            onWrite.onWrite(owner.self());
        } catch (Exception e) {
            engine.report(owner.self(), e);
        }
    }

    private void runWritable() {
        try {
            onWritable.onWritable(owner.self());
        } catch (Exception e) {
            engine.report(owner.self(), e);
        }
    }

    private void runCondition(Condition condition) {
        try {
            onCondition.onCondition(owner.self(), condition);
        } catch (Exception e) {
            engine.report(owner.self(), e);
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
        if (pending.takeWritable()) {
            runWritable();
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
            return owner.self();
        }
    }

    /** What runs until the user says what shall. */
    private static final class Nothing implements ReadCallback, WriteCallback, WritableCallback, ConditionCallback {
        @Override
        public void onRead(BufferEvent bufferEvent) {}

        @Override
        public void onWrite(BufferEvent bufferEvent) {}

        @Override
        public void onWritable(BufferEvent bufferEvent) {}

        @Override
        public void onCondition(BufferEvent bufferEvent, Condition condition) {}
    }
}
