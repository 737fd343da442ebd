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
import io.jevent.backend.Transport;
import io.jevent.backend.TransportHandler;
import io.jevent.backend.Triggering;
import io.jevent.buffer.BufferPool;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@link Backend} on one {@link Selector}.
 *
 * <p>Two habits of channels shape it. A closed channel keeps its descriptor until the selector's next pass, so passes are
 * added where that would be noticed ({@link #reapClosed()}, and before giving up for want of descriptors). A channel has
 * one key per selector, so watchers share it ({@link NioKey}).
 */
final class NioBackend implements Backend {
    private static final long NANOS_PER_MILLI = 1_000_000;

    /** In debug mode a channel that is closed while an event watches it is found, and its watchers are told. */
    private static final boolean DEBUG = Boolean.getBoolean("jevent.debug");

    /** While connections wait for buffer memory that other threads may give back, polls last no longer than this. */
    private static final long MEMORY_WAIT_MILLIS = 10;

    private final BufferPool pool;
    private final Selector selector;

    /** Who would receive or accept but for the pool's bound. */
    private final List<NioKey.Watcher> waitingForMemory = new ArrayList<>();

    private boolean closedSincePoll;

    /** Room for the longest datagram, shared by all sockets of this backend; null until one receives. */
    private @Nullable ByteBuffer datagramScratch;

    NioBackend(BufferPool pool) throws IOException {
        this.pool = pool;
        this.selector = Selector.open();
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
        long timeout = timeoutNanos;
        if (DEBUG && reportClosedChannels()) {
            timeout = 0;
        }
        if (!waitingForMemory.isEmpty()) {
            timeout = resumeReceiving() ? 0 : boundedByMemoryWait(timeoutNanos);
        }
        if (timeout == 0) {
            selector.selectNow(NioBackend::onSelected);
        } else if (timeout < 0) {
            selector.select(NioBackend::onSelected);
        } else {
            // Rounded up: a timer must never be early.
            selector.select(NioBackend::onSelected, (timeout + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI);
        }
    }

    private static void onSelected(SelectionKey key) {
        ((NioKey) key.attachment()).onSelected();
    }

    private boolean reportClosedChannels() {
        boolean any = false;
        for (SelectionKey key : List.copyOf(selector.keys())) {
            if (!key.channel().isOpen() && key.attachment() instanceof NioKey closed) {
                any |= closed.onChannelClosed();
            }
        }
        return any;
    }

    private static long boundedByMemoryWait(long timeoutNanos) {
        long bound = MEMORY_WAIT_MILLIS * NANOS_PER_MILLI;
        return timeoutNanos < 0 ? bound : Math.min(timeoutNanos, bound);
    }

    private boolean resumeReceiving() {
        if (pool.isNearLimit()) {
            return false;
        }
        List<NioKey.Watcher> resumed = List.copyOf(waitingForMemory);
        waitingForMemory.clear();
        resumed.forEach(NioKey.Watcher::memoryAvailable);
        return true;
    }

    @Override
    public void wakeUp() {
        selector.wakeup();
    }

    @Override
    public void reapClosed() throws IOException {
        if (closedSincePoll) {
            closedSincePoll = false;
            selector.selectNow(NioBackend::onSelected);
        }
    }

    @Override
    public Registration register(SelectableChannel channel, Triggering triggering, ReadinessHandler handler)
            throws IOException {
        if (triggering == Triggering.EDGE) {
            throw new UnsupportedOperationException("nio cannot watch edge-triggered");
        }
        return new NioRegistration(this, channel, handler);
    }

    @Override
    public Transport connect(SocketAddress address, TransportHandler handler) throws IOException {
        ProtocolFamily family = familyOf(address);
        SocketChannel channel = withDescriptor(() -> SocketChannel.open(family));
        boolean success = false;
        try {
            withoutDelay(channel, family);
            NioTransport transport = new NioTransport(this, channel, handler);
            transport.connect(address);
            success = true;
            return transport;
        } finally {
            if (!success) {
                channel.close();
                noteClosed();
            }
        }
    }

    @Override
    public Transport adopt(SelectableChannel channel, TransportHandler handler) throws IOException {
        if (!(channel instanceof SocketChannel socket)) {
            throw new IllegalArgumentException("need a SocketChannel, got " + channel);
        }
        return new NioTransport(this, socket, handler);
    }

    @Override
    public Transport adopt(AcceptedSocket socket, TransportHandler handler) throws IOException {
        if (!(socket instanceof NioAcceptedSocket accepted)) {
            throw new IllegalArgumentException("need a socket accepted by an nio backend, got " + socket);
        }
        return new NioTransport(this, accepted.adopt(), handler);
    }

    @Override
    public Acceptor listen(SocketAddress address, int backlog, boolean reuseAddress, AcceptorHandler handler)
            throws IOException {
        ProtocolFamily family = familyOf(address);
        ServerSocketChannel channel = withDescriptor(() -> ServerSocketChannel.open(family));
        boolean success = false;
        try {
            if (family != StandardProtocolFamily.UNIX) {
                channel.setOption(StandardSocketOptions.SO_REUSEADDR, reuseAddress);
            }
            channel.bind(address, backlog);
            Acceptor acceptor = new NioAcceptor(this, channel, handler);
            success = true;
            return acceptor;
        } finally {
            if (!success) {
                channel.close();
            }
        }
    }

    @Override
    public Acceptor listen(SelectableChannel channel, AcceptorHandler handler) throws IOException {
        if (!(channel instanceof ServerSocketChannel server)) {
            throw new IllegalArgumentException("need a ServerSocketChannel, got " + channel);
        }
        if (server.getLocalAddress() == null) {
            throw new IllegalArgumentException("need a bound channel, got " + channel);
        }
        return new NioAcceptor(this, server, handler);
    }

    @Override
    public DatagramTransport openDatagrams(ProtocolFamily family, DatagramHandler handler) throws IOException {
        DatagramChannel channel = withDescriptor(() -> DatagramChannel.open(family));
        boolean success = false;
        try {
            DatagramTransport transport = new NioDatagramTransport(this, pool, channel, handler);
            success = true;
            return transport;
        } finally {
            if (!success) {
                channel.close();
                noteClosed();
            }
        }
    }

    @Override
    public DatagramTransport adoptDatagrams(SelectableChannel channel, DatagramHandler handler) throws IOException {
        if (!(channel instanceof DatagramChannel datagrams)) {
            throw new IllegalArgumentException("need a DatagramChannel, got " + channel);
        }
        return new NioDatagramTransport(this, pool, datagrams, handler);
    }

    /** An empty buffer with room for the longest datagram, until the next call. */
    ByteBuffer datagramScratch() {
        ByteBuffer scratch = datagramScratch;
        if (scratch == null) {
            scratch = ByteBuffer.allocateDirect(DatagramTransport.MAX_DATAGRAM_BYTES);
            datagramScratch = scratch;
        }
        return scratch.clear();
    }

    @Override
    public void close() {
        try {
            reapClosed();
            selector.close();
        } catch (IOException e) {
            System.getLogger("io.jevent.backend.nio").log(System.Logger.Level.DEBUG, "closing the selector", e);
        }
    }

    /** Output leaves once per turn, gathered; holding it back longer in the system would only delay it. */
    static void withoutDelay(SocketChannel channel, ProtocolFamily family) throws IOException {
        if (family != StandardProtocolFamily.UNIX) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }
    }

    /** The key of a channel, shared with other watchers of it. */
    NioKey keyOf(SelectableChannel channel) throws IOException {
        SelectionKey key = channel.keyFor(selector);
        if (key != null && !key.isValid()) {
            // Cancelled since the last pass; the selector must forget it before the channel can come back.
            selector.selectNow(NioBackend::onSelected);
            key = null;
        }
        if (key == null) {
            channel.configureBlocking(false);
            key = channel.register(selector, 0);
            key.attach(new NioKey(this, key));
        }
        return (NioKey) key.attachment();
    }

    /** Notes that a descriptor waits for the next pass. */
    void noteClosed() {
        closedSincePoll = true;
    }

    /** Gives a just closed descriptor back at once: till then its address stays taken, and its owner may bind it again. */
    void freeAddress() {
        noteClosed();
        try {
            reapClosed();
        } catch (IOException e) {
            System.getLogger("io.jevent.backend.nio").log(System.Logger.Level.DEBUG, "giving an address back", e);
        }
    }

    /** Whether there is too little buffer memory to receive or accept; if so, the watcher is told when there is. */
    boolean mustWaitForMemory(NioKey.Watcher watcher) {
        if (!pool.isNearLimit()) {
            return false;
        }
        waitingForMemory.add(watcher);
        return true;
    }

    void forget(NioKey.Watcher watcher) {
        if (!waitingForMemory.isEmpty()) {
            waitingForMemory.removeIf(it -> it == watcher);
        }
    }

    /** Something that needs a new descriptor. */
    @FunctionalInterface
    interface NeedsDescriptor<T> {
        T open() throws IOException;
    }

    /** Tries again after giving back the descriptors of closed channels, where there are any. */
    <T> T withDescriptor(NeedsDescriptor<T> opener) throws IOException {
        try {
            return opener.open();
        } catch (UnsupportedOperationException e) {
            throw new IOException("address family not supported", e);
        } catch (IOException e) {
            if (!closedSincePoll) {
                throw e;
            }
            reapClosed();
            return opener.open();
        }
    }

    private static ProtocolFamily familyOf(SocketAddress address) throws IOException {
        return switch (address) {
            case UnixDomainSocketAddress _ -> StandardProtocolFamily.UNIX;
            case InetSocketAddress inet
            when inet.isUnresolved() -> throw new IllegalArgumentException("need a resolved address, got " + inet);
            case InetSocketAddress inet when inet.getAddress() instanceof Inet6Address -> StandardProtocolFamily.INET6;
            case InetSocketAddress _ -> StandardProtocolFamily.INET;
            default ->
                throw new IOException(
                        "address family not supported: " + address.getClass().getName());
        };
    }
}
