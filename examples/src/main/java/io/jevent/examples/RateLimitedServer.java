package io.jevent.examples;

import io.jevent.backend.Direction;
import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.bufferevent.TokenBucketConfig;
import io.jevent.bufferevent.Watermark;
import io.jevent.event.EventBase;
import io.jevent.listener.ConnectionListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * Sends back what it gets, at so many bytes a second for each client. The book has only fragments on limiting one
 * connection (R6a).
 *
 * <p>Better here: the limit is one immutable value for all clients, whose lifetime is nobody's business; what a
 * client sends too fast waits at the client, since a paused connection is not read. The last bytes leave at their
 * rate, however long that takes, before the connection is closed.
 */
public final class RateLimitedServer {
    private static final Watermark INPUT = new Watermark(0, 64 * 1024);

    private RateLimitedServer() {}

    /**
     * Listens on the loopback address and the port given, or 9880, and gives a client 10,000 bytes a second or as
     * given.
     */
    public static void main(String[] args) throws IOException {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 9880;
        TokenBucketConfig limit =
                TokenBucketConfig.ofBytesPerSecond(args.length > 1 ? Long.parseLong(args[1]) : 10_000);
        try (EventBase base = EventBase.create()) {
            ConnectionListener listener = ConnectionListener.bind(
                    base,
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                    (_, socket) -> serve(SocketBufferEvent.create(base, socket), limit));
            System.out.println("listening on " + listener.localAddress());
            base.dispatch();
        }
    }

    /** Serves one connection until the peer has ended. */
    static void serve(BufferEvent client, TokenBucketConfig limit) {
        client.rateLimits().limit(limit);
        client.inputWatermark(INPUT);
        client.onRead(RateLimitedServer::echo);
        client.onWritable(RateLimitedServer::echo);
        client.onCondition((_, condition) -> {
            switch (condition) {
                case Condition.Eof _ -> finish(client);
                case Condition.Failed _, Condition.TimedOut _ -> client.close();
                case Condition.Connected _ -> {}
            }
        });
        client.timeouts(Duration.ofMinutes(5), Duration.ofMinutes(1)); // A pause for want of tokens does not count.
        client.enableReading();
    }

    private static void echo(BufferEvent client) {
        if (client.isWritable()) {
            client.write(client.input());
        }
    }

    /**
     * A deadline for all of it, as {@code closeAfterFlush} has one, would be wrong where the rate decides how long it
     * takes.
     */
    private static void finish(BufferEvent client) {
        client.write(client.input());
        client.onWrite(BufferEvent::close);
        client.trigger(Direction.WRITING); // Or all is sent already.
    }
}
