package io.jevent.bufferevent;

import io.jevent.backend.Direction;
import io.jevent.backend.Transport;
import io.jevent.backend.TransportHandler;
import io.jevent.buffer.ChangeCallback;
import io.jevent.buffer.EvBuffer;
import io.jevent.event.EventBase;
import io.jevent.loop.Activation;
import io.jevent.loop.Flight;
import io.jevent.loop.Flushable;
import io.jevent.loop.KeepAlive;
import io.jevent.loop.LoopAccess;
import io.jevent.loop.LoopEngine;
import io.jevent.loop.LoopResource;
import io.jevent.loop.LoopTimer;
import io.jevent.loop.LoopTimers;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The policy of every flavor of buffer event, written once over {@link Transport}: enabled directions, marks, timeouts,
 * deferral, flushing, and what ends a connection.
 *
 * <p>After every change of anything that matters, {@link #update()} derives from the state what the transport should do,
 * which clocks tick and whether the loop has something to wait for. So no event needs to know what the others did.
 */
abstract class FlowPolicy implements TransportHandler, Flushable, LoopResource {

    /** Where the connection is. */
    enum State {
        /** No transport, or one that nobody has connected yet. */
        UNCONNECTED,
        /** Our connect is under way. */
        CONNECTING,
        /** Bytes may flow. */
        OPEN,
        /** Failed; what was read can be taken. */
        FAILED,
        /** Nobody is called back any more; output leaves until the deadline. */
        CLOSING,
        /** Closed for the program; the connection goes to another base as soon as nothing is under way. */
        MOVING,
        /** Over. */
        CLOSED
    }

    final EventBase base;
    final LoopEngine engine;
    final EvBuffer input;
    final EvBuffer output;
    final IdleClock readClock;
    final IdleClock writeClock;
    final Activation delivery;
    final Callbacks callbacks;

    Watermark inputWatermark = Watermark.DEFAULT_INPUT;
    Watermark outputWatermark = Watermark.DEFAULT_OUTPUT;
    long maxOutputBytes = BufferEvent.DEFAULT_MAX_OUTPUT_BYTES;

    /** Whether the writer may go on: not above the high mark, or since then down to the low one. */
    boolean writable = true;

    /** Null until the program asks for some. */
    @Nullable
    RateLimits limits;

    /** What other threads know this by; null until somebody asks. */
    @Nullable
    RemoteBufferEvent remote;

    /** This as streams; null for most. */
    @Nullable
    BlockingStreams streams;

    /** What stands on this instead of the program; null for most. */
    @Nullable
    Layer above;

    State state = State.UNCONNECTED;

    @Nullable
    Transport transport;

    boolean readingEnabled;
    boolean writingEnabled = true;

    /** The peer has ended its output. */
    boolean inputEnded;

    /** The user has ended ours; what is unsent still leaves. */
    boolean outputShutdownAsked;

    /** The system has been told so. */
    boolean outputShutdownDone;

    /** What the transport was last admitted to receive; so that nothing is said twice. */
    long admitted;

    boolean flushRequested;

    /** The loop will flush us at the end of the turn. */
    boolean flushAwaited;

    /** Flushes within the turn; null until that is asked for, and always where it is not worth it. */
    @Nullable
    Activation earlyFlush;

    /** The transport has the output and sends by itself what could not be sent at once. */
    boolean handedOver;

    /** How much of it the transport may send, while it has it. */
    long sendAdmitted;

    /** Whether the loop counts us among the things to wait for. */
    final KeepAlive keepAlive;

    /** Where the connection goes to; null unless it moves. */
    @Nullable
    Move move;

    /** Set by closeAfterFlush. */
    @Nullable
    LoopTimer closeDeadline;

    FlowPolicy(EventBase base, BufferEventOption... options) {
        this.base = base;
        this.engine = LoopAccess.engineOf(base);
        engine.checkUsable();
        this.keepAlive = new KeepAlive(engine);
        Changes changes = new Changes();
        this.input = EvBuffer.createConfined(engine.pool(), changes);
        this.output = EvBuffer.createConfined(engine.pool(), changes);
        input.freeze(EvBuffer.End.END);
        output.freeze(EvBuffer.End.START);
        this.readClock = new IdleClock(engine, this, Direction.READING);
        this.writeClock = new IdleClock(engine, this, Direction.WRITING);
        this.delivery = new Delivery(engine.middlePriority());
        boolean defers = List.of(options).contains(BufferEventOption.DEFER_CALLBACKS);
        this.callbacks = new Callbacks(engine, this, defers);
        engine.addResource(this);
    }

    /** This, as what users know it by. */
    abstract BufferEvent self();

    /**
     * Whether output is handed on within the turn, behind the callbacks that are due already, and not at its end. That is for
     * what stays in memory: nothing is saved by gathering output, and a message to and fro would cost a poll each way.
     */
    boolean flushesWithinTurn() {
        return false;
    }

    /** Closes the transport, or leaves its socket open, as the flavor's options say. */
    abstract void endTransport(Transport transport);

    // ---- what it says of itself ----

    public final boolean isWritable() {
        engine.checkThread();
        return writable && !isGone();
    }

    public final long unsent() {
        engine.checkThread();
        return unsentNow();
    }

    /** The same for what asks often, and is on the loop's thread. */
    final long unsentNow() {
        Transport present = transport;
        return isGone() ? 0 : output.length() + (present == null ? 0 : present.unsentBytes());
    }

    /** Whether nothing follows what is in the output. */
    final boolean isOutputEnding() {
        return outputShutdownAsked;
    }

    final boolean hasInputEnded() {
        return inputEnded;
    }

    /** Whether it is closed, or about to be. */
    final boolean isGone() {
        return state == State.CLOSED || state == State.CLOSING || state == State.MOVING;
    }

    /** Bytes that may be appended before the high mark is passed; none while the writer is to wait. */
    final long roomBelowHighMark() {
        return writable && !isGone() ? outputWatermark.high() - unsentNow() : 0;
    }

    final Transport transportOrThrow() {
        Transport present = transport;
        if (present == null) {
            throw new IllegalStateException("need a connection below");
        }
        return present;
    }

    /** The one below has timed out. */
    final void timedOutBelow(Condition.TimedOut condition) {
        switch (condition.direction()) {
            case READING -> readingEnabled = false;
            case WRITING -> writingEnabled = false;
            case CONNECTING -> state = state == State.CONNECTING ? State.UNCONNECTED : state;
        }
        update();
        raise(condition);
    }

    /** Hands the output to the transport at once. */
    final void handDown() {
        flushRequested = true;
        flushNow();
    }

    /** Hands on what has come from above, where that is not to wait for the end of the turn. */
    final void flushWithinTurn() {
        if (flushesWithinTurn()) {
            flushIfRequested();
        }
    }

    final void flushIfRequested() {
        if (flushRequested) {
            flushNow();
        }
    }

    void raise(Condition condition) {
        Layer layer = above;
        if (layer != null) {
            layer.onBelowCondition(condition);
        } else {
            callbacks.raise(condition);
        }
    }

    // ---- the connection ----

    /** Whether the transport goes on after a connect has failed, to try another time. */
    boolean outlivesFailedConnect() {
        return false;
    }

    /** The connect has ended in nothing; the transport stays. */
    final void becomeUnconnected() {
        state = State.UNCONNECTED;
        update();
    }

    /** A connect has been launched below. */
    final void becomeConnecting() {
        if (state == State.UNCONNECTED) {
            state = State.CONNECTING;
            tellConnecting();
            update();
        }
    }

    void tellConnecting() {
        Layer layer = above;
        if (layer != null) {
            layer.onBelowConnecting();
        }
    }

    /** Gives up a connect under way. */
    void abandonConnect() {
        detach();
    }

    /** Ends what is under way of a connect that has no transport yet. Idempotent. */
    void cancelConnect() {}

    /** Whether a connect whose time is over may have succeeded in this very turn, and will time out by itself if not. */
    boolean connectOutlivesDeadline() {
        return false;
    }

    final State state() {
        return state;
    }

    final @Nullable Transport transport() {
        return transport;
    }

    /** Sets the transport of a new connection. */
    final void begin(Transport fresh, State state) {
        this.state = state;
        if (fresh != transport) {
            take(fresh);
            callbacks.forgetConnection();
        }
        if (state == State.CONNECTING) {
            tellConnecting();
        }
        update();
    }

    void take(Transport fresh) {
        transport = fresh;
        inputEnded = false;
        outputShutdownDone = false;
        admitted = 0;
        handedOver = false;
    }

    /** Begins a connect that has no transport until it has succeeded. */
    final void beginConnect() {
        state = State.CONNECTING;
        callbacks.forgetConnection();
        update();
    }

    /** Sets the transport of a connect that had none. */
    final void endConnect(Transport fresh) {
        take(fresh);
        onConnected();
    }

    /** Lets a transport do its I/O, in the callback stage. */
    final void deliver(Transport transport) {
        callbacks.delivering(true);
        try {
            transport.deliver();
        } finally {
            callbacks.delivering(false);
        }
    }

    /** Gives the transport up; the buffer event is unconnected. */
    final void detach() {
        Transport old = transport;
        transport = null;
        inputEnded = false;
        admitted = 0;
        handedOver = false;
        if (state != State.CLOSED && state != State.CLOSING) {
            state = State.UNCONNECTED;
        }
        if (old != null) {
            endTransport(old);
        }
        cancelConnect();
        engine.deactivate(delivery);
        update();
    }

    // ---- what the transport reports ----

    @Override
    public final void onReady() {
        engine.activate(delivery);
    }

    @Override
    public final void onConnected() {
        writeClock.ticking(false);
        if (state == State.CONNECTING || state == State.UNCONNECTED) {
            state = State.OPEN;
        }
        if (Flight.isRecording()) {
            reportConnected();
        }
        update();
        raise(Condition.Connected.INSTANCE);
    }

    void reportConnected() {
        Transport connected = transport;
        if (connected != null) {
            Optional<SocketAddress> local = connected.localAddress();
            Optional<SocketAddress> remote = connected.remoteAddress();
            if (local.isPresent() && remote.isPresent()) {
                Flight.connected(local.get(), remote.get());
            }
        }
    }

    @Override
    public final void onReceived(long byteCount) {
        readClock.progress();
        if (state == State.CLOSING) {
            input.drain(input.length());
            return;
        }
        if (admitted != Transport.UNLIMITED) {
            admitted = Math.max(0, admitted - byteCount);
        }
        if (limits != null) {
            limits.received(byteCount);
        }
        Layer layer = above;
        if (layer != null) {
            layer.onBelowReceived();
        } else if (input.length() >= inputWatermark.low()) {
            callbacks.read();
        }
        update();
    }

    @Override
    public final void onEnd() {
        inputEnded = true;
        readingEnabled = false;
        admitted = 0;
        if (state == State.CLOSING) {
            closeIfFlushed();
            return;
        }
        update();
        raise(Condition.Eof.INSTANCE);
    }

    @Override
    public final void onSent(long byteCount) {
        if (state == State.MOVING) {
            return;
        }
        writeClock.progress();
        if (sendAdmitted != Transport.UNLIMITED) {
            sendAdmitted -= byteCount;
        }
        if (limits != null) {
            limits.sent(byteCount);
        }
        handedOver = handedOver && !output.isEmpty() && sendAdmitted > 0;
        update();
        Layer layer = above;
        if (layer != null) {
            noteOutput();
            layer.onBelowSent();
        } else if (unsentNow() <= outputWatermark.low()) {
            callbacks.write();
            noteOutput();
        }
        if (state == State.CLOSING) {
            closeIfFlushed();
        }
    }

    /** Tells a writer that has to wait that it may go on. */
    void noteOutput() {
        if (writable) {
            writable = unsentNow() <= outputWatermark.high();
        } else if (unsentNow() <= outputWatermark.low()) {
            writable = true;
            if (above == null) {
                callbacks.writable();
            }
            if (remote != null) {
                remote.queue().resume();
            }
        }
    }

    @Override
    public final void onFailed(Direction direction, IOException cause) {
        Move under = move;
        if (under != null) {
            under.failed(direction, cause);
            return;
        }
        if (state == State.CLOSING) {
            close();
            return;
        }
        if (direction == Direction.CONNECTING && outlivesFailedConnect()) {
            becomeUnconnected();
        } else if (direction == Direction.CONNECTING) {
            detach();
        } else {
            state = State.FAILED;
            readingEnabled = false;
            writingEnabled = false;
            update();
        }
        raise(new Condition.Failed(direction, cause));
    }

    void timedOut(Direction direction) {
        if (delivery.isQueued()) {
            // Something has come in this very turn; it counts, and the clock starts over.
            update();
            return;
        }
        if (state == State.CONNECTING) {
            if (connectOutlivesDeadline()) {
                return;
            }
            abandonConnect();
            raise(new Condition.TimedOut(Direction.CONNECTING));
            return;
        }
        if (direction == Direction.READING) {
            readingEnabled = false;
        } else {
            writingEnabled = false;
        }
        update();
        raise(new Condition.TimedOut(direction));
    }

    // ---- what the buffers report ----

    /** Hears what comes to and goes from the buffers. */
    private final class Changes implements ChangeCallback {
        @Override
        public void onChange(EvBuffer buffer, long lengthBefore, long added, long drained) {
            if (buffer == input) {
                onInputChanged(drained);
            } else {
                onOutputChanged(added);
            }
        }
    }

    void onInputChanged(long drained) {
        if (drained > 0 && inputWatermark.high() != Watermark.UNLIMITED && state == State.OPEN) {
            update();
        }
    }

    void onOutputChanged(long added) {
        if (output.memoryLength() > maxOutputBytes && (state == State.OPEN || state == State.CONNECTING)) {
            giveUpOutput();
        } else if (added > 0 && !flushRequested) {
            update();
        }
        if (added > 0) {
            engine.countOutput(added);
            noteOutput();
        }
    }

    void giveUpOutput() {
        Transport dead = transport;
        transport = null;
        state = State.FAILED;
        readingEnabled = false;
        writingEnabled = false;
        if (dead != null) {
            endTransport(dead);
        }
        cancelConnect();
        handedOver = false;
        engine.deactivate(delivery);
        update();
        Condition.Failed failed = new Condition.Failed(
                Direction.WRITING,
                new IOException("unsent output passed " + maxOutputBytes + " bytes; the peer does not read"));
        Layer layer = above;
        if (layer != null) {
            layer.onBelowCondition(failed);
        } else {
            callbacks.raiseLater(failed); // In any case: this runs inside the user's own append.
        }
    }

    // ---- deriving ----

    boolean wantsToRead() {
        return switch (state) {
            case OPEN -> readingEnabled && !inputEnded;
            case CLOSING -> !inputEnded;
            case UNCONNECTED, CONNECTING, FAILED, MOVING, CLOSED -> false;
        };
    }

    boolean wantsToWrite() {
        return (state == State.OPEN || state == State.CLOSING) && writingEnabled && !output.isEmpty();
    }

    boolean wantsToShutDown() {
        return (state == State.OPEN || state == State.CLOSING)
                && outputShutdownAsked
                && !outputShutdownDone
                && output.isEmpty()
                && !isUserConnecting();
    }

    /** Derives from the state what the transport does, which clocks tick and whether the loop waits for us. */
    void update() {
        boolean wantsBytes = wantsToRead() && room() > 0;
        admit(wantsBytes);
        boolean writes = wantsToWrite();
        boolean maySend = limits == null || !writes || limits.writeAllowance() > 0;
        if ((writes && !handedOver && maySend) || wantsToShutDown()) {
            requestFlush();
        }
        if (handedOver && !(writingEnabled && maySend)) {
            stopSending();
        }
        readClock.ticking(admitted > 0 && state == State.OPEN);
        tickWhileStalled();
        keepAlive.hold(hasToWait(wantsBytes, writes));
    }

    boolean hasToWait(boolean wantsBytes, boolean writes) {
        if (state == State.CLOSING || state == State.MOVING || readClock.isRunning() || writeClock.isRunning()) {
            return true;
        }
        boolean waits = wantsBytes
                || writes
                || state == State.CONNECTING
                || (state == State.OPEN && writingEnabled && isUserConnecting());
        Transport present = transport;
        return waits && (present == null || present.waitsForOutside());
    }

    /** Whether output waits is asked only where that has a limit: the answer may be many layers below. */
    private void tickWhileStalled() {
        writeClock.ticking(state == State.CONNECTING || (writeClock.timeoutNanos() > 0 && isStalled()));
    }

    /** Whether output waits for the system, or for what is below. */
    boolean isStalled() {
        Transport present = transport;
        return present != null
                && state == State.OPEN
                && writingEnabled
                && ((handedOver && !output.isEmpty()) || present.unsentBytes() > 0);
    }

    /** Tells the transport how much it may receive, where that has changed. */
    void admit(boolean wantsBytes) {
        Transport present = transport;
        if (present == null) {
            return;
        }
        long wanted = wantsBytes ? room() : 0;
        if (limits != null && wantsBytes) {
            wanted = Math.min(wanted, limits.readAllowance());
        }
        if (wanted != admitted) {
            admitted = wanted;
            present.receive(input, wanted);
        }
    }

    long room() {
        boolean unlimited = inputWatermark.high() == Watermark.UNLIMITED || state == State.CLOSING;
        if (unlimited) {
            return Transport.UNLIMITED;
        }
        long left = inputWatermark.high() - input.length();
        boolean starves = left <= 0 && above != null && above.needsMore();
        return starves ? inputWatermark.high() : Math.max(0, left);
    }

    void stopSending() {
        handedOver = false;
        Transport present = transport;
        if (present != null) {
            present.stopSending();
        }
    }

    final boolean isUserConnecting() {
        Transport present = transport;
        return present != null && present.isUserConnecting();
    }

    // ---- flush ----

    void requestFlush() {
        if (flushRequested) {
            return;
        }
        flushRequested = true;
        if (!flushAwaited) {
            flushAwaited = true; // Also of those who flush earlier: the loop may return before that.
            engine.requestFlush(this);
        }
        // What something stands on is flushed by that, see flushWithinTurn().
        if (above == null && flushesWithinTurn()) {
            Activation flushing = earlyFlush;
            if (flushing == null) {
                flushing = new EarlyFlush(delivery.priority());
                earlyFlush = flushing;
            }
            engine.activate(flushing);
        }
    }

    @Override
    public final void flush() {
        flushAwaited = false;
        flushNow();
    }

    void flushNow() {
        Layer layer = above;
        if (layer != null) {
            layer.flushAbove();
        }
        Transport present = transport;
        if (!flushRequested || present == null) {
            flushRequested = false;
            return;
        }
        flushRequested = false;
        long allowed = limits == null || !wantsToWrite() ? Transport.UNLIMITED : limits.writeAllowance();
        if (wantsToWrite() && allowed > 0) {
            handedOver = true;
            sendAdmitted = allowed;
            try {
                present.send(output, allowed);
            } finally {
                // A short write leaves bytes with the transport, which sends them when there is room.
                handedOver = handedOver && !output.isEmpty() && sendAdmitted > 0;
            }
            tickWhileStalled();
        }
        if (wantsToShutDown()) {
            outputShutdownDone = true;
            present.shutdownOutput();
        }
        if (state == State.CLOSING) {
            closeIfFlushed();
        }
    }

    // ---- end ----

    public final void shutdownOutput() {
        checkOpen();
        if (!outputShutdownAsked) {
            checkMayShutDownOutput();
            outputShutdownAsked = true;
            output.freeze(EvBuffer.End.END);
            outputEnds();
            if (remote != null) {
                remote.queue().outputEnded();
            }
            update();
        }
    }

    /** Throws where the flavor cannot end one direction alone. */
    void checkMayShutDownOutput() {}

    /** The output will only become less; what the transport has kept back of it has to leave now. */
    void outputEnds() {}

    public final void closeAfterFlush(Duration deadline) {
        engine.checkThread();
        if (deadline.isNegative() || deadline.isZero()) {
            throw new IllegalArgumentException("need deadline > 0, got " + deadline);
        }
        if (isGone()) {
            return;
        }
        if (state == State.UNCONNECTED || state == State.FAILED) {
            close();
            return;
        }
        callbacks.silence();
        closeDeadline = new LoopTimer() {
            @Override
            protected void onExpired() {
                close();
            }
        };
        engine.timers().set(closeDeadline, LoopTimers.nanosOf(deadline));
        readClock.ticking(false);
        writeClock.timeout(0);
        writingEnabled = true;
        Layer layer = above;
        above = null;
        if (layer != null) {
            layer.onBelowClosed();
        }
        outputShutdownAsked = true;
        output.freeze(EvBuffer.End.END);
        boolean connecting = state == State.CONNECTING;
        state = State.CLOSING;
        if (remote != null) {
            remote.queue().end(false);
        }
        if (connecting) {
            keepAlive.hold(true);
        } else {
            handedOver = false;
            update();
            requestFlush();
        }
        // Last, because it runs the user's change callbacks, which may close.
        input.drain(input.length());
    }

    void closeIfFlushed() {
        Transport present = transport;
        boolean allLeft = output.isEmpty() && (present == null || present.unsentBytes() == 0);
        if (allLeft && outputShutdownDone && inputEnded) {
            close();
        }
    }

    public final boolean isClosed() {
        engine.checkThread();
        return isGone();
    }

    public final void close() {
        engine.checkThread();
        if (state == State.CLOSED || state == State.MOVING) {
            return;
        }
        engine.removeResource(this);
        closeWithBase();
    }

    @Override
    public final void closeWithBase() {
        if (state == State.CLOSED) {
            return;
        }
        callbacks.silence();
        state = State.CLOSED;
        if (move != null) {
            move.closeBuffers();
            move = null;
        }
        Transport old = transport;
        transport = null;
        if (old != null) {
            endTransport(old);
        }
        cancelConnect();
        if (limits != null) {
            limits.close();
        }
        Layer layer = above;
        above = null;
        if (layer != null) {
            layer.onBelowClosed();
        }
        if (remote != null) {
            remote.queue().end(true);
        }
        engine.deactivate(delivery);
        if (earlyFlush != null) {
            engine.deactivate(earlyFlush);
        }
        readClock.ticking(false);
        writeClock.ticking(false);
        if (closeDeadline != null) {
            engine.timers().cancel(closeDeadline);
        }
        keepAlive.hold(false);
        input.close();
        output.close();
    }

    final void checkOpen() {
        engine.checkThread();
        if (isGone()) {
            throw new IllegalStateException("this buffer event is closed");
        }
    }

    /** The flush that does not wait for the end of the turn, in the active queues. */
    private final class EarlyFlush extends Activation {
        EarlyFlush(int priority) {
            super(priority);
        }

        @Override
        protected void run() {
            flushIfRequested();
        }

        @Override
        protected Object source() {
            return self();
        }
    }

    /** The transport's I/O, in the active queues. */
    private final class Delivery extends Activation {
        Delivery(int priority) {
            super(priority);
        }

        @Override
        protected void run() {
            Transport present = transport;
            if (present != null) {
                deliver(present);
            }
        }

        @Override
        protected Object source() {
            return self();
        }
    }
}
