package io.jevent.examples;

import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.event.Event;
import io.jevent.event.EventBase;
import io.jevent.listener.ConnectionListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * Greets each client and closes once the greeting has been sent. An interrupt ends the program, two seconds later.
 * libevent's sample {@code hello-world}.
 *
 * <p>Better here: a client that had sent something itself gets the greeting, too, and not a reset in its place; one
 * that never reads is given up after a minute.
 */
public final class HelloWorld {
    static final String GREETING = "Hello, World!\n";

    private HelloWorld() {}

    /** Listens on the loopback address and the port given, or 9995. */
    public static void main(String[] args) throws IOException {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 9995;
        try (EventBase base = EventBase.create()) {
            ConnectionListener listener = ConnectionListener.bind(
                    base,
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                    (_, socket) -> greet(SocketBufferEvent.create(base, socket), () -> System.out.println("flushed")));
            Event interrupt = Event.signal(base, "INT", (_, _) -> {
                System.out.println("interrupted, leaving in two seconds");
                base.exit(Duration.ofSeconds(2));
            });
            interrupt.add();
            System.out.println("listening on " + listener.localAddress());
            base.dispatch();
        }
        System.out.println("done");
    }

    /** Writes, waits until that has left, closes. */
    static void greet(BufferEvent client, Runnable onFlushed) {
        client.onWrite(_ -> {
            onFlushed.run();
            client.closeAfterFlush(Duration.ofSeconds(10));
        });
        client.onCondition((_, condition) -> {
            switch (condition) {
                case Condition.Failed _, Condition.TimedOut _ -> client.close();
                case Condition.Connected _, Condition.Eof _ -> {}
            }
        });
        client.timeouts(Duration.ZERO, Duration.ofMinutes(1));
        client.output().addAscii(GREETING);
    }
}
