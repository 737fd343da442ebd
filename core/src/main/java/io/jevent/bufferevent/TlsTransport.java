package io.jevent.bufferevent;

import io.jevent.backend.Direction;
import io.jevent.buffer.BufferLimitException;
import io.jevent.buffer.EvBuffer;
import io.jevent.loop.KeepAlive;
import io.jevent.loop.LoopTimer;
import io.jevent.loop.LoopTimers;
import io.jevent.tls.TlsContext;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Moves bytes between a buffer event above, in clear, and one below, in records.
 *
 * <p>What it hears from below it only notes. When it is delivered, and when the one above flushes, it takes one step after the
 * other for as long as one is possible: the engine says whether it wants to send, to receive or to calculate, and once it wants
 * nothing of its own, bytes go down as long as the one below is writable, and up as long as the one above admits them.
 *
 * <p>A record is decrypted as a whole. One that is larger than what is admitted waits in {@link #decrypted}, and while it does
 * nothing is read below.
 */
final class TlsTransport extends StackedTransport {
    /** After so many records others have their turn. */
    private static final int STEPS_PER_DELIVERY = 64;

    /** So many records in a row may be without data; the rest of a peer's business needs far fewer. */
    private static final int MAX_SILENT_RECORDS = 64;

    /** Many times what a handshake has; in records of one byte each even a large one has less. */
    private static final int MAX_HANDSHAKE_BYTES = 1 << 20;

    /** How long the last record of a failed connection may take to leave. */
    private static final Duration ALERT_DEADLINE = Duration.ofSeconds(1);

    private enum State {
        /** The one below is not connected. */
        WAITING,
        /** Nothing of the program's passes yet. */
        HANDSHAKING,
        /** Bytes may flow. */
        OPEN,
        /** Over. */
        ENDED
    }

    private final TlsContext context;
    private final TlsRecords records;
    private final boolean closesBelow;
    private final KeepAlive keepAlive;
    private final LoopTimer deadline = new LoopTimer() {
        @Override
        protected void onExpired() {
            String message = "the TLS handshake took longer than "
                    + context.handshakeTimeout().toMillis() + " ms";
            failure = new Condition.Failed(Direction.CONNECTING, new SSLException(message));
            above.onReady();
        }
    };

    private State state = State.WAITING;
    private boolean allowsTruncation;

    /** A calculation is under way on another thread; until it returns the engine is not touched. */
    private boolean calculating;

    /** Why there was no calculation. */
    private @Nullable SSLException notCalculated;

    private boolean released;

    // ---- what was heard from below ----

    private boolean connected;
    private boolean inputEnded;
    private Condition.@Nullable Failed failure;

    // ---- up ----

    private @Nullable EvBuffer target;
    private long admitted;

    /** What came out of a record and was not admitted. */
    private final EvBuffer decrypted;

    /** The first record below is not whole. */
    private boolean needsMore;

    private int silentRecords;
    private int handshakeBytes;

    /** The peer has asked for an answer that waits until the one below is writable; nothing is read before, or answers pile up. */
    private boolean answerWaits;

    private boolean endTold;

    // ---- down ----

    private @Nullable EvBuffer source;
    private long sendAdmitted;
    private boolean outputEnds;
    private boolean outputEnded;

    TlsTransport(
            AbstractBufferEvent above,
            AbstractBufferEvent below,
            TlsContext context,
            SSLEngine sslEngine,
            boolean closesBelow) {
        super(above, below);
        this.context = context;
        this.records = new TlsRecords(sslEngine);
        this.closesBelow = closesBelow;
        this.keepAlive = new KeepAlive(above.engine);
        this.decrypted = above.base.newBuffer();
    }

    /** From now on the one below is ours. */
    void takeOver(boolean isConnected) {
        below.standUnder(this);
        below.enableWriting();
        inputEnded = below.hasInputEnded();
        connected = isConnected;
        tellIfReady();
    }

    SSLEngine sslEngine() {
        return records.sslEngine();
    }

    boolean hasEnded() {
        return state == State.ENDED;
    }

    boolean isHandshaking() {
        return state == State.HANDSHAKING;
    }

    Optional<TlsFacts> facts() {
        return state == State.OPEN ? Optional.of(TlsFacts.of(records.sslEngine())) : Optional.empty();
    }

    void allowTruncation(boolean allows) {
        allowsTruncation = allows;
    }

    boolean allowsTruncation() {
        return allowsTruncation;
    }

    @Override
    public boolean isConnected() {
        return state == State.OPEN;
    }

    // ---- what is heard from below ----

    @Override
    public void onBelowReceived() {
        needsMore = false;
        tellIfReady();
    }

    @Override
    public void onBelowSent() {
        if (state == State.OPEN) {
            above.onSent(0);
        }
        tellIfReady();
    }

    @Override
    public void onBelowCondition(Condition condition) {
        switch (condition) {
            case Condition.Connected _ -> connected = true;
            case Condition.Eof _ -> inputEnded = true;
            case Condition.Failed failed -> failure = failed;
            case Condition.TimedOut timedOut -> above.timedOutBelow(timedOut);
        }
        tellIfReady();
    }

    @Override
    public void onBelowClosed() {
        if (state != State.ENDED) {
            failure = new Condition.Failed(
                    Direction.READING, new IOException("the buffer event below was closed, and TLS with it"));
            above.onReady();
        }
    }

    @Override
    public boolean needsMore() {
        return needsMore && wantsRecords();
    }

    private void tellIfReady() {
        boolean canReceive = wantsRecords() && !needsMore && hasBelow();
        boolean canAnswer = answerWaits && below.isWritable();
        if (connected || failure != null || canSend() || canGiveUp() || canReceive || canAnswer || canTellEnd()) {
            above.onReady();
        }
    }

    private boolean hasBelow() {
        return !below.isGone() && !below.input().isEmpty();
    }

    /** Whether the next record is of use to somebody. */
    private boolean wantsRecords() {
        boolean isWanted = switch (state) {
            case WAITING, ENDED -> false;
            case HANDSHAKING -> true;
            case OPEN -> admitted > 0 || isShakingHands();
        };
        return isWanted && !calculating && !answerWaits && decrypted.isEmpty() && !records.isInboundDone();
    }

    /** Inside what comes after the first handshake: other keys, tickets. */
    private boolean isShakingHands() {
        return records.status() != HandshakeStatus.NOT_HANDSHAKING;
    }

    private boolean canGiveUp() {
        return state == State.OPEN && admitted > 0 && !decrypted.isEmpty();
    }

    private boolean canSend() {
        EvBuffer from = source;
        return state == State.OPEN && from != null && !from.isEmpty() && !calculating && below.isWritable();
    }

    private boolean canTellEnd() {
        boolean isOver = inputEnded || (state == State.OPEN && records.isInboundDone());
        return isOver && !endTold && !calculating && !answerWaits && (state == State.HANDSHAKING || admitted > 0);
    }

    // ---- the steps ----

    @Override
    public void deliver() {
        if (connected) {
            connected = false;
            begin();
        }
        boolean any = false;
        boolean goesOn = true;
        for (int steps = 0; goesOn && steps < STEPS_PER_DELIVERY; steps++) {
            goesOn = step();
            any |= goesOn;
        }
        if (state != State.ENDED && !goesOn) {
            tellEnd(); // At once: whoever is called below may admit what could not be taken so far.
        }
        if (state != State.ENDED) {
            readBelow(wantsRecords());
        }
        if (any && !below.isGone()) {
            below.flushWithinTurn();
        }
        if (state != State.ENDED && goesOn) {
            above.onReady();
        }
    }

    private void begin() {
        if (state != State.WAITING) {
            return;
        }
        state = State.HANDSHAKING;
        above.engine.timers().set(deadline, LoopTimers.nanosOf(context.handshakeTimeout()));
        try {
            records.beginHandshake();
        } catch (SSLException e) {
            fail(Direction.CONNECTING, e);
        }
    }

    /** Takes one step; returns whether there was one. */
    private boolean step() {
        if (state == State.WAITING || state == State.ENDED || calculating || below.isGone()) {
            return false;
        }
        try {
            SSLException refused = notCalculated;
            if (refused != null) {
                throw refused;
            }
            return switch (records.status()) {
                case NEED_TASK -> calculate();
                case NEED_WRAP -> answer();
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> unwrap();
                case NOT_HANDSHAKING, FINISHED -> pass();
            };
        } catch (SSLException e) {
            sendAlert();
            fail(state == State.HANDSHAKING ? Direction.CONNECTING : Direction.READING, TlsCause.readable(e));
        } catch (BufferLimitException e) {
            fail(
                    state == State.HANDSHAKING ? Direction.CONNECTING : Direction.READING,
                    new IOException("no buffer memory for a TLS record", e));
        }
        return false;
    }

    /** Sends what the engine has to say; within the connection it waits for room, for a peer may ask without ever reading. */
    private boolean answer() throws SSLException {
        answerWaits = state == State.OPEN && !outputEnds && !below.isWritable();
        return !answerWaits && wrap(null);
    }

    private boolean pass() throws SSLException {
        boolean moved = giveUp();
        if (canSend() && records.isOutboundDone()) {
            String message = "the peer has ended the connection; on TLS 1.2 nothing can be sent after that";
            fail(Direction.WRITING, new SSLException(message));
            return false;
        }
        if (canSend()) {
            moved |= wrap(source);
        } else if (outputEnds && !outputEnded && state == State.OPEN) {
            outputEnded = true;
            records.closeOutbound();
            moved = true;
        } else if (outputEnded && !records.isOutboundDone()) {
            moved |= wrap(null); // Not every provider says that it wants this.
        }
        if (wantsRecords() && records.status() == HandshakeStatus.NOT_HANDSHAKING) {
            moved |= unwrap();
        }
        return moved;
    }

    private void noteFinished(SSLEngineResult result) {
        if (result.getHandshakeStatus() == HandshakeStatus.FINISHED && state == State.HANDSHAKING) {
            state = State.OPEN;
            records.noteVersion();
            silentRecords = 0;
            above.engine.timers().cancel(deadline);
            above.onConnected();
        }
    }

    // ---- calculating ----

    /** Lets another thread calculate; until it has, there is no other step. */
    private boolean calculate() {
        calculating = true;
        keepAlive.hold(true);
        try {
            context.taskExecutor().execute(this::calculateAll);
        } catch (RejectedExecutionException _) {
            calculated(new SSLException("too many TLS handshakes at once"));
        }
        return false;
    }

    /** On another thread. */
    @SuppressWarnings("IllegalCatch") // whatever a provider throws, the loop has to know that it is over
    private void calculateAll() {
        SSLException problem = null;
        try {
            SSLEngine sslEngine = sslEngine();
            for (Runnable task = sslEngine.getDelegatedTask(); task != null; task = sslEngine.getDelegatedTask()) {
                task.run();
            }
        } catch (RuntimeException | Error e) {
            problem = TlsRecords.providerFailure(e);
        }
        SSLException told = problem;
        try {
            above.engine.execute(() -> calculated(told), true);
        } catch (RejectedExecutionException _) {
            // The loop is over.
        }
    }

    private void calculated(@Nullable SSLException problem) {
        calculating = false;
        keepAlive.hold(false);
        notCalculated = problem;
        try {
            records.noteCalculated();
        } catch (SSLException e) {
            notCalculated = problem == null ? e : problem;
        }
        if (state != State.ENDED) {
            above.onReady();
        }
    }

    // ---- up ----

    @Override
    public void receive(EvBuffer target, long admittedBytes) {
        this.target = target;
        this.admitted = admittedBytes;
        readBelow(wantsRecords());
        tellIfReady();
    }

    /** Decrypts one record, if a whole one is there. */
    private boolean unwrap() throws SSLException {
        if (records.isInboundDone()) {
            return false;
        }
        EvBuffer from = below.input();
        int length = TlsRecord.length(from);
        if (length < 0 || length > from.length()) {
            needsMore = !inputEnded;
            if (needsMore && !from.isEmpty()) {
                below.limitsChanged(); // Its high mark, if it has one, may be too low for a record.
            }
            return false;
        }
        if (mustSendBefore(from)) {
            return false;
        }
        EvBuffer into = target;
        if (into == null || state != State.OPEN || admitted < length) {
            into = decrypted;
        }
        boolean isAside = TlsRecord.isAside(from);
        SSLEngineResult result = records.decrypt(from, length, into);
        if (state == State.ENDED) {
            return false; // A change callback of the user's has closed it.
        }
        checkNoRenegotiation(result);
        countSilence(isAside || state == State.OPEN, result.bytesProduced());
        countHandshake(length);
        noteFinished(result);
        if (into != decrypted && result.bytesProduced() > 0) {
            gained(result.bytesProduced());
        }
        return state != State.ENDED && result.bytesConsumed() > 0;
    }

    /** On TLS 1.2 the peer's close_notify ends both directions, so what was written leaves before it is looked at. */
    private boolean mustSendBefore(EvBuffer from) {
        return state == State.OPEN && above.wantsToWrite() && !records.isTls13() && TlsRecord.isAlert(from);
    }

    private void checkNoRenegotiation(SSLEngineResult result) throws SSLException {
        boolean wantsHandshake = result.getHandshakeStatus() == HandshakeStatus.NEED_TASK
                || result.getHandshakeStatus() == HandshakeStatus.NEED_UNWRAP;
        if (state == State.OPEN && wantsHandshake && !records.isTls13() && !records.isInboundDone()) {
            throw new SSLException("the peer asks for another handshake (renegotiation), which is refused");
        }
    }

    /** Requests without end, for one, are no message of a handshake that goes on. */
    private void countHandshake(int recordBytes) throws SSLException {
        handshakeBytes = state == State.HANDSHAKING ? handshakeBytes + recordBytes : 0;
        if (handshakeBytes > MAX_HANDSHAKE_BYTES) {
            throw new SSLException(
                    "the peer has sent more than " + MAX_HANDSHAKE_BYTES + " bytes and the handshake is not over");
        }
    }

    /** In a handshake the messages have bounds of their own; what is said beside them is counted. */
    private void countSilence(boolean counts, int producedBytes) throws SSLException {
        if (producedBytes > 0) {
            silentRecords = 0;
        } else if (counts) {
            silentRecords++;
        }
        if (silentRecords > MAX_SILENT_RECORDS) {
            throw new SSLException("the peer has sent " + silentRecords + " records without data in a row");
        }
    }

    /** Gives what was decrypted, as far as it is admitted. */
    private boolean giveUp() {
        EvBuffer into = target;
        if (into == null || !canGiveUp()) {
            return false;
        }
        into.unfreeze(EvBuffer.End.END);
        long moved;
        try {
            moved = decrypted.moveTo(into, admitted);
        } finally {
            if (!into.isClosed()) {
                into.freeze(EvBuffer.End.END);
            }
        }
        if (state != State.ENDED) {
            gained(moved);
        }
        return true;
    }

    private void gained(long byteCount) {
        if (admitted != UNLIMITED) {
            admitted = Math.max(0, admitted - byteCount);
        }
        above.onReceived(byteCount);
    }

    /** When nothing is left to do with what has come. */
    private void tellEnd() {
        Condition.Failed told = failure;
        if (told != null) {
            fail(told);
            return;
        }
        if (!canTellEnd() || !decrypted.isEmpty()) {
            return;
        }
        if (state == State.HANDSHAKING) {
            fail(
                    Direction.CONNECTING,
                    new EOFException("the peer closed the connection in the midst of the handshake"));
        } else if (records.isInboundDone() || (allowsTruncation && below.input().isEmpty())) {
            endTold = true;
            above.onEnd();
        } else {
            fail(
                    Direction.READING,
                    new EOFException(
                            "the connection ended without close_notify: what came last may have been cut off"));
        }
    }

    // ---- down ----

    @Override
    public void send(EvBuffer source, long admittedBytes) {
        this.source = source;
        this.sendAdmitted = admittedBytes;
        if (canSend()) {
            deliver();
        }
    }

    @Override
    public void stopSending() {
        source = null;
    }

    /** Makes one record, of the engine's own where there is no source. */
    private boolean wrap(@Nullable EvBuffer from) throws SSLException {
        SSLEngineResult result = from == null
                ? records.encryptNothing(below.output())
                : records.encrypt(
                        from,
                        (int) Math.min(Math.min(from.length(), sendAdmitted), TlsRecords.DATA_BYTES),
                        below.output());
        if (from != null && result.bytesConsumed() > 0) {
            sent(from, result.bytesConsumed());
        }
        noteFinished(result);
        if (state != State.ENDED && records.isOutboundDone() && closesBelow && !below.isGone()) {
            below.shutdownOutput();
        }
        return state != State.ENDED && (result.bytesProduced() > 0 || result.bytesConsumed() > 0);
    }

    private void sent(EvBuffer from, int taken) {
        from.unfreeze(EvBuffer.End.START);
        try {
            from.drain(taken);
        } finally {
            if (!from.isClosed()) {
                from.freeze(EvBuffer.End.START);
            }
        }
        if (state == State.ENDED) {
            return;
        }
        if (sendAdmitted != UNLIMITED) {
            sendAdmitted -= taken;
        }
        if (from.isEmpty() || sendAdmitted <= 0) {
            source = null;
        }
        above.onSent(taken);
    }

    void checkMayShutDownOutput() {
        if (state == State.OPEN && !records.isTls13()) {
            throw new UnsupportedOperationException(
                    "on " + sslEngine().getSession().getProtocol()
                            + " an end of the output ends the connection; closeAfterFlush() does that");
        }
    }

    @Override
    public void shutdownOutput() {
        outputEnds = true;
        deliver();
    }

    void renewKeys() {
        if (state != State.OPEN || records.isOutboundDone()) {
            throw new IllegalStateException("need an open TLS connection");
        }
        if (!records.isTls13()) {
            throw new UnsupportedOperationException("need TLS 1.3 to renew keys, this is "
                    + sslEngine().getSession().getProtocol());
        }
        try {
            records.beginHandshake();
        } catch (SSLException e) {
            fail(Direction.WRITING, e);
        }
        tellIfReady();
        above.onReady();
    }

    // ---- the end ----

    /** Tells the peer why, if the engine has something to say. */
    private void sendAlert() {
        try {
            for (int i = 0; i < 4 && records.status() == HandshakeStatus.NEED_WRAP; i++) {
                if (records.encryptNothing(below.output()).bytesProduced() == 0) {
                    return;
                }
            }
        } catch (SSLException | BufferLimitException _) {
            // It was a courtesy.
        }
    }

    private void fail(Direction direction, IOException cause) {
        fail(new Condition.Failed(direction, cause));
    }

    private void fail(Condition.Failed told) {
        failure = null;
        if (state == State.ENDED) {
            return;
        }
        if (state == State.WAITING && told.direction() == Direction.CONNECTING) {
            above.onFailed(told.direction(), told.cause()); // It may connect again.
            return;
        }
        Direction direction = state == State.HANDSHAKING ? Direction.CONNECTING : told.direction();
        end();
        above.onFailed(direction, told.cause());
    }

    private void end() {
        state = State.ENDED;
        target = null;
        source = null;
        keepAlive.hold(false);
        above.engine.timers().cancel(deadline);
    }

    @Override
    public void close() {
        boolean failed = state == State.ENDED;
        end();
        if (released) {
            return;
        }
        released = true;
        decrypted.close();
        if (!below.isUnder(this)) {
            return;
        }
        below.standAlone();
        if (closesBelow && failed && !below.isGone() && below.unsentNow() > 0) {
            below.closeAfterFlush(ALERT_DEADLINE); // The peer is to learn why.
        } else if (closesBelow) {
            below.close();
        }
    }
}
