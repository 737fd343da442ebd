package io.jevent.benchmarks;

import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;

/**
 * A client and a server of TLS in one thread with nothing between them but an array: the least that TLS costs with the JDK's
 * {@link SSLEngine}. Buffers lie on the heap: with direct ones the JDK's AES-GCM takes 1.7 times as long.
 */
final class EngineLink {
    /** Long enough for every record. */
    private static final int RECORD_BYTES = 17 * 1024;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** What a link needs while it works; an idle one needs none, so many share it. */
    static final class Buffers {
        private final ByteBuffer toServer = ByteBuffer.allocate(RECORD_BYTES);
        private final ByteBuffer toClient = ByteBuffer.allocate(RECORD_BYTES);
        private final ByteBuffer clear = ByteBuffer.allocate(RECORD_BYTES);

        /** What a channel takes and fills without a copy of its own. */
        private final ByteBuffer nativeRecord = ByteBuffer.allocateDirect(RECORD_BYTES);
    }

    private final SSLEngine client;
    private final SSLEngine server;
    private final Buffers buffers;

    EngineLink(TlsSetup setup, Buffers buffers) {
        client = setup.client();
        server = setup.server();
        this.buffers = buffers;
    }

    /** Shakes hands, until neither has anything to say. */
    void shakeHands() {
        buffers.toServer.clear();
        buffers.toClient.clear();
        buffers.clear.clear();
        try {
            client.beginHandshake();
            server.beginHandshake();
            boolean goesOn = true;
            while (goesOn) {
                goesOn = speak(client, buffers.toServer);
                goesOn |= hear(server, buffers.toServer);
                goesOn |= speak(server, buffers.toClient);
                goesOn |= hear(client, buffers.toClient);
            }
        } catch (SSLException e) {
            throw new IllegalStateException(e);
        }
        if (client.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING
                || server.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
            throw new IllegalStateException("the handshake stands still");
        }
    }

    /** Appends what an engine wants to say; returns whether there was anything. */
    private static boolean speak(SSLEngine from, ByteBuffer record) throws SSLException {
        boolean any = false;
        while (calculated(from) == HandshakeStatus.NEED_WRAP) {
            SSLEngineResult result = from.wrap(NOTHING, record);
            if (result.bytesProduced() == 0) {
                return any;
            }
            any = true;
        }
        return any;
    }

    /** Hands an engine what was said; returns whether there was anything. */
    private boolean hear(SSLEngine to, ByteBuffer record) throws SSLException {
        boolean any = false;
        record.flip();
        while (record.hasRemaining() && calculated(to) != HandshakeStatus.NEED_WRAP) {
            SSLEngineResult result = to.unwrap(record, buffers.clear);
            if (result.bytesConsumed() == 0 && result.getHandshakeStatus() == HandshakeStatus.NEED_UNWRAP) {
                break;
            }
            any = true;
        }
        record.compact();
        return any;
    }

    private static HandshakeStatus calculated(SSLEngine engine) {
        HandshakeStatus status = engine.getHandshakeStatus();
        while (status == HandshakeStatus.NEED_TASK) {
            engine.getDelegatedTask().run();
            status = engine.getHandshakeStatus();
        }
        return status;
    }

    /** Sends one record to the server; returns what arrived, ready to be read. */
    ByteBuffer toServer(ByteBuffer message) {
        return pass(client, server, message, buffers.toServer, false);
    }

    /** The same, with the record copied to native memory and back. */
    ByteBuffer toServerThroughNative(ByteBuffer message) {
        return pass(client, server, message, buffers.toServer, true);
    }

    /** Sends one record to the client; returns what arrived, ready to be read. */
    ByteBuffer toClient(ByteBuffer message) {
        return pass(server, client, message, buffers.toClient, false);
    }

    private ByteBuffer pass(SSLEngine from, SSLEngine to, ByteBuffer message, ByteBuffer record, boolean isNative) {
        ByteBuffer clear = buffers.clear;
        try {
            clear.clear();
            record.clear();
            from.wrap(message, record);
            record.flip();
            if (isNative) {
                copyThrough(buffers.nativeRecord, record);
            }
            to.unwrap(record, clear);
            clear.flip();
            return clear;
        } catch (SSLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void copyThrough(ByteBuffer other, ByteBuffer record) {
        other.clear();
        other.put(record).flip();
        record.clear();
        record.put(other).flip();
    }

    /** {@return the session of the client} */
    SSLSession session() {
        return client.getSession();
    }
}
