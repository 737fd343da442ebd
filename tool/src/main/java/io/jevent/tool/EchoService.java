package io.jevent.tool;

import io.jevent.backend.AcceptedSocket;
import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.Condition;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;

/** Sends back what comes: stops reading while the peer does not read, and drains before it closes. */
final class EchoService {
    /** Beyond this much unsent, the peer has to read before it is read. */
    private static final long HIGH_BYTES = 256 * 1024;

    private static final Duration DRAIN_DEADLINE = Duration.ofSeconds(60);

    private final Function<AcceptedSocket, BufferEvent> opener;
    private final Consumer<String> complaints;
    private final Runnable onEnded;
    private long byteCount;
    private long failureCount;

    /**
     * Makes a service.
     *
     * @param opener what to serve of a socket: itself, or what stands on it
     * @param complaints takes a line for each connection that failed
     * @param onEnded runs once for each connection that has ended
     */
    EchoService(Function<AcceptedSocket, BufferEvent> opener, Consumer<String> complaints, Runnable onEnded) {
        this.opener = opener;
        this.complaints = complaints;
        this.onEnded = onEnded;
    }

    long byteCount() {
        return byteCount;
    }

    long failureCount() {
        return failureCount;
    }

    void serve(AcceptedSocket socket) {
        new Client(Words.of(socket.remoteAddress()), opener.apply(socket));
    }

    /** One connection. */
    private final class Client {
        private final String peer;
        private final BufferEvent connection;
        private boolean inputEnded;

        Client(String peer, BufferEvent connection) {
            this.peer = peer;
            this.connection = connection;
            connection.onRead(_ -> echo());
            connection.onWrite(_ -> afterWrite());
            connection.onCondition((_, condition) -> onCondition(condition));
            connection.enableReading();
        }

        private void echo() {
            byteCount += connection.input().length();
            connection.write(connection.input());
            if (connection.output().length() > HIGH_BYTES) {
                connection.disableReading();
            }
        }

        private void afterWrite() {
            if (inputEnded) {
                finish();
            } else {
                connection.enableReading();
            }
        }

        private void onCondition(Condition condition) {
            switch (condition) {
                case Condition.Eof _ -> {
                    inputEnded = true;
                    if (connection.output().isEmpty()) {
                        finish();
                    }
                }
                case Condition.Failed failed -> {
                    complaints.accept(peer + ": " + TlsWords.of(failed.cause()));
                    failureCount++;
                    connection.close();
                    onEnded.run();
                }
                case Condition.Connected _ -> {} // The handshake has ended.
                case Condition.TimedOut _ -> throw new AssertionError(condition);
            }
        }

        private void finish() {
            connection.closeAfterFlush(DRAIN_DEADLINE);
            onEnded.run();
        }
    }
}
