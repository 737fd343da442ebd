package io.jevent.benchmarks.network;

import io.jevent.event.EventBase;
import io.jevent.examples.EchoServer;
import io.jevent.listener.ConnectionListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;

/** The README's {@link EchoServer}, as it is, on a free port. {@code -Djevent.backend} chooses the backend. */
public final class JeventEcho {
    private JeventEcho() {}

    /** Prints its port and serves until it is ended. */
    public static void main(String[] args) throws IOException {
        try (EventBase base = EventBase.create()) {
            ConnectionListener listener =
                    EchoServer.listen(base, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            System.out.println(((InetSocketAddress) listener.localAddress()).getPort());
            System.err.println(base.backend());
            Probe.startIfAsked(() ->
                    CompletableFuture.supplyAsync(base::bufferBytesInUse, base).join());
            base.dispatch();
        }
    }
}
