package io.jevent.backend.nio;

import io.jevent.backend.AcceptedSocket;
import io.jevent.backend.Acceptor;
import io.jevent.backend.AcceptorHandler;
import io.jevent.backend.Backend;
import io.jevent.backend.BackendFeature;
import io.jevent.backend.DatagramHandler;
import io.jevent.backend.DatagramTransport;
import io.jevent.backend.ReadinessHandler;
import io.jevent.backend.Registration;
import io.jevent.backend.SocketSettings;
import io.jevent.backend.Transport;
import io.jevent.backend.TransportHandler;
import io.jevent.backend.Triggering;
import io.jevent.backend.readiness.Addresses;
import io.jevent.backend.readiness.MemoryWaits;
import io.jevent.backend.readiness.ReadinessKey;
import io.jevent.backend.readiness.ReadinessTransport;
import io.jevent.buffer.BufferPool;
import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** {@link Backend} on one {@link Selector}. */
final class NioBackend implements Backend, ChannelPoller {
    /** No lambda, nor is any other that each program meets before its first byte: together they took a quarter of that time. */
    private static final Consumer<SelectionKey> ON_SELECTED = new Consumer<>() {
        @Override
        public void accept(SelectionKey key) {
            ((NioKey) key.attachment()).onSelected();
        }
    };

    private static final long NANOS_PER_MILLI = 1_000_000;

    /** In debug mode a channel that is closed while an event watches it is found, and its watchers are told. */
    private static final boolean DEBUG = Boolean.getBoolean("jevent.debug");

    private final Selector selector;
    private final MemoryWaits memory;
    private final ChannelTransports transports;
    private boolean closedSincePoll;

    NioBackend(BufferPool pool) throws IOException {
        this.selector = Selector.open();
        this.memory = new MemoryWaits(pool);
        this.transports = new ChannelTransports(this, pool, memory);
    }

    @Override
    public String name() {
        return NioBackendProvider.NAME;
    }

    @Override
    public Set<BackendFeature> features() {
        return NioBackendProvider.FEATURES;
    }

    @Override
    public void poll(long timeoutNanos) throws IOException {
        closedSincePoll = false;
        long timeout = memory.resume(timeoutNanos);
        if (DEBUG && reportClosedChannels()) {
            timeout = 0;
        }
        if (timeout == 0) {
            if (!selector.keys().isEmpty()) { // Pairs need no system call.
                selector.selectNow(ON_SELECTED);
            }
        } else if (timeout < 0) {
            selector.select(ON_SELECTED);
        } else {
            // Rounded up: a timer must never be early.
            selector.select(ON_SELECTED, (timeout + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI);
        }
    }

    private boolean reportClosedChannels() {
        boolean any = false;
        for (SelectionKey key : List.copyOf(selector.keys())) {
            if (!key.channel().isOpen() && key.attachment() instanceof NioKey closed) {
                any |= closed.descriptorClosed();
            }
        }
        return any;
    }

    @Override
    public void wakeUp() {
        selector.wakeup();
    }

    @Override
    public void noteClosed() {
        closedSincePoll = true;
    }

    @Override
    public void reapClosed() throws IOException {
        freeClosed();
    }

    @Override
    public boolean freeClosed() throws IOException {
        if (!closedSincePoll) {
            return false;
        }
        closedSincePoll = false;
        selector.selectNow(ON_SELECTED);
        return true;
    }

    @Override
    public ReadinessKey keyOf(SelectableChannel channel) throws IOException {
        SelectionKey key = channel.keyFor(selector);
        if (key != null && !key.isValid()) {
            // Cancelled since the last pass; the selector must forget it before the channel can come back.
            selector.selectNow(ON_SELECTED);
            key = null;
        }
        if (key == null) {
            channel.configureBlocking(false);
            key = channel.register(selector, 0);
            key.attach(new NioKey(this, key));
        }
        return (NioKey) key.attachment();
    }

    @Override
    public Registration register(SelectableChannel channel, Triggering triggering, ReadinessHandler handler)
            throws IOException {
        return transports.register(channel, triggering, handler);
    }

    @Override
    public Transport connect(SocketAddress address, SocketSettings settings, TransportHandler handler)
            throws IOException {
        ProtocolFamily family = Addresses.familyOf(address);
        SocketChannel channel = withDescriptor(() -> SocketChannel.open(family));
        return orClose(channel, () -> {
            NioStreamSocket.withoutDelay(channel, address);
            settings.setOn(targetOf(channel));
            Transport transport = new ReadinessTransport(new NioStreamSocket(this, channel), memory, handler);
            transport.connect(address);
            return transport;
        });
    }

    @Override
    public Transport adopt(SelectableChannel channel, TransportHandler handler) throws IOException {
        return transports.adopt(channel, handler);
    }

    @Override
    public Transport adopt(AcceptedSocket socket, TransportHandler handler) throws IOException {
        return transports.adopt(socket, handler);
    }

    @Override
    public Acceptor listen(SocketAddress address, int backlog, SocketSettings settings, AcceptorHandler handler)
            throws IOException {
        ProtocolFamily family = Addresses.familyOf(address);
        ServerSocketChannel channel = withDescriptor(new NeedsDescriptor<>() {
            @Override
            public ServerSocketChannel open() throws IOException {
                return ServerSocketChannel.open(family);
            }
        });
        return orClose(channel, new NeedsDescriptor<>() {
            @Override
            public Acceptor open() throws IOException {
                if (family != StandardProtocolFamily.UNIX) {
                    channel.setOption(StandardSocketOptions.SO_REUSEADDR, false); // The JDK turns it on.
                }
                settings.setOn(targetOf(channel));
                channel.bind(address, backlog);
                return transports.listen(channel, handler);
            }
        });
    }

    @Override
    public Acceptor listen(SelectableChannel channel, AcceptorHandler handler) throws IOException {
        return transports.listen(channel, handler);
    }

    @Override
    public DatagramTransport openDatagrams(ProtocolFamily family, DatagramHandler handler) throws IOException {
        DatagramChannel channel = withDescriptor(() -> DatagramChannel.open(family));
        return orClose(channel, () -> transports.adoptDatagrams(channel, handler));
    }

    @Override
    public DatagramTransport adoptDatagrams(SelectableChannel channel, DatagramHandler handler) throws IOException {
        return transports.adoptDatagrams(channel, handler);
    }

    private static SocketSettings.Target targetOf(NetworkChannel channel) {
        return new SocketSettings.Target() {
            @Override
            public <T> void option(SocketOption<T> option, T value) throws IOException {
                NioStreamSocket.set(channel, option, value);
            }
        };
    }

    /** Uses a channel of our own, and closes it if that fails. */
    private <T> T orClose(Channel channel, NeedsDescriptor<T> use) throws IOException {
        boolean success = false;
        try {
            T used = use.open();
            success = true;
            return used;
        } finally {
            if (!success) {
                channel.close();
                noteClosed();
            }
        }
    }

    @Override
    public void close() {
        try {
            freeClosed();
            selector.close();
        } catch (IOException e) {
            System.getLogger("io.jevent.backend").log(System.Logger.Level.DEBUG, "closing the selector", e);
        }
    }
}
