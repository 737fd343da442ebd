package io.jevent.backend.nio;

import io.jevent.backend.AcceptedSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import java.util.Optional;

/** An accepted channel that is registered nowhere yet. */
final class NioAcceptedSocket implements AcceptedSocket {
    private final SocketChannel channel;
    private boolean adopted;

    NioAcceptedSocket(SocketChannel channel) {
        this.channel = channel;
    }

    SocketChannel adopt() {
        checkWaiting();
        adopted = true;
        return channel;
    }

    private void checkWaiting() {
        if (adopted || !channel.isOpen()) {
            throw new IllegalStateException("need a socket that is open and not adopted, got " + this);
        }
    }

    @Override
    public SocketAddress remoteAddress() {
        checkWaiting();
        try {
            return channel.getRemoteAddress();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public SocketAddress localAddress() {
        checkWaiting();
        try {
            return channel.getLocalAddress();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Optional<SelectableChannel> channel() {
        return Optional.of(channel);
    }

    @Override
    public boolean isAdopted() {
        return adopted;
    }

    @Override
    public void close() {
        if (!adopted) {
            ChannelPoller.closeQuietly(channel);
        }
    }

    @Override
    public String toString() {
        return "AcceptedSocket[" + channel + (adopted ? ", adopted]" : "]");
    }
}
