package io.jevent.backend.nio;

import io.jevent.backend.DatagramQueue;
import io.jevent.backend.readiness.DatagramEnd;
import io.jevent.backend.readiness.ReadinessKey;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A datagram channel. It moves one datagram a call. */
final class NioDatagramEnd implements DatagramEnd {
    private final ChannelPoller poller;
    private final DatagramChannel channel;
    private final ReadinessKey key;

    /** Room for the longest datagram, shared by all sockets of a backend. */
    private final ByteBuffer scratch;

    NioDatagramEnd(ChannelPoller poller, DatagramChannel channel, ByteBuffer scratch) throws IOException {
        this.poller = poller;
        this.channel = channel;
        this.scratch = scratch;
        this.key = poller.keyOf(channel);
    }

    @Override
    public ReadinessKey key() {
        return key;
    }

    @Override
    public void bind(SocketAddress address) throws IOException {
        channel.bind(address);
    }

    @Override
    public void connect(SocketAddress address) throws IOException {
        channel.connect(address);
    }

    @Override
    public @Nullable SocketAddress receive() throws IOException {
        SocketAddress from = channel.receive(scratch.clear());
        scratch.flip();
        return from;
    }

    @Override
    public ByteBuffer received() {
        return scratch;
    }

    @Override
    public boolean hasTaken() {
        return false;
    }

    @Override
    public int send(DatagramQueue source) throws IOException {
        ByteBuffer bytes = source.firstBytes();
        int byteCount = bytes.remaining();
        return channel.send(bytes, source.receiver(0)) < byteCount ? 0 : 1;
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
    public void close() {
        poller.closeAndFree(channel);
    }
}
