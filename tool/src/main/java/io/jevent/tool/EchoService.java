package io.jevent.tool;

import io.jevent.backend.AcceptedSocket;
import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.event.EventBase;
import java.time.Duration;

/** Sends back what comes: stops reading while the peer does not read, and drains before it closes. */
final class EchoService {
    /** Beyond this much unsent, the peer has to read before it is read. */
    private static final long HIGH_BYTES = 256 * 1024;

    private static final Duration DRAIN_DEADLINE = Duration.ofSeconds(60);

    private final EventBase base;
    private final ConnectionOptions options;
    private final Runnable onEnded;
    private long byteCount;
    private long failureCount;

    /** Makes a service; {@code onEnded} runs once for each connection that has ended. */
    EchoService(EventBase base, ConnectionOptions options, Runnable onEnded) {
        this.base = base;
        this.options = options;
        this.onEnded = onEnded;
    }

    long byteCount() {
        return byteCount;
    }

    long failureCount() {
        return failureCount;
    }

    void serve(AcceptedSocket socket) {
        String label = Words.of(socket.remoteAddress()) + " ";
        new Client(options.applyTo(SocketBufferEvent.create(base, socket), label));
    }

    /** One connection. */
    private final class Client {
        private final BufferEvent connection;
        private boolean inputEnded;

        Client(BufferEvent connection) {
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
                case Condition.Failed _ -> {
                    failureCount++;
                    connection.close();
                    onEnded.run();
                }
                case Condition.Connected _, Condition.TimedOut _ -> throw new AssertionError(condition);
            }
        }

        private void finish() {
            connection.closeAfterFlush(DRAIN_DEADLINE);
            onEnded.run();
        }
    }
}
