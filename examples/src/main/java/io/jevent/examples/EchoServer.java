package io.jevent.examples;

import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.event.EventBase;
import io.jevent.listener.ConnectionListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * Sends back what it gets. It stops reading while the peer does not read, so its memory is bounded; and it drains, then
 * closes, so that a peer which half-closes gets every byte back.
 */
public final class EchoServer {
    private static final long HIGH_BYTES = 256 * 1024;

    private EchoServer() {}

    /** Listens on the loopback address and the port given, or 9876, until it is interrupted. */
    public static void main(String[] args) throws IOException {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 9876;
        try (EventBase base = EventBase.create()) {
            ConnectionListener listener = listen(base, new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            System.out.println("listening on " + listener.localAddress());
            base.dispatch();
        }
    }

    /** Starts the server on a loop that the caller runs. */
    public static ConnectionListener listen(EventBase base, InetSocketAddress address) throws IOException {
        return ConnectionListener.bind(base, address, (_, socket) -> serve(SocketBufferEvent.create(base, socket)));
    }

    private static void serve(BufferEvent client) {
        client.onRead(EchoServer::echo);
        client.onWrite(BufferEvent::enableReading);
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

    private static void echo(BufferEvent client) {
        client.write(client.input());
        if (client.output().length() > HIGH_BYTES) {
            client.disableReading();
        }
    }
}
