package io.jevent.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jevent.buffer.EvBuffer;
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
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Passes each line of a member on to all the others; {@code /name} renames, {@code /quit} leaves. libevent's sample
 * {@code ws-chat-server}, over plain lines.
 *
 * <p>Better here: a member that does not read holds up nobody and costs a bounded amount of memory. It misses
 * messages, and is told how many once it reads again; after a minute without reading anything it is dropped.
 */
public final class ChatServer {
    static final int MAX_LINE_BYTES = 1000;

    private final EventBase base;
    private final Set<Member> members = new LinkedHashSet<>();
    private int joinedCount;

    ChatServer(EventBase base) {
        this.base = base;
    }

    /** Listens on the loopback address and the port given, or 9883, until it is interrupted. */
    public static void main(String[] args) throws IOException {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 9883;
        try (EventBase base = EventBase.create()) {
            ChatServer server = new ChatServer(base);
            ConnectionListener listener = ConnectionListener.bind(
                    base,
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                    (_, socket) -> server.join(SocketBufferEvent.create(base, socket)));
            System.out.println("listening on " + listener.localAddress());
            base.dispatch();
        }
    }

    /** Adds a member. */
    void join(BufferEvent connection) {
        joinedCount++;
        Member member = new Member(connection, "guest" + joinedCount);
        members.add(member);
        connection.onRead(_ -> member.onLines());
        connection.onWritable(_ -> member.onWritable());
        connection.onCondition((_, condition) -> {
            switch (condition) {
                case Condition.Eof _ -> leave(member);
                case Condition.Failed _, Condition.TimedOut _ -> {
                    leave(member);
                    connection.close();
                }
                case Condition.Connected _ -> {}
            }
        });
        connection.timeouts(Duration.ZERO, Duration.ofMinutes(1));
        connection.enableReading();
        say(member.name + " has joined");
    }

    private void leave(Member member) {
        if (members.remove(member)) {
            member.connection.closeAfterFlush(Duration.ofSeconds(10));
            say(member.name + " has left");
        }
    }

    /** The line lies in memory once; each output shows it. */
    private void say(String line) {
        try (EvBuffer message = base.newBuffer()) {
            message.addUtf8(line + "\n");
            members.forEach(member -> member.hear(message));
        }
    }

    /** Somebody with a connection. */
    private final class Member {
        final BufferEvent connection;
        private String name;
        private long missedCount;

        Member(BufferEvent connection, String name) {
            this.connection = connection;
            this.name = name;
        }

        void onLines() {
            while (!connection.isClosed()) {
                Optional<String> line = connection.input().readLine(LineEnd.CRLF, UTF_8);
                if (line.isEmpty()) {
                    break;
                }
                onLine(line.get());
            }
            if (!connection.isClosed() && connection.input().length() > MAX_LINE_BYTES) {
                connection.output().addAscii("that line is too long\n");
                leave(this);
            }
        }

        private void onLine(String line) {
            if (line.equals("/quit")) {
                leave(this);
            } else if (line.startsWith("/name ")) {
                String before = name;
                name = line.substring("/name ".length()).strip();
                say(before + " is now " + name);
            } else {
                say(name + ": " + line);
            }
        }

        void hear(EvBuffer message) {
            if (connection.isWritable()) {
                connection.output().addBufferReference(message);
            } else {
                missedCount++;
            }
        }

        void onWritable() {
            if (missedCount > 0) {
                connection.output().addAscii("(you have missed " + missedCount + ")\n");
                missedCount = 0;
            }
        }
    }
}
