package io.jevent.bufferevent;

import io.jevent.buffer.EvBuffer;
import io.jevent.buffer.Reservation;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/**
 * Makes records of bytes, and bytes of records, with an engine. Does not know who wants them, nor why.
 *
 * <p>Whatever a provider throws leaves as an {@link SSLException}: a connection that cannot be understood any more has to end, and
 * only that one.
 *
 * <p>Records are made and taken apart in an array, and copied from and to the buffers. That is the fast way: the JDK's ciphers work
 * on arrays, and copy what is in native memory piece by piece into arrays of their own, made for the purpose, and back.
 *
 * <p>What the engine says of itself changes only by what is done with it, and asking takes a lock each time. So it is asked after
 * each step, unless that moved data and nothing else, and its answers are kept.
 */
final class TlsRecords {
    private static final ByteBuffer[] NOTHING = {ByteBuffer.allocate(0)};

    /** Most bytes of data in one record. */
    static final int DATA_BYTES = 1 << 14;

    /** Up to so many bytes it is cheaper to copy the data once more than to make views of chunks. */
    private static final int SMALL_BYTES = 2048;

    /** Room for a record, and for the data of a small one: one for each thread, and another where a callback comes back here. */
    private static final class Scratch implements AutoCloseable {
        private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

        private final ByteBuffer record = ByteBuffer.allocate(1 << 15);
        private final ByteBuffer data = ByteBuffer.allocate(SMALL_BYTES);
        private final ByteBuffer[] dataAlone = {data};
        private boolean isTaken;

        static Scratch take() {
            Scratch scratch = OF_THREAD.get();
            if (scratch.isTaken) {
                return new Scratch();
            }
            scratch.isTaken = true;
            return scratch;
        }

        @Override
        public void close() {
            isTaken = false;
        }
    }

    private final SSLEngine sslEngine;
    private HandshakeStatus status = HandshakeStatus.NOT_HANDSHAKING;
    private boolean isInboundDone;
    private boolean isOutboundDone;
    private boolean isTls13;

    TlsRecords(SSLEngine sslEngine) {
        this.sslEngine = sslEngine;
    }

    SSLEngine sslEngine() {
        return sslEngine;
    }

    // ---- what the engine says of itself ----

    /** What it wants next. */
    HandshakeStatus status() {
        return status;
    }

    /** The peer has said that nothing more comes. */
    boolean isInboundDone() {
        return isInboundDone;
    }

    /** We have said that nothing more comes. */
    boolean isOutboundDone() {
        return isOutboundDone;
    }

    @SuppressWarnings("IllegalCatch") // see the class
    private void ask() throws SSLException {
        try {
            status = sslEngine.getHandshakeStatus();
            isInboundDone = sslEngine.isInboundDone();
            isOutboundDone = sslEngine.isOutboundDone();
        } catch (RuntimeException e) {
            throw providerFailure(e);
        }
    }

    private void askUnlessOnlyDataMoved(SSLEngineResult result, int dataBytes) throws SSLException {
        boolean only = dataBytes > 0
                && status == HandshakeStatus.NOT_HANDSHAKING
                && result.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING
                && result.getStatus() == SSLEngineResult.Status.OK;
        if (!only) {
            ask();
        }
    }

    /** Begins the handshake, or one for other keys. */
    @SuppressWarnings("IllegalCatch") // see the class
    void beginHandshake() throws SSLException {
        try {
            sslEngine.beginHandshake();
        } catch (RuntimeException e) {
            throw providerFailure(e);
        }
        ask();
    }

    @SuppressWarnings("IllegalCatch") // see the class
    void closeOutbound() throws SSLException {
        try {
            sslEngine.closeOutbound();
        } catch (RuntimeException e) {
            throw providerFailure(e);
        }
        ask();
    }

    /** What it wanted calculated has been. */
    void noteCalculated() throws SSLException {
        ask();
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
        try (Scratch scratch = Scratch.take()) {
            if (byteCount > SMALL_BYTES) {
                return encrypt(from.peek(byteCount).toArray(ByteBuffer[]::new), scratch.record, into);
            }
            boolean frozen = from.isFrozen(EvBuffer.End.START);
            from.unfreeze(EvBuffer.End.START);
            from.copyOut(0, scratch.data.array(), 0, byteCount);
            if (frozen) {
                from.freeze(EvBuffer.End.START);
            }
            scratch.data.clear().limit(byteCount);
            return encrypt(scratch.dataAlone, scratch.record, into);
        }
    }

    /** Makes one record of the engine's own. */
    SSLEngineResult encryptNothing(EvBuffer into) throws SSLException {
        try (Scratch scratch = Scratch.take()) {
            return encrypt(NOTHING, scratch.record, into);
        }
    }

    private SSLEngineResult encrypt(ByteBuffer[] sources, ByteBuffer record, EvBuffer into) throws SSLException {
        SSLEngineResult result = wrap(sources, record.clear());
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
            askUnlessOnlyDataMoved(result, result.bytesConsumed());
        } catch (RuntimeException e) {
            throw providerFailure(e);
        } catch (SSLException e) {
            ask(); // It may have an alert for the peer.
            throw e;
        }
        if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
            throw new SSLException("a record does not fit into " + record.remaining() + " bytes");
        }
        return result;
    }

    /** Makes bytes of the first record, which is whole and has the length that is given; it is taken off. */
    SSLEngineResult decrypt(EvBuffer from, int length, EvBuffer into) throws SSLException {
        int room = Math.min(length, DATA_BYTES);
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
        try (Scratch scratch = Scratch.take()) {
            from.copyOut(0, scratch.record.array(), 0, length);
            scratch.record.clear().limit(length);
            return room > SMALL_BYTES ? decryptLarge(scratch, from, into, room) : decryptSmall(scratch, from, into);
        } finally {
            if (frozen && !into.isClosed()) {
                into.freeze(EvBuffer.End.END);
            }
        }
    }

    private SSLEngineResult decryptLarge(Scratch scratch, EvBuffer from, EvBuffer into, int room) throws SSLException {
        try (Reservation reserved = into.reserve(room, 2)) {
            SSLEngineResult result = unwrap(scratch.record, reserved.space().toArray(ByteBuffer[]::new));
            from.drain(result.bytesConsumed());
            reserved.commit(result.bytesProduced());
            return result;
        }
    }

    private SSLEngineResult decryptSmall(Scratch scratch, EvBuffer from, EvBuffer into) throws SSLException {
        scratch.data.clear();
        SSLEngineResult result = unwrap(scratch.record, scratch.dataAlone);
        from.drain(result.bytesConsumed());
        if (result.bytesProduced() > 0) {
            into.add(scratch.data.flip());
        }
        return result;
    }

    @SuppressWarnings("IllegalCatch") // see the class
    private SSLEngineResult unwrap(ByteBuffer record, ByteBuffer[] space) throws SSLException {
        try {
            SSLEngineResult result = sslEngine.unwrap(record, space, 0, space.length);
            askUnlessOnlyDataMoved(result, result.bytesProduced());
            return result;
        } catch (RuntimeException e) {
            throw providerFailure(e);
        } catch (SSLException e) {
            ask(); // It may have an alert for the peer.
            throw e;
        }
    }

    static SSLException providerFailure(Throwable thrown) {
        return new SSLException("the TLS provider failed: " + thrown, thrown);
    }
}
