package io.jevent.event;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * Two stream sockets that are connected to each other, over loopback: for talking to another thread, or for tests.
 *
 * <p>Nobody else gets in between: of what connects to the passing listener, only the end made here is taken.
 *
 * <p>Threading: immutable; the channels are any thread's.
 *
 * @param first one end, blocking
 * @param second the other end, blocking
 * @see "libevent evutil_socketpair()"
 */
public record SocketPair(SocketChannel first, SocketChannel second) implements AutoCloseable {
    /**
     * {@return a new pair}
     *
     * @throws IOException if the system refuses, for instance for want of descriptors
     */
    public static SocketPair open() throws IOException {
        try (ServerSocketChannel listener = ServerSocketChannel.open()) {
            listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
            SocketChannel first = SocketChannel.open();
            boolean success = false;
            try {
                first.connect(listener.getLocalAddress());
                SocketChannel second = acceptFrom(listener, first);
                first.setOption(StandardSocketOptions.TCP_NODELAY, true);
                second.setOption(StandardSocketOptions.TCP_NODELAY, true);
                success = true;
                return new SocketPair(first, second);
            } finally {
                if (!success) {
                    first.close();
                }
            }
        }
    }

    private static SocketChannel acceptFrom(ServerSocketChannel listener, SocketChannel peer) throws IOException {
        while (true) {
            SocketChannel accepted = listener.accept();
            if (accepted.getRemoteAddress().equals(peer.getLocalAddress())) {
                return accepted;
            }
            accepted.close();
        }
    }

    /**
     * Closes both ends.
     *
     * @throws IOException if one cannot be closed
     */
    @Override
    public void close() throws IOException {
        try (first;
                second) {
            // Closing is all there is to do.
        }
    }
}
