package io.jevent.examples;

import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.event.EventBase;
import io.jevent.listener.ConnectionListener;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * Sends the Fibonacci numbers, a line each, as fast as the client reads and no faster. The book's generator that a
 * write callback refills (R6).
 *
 * <p>Better here: it asks whether the output has room instead of counting bytes, is told when it has again, and comes
 * to an end. Numbers are as long as they have to be.
 */
public final class FibonacciServer {
    private final BufferEvent client;
    private int left;
    private BigInteger present = BigInteger.ZERO;
    private BigInteger next = BigInteger.ONE;

    private FibonacciServer(BufferEvent client, int count) {
        this.client = client;
        this.left = count;
    }

    /** Listens on the loopback address and the port given, or 9878, and sends 10,000 numbers or as many as given. */
    public static void main(String[] args) throws IOException {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 9878;
        int count = args.length > 1 ? Integer.parseInt(args[1]) : 10_000;
        try (EventBase base = EventBase.create()) {
            ConnectionListener listener = ConnectionListener.bind(
                    base,
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                    (_, socket) -> serve(SocketBufferEvent.create(base, socket), count));
            System.out.println("listening on " + listener.localAddress());
            base.dispatch();
        }
    }

    /** Sends so many numbers over one connection and ends it. */
    static void serve(BufferEvent client, int count) {
        FibonacciServer server = new FibonacciServer(client, count);
        client.onRead(_ -> client.input().drain(Long.MAX_VALUE));
        client.onWritable(_ -> server.fill());
        client.onCondition((_, condition) -> {
            switch (condition) {
                case Condition.Failed _, Condition.TimedOut _ -> client.close();
                case Condition.Connected _, Condition.Eof _ -> {} // A client may end its side and go on reading.
            }
        });
        client.timeouts(Duration.ZERO, Duration.ofMinutes(1));
        client.enableReading(); // Nothing is expected, but so it is noticed that the client has gone.
        server.fill();
    }

    private void fill() {
        while (left > 0 && client.isWritable()) {
            client.output().addAscii(present + "\n");
            BigInteger sum = present.add(next);
            present = next;
            next = sum;
            left--;
        }
        if (left == 0) {
            client.onWrite(_ -> client.closeAfterFlush(Duration.ofSeconds(10)));
            client.shutdownOutput();
        }
    }
}
