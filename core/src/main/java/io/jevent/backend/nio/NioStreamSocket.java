package io.jevent.backend.nio;

import io.jevent.backend.AcceptedSocket;
import io.jevent.backend.readiness.ReadinessKey;
import io.jevent.backend.readiness.StreamSocket;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A socket channel. */
final class NioStreamSocket implements StreamSocket {
    private final SocketChannel channel;
    private final ReadinessKey key;

    NioStreamSocket(ChannelPoller poller, SocketChannel channel) throws IOException {
        this.channel = channel;
        this.key = poller.keyOf(channel);
    }

    /** Output leaves once per turn, gathered; holding it back longer in the system would only delay it. */
    static void withoutDelay(SocketChannel channel, SocketAddress address) throws IOException {
        if (!(address instanceof UnixDomainSocketAddress)) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }
    }

    @Override
    public Stage stage() {
        return channel.isConnected()
                ? Stage.CONNECTED
                : channel.isConnectionPending() ? Stage.CONNECTING : Stage.UNCONNECTED;
    }

    @Override
    public ReadinessKey key() {
        return key;
    }

    @Override
    public boolean connect(SocketAddress address) throws IOException {
        return channel.connect(address);
    }

    @Override
    public boolean finishConnect() throws IOException {
        return channel.isConnected() || channel.finishConnect();
    }

    @Override
    public ReadableByteChannel input() {
        return channel;
    }

    @Override
    public WritableByteChannel output() {
        return channel;
    }

    @Override
    public void shutdownOutput() throws IOException {
        channel.shutdownOutput();
    }

    @Override
    public <T> void option(SocketOption<T> option, T value) throws IOException {
        set(channel, option, value);
    }

    @Override
    public <T> T option(SocketOption<T> option) throws IOException {
        checkSupported(channel, option);
        return channel.getOption(option);
    }

    static <T> void set(NetworkChannel channel, SocketOption<T> option, T value) throws IOException {
        checkSupported(channel, option);
        channel.setOption(option, value);
    }

    private static void checkSupported(NetworkChannel channel, SocketOption<?> option) {
        if (!channel.supportedOptions().contains(option)) {
            throw new UnsupportedOperationException("the JDK's sockets of this kind do not have " + option.name()
                    + "; the epoll and io_uring backends have more options");
        }
    }

    @Override
    public Optional<SelectableChannel> channel() {
        return Optional.of(channel);
    }

    @Override
    public @Nullable SocketAddress localAddress() throws IOException {
        return channel.getLocalAddress();
    }

    @Override
    public @Nullable SocketAddress remoteAddress() throws IOException {
        return channel.getRemoteAddress();
    }

    @Override
    public AcceptedSocket handOff() {
        return new NioAcceptedSocket(channel);
    }

    @Override
    public void close() {
        ChannelPoller.closeQuietly(channel);
    }
}
