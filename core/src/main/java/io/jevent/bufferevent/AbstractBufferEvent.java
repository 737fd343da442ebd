package io.jevent.bufferevent;

import io.jevent.backend.AcceptedSocket;
import io.jevent.backend.Direction;
import io.jevent.backend.Transport;
import io.jevent.buffer.EvBuffer;
import io.jevent.event.EventBase;
import io.jevent.loop.Activation;
import io.jevent.loop.LoopTimers;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What every flavor of buffer event is to the program: settings and requests, each with its checks, over the {@link FlowPolicy}
 * that carries them out.
 */
abstract class AbstractBufferEvent extends FlowPolicy {
    AbstractBufferEvent(EventBase base, BufferEventOption... options) {
        super(base, options);
    }

    // ---- settings ----

    public final EventBase base() {
        return base;
    }

    public final void onRead(ReadCallback callback) {
        checkOnTop();
        callbacks.onRead(callback);
    }

    public final void onWrite(WriteCallback callback) {
        checkOnTop();
        callbacks.onWrite(callback);
    }

    public final void onWritable(WritableCallback callback) {
        checkOnTop();
        callbacks.onWritable(callback);
    }

    public final void onCondition(ConditionCallback callback) {
        checkOnTop();
        callbacks.onCondition(callback);
    }

    public final ReadCallback readCallback() {
        engine.checkThread();
        return callbacks.onRead();
    }

    public final WriteCallback writeCallback() {
        engine.checkThread();
        return callbacks.onWrite();
    }

    public final ConditionCallback conditionCallback() {
        engine.checkThread();
        return callbacks.onCondition();
    }

    public final EvBuffer input() {
        engine.checkThread();
        return input;
    }

    public final EvBuffer output() {
        engine.checkThread();
        return output;
    }

    public final void inputWatermark(Watermark watermark) {
        checkOpen();
        inputWatermark = watermark;
        update();
    }

    public final Watermark inputWatermark() {
        engine.checkThread();
        return inputWatermark;
    }

    public final void outputWatermark(Watermark watermark) {
        checkOpen();
        outputWatermark = watermark;
        noteOutput();
    }

    public final Watermark outputWatermark() {
        engine.checkThread();
        return outputWatermark;
    }

    public final void maxOutputBytes(long maxOutputBytes) {
        checkOpen();
        if (maxOutputBytes < 1) {
            throw new IllegalArgumentException("need maxOutputBytes >= 1, got " + maxOutputBytes);
        }
        this.maxOutputBytes = maxOutputBytes;
        onOutputChanged(0);
    }

    public final void timeouts(Duration reading, Duration writing) {
        checkOpen();
        long readingNanos = LoopTimers.nanosOf(reading);
        long writingNanos = LoopTimers.nanosOf(writing);
        readClock.timeout(readingNanos);
        writeClock.timeout(writingNanos);
        update();
    }

    public final void priority(int priority) {
        checkOpen();
        if (priority < 0 || priority >= engine.priorityCount()) {
            throw new IllegalArgumentException("need 0 <= priority < " + engine.priorityCount() + ", got " + priority);
        }
        engine.changePriority(delivery, priority);
        Activation flushing = earlyFlush;
        if (flushing != null) {
            engine.changePriority(flushing, priority);
        }
        callbacks.priority(priority);
    }

    public final int priority() {
        engine.checkThread();
        return delivery.priority();
    }

    // ---- enabling ----

    public final void enableReading() {
        checkOpen();
        readingEnabled = !inputEnded || state == State.FAILED;
        update();
    }

    public final void disableReading() {
        checkOpen();
        readingEnabled = false;
        update();
    }

    public final void enableWriting() {
        checkOpen();
        writingEnabled = true;
        update();
    }

    public final void disableWriting() {
        checkOpen();
        writingEnabled = false;
        update();
    }

    public final boolean isReadingEnabled() {
        engine.checkThread();
        return readingEnabled;
    }

    public final boolean isWritingEnabled() {
        engine.checkThread();
        return writingEnabled;
    }

    // ---- by hand ----

    public final void trigger(Direction direction, TriggerOption... options) {
        checkOpen();
        boolean ignoresMarks = List.of(options).contains(TriggerOption.IGNORE_WATERMARKS);
        if (isReading(direction)) {
            if (ignoresMarks || input.length() >= inputWatermark.low()) {
                callbacks.readLater();
            }
        } else if (ignoresMarks || unsent() <= outputWatermark.low()) {
            callbacks.writeLater();
        }
    }

    public final void triggerCondition(Condition condition) {
        checkOpen();
        callbacks.raiseLater(condition);
    }

    public final boolean flush(Direction direction, FlushMode mode) {
        checkOpen();
        isReading(direction);
        boolean wasDelivering = callbacks.delivering(false); // Inside the call nobody is called back.
        try {
            return doFlush(direction, mode);
        } finally {
            callbacks.delivering(wasDelivering);
        }
    }

