package io.jevent.bufferevent;

import io.jevent.buffer.EvBuffer;
import io.jevent.loop.KeepAlive;
import io.jevent.loop.LoopEngine;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What other threads have asked of a buffer event, in order, until the loop does it.
 *
 * <p>The loop is told once for a batch: whoever finds the pump idle hands it over, and it stays the loop's until nothing can be
 * done any more, because nothing is left or because the output is full. In the second case the output itself starts it again.
 *
 * <p>The lock is held for a few instructions, and for copying at most 4 KiB. No code of the user's runs under it: not the change
 * callbacks of a buffer that is taken over (a place is reserved, the bytes are moved without the lock, and then put there), nor
 * the clean-ups of memory that is dropped.
 *
 * <p>Threading: any thread, except where a method says otherwise.
 */
final class RemoteQueue implements Runnable {
    /** Up to this many bytes are copied under the lock, behind those that wait. */
    private static final int COPIED_LOCKED_BYTES = 4 * 1024;

    /** Behind so many a new buffer begins, so that the output's high mark is passed by no more. */
    private static final int GATHERED_BYTES = 64 * 1024;

    /** After so many others have their turn. */
    private static final int STEPS_PER_TURN = 256;

    private enum Pump {
        /** Nothing waits. */
        IDLE,
        /** It is the loop's to run. */
        SCHEDULED,
        /** Bytes wait for the output to be writable. */
        STALLED
    }

    private enum Door {
        OPEN,
        /** No more bytes. */
        OUTPUT_ENDED,
        /** Nothing more, but what waits is done. */
        CLOSING,
        /** Nothing more, and bytes that wait are dropped. */
        CLOSED
    }

    private sealed interface Step {
        /** Bytes for the output. */
        record Bytes(EvBuffer buffer, boolean growing) implements Step {}

        /** Something to do. */
        record Call(Consumer<BufferEvent> operation) implements Step {}
    }

    /** Runs when no more bytes than that wait. */
    private record Waiter(Runnable callback, long atMostBytes) {}

    private final AbstractBufferEvent owner;
    private final LoopEngine engine;

    /** The loop's. */
    private final KeepAlive keepAlive;

    /** Guards everything below. */
    private final Object lock = new Object();

    private final ArrayDeque<Step> steps = new ArrayDeque<>();
    private final ArrayDeque<Waiter> waiters = new ArrayDeque<>();
    private Pump pump = Pump.IDLE;
    private Door door = Door.OPEN;

    /** Bytes in memory that wait or have a place reserved. */
    private long bytes;

    /** Steps that wait or have a place reserved. */
    private int operations;

    private long maxBytes = RemoteBufferEvent.DEFAULT_REMOTE_QUEUE_BYTES;
    private int maxOperations = RemoteBufferEvent.DEFAULT_REMOTE_QUEUE_OPERATIONS;

    /** The longest write refused since somebody was last told that there is room. */
    private long refusedBytes;

    /** Bytes go to the output whether it is writable or not. */
    private boolean hurries;

    /** The buffer event is to be closed when the steps are done. */
    private boolean closeAsked;

    /** The buffer event is closed or closing; nothing is put here any more. */
    private boolean ended;

    /** An empty buffer of an earlier batch, so that a steady stream of small writes makes none. */
    private Step.@Nullable Bytes spare;

    RemoteQueue(AbstractBufferEvent owner) {
        this.owner = owner;
        this.engine = owner.engine;
        this.keepAlive = new KeepAlive(engine);
    }

    // ---- bounds ----

    void maxBytes(long maxBytes) {
        if (maxBytes < 1) {
            throw new IllegalArgumentException("need maxQueuedBytes >= 1, got " + maxBytes);
        }
        synchronized (lock) {
            this.maxBytes = maxBytes;
        }
    }

    void maxOperations(int maxOperations) {
        if (maxOperations < 1) {
            throw new IllegalArgumentException("need maxQueuedOperations >= 1, got " + maxOperations);
        }
        synchronized (lock) {
            this.maxOperations = maxOperations;
        }
    }

    long maxBytes() {
        synchronized (lock) {
            return maxBytes;
        }
    }

    long queuedBytes() {
        synchronized (lock) {
            return bytes;
        }
    }

    // ---- writing ----

