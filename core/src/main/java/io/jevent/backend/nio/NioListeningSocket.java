package io.jevent.backend.nio;

import io.jevent.backend.AcceptedSocket;
import io.jevent.backend.readiness.ListeningSocket;
import io.jevent.backend.readiness.ReadinessKey;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SelectableChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A server socket channel. */
final class NioListeningSocket implements ListeningSocket {
    private final ChannelPoller poller;
    private final ServerSocketChannel channel;
    private final ReadinessKey key;
    private final SocketAddress localAddress;
    private final ChannelPoller.NeedsDescriptor<SocketChannel> accept = new ChannelPoller.NeedsDescriptor<>() {
        @Override
        public SocketChannel open() throws IOException {
            return channel.accept();
        }
    };

    NioListeningSocket(ChannelPoller poller, ServerSocketChannel channel) throws IOException {
        this.poller = poller;
        this.channel = channel;
        this.localAddress = channel.getLocalAddress();
        this.key = poller.keyOf(channel);
    }

    @Override
    public SocketAddress localAddress() {
        return localAddress;
    }

    @Override
    public Optional<SelectableChannel> channel() {
        return Optional.of(channel);
    }

    @Override
    public ReadinessKey key() {
        return key;
    }

    @Override
    public @Nullable AcceptedSocket accept() throws IOException {
        while (true) {
            SocketChannel accepted = poller.withDescriptor(accept);
            if (accepted == null) {
                return null;
            }
            if (prepare(accepted)) {
                return new NioAcceptedSocket(accepted);
            }
        }
    }

    /** Returns false, and closes, if the peer is gone already. */
    private boolean prepare(SocketChannel accepted) {
        try {
            accepted.configureBlocking(false);
            NioStreamSocket.withoutDelay(accepted, localAddress);
            return true;
        } catch (IOException _) {
            ChannelPoller.closeQuietly(accepted);
            return false;
        }
    }

    @Override
    public void close() {
        poller.closeAndFree(channel);
    }
}