    private static boolean isReading(Direction direction) {
        return switch (direction) {
            case READING -> true;
            case WRITING -> false;
            case CONNECTING -> throw new IllegalArgumentException("need READING or WRITING, got CONNECTING");
        };
    }

    /** What pushing through means to the flavor; a socket has nothing to push. */
    boolean doFlush(Direction direction, FlushMode mode) {
        return false;
    }

    // ---- rate limits ----

    public RateLimits rateLimits() {
        checkOpen();
        RateLimits present = limits;
        if (present == null) {
            present = new RateLimits(this);
            limits = present;
        }
        return present;
    }

    /** A limit has changed, or lets something through again. */
    final void limitsChanged() {
        if (!isGone() || state == State.CLOSING) {
            update();
        }
    }

    // ---- other threads ----

    public final RemoteBufferEvent remote() {
        checkOpen();
        RemoteBufferEvent present = remoteView();
        present.queue().hold();
        return present;
    }

    /** The queue of the remote view, for which the loop does not wait. */
    final RemoteQueue remoteQueue() {
        return remoteView().queue();
    }

    private RemoteBufferEvent remoteView() {
        RemoteBufferEvent present = remote;
        if (present == null) {
            present = new RemoteBufferEvent(this);
            remote = present;
            if (outputShutdownAsked) {
                present.queue().outputEnded();
            }
        }
        return present;
    }

    public final BlockingStreams blockingStreams() {
        checkOpen();
        BlockingStreams present = streams;
        if (present == null) {
            present = new BlockingStreams(this);
            streams = present;
        }
        return present;
    }

    // ---- what stands on it, and on what it stands ----

    final void checkCanBeBelow() {
        checkOnTop();
        if (state == State.FAILED) {
            throw new IllegalStateException("this buffer event has failed");
        }
    }

    private void checkOnTop() {
        checkOpen();
        if (above != null) {
            throw new IllegalStateException(
                    "another buffer event, or streams, stand on this one and have its callbacks");
        }
    }

    final void standUnder(Layer layer) {
        above = layer;
        callbacks.handOver(layer);
    }

    final void standAlone() {
        above = null;
    }

    final boolean isUnder(Layer layer) {
        return above == layer;
    }

    // ---- to another base ----

    final void checkCanMove() {
        checkOnTop();
        if (state != State.OPEN || isUserConnecting()) {
            throw new IllegalStateException("need an open connection to move, got " + state);
        }
    }

    final long maxOutputBytes() {
        return maxOutputBytes;
    }

    final Duration timeout(Direction direction) {
        return Duration.ofNanos((direction == Direction.READING ? readClock : writeClock).timeoutNanos());
    }

    final boolean isOutputShutdownDone() {
        return outputShutdownDone;
    }

    final List<Condition> takeConditions() {
        return callbacks.takeConditions();
    }

    /** Closes this for the program, and sends the connection away once nothing of it is under way. */
    final void leave(Move begun) {
        Transport present = transportOrThrow();
        callbacks.silence();
        state = State.MOVING;
        move = begun;
        admitted = 0;
        handedOver = false;
        if (limits != null) {
            limits.close();
        }
        update();
        input.unfreeze(EvBuffer.End.START); // The program may have frozen it.
        begun.unread.addBuffer(input);
        if (state == State.MOVING) { // A change callback of the user's may have closed the base.
            present.handOff(begun.unread, this::onHandedOff);
        }
    }

    private void onHandedOff(AcceptedSocket socket) {
        Move done = Objects.requireNonNull(move);
        transport = null;
        move = null;
        handedOffAs(socket);
        output.unfreeze(EvBuffer.End.START);
        done.unsent.addBuffer(output);
        engine.removeResource(this);
        closeWithBase();
        done.send(socket);
    }

    /** The connection goes on as another's. */
    void handedOffAs(AcceptedSocket socket) {}

    /** Takes on what came along with a connection, before the program sees this. */
    final void settle(Move move) {
        inputWatermark = move.inputWatermark;
        outputWatermark = move.outputWatermark;
        maxOutputBytes = move.maxOutputBytes;
        timeouts(move.readTimeout, move.writeTimeout);
        readingEnabled = move.readingEnabled;
        writingEnabled = move.writingEnabled;
        inputEnded = move.inputEnded;
        outputShutdownAsked = move.outputShutdownAsked;
        outputShutdownDone = move.outputShutdownDone;
        input.unfreeze(EvBuffer.End.END);
        input.addBuffer(move.unread);
        input.freeze(EvBuffer.End.END);
        output.addBuffer(move.unsent);
        if (outputShutdownAsked) {
            output.freeze(EvBuffer.End.END);
        }
        update();
    }

    /** Reports what was due on the other base, once the program has set its callbacks. */
    final void goOn(Move move, Condition.@Nullable Failed failure) {
        if (isGone()) {
            return;
        }
        if (!input.isEmpty() && input.length() >= inputWatermark.low()) {
            callbacks.readLater();
        }
        move.conditions.forEach(callbacks::raiseLater);
        if (failure != null) {
            onFailed(failure.direction(), failure.cause());
        }
    }
}
