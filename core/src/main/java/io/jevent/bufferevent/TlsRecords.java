package io.jevent.bufferevent;

import io.jevent.buffer.EvBuffer;
import io.jevent.buffer.Reservation;
import java.nio.ByteBuffer;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;

/**
 * Makes records of bytes, and bytes of records, with an engine. Does not know who wants them, nor why.
 *
 * <p>Whatever a provider throws leaves as an {@link SSLException}: a connection that cannot be understood any more has to end, and
 * only that one.
 */
final class TlsRecords {
    /** Up to so many bytes a record is made elsewhere and copied: room for the largest would cost a chunk for each. */
    private static final int SMALL_BYTES = 2048;

    private static final ByteBuffer[] NOTHING = {ByteBuffer.allocate(0)};

    /** For records that are copied; one for each thread that runs a loop. */
    private static final ThreadLocal<ByteBuffer> SCRATCH = ThreadLocal.withInitial(() -> ByteBuffer.allocate(1 << 15));

    private final SSLEngine sslEngine;

    TlsRecords(SSLEngine sslEngine) {
        this.sslEngine = sslEngine;
    }

    boolean isTls13() {
        return sslEngine.getSession().getProtocol().equals("TLSv1.3");
    }

    /** Makes one record of the first bytes, which stay where they are. */
    SSLEngineResult encrypt(EvBuffer from, int byteCount, EvBuffer into) throws SSLException {
        ByteBuffer[] sources = from.peek(byteCount).toArray(ByteBuffer[]::new);
        return byteCount <= SMALL_BYTES ? encryptAndCopy(sources, into) : encryptInPlace(sources, into);
    }

    /** Makes one record of the engine's own. */
    SSLEngineResult encryptNothing(EvBuffer into) throws SSLException {
        return encryptAndCopy(NOTHING, into);
    }

    private SSLEngineResult encryptAndCopy(ByteBuffer[] sources, EvBuffer into) throws SSLException {
        ByteBuffer scratch = SCRATCH.get();
        scratch.clear();
        SSLEngineResult result = wrap(sources, scratch);
        if (result.bytesProduced() > 0) {
            into.add(scratch.flip());
        }
        return result;
    }

    private SSLEngineResult encryptInPlace(ByteBuffer[] sources, EvBuffer into) throws SSLException {
        try (Reservation reserved = into.reserve(sslEngine.getSession().getPacketBufferSize(), 1)) {
            SSLEngineResult result = wrap(sources, reserved.space().getFirst());
            reserved.commit(result.bytesProduced());
            return result;
        }
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
        boolean frozen = into.isFrozen(EvBuffer.End.END);
        if (frozen) {
            into.unfreeze(EvBuffer.End.END);
        }
        try (Reservation reserved = into.reserve(room, 2)) {
            List<ByteBuffer> space = reserved.space();
            SSLEngineResult result = unwrap(from.pullUp(length), space.toArray(ByteBuffer[]::new));
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
