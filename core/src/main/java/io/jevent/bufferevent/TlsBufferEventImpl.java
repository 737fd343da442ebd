package io.jevent.bufferevent;

import io.jevent.backend.Direction;
import io.jevent.backend.Transport;
import io.jevent.tls.TlsContext;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;

/** The TLS flavor: its transport is an engine over the buffer event below. */
final class TlsBufferEventImpl extends AbstractBufferEvent implements TlsBufferEvent {
    private final AbstractBufferEvent below;
    private final TlsTransport passage;

    private TlsBufferEventImpl(
            AbstractBufferEvent below, TlsContext context, SSLEngine sslEngine, BufferEventOption... options) {
        super(below.base, options);
        this.below = below;
        boolean closesBelow = List.of(options).contains(BufferEventOption.CLOSE_ON_FREE);
        this.passage = new TlsTransport(this, below, context, sslEngine, closesBelow);
    }

    static TlsBufferEventImpl client(
            BufferEvent below, TlsContext context, String host, int port, BufferEventOption... options) {
        return on((AbstractBufferEvent) below, context, context.clientEngine(host, port), options);
    }

    static TlsBufferEventImpl server(BufferEvent below, TlsContext context, BufferEventOption... options) {
        return on((AbstractBufferEvent) below, context, context.serverEngine(), options);
    }

    private static TlsBufferEventImpl on(
            AbstractBufferEvent below, TlsContext context, SSLEngine sslEngine, BufferEventOption... options) {
        below.checkCanBeBelow();
        TlsBufferEventImpl made = new TlsBufferEventImpl(below, context, sslEngine, options);
        State before = below.state();
        made.begin(made.passage, before == State.UNCONNECTED ? State.UNCONNECTED : State.CONNECTING);
        made.passage.takeOver(before == State.OPEN);
        return made;
    }

    @Override
    BufferEvent self() {
        return this;
    }

    @Override
    boolean flushesWithinTurn() {
        return below.flushesWithinTurn();
    }

    @Override
    void endTransport(Transport transport) {
        transport.close();
    }

    /** A connect that fails may be tried again below; a handshake that fails has ended this. */
    @Override
    boolean outlivesFailedConnect() {
        return !passage.hasEnded();
    }

    @Override
    void abandonConnect() {
        if (passage.isHandshaking()) {
            detach();
        } else {
            below.abandonConnect();
            becomeUnconnected();
        }
    }

    @Override
    void checkMayShutDownOutput() {
        passage.checkMayShutDownOutput();
    }

    /** What is on the wire counts; once it has failed, nothing is. */
    @Override
    public RateLimits rateLimits() {
        checkOpen();
        return below.isGone() ? super.rateLimits() : below.rateLimits();
    }

    @Override
    boolean doFlush(Direction direction, FlushMode mode) {
        if (direction == Direction.READING) {
            return below.doFlush(direction, mode);
        }
        long before = output.length();
        handDown();
        boolean moved = output.length() < before;
        moved |= below.doFlush(direction, mode == FlushMode.FINISHED ? FlushMode.FLUSH : mode);
        if (mode == FlushMode.FINISHED) {
            shutdownOutput();
        }
        return moved;
    }

    @Override
    public BufferEvent underlying() {
        return below.self();
    }

    @Override
    public SSLEngine sslEngine() {
        return passage.sslEngine();
    }

    @Override
    public Optional<TlsFacts> facts() {
        engine.checkThread();
        return passage.facts();
    }

    @Override
    public void allowTruncation(boolean allows) {
        checkOpen();
        passage.allowTruncation(allows);
    }

    @Override
    public boolean allowsTruncation() {
        engine.checkThread();
        return passage.allowsTruncation();
    }

    @Override
    public void renewKeys() {
        checkOpen();
        passage.renewKeys();
    }

    @Override
    public String toString() {
        return "TlsBufferEvent[" + state() + ", on " + below + "]";
    }
}
