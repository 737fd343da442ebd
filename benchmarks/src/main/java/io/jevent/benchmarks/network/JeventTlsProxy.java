package io.jevent.benchmarks.network;

import io.jevent.backend.AcceptedSocket;
import io.jevent.bufferevent.Relay;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.bufferevent.TlsBufferEvent;
import io.jevent.event.EventBase;
import io.jevent.examples.TcpProxy;
import io.jevent.listener.ConnectionListener;
import io.jevent.tls.TlsContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** The example {@link TcpProxy} with TLS on the side of the clients. {@code -Djevent.backend} chooses the backend. */
public final class JeventTlsProxy {
    private static final Duration IDLE = Duration.ofMinutes(5);
    private static final Duration LAST_BYTES = Duration.ofSeconds(30);

    private JeventTlsProxy() {}

    /**
     * Prints its port and serves until it is ended.
     *
     * @param args where handshakes calculate ({@code threads}, which is the default of the library, or {@code loop}), the
     *     port of the server, and files of the certificate and its key
     */
    public static void main(String[] args) throws IOException {
        TlsContext.Builder settings = TlsContext.builder().certificate(Path.of(args[2]), Path.of(args[3]));
        if (args[0].equals("loop")) {
            settings.taskExecutor(Runnable::run);
        }
        TlsContext context = settings.build();
        InetAddress loopback = InetAddress.getLoopbackAddress();
        InetSocketAddress server = new InetSocketAddress(loopback, Integer.parseInt(args[1]));
        try (EventBase base = EventBase.create()) {
            ConnectionListener listener = ConnectionListener.bind(
                    base, new InetSocketAddress(loopback, 0), (_, socket) -> serve(base, socket, context, server));
            System.out.println(((InetSocketAddress) listener.localAddress()).getPort());
            System.err.println(base.backend());
            Probe.startIfAsked(() ->
                    CompletableFuture.supplyAsync(base::bufferBytesInUse, base).join());
            base.dispatch();
        }
    }

    private static void serve(EventBase base, AcceptedSocket socket, TlsContext context, InetSocketAddress address) {
        TlsBufferEvent client = TlsBufferEvent.accept(base, socket, context);
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
