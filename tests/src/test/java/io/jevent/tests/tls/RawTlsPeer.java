package io.jevent.tests.tls;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/** The other end of TLS, without a connection: it gives the records that it would send, for a test to do with as it likes. */
final class RawTlsPeer {
    private static final int LARGEST_BYTES = 1 << 15;
    private static final int HEADER_BYTES = 5;

    private final SSLEngine engine;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private byte[] unread = {};

    RawTlsPeer(SSLEngine engine) {
        this.engine = engine;
    }

    /** What a client says first; nothing, of a server. */
    List<byte[]> begin() throws SSLException {
        engine.beginHandshake();
        return toSend();
    }

    /** Takes what has come, and gives what it sends for that. */
    List<byte[]> take(byte[] wire) throws SSLException {
        byte[] all = Arrays.copyOf(unread, unread.length + wire.length);
        System.arraycopy(wire, 0, all, unread.length, wire.length);
        ByteBuffer from = ByteBuffer.wrap(all);
        ByteBuffer into = ByteBuffer.allocate(LARGEST_BYTES);
        List<byte[]> records = new ArrayList<>();
        SSLEngineResult result;
        do {
            records.addAll(toSend());
            result = engine.unwrap(from, into);
            received.write(into.array(), 0, into.position());
            into.clear();
            records.addAll(toSend());
        } while (result.getStatus() == SSLEngineResult.Status.OK && result.bytesConsumed() > 0 && from.hasRemaining());
        unread = Arrays.copyOfRange(all, from.position(), all.length);
        return records;
    }

    private List<byte[]> toSend() throws SSLException {
        List<byte[]> records = new ArrayList<>();
        while (true) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> {
                    for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                        task.run();
                    }
                }
                case NEED_WRAP -> {
                    byte[] record = wrap(new byte[0], 0, 0);
                    if (record.length == 0) {
                        return records;
                    }
                    records.add(record);
                }
                default -> {
                    return records;
                }
            }
        }
    }

    private byte[] wrap(byte[] data, int offset, int length) throws SSLException {
        ByteBuffer into = ByteBuffer.allocate(LARGEST_BYTES);
        SSLEngineResult result = engine.wrap(ByteBuffer.wrap(data, offset, length), into);
        sent.write(data, offset, result.bytesConsumed());
        return Arrays.copyOf(into.array(), into.position());
    }

    boolean hasShakenHands() {
        return engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING
                && !engine.getSession().getProtocol().equals("NONE");
    }

    boolean isTls13() {
        return engine.getSession().getProtocol().equals("TLSv1.3");
    }

    /** Bytes of the program's, in one record. */
    byte[] data(byte[] bytes, int offset, int length) throws SSLException {
        return wrap(bytes, offset, length);
    }

    /** Asks for other keys on TLS 1.3, for another handshake on TLS 1.2. */
    List<byte[]> beginAgain() throws SSLException {
        return begin();
    }

    List<byte[]> closeNotify() throws SSLException {
        engine.closeOutbound();
        return toSend();
    }

    /** What was read of the program's bytes. */
    byte[] received() {
        return received.toByteArray();
    }

    /** What went into records of the program's bytes. */
    byte[] sent() {
        return sent.toByteArray();
    }

    // ---- by hand ----

    static byte[] record(int kind, byte... content) {
        byte[] record = new byte[HEADER_BYTES + content.length];
        record[0] = (byte) kind;
        record[1] = 3;
        record[2] = 3;
        record[3] = (byte) (content.length >> 8);
        record[4] = (byte) content.length;
        System.arraycopy(content, 0, record, HEADER_BYTES, content.length);
        return record;
    }

    /** The same content in records of at most so many bytes; only what is not encrypted may be cut so. */
    static List<byte[]> fragments(byte[] record, int mostBytes) {
        List<byte[]> fragments = new ArrayList<>();
        for (int from = HEADER_BYTES; from < record.length; from += mostBytes) {
            byte[] fragment =
                    record(record[0], Arrays.copyOfRange(record, from, Math.min(from + mostBytes, record.length)));
            fragment[2] = record[2];
            fragments.add(fragment);
        }
        return fragments;
    }

    static byte[] joined(List<byte[]> records) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        records.forEach(all::writeBytes);
        return all.toByteArray();
    }
}
