package io.jevent.tests.tls;

import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;

/** An engine of which one call, the n-th of those in a connection, throws what no engine should. */
final class FaultyEngine extends ForwardingEngine {
    private int callsLeft;

    FaultyEngine(SSLEngine engine, int faultyCall) {
        super(engine);
        this.callsLeft = faultyCall;
    }

    private void count() {
        if (--callsLeft == 0) {
            throw new IllegalStateException("a bug in the provider");
        }
    }

    @Override
    public SSLEngineResult wrap(ByteBuffer[] sources, int offset, int length, ByteBuffer target) throws SSLException {
        count();
        return super.wrap(sources, offset, length, target);
    }

    @Override
    public SSLEngineResult unwrap(ByteBuffer source, ByteBuffer[] targets, int offset, int length) throws SSLException {
        count();
        return super.unwrap(source, targets, offset, length);
    }

    @Override
    public void beginHandshake() throws SSLException {
        count();
        super.beginHandshake();
    }

    @Override
    public SSLEngineResult.HandshakeStatus getHandshakeStatus() {
        count();
        return super.getHandshakeStatus();
    }

    @Override
    public boolean isInboundDone() {
        count();
        return super.isInboundDone();
    }

    @Override
    public boolean isOutboundDone() {
        count();
        return super.isOutboundDone();
    }

    @Override
    public void closeOutbound() {
        count();
        super.closeOutbound();
    }
}
