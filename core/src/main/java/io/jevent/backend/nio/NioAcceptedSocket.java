package io.jevent.backend.nio;

import io.jevent.backend.AbstractAcceptedSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import java.util.Optional;

/** An accepted channel that is registered nowhere yet. */
final class NioAcceptedSocket extends AbstractAcceptedSocket {
    private final SocketChannel channel;

    NioAcceptedSocket(SocketChannel channel) {
        this.channel = channel;
    }

    SocketChannel adopt() {
        markAdopted();
        return channel;
    }

    @Override
    protected boolean isOpenBelow() {
        return channel.isOpen();
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
    protected void doClose() {
        ChannelPoller.closeQuietly(channel);
    }

    @Override
    protected void doReset() {
        try {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException | UnsupportedOperationException e) {
            System.getLogger("io.jevent.backend").log(System.Logger.Level.DEBUG, "not reset but closed", e);
        }
        doClose();
    }

    @Override
    public String toString() {
        return "AcceptedSocket[" + channel + ", " + describedState() + "]";
    }
}
