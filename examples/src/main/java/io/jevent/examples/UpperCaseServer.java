package io.jevent.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jevent.buffer.LineEnd;
import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.event.EventBase;
import io.jevent.listener.ConnectionListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** Answers each line with the same line in capitals: a protocol of one's own, small enough to show how to test one. */
public final class UpperCaseServer {
    /** A line that is longer ends its connection. */
    static final int MAX_LINE_BYTES = 1000;

    private UpperCaseServer() {}

    /** Listens on the loopback address and the port given, or 9877, until it is interrupted. */
    public static void main(String[] args) throws IOException {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 9877;
        try (EventBase base = EventBase.create()) {
            ConnectionListener.bind(
                    base,
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                    (_, socket) -> serve(SocketBufferEvent.create(base, socket)));
            base.dispatch();
        }
    }

    /** Serves one connection until the peer has ended. */
    static void serve(BufferEvent client) {
        client.onRead(UpperCaseServer::answer);
        client.onCondition((_, condition) -> {
            switch (condition) {
                case Condition.Eof _ -> client.closeAfterFlush(Duration.ofSeconds(30));
                case Condition.Failed _, Condition.TimedOut _ -> client.close();
                case Condition.Connected _ -> {}
            }
        });
        client.timeouts(Duration.ofMinutes(5), Duration.ofMinutes(5));
        client.enableReading();
    }

    private static void answer(BufferEvent client) {
        for (Optional<String> line = client.input().readLine(LineEnd.LF, UTF_8);
                line.isPresent();
                line = client.input().readLine(LineEnd.LF, UTF_8)) {
            client.output().addUtf8(line.get().toUpperCase(Locale.ROOT) + "\n");
        }
        if (client.input().length() > MAX_LINE_BYTES) {
            client.close();
        }
    }
}