    /** Copies all remaining bytes, if they and those that wait are no more than the limit and the bound allow. */
    RemoteResult write(ByteBuffer source, long limit) {
        int byteCount = source.remaining();
        if (byteCount <= COPIED_LOCKED_BYTES) {
            return append(source, byteCount, limit);
        }
        RemoteResult result = reserve(byteCount, limit);
        if (result == RemoteResult.ACCEPTED) {
            EvBuffer copy = EvBuffer.create();
            fill(copy, byteCount, () -> copy.add(source));
        }
        return result;
    }

    /** Moves all bytes, if they and those that wait are no more than the limit and the bound allow. */
    RemoteResult write(EvBuffer source, long limit) {
        long byteCount = source.memoryLength();
        RemoteResult result = reserve(byteCount, limit);
        if (result == RemoteResult.ACCEPTED) {
            EvBuffer taken = EvBuffer.create();
            fill(taken, byteCount, () -> taken.addBuffer(source));
        }
        return result;
    }

    private RemoteResult append(ByteBuffer source, int byteCount, long limit) {
        boolean mustSchedule;
        synchronized (lock) {
            boolean grows = steps.peekLast() instanceof Step.Bytes last
                    && last.growing()
                    && last.buffer().length() < GATHERED_BYTES;
            RemoteResult result = admit(byteCount, limit, !grows);
            if (result != RemoteResult.ACCEPTED || byteCount == 0) {
                return result;
            }
            if (grows) {
                ((Step.Bytes) steps.getLast()).buffer().add(source);
            } else {
                addGrowing(source);
            }
            bytes += byteCount;
            mustSchedule = claimIfIdle();
        }
        handOver(mustSchedule);
        return RemoteResult.ACCEPTED;
    }

    private void addGrowing(ByteBuffer source) {
        Step.Bytes step = spare != null ? spare : new Step.Bytes(EvBuffer.create(), true);
        spare = null;
        step.buffer().add(source); // The pool may refuse; then nothing has changed.
        steps.add(step);
        operations++;
    }

    private RemoteResult reserve(long byteCount, long limit) {
        synchronized (lock) {
            RemoteResult result = admit(byteCount, limit, true);
            if (result == RemoteResult.ACCEPTED) {
                bytes += byteCount;
                operations++;
            }
            return result;
        }
    }

    private RemoteResult admit(long byteCount, long limit, boolean isNewStep) {
        if (door != Door.OPEN) {
            return RemoteResult.CLOSED;
        }
        if (byteCount > maxBytes) {
            throw new IllegalArgumentException("need at most maxQueuedBytes = " + maxBytes + " bytes, got " + byteCount
                    + "; write them in pieces, or raise the bound");
        }
        if (byteCount > Math.min(limit, maxBytes) - bytes || (isNewStep && operations >= maxOperations)) {
            if (limit >= maxBytes) {
                refusedBytes = Math.max(refusedBytes, byteCount);
            }
            return RemoteResult.FULL;
        }
        return RemoteResult.ACCEPTED;
    }

    /** Fills a buffer, without the lock, and puts it into the place that was reserved for it. */
    private void fill(EvBuffer buffer, long byteCount, Runnable filling) {
        boolean success = false;
        try {
            filling.run();
            success = true;
        } finally {
            if (success || !buffer.isEmpty()) { // A change callback of the user's may throw when the bytes have moved.
                put(new Step.Bytes(buffer, false), byteCount);
            } else {
                buffer.close();
                giveUp(byteCount);
            }
        }
    }

    private void put(Step.Bytes step, long byteCount) {
        boolean mustSchedule;
        synchronized (lock) {
            if (ended || door == Door.CLOSED) {
                forget(byteCount);
                mustSchedule = false;
            } else {
                steps.add(step);
                mustSchedule = claimIfIdle();
                step = null;
            }
        }
        if (step != null) {
            step.buffer().close();
        }
        handOver(mustSchedule);
    }

    private void giveUp(long byteCount) {
        boolean mustSchedule;
        synchronized (lock) {
            forget(byteCount);
            mustSchedule = isAWaiterDue() && claim();
        }
        handOver(mustSchedule);
    }

    private void forget(long byteCount) {
        bytes -= byteCount;
        operations--;
    }

    // ---- waiting for room ----

    RemoteResult whenWritable(Runnable callback) {
        long atMostBytes;
        synchronized (lock) {
            // What was refused would be refused again with less room, and the caller would come back at once, for ever.
            atMostBytes = Math.max(0, Math.min(maxBytes / 2, maxBytes - refusedBytes));
        }
        return whenAtMost(atMostBytes, callback);
    }

