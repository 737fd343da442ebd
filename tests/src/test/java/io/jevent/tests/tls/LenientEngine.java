package io.jevent.tests.tls;

import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;

/** An engine that takes records of data without any, as those of OpenSSL do on TLS 1.2; here they have not even to be encrypted. */
final class LenientEngine extends ForwardingEngine {
    /** A record that this one takes, and the JDK's would not. */
    static final byte[] EMPTY = RawTlsPeer.record(HandMadeTlsClient.DATA);

    LenientEngine(SSLEngine engine) {
        super(engine);
    }

    @Override
    public SSLEngineResult unwrap(ByteBuffer source, ByteBuffer[] targets, int offset, int length) throws SSLException {
        if (source.remaining() == EMPTY.length) {
            source.position(source.limit());
            return new SSLEngineResult(SSLEngineResult.Status.OK, getHandshakeStatus(), EMPTY.length, 0);
        }
        return super.unwrap(source, targets, offset, length);
    }
}
