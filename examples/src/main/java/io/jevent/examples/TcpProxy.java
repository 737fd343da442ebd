package io.jevent.examples;

import io.jevent.backend.AcceptedSocket;
import io.jevent.bufferevent.Relay;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.event.EventBase;
import io.jevent.listener.ConnectionListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;

/** Passes every connection on to one server, both ways. A side that does not read is not written to, so memory is bounded. */
public final class TcpProxy {
    private static final Duration IDLE = Duration.ofMinutes(5);
    private static final Duration LAST_BYTES = Duration.ofSeconds(30);

    private TcpProxy() {}

    /** Listens on the loopback address and the first port given, or 9878, for the second there, or 9876. */
    public static void main(String[] args) throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 9878;
        int serverPort = args.length > 1 ? Integer.parseInt(args[1]) : 9876;
        try (EventBase base = EventBase.create()) {
            ConnectionListener listener =
                    listen(base, new InetSocketAddress(loopback, port), new InetSocketAddress(loopback, serverPort));
            System.out.println("listening on " + listener.localAddress());
            base.dispatch();
        }
    }

    /** Starts the proxy on a loop that the caller runs. */
    public static ConnectionListener listen(EventBase base, InetSocketAddress address, InetSocketAddress server)
            throws IOException {
        return ConnectionListener.bind(base, address, (_, socket) -> serve(base, socket, server));
    }

    private static void serve(EventBase base, AcceptedSocket socket, InetSocketAddress address) {
        SocketBufferEvent client = SocketBufferEvent.create(base, socket);
        SocketBufferEvent server = SocketBufferEvent.create(base);
        client.timeouts(IDLE, IDLE);
        server.timeouts(IDLE, IDLE);
        Relay relay = Relay.between(client, server, LAST_BYTES, (_, _) -> {});
        try {
            server.connect(address);
        } catch (UncheckedIOException e) {
            relay.close(); // No descriptor is left for it.
        }
    }
}