    /** Runs a callback once on the loop as soon as at most that many bytes wait, or the buffer event is closed. */
    RemoteResult whenAtMost(long atMostBytes, Runnable callback) {
        boolean mustSchedule;
        synchronized (lock) {
            if (door == Door.CLOSING || door == Door.CLOSED) {
                return RemoteResult.CLOSED;
            }
            if (waiters.size() >= maxOperations) {
                return RemoteResult.FULL;
            }
            Waiter waiter = new Waiter(callback, atMostBytes);
            waiters.add(waiter);
            mustSchedule = isDue(waiter) && claim();
        }
        handOver(mustSchedule);
        return RemoteResult.ACCEPTED;
    }

    private boolean isDue(Waiter waiter) {
        return ended || (bytes <= waiter.atMostBytes() && operations <= maxOperations / 2);
    }

    private boolean isAWaiterDue() {
        for (Waiter waiter : waiters) {
            if (isDue(waiter)) {
                return true;
            }
        }
        return false;
    }

    private List<Waiter> takeDue() {
        if (!isAWaiterDue()) {
            return List.of();
        }
        List<Waiter> due = new ArrayList<>();
        for (Iterator<Waiter> all = waiters.iterator(); all.hasNext(); ) {
            Waiter next = all.next();
            if (isDue(next)) {
                all.remove();
                due.add(next);
            }
        }
        if (!due.isEmpty()) {
            refusedBytes = 0;
        }
        return due;
    }

    // ---- other operations ----

    RemoteResult execute(Consumer<BufferEvent> operation) {
        boolean mustSchedule;
        synchronized (lock) {
            if (door == Door.CLOSING || door == Door.CLOSED) {
                return RemoteResult.CLOSED;
            }
            if (operations >= maxOperations) {
                return RemoteResult.FULL;
            }
            addCall(operation);
            mustSchedule = claimIfIdle();
        }
        handOver(mustSchedule);
        return RemoteResult.ACCEPTED;
    }

    void shutdownOutput() {
        boolean mustSchedule = false;
        synchronized (lock) {
            if (door == Door.OPEN) {
                door = Door.OUTPUT_ENDED;
                addCall(BufferEvent::shutdownOutput);
                mustSchedule = claimIfIdle();
            }
        }
        handOver(mustSchedule);
    }

    void closeAfterFlush(Duration deadline) {
        boolean mustSchedule = false;
        synchronized (lock) {
            if (door == Door.OPEN || door == Door.OUTPUT_ENDED) {
                door = Door.CLOSING;
                hurries = true;
                addCall(it -> it.closeAfterFlush(deadline));
                mustSchedule = claim();
            }
        }
        handOver(mustSchedule);
    }

    void close() {
        List<Step.Bytes> dropped = List.of();
        boolean mustSchedule = false;
        synchronized (lock) {
            if (door != Door.CLOSED) {
                door = Door.CLOSED;
                closeAsked = true;
                dropped = takeBytes();
                mustSchedule = claim();
            }
        }
        dropped.forEach(step -> step.buffer().close());
        handOver(mustSchedule);
    }

    void release() {
        releaseWith(keepAlive);
    }

    /** Lets somebody's hold of the loop go, behind what was queued before. The end of the buffer event is not its business. */
    void releaseWith(KeepAlive held) {
        boolean mustSchedule = false;
        synchronized (lock) {
            if (!ended && door != Door.CLOSED) {
                addCall(_ -> held.hold(false));
                mustSchedule = claimIfIdle();
            }
        }
        handOver(mustSchedule);
    }

    /** From now on the loop waits for what comes here. Loop only. */
    void hold() {
        keepAlive.hold(true);
    }

    private void addCall(Consumer<BufferEvent> operation) {
        steps.add(new Step.Call(operation));
        operations++;
    }

    // ---- the pump ----

    /** Whether the caller is the one who has to hand the pump to the loop, after letting the lock go. */
    private boolean claimIfIdle() {
        return pump == Pump.IDLE && claim();
    }

    private boolean claim() {
        boolean isMine = pump != Pump.SCHEDULED;
        pump = Pump.SCHEDULED;
        return isMine;
    }

    private void handOver(boolean mustSchedule) {
        if (mustSchedule) {
            try {
                engine.execute(this, true);
            } catch (RejectedExecutionException e) {
                // The base is being closed, which closes the buffer event, which drops what is here.
            }
        }
    }

