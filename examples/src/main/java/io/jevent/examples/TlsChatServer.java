package io.jevent.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jevent.buffer.LineEnd;
import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.TlsBufferEvent;
import io.jevent.event.EventBase;
import io.jevent.listener.ConnectionListener;
import io.jevent.tls.TlsContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Passes each line of a member on to all the others, over TLS; the book's {@code R6a_ssl_server} has one member and no
 * condition callback. Whoever does not read misses what does not fit, and whoever reads nothing for a minute is dropped.
 */
public final class TlsChatServer {
    private static final int MAX_LINE_BYTES = 1000;
    private final Set<BufferEvent> members = new LinkedHashSet<>();

    TlsChatServer() {}

    /** Listens on the loopback address and port 9884 until it is interrupted, with the certificate and the key given. */
    public static void main(String[] args) throws IOException {
        TlsContext context = TlsContext.builder()
                .certificate(Path.of(args[0]), Path.of(args[1]))
                .build();
        TlsChatServer server = new TlsChatServer();
        try (EventBase base = EventBase.create()) {
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 9884);
            ConnectionListener.bind(
                    base, address, (_, socket) -> server.join(TlsBufferEvent.accept(base, socket, context)));
            System.out.println("listening on " + address);
            base.dispatch();
        }
    }

    /** Adds a member. */
    void join(BufferEvent member) {
        member.onRead(this::passOn);
        member.onCondition((_, condition) -> {
            switch (condition) {
                case Condition.Connected _ -> members.add(member);
                case Condition.Eof _, Condition.Failed _, Condition.TimedOut _ -> leave(member);
            }
        });
        member.timeouts(Duration.ZERO, Duration.ofMinutes(1));
        member.enableReading();
    }

    private void leave(BufferEvent member) {
        members.remove(member);
        member.closeAfterFlush(Duration.ofSeconds(10));
    }

    private void passOn(BufferEvent from) {
        Optional<String> line = from.input().readLine(LineEnd.CRLF, UTF_8);
        while (line.isPresent()) {
            for (BufferEvent member : members) {
                if (member != from && member.isWritable()) {
                    member.output().addUtf8(line.get() + "\n");
                }
            }
            line = from.input().readLine(LineEnd.CRLF, UTF_8);
        }
        if (from.input().length() > MAX_LINE_BYTES) {
            leave(from);
        }
    }
}
