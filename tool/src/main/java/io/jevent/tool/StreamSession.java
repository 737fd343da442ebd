package io.jevent.tool;

import io.jevent.bufferevent.BufferEvent;

/**
 * One connection coupled with standard input and output: input to the peer, the peer to output, each side waiting for the
 * other, so that neither a fast peer nor a fast pipe fills the memory.
 */
final class StreamSession {
    private static final int PIECE_BYTES = 64 * 1024;

    private final BufferEvent connection;
    private final StdoutPump stdout;
    private final Runnable onDone;
    private Runnable onRoom = () -> {};
    private Runnable onAllPrinted = () -> {};
    private boolean connected = true;
    private boolean stdinEnded;
    private boolean peerEnded;
    private boolean writing;
    private boolean done;
    private long bytesIn;
    private long bytesOut;

    /** Makes a session over a connection; {@code onDone} runs once both directions have ended in order. */
    StreamSession(BufferEvent connection, StdoutPump stdout, Runnable onDone) {
        this.connection = connection;
        this.stdout = stdout;
        this.onDone = onDone;
        connection.onRead(_ -> forward());
        connection.onWrite(_ -> {
            Runnable ready = onRoom;
            onRoom = () -> {};
            ready.run();
        });
    }

    long bytesIn() {
        return bytesIn;
    }

    long bytesOut() {
        return bytesOut;
    }

    /** Sends a piece of standard input; {@code whenSent} runs once the system has taken it. */
    void send(byte[] piece, Runnable whenSent) {
        if (connection.isClosed()) {
            return;
        }
        onRoom = whenSent;
        bytesOut += piece.length;
        connection.write(piece);
    }

    /** The end of standard input is not told before the handshake is over: only then is it known how. */
    void awaitConnected() {
        connected = false;
    }

    void onConnected() {
        connected = true;
        if (stdinEnded) {
            endOutput();
        }
    }

    void onStdinEnd() {
        stdinEnded = true;
        if (connected && !connection.isClosed()) {
            endOutput();
        }
        checkDone();
    }

    private void endOutput() {
        try {
            connection.shutdownOutput();
        } catch (UnsupportedOperationException _) {
            System.err.println("stdin has ended; on TLS 1.2 that cannot be told, waiting for the peer to end");
        }
    }

    void onPeerEnd() {
        peerEnded = true;
        checkDone();
    }

    /** The connection is gone: whoever waits to send more need not wait any longer. */
    void onLost() {
        Runnable ready = onRoom;
        onRoom = () -> {};
        ready.run();
    }

    /** Runs something once all that has arrived is printed. */
    void whenAllPrinted(Runnable next) {
        if (hasPrintedAll()) {
            next.run();
        } else {
            onAllPrinted = next;
            forward();
        }
    }

    /** Whether all that the peer sent has been printed. */
    boolean hasPrintedAll() {
        return !writing && connection.input().isEmpty();
    }

    private void forward() {
        if (writing || connection.isClosed()) {
            return;
        }
        int count = (int) Math.min(connection.input().length(), PIECE_BYTES);
        if (count == 0) {
            Runnable next = onAllPrinted;
            onAllPrinted = () -> {};
            next.run();
            checkDone();
            return;
        }
        byte[] piece = new byte[count];
        connection.read(piece, 0, count);
        bytesIn += count;
        writing = true;
        if (!peerEnded) {
            connection.disableReading();
        }
        stdout.write(piece, this::onPrinted);
    }

    private void onPrinted() {
        writing = false;
        if (connection.isClosed()) {
            return;
        }
        connection.enableReading();
        forward();
    }

    private void checkDone() {
        boolean nothingUnsent = connection.isClosed() || connection.output().isEmpty();
        if (!done && stdinEnded && peerEnded && hasPrintedAll() && nothingUnsent) {
            done = true;
            onDone.run();
        }
    }
}