    /** The output is writable again. Loop only. */
    void resume() {
        boolean mustSchedule;
        synchronized (lock) {
            mustSchedule = pump == Pump.STALLED && claim();
        }
        handOver(mustSchedule);
    }

    /** Does what waits, as far as the output goes. Loop only. */
    @Override
    public void run() {
        try {
            for (int left = STEPS_PER_TURN; left > 0; left--) {
                Step next = takeStep();
                if (next == null) {
                    return;
                }
                perform(next);
            }
        } finally {
            endRun();
        }
    }

    private @Nullable Step takeStep() {
        boolean isWritable = owner.isWritable();
        synchronized (lock) {
            if (!canGoOn(isWritable)) {
                return null;
            }
            Step next = steps.poll();
            if (next == null) {
                closeAsked = false;
                return new Step.Call(BufferEvent::close);
            }
            forget(next instanceof Step.Bytes it ? it.buffer().memoryLength() : 0);
            return next;
        }
    }

    private boolean canGoOn(boolean isWritable) {
        Step next = steps.peek();
        return next == null ? closeAsked : next instanceof Step.Call || isWritable || hurries;
    }

    private void perform(Step step) {
        try {
            switch (step) {
                case Step.Bytes it -> moveToOutput(it);
                case Step.Call(Consumer<BufferEvent> operation) -> operation.accept(owner.self());
            }
        } catch (Exception e) {
            engine.report(owner.self(), e);
        }
    }

    private void moveToOutput(Step.Bytes step) {
        EvBuffer buffer = step.buffer();
        try {
            if (!owner.isOutputEnding()) {
                owner.output().addBuffer(buffer);
            }
        } finally {
            boolean reusable = step.growing() && buffer.isEmpty();
            synchronized (lock) {
                reusable &= spare == null && !ended;
                spare = reusable ? step : spare;
            }
            if (!reusable) {
                buffer.close();
            }
        }
    }

    private void endRun() {
        boolean isWritable = owner.isWritable();
        boolean goesOn;
        List<Waiter> due;
        synchronized (lock) {
            goesOn = canGoOn(isWritable);
            pump = goesOn ? Pump.SCHEDULED : steps.isEmpty() ? Pump.IDLE : Pump.STALLED;
            due = takeDue();
        }
        handOver(goesOn);
        runAll(due);
    }

    private void runAll(List<Waiter> due) {
        for (Waiter waiter : due) {
            try {
                waiter.callback().run();
            } catch (Exception e) {
                engine.report(owner.self(), e);
            }
        }
    }

    // ---- what happens to the buffer event ----

    /** The output was ended on the loop: bytes that wait here come too late. Loop only. */
    void outputEnded() {
        List<Step.Bytes> dropped;
        synchronized (lock) {
            if (door == Door.OPEN) {
                door = Door.OUTPUT_ENDED;
            }
            dropped = takeBytes();
        }
        dropped.forEach(step -> step.buffer().close());
        resume();
    }

    /** The buffer event is closing, or closed for good. Loop only. */
    void end(boolean isClosed) {
        List<Step.Bytes> dropped;
        List<Waiter> due;
        synchronized (lock) {
            ended = true;
            if (isClosed) {
                door = Door.CLOSED;
                closeAsked = false;
            } else if (door != Door.CLOSED) {
                door = Door.CLOSING;
            }
            dropped = takeBytes();
            operations -= steps.size();
            steps.clear();
            if (spare != null) {
                dropped.add(spare);
                spare = null;
            }
            due = takeDue();
        }
        keepAlive.hold(false);
        dropped.forEach(step -> step.buffer().close());
        tellLater(due);
    }

    /** Not at once: this runs inside the user's own call. */
    private void tellLater(List<Waiter> due) {
        if (due.isEmpty()) {
            return;
        }
        try {
            engine.execute(() -> runAll(due), true);
        } catch (RejectedExecutionException e) {
            runAll(due); // The base is being closed: now or never.
        }
    }

    private List<Step.Bytes> takeBytes() {
        List<Step.Bytes> taken = new ArrayList<>();
        for (Iterator<Step> all = steps.iterator(); all.hasNext(); ) {
            if (all.next() instanceof Step.Bytes it) {
                all.remove();
                taken.add(it);
                forget(it.buffer().memoryLength());
            }
        }
        return taken;
    }
}
