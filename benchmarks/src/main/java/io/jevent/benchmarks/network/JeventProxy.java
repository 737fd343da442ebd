package io.jevent.benchmarks.network;

import io.jevent.event.EventBase;
import io.jevent.examples.TcpProxy;
import io.jevent.listener.ConnectionListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;

/** The example {@link TcpProxy}, as it is, on a free port. {@code -Djevent.backend} chooses the backend. */
public final class JeventProxy {
    private JeventProxy() {}

    /**
     * Prints its port and serves until it is ended.
     *
     * @param args the port of the server
     */
    public static void main(String[] args) throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (EventBase base = EventBase.create()) {
            ConnectionListener listener = TcpProxy.listen(
                    base,
                    new InetSocketAddress(loopback, 0),
                    new InetSocketAddress(loopback, Integer.parseInt(args[0])));
            System.out.println(((InetSocketAddress) listener.localAddress()).getPort());
            System.err.println(base.backend());
            Probe.startIfAsked(() ->
                    CompletableFuture.supplyAsync(base::bufferBytesInUse, base).join());
            base.dispatch();
        }
    }
}
