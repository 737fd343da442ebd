package io.jevent.bufferevent;

import io.jevent.buffer.EvBuffer;
import io.jevent.buffer.Reservation;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;

/**
 * Makes records of bytes, and bytes of records, with an engine. Does not know who wants them, nor why.
 *
 * <p>Whatever a provider throws leaves as an {@link SSLException}: a connection that cannot be understood any more has to end, and
 * only that one.
 *
 * <p>Records are made and taken apart in an array, and copied from and to the buffers. That is the fast way: the JDK's ciphers work
 * on arrays, and copy what is in native memory piece by piece into arrays of their own, made for the purpose, and back.
 */
final class TlsRecords {
    private static final ByteBuffer[] NOTHING = {ByteBuffer.allocate(0)};

    /** One for each thread that runs a loop. */
    private static final ThreadLocal<byte[]> SCRATCH = ThreadLocal.withInitial(() -> new byte[1 << 15]);

    private final SSLEngine sslEngine;
    private boolean isTls13;

    TlsRecords(SSLEngine sslEngine) {
        this.sslEngine = sslEngine;
    }

    /** The handshake is over, so the version stands. */
    void noteVersion() {
        isTls13 = sslEngine.getSession().getProtocol().equals("TLSv1.3");
    }

    boolean isTls13() {
        return isTls13;
    }

    /** Makes one record of the first bytes, which stay where they are. */
    SSLEngineResult encrypt(EvBuffer from, int byteCount, EvBuffer into) throws SSLException {
        return encrypt(from.peek(byteCount).toArray(ByteBuffer[]::new), into);
    }

    /** Makes one record of the engine's own. */
    SSLEngineResult encryptNothing(EvBuffer into) throws SSLException {
        return encrypt(NOTHING, into);
    }

    private SSLEngineResult encrypt(ByteBuffer[] sources, EvBuffer into) throws SSLException {
        ByteBuffer record = ByteBuffer.wrap(SCRATCH.get());
        SSLEngineResult result = wrap(sources, record);
        if (result.bytesProduced() > 0) {
            into.add(record.flip());
        }
        return result;
    }

    @SuppressWarnings("IllegalCatch") // see the class
    private SSLEngineResult wrap(ByteBuffer[] sources, ByteBuffer record) throws SSLException {
        SSLEngineResult result;
        try {
            result = sslEngine.wrap(sources, 0, sources.length, record);
        } catch (RuntimeException e) {
            throw providerFailure(e);
        }
        if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
            throw new SSLException("a record does not fit into " + record.remaining() + " bytes");
        }
        return result;
    }

    /** Makes bytes of the first record, which is whole and has the length that is given; it is taken off. */
    SSLEngineResult decrypt(EvBuffer from, int length, EvBuffer into) throws SSLException {
        int room = length;
        while (true) {
            SSLEngineResult result = decrypt(from, length, into, room);
            if (result.getStatus() != SSLEngineResult.Status.BUFFER_OVERFLOW) {
                return result;
            }
            int larger = sslEngine.getSession().getApplicationBufferSize();
            if (room >= larger) {
                throw new SSLException("a record of " + length + " bytes does not fit into " + room);
            }
            room = larger;
        }
    }

    private SSLEngineResult decrypt(EvBuffer from, int length, EvBuffer into, int room) throws SSLException {
        byte[] scratch = SCRATCH.get();
        from.copyOut(0, scratch, 0, length);
        ByteBuffer record = ByteBuffer.wrap(scratch, 0, length);
        boolean frozen = into.isFrozen(EvBuffer.End.END);
        if (frozen) {
            into.unfreeze(EvBuffer.End.END);
        }
        try (Reservation reserved = into.reserve(room, 2)) {
            SSLEngineResult result = unwrap(record, reserved.space().toArray(ByteBuffer[]::new));
            if (result.bytesConsumed() > 0) {
                from.drain(result.bytesConsumed());
            }
            reserved.commit(result.bytesProduced());
            return result;
        } finally {
            if (frozen && !into.isClosed()) {
                into.freeze(EvBuffer.End.END);
            }
        }
    }

    @SuppressWarnings("IllegalCatch") // see the class
    private SSLEngineResult unwrap(ByteBuffer record, ByteBuffer[] space) throws SSLException {
        try {
            return sslEngine.unwrap(record, space, 0, space.length);
        } catch (RuntimeException e) {
            throw providerFailure(e);
        }
    }

    static SSLException providerFailure(Throwable thrown) {
        return new SSLException("the TLS provider failed: " + thrown, thrown);
    }
}
