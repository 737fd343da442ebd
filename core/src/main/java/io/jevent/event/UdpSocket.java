package io.jevent.event;

import io.jevent.backend.DatagramHandler;
import io.jevent.backend.DatagramQueue;
import io.jevent.backend.DatagramTransport;
import io.jevent.backend.Direction;
import io.jevent.buffer.EvBuffer;
import io.jevent.loop.Activation;
import io.jevent.loop.Flushable;
import io.jevent.loop.KeepAlive;
import io.jevent.loop.LoopAccess;
import io.jevent.loop.LoopEngine;
import io.jevent.loop.LoopResource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Optional;

/**
 * A UDP socket: datagrams in, each with its sender, and datagrams out, each with its receiver.
 *
 * <p>It receives from the moment it is made until it is paused. What is sent during a turn of the loop leaves at its end,
 * in as few system calls as the backend has; what the system has no room for then waits in a queue of at most {@link
 * #MAX_QUEUED_DATAGRAMS} datagrams and {@link #MAX_QUEUED_BYTES} bytes, beyond which {@link #send} refuses. UDP itself
 * promises nothing: datagrams may be lost, doubled or change places.
 *
 * <p>A failure concerns one datagram and goes to the error callback (without one, it is logged at {@code DEBUG}); the socket
 * goes on.
 *
 * <p>A receiving socket keeps the loop running, and so does one with datagrams queued.
 *
 * <p>Threading: loop only.
 *
 * <p><em>Difference</em>: libevent has no datagram type; there one watches the descriptor with an event, as one can here
 * with {@link Event#channel}, at a system call and a wait for each datagram.
 */
public final class UdpSocket implements AutoCloseable {
    /** Datagrams that wait for the system at most: 1024. */
    public static final int MAX_QUEUED_DATAGRAMS = 1024;

    /** Bytes of datagrams that wait for the system at most: 4 MiB. */
    public static final long MAX_QUEUED_BYTES = 4 * 1024 * 1024;

    private static final DatagramErrorCallback LOGGING =
            (socket, direction, peer, cause) -> System.getLogger("io.jevent")
                    .log(System.Logger.Level.DEBUG, socket + " " + direction + " " + peer + ": " + cause.getMessage());

    private enum State {
        RECEIVING,
        PAUSED,
        CLOSED
    }

    private final EventBase base;
    private final LoopEngine engine;
    private final DatagramTransport transport;
    private final DatagramQueue queue;
    private final Delivery delivery;
    private final boolean closesSocket;
    private final KeepAlive keepAlive;
    private final LoopResource resource = LoopResource.of(this::closeWithBase, () -> enter(State.PAUSED));
    private final Flushable flush = this::flush;
    private DatagramCallback onDatagram;
    private DatagramErrorCallback onError = LOGGING;
    private UdpWritableCallback onWritable = socket -> {};
    private State state = State.PAUSED;
    private boolean flushRequested;

    /** Whether {@link #send} has refused since the queue was last empty, so that the writable callback is due. */
    private boolean refused;

    /** Where the socket comes from. */
    @FunctionalInterface
    private interface Source {
        DatagramTransport open(DatagramHandler handler) throws IOException;
    }

    private UdpSocket(EventBase base, DatagramCallback onDatagram, Source source, boolean closesSocket)
            throws IOException {
        this.base = base;
        this.engine = LoopAccess.engineOf(base);
        engine.checkUsable();
        this.keepAlive = new KeepAlive(engine);
        this.onDatagram = Objects.requireNonNull(onDatagram);
        this.closesSocket = closesSocket;
        this.delivery = new Delivery(engine.middlePriority());
        this.queue = new DatagramQueue(EvBuffer.createConfined(engine.pool()), MAX_QUEUED_DATAGRAMS, MAX_QUEUED_BYTES);
        this.transport = source.open(new Handler());
        engine.addResource(resource);
        enter(State.RECEIVING);
    }

    /**
     * Makes a socket and binds it.
     *
     * @param base the loop
     * @param address where to receive; port 0 picks a free one
     * @param onDatagram is called for each datagram
     * @return the socket, receiving
     * @throws IOException if the system refuses, for instance because the address is in use
     * @throws IllegalArgumentException if the address is not resolved
     */
    public static UdpSocket bind(EventBase base, InetSocketAddress address, DatagramCallback onDatagram)
            throws IOException {
        checkResolved(address);
        return new UdpSocket(base, onDatagram, handler -> opened(base, address, handler), true);
    }

    private static DatagramTransport opened(EventBase base, InetSocketAddress address, DatagramHandler handler)
            throws IOException {
        DatagramTransport transport = LoopAccess.engineOf(base)
                .backend()
                .openDatagrams(
                        address.getAddress() instanceof Inet6Address
                                ? StandardProtocolFamily.INET6
                                : StandardProtocolFamily.INET,
                        handler);
        boolean success = false;
        try {
            transport.bind(address);
            success = true;
            return transport;
        } finally {
            if (!success) {
                transport.close();
            }
        }
    }

    /**
     * Uses a socket of the user's.
     *
     * @param base the loop
     * @param socket an open channel; it is made non-blocking, and stays the caller's to close, after {@link #close()}
     * @param onDatagram is called for each datagram
     * @return the socket, receiving
     * @throws IOException if the channel cannot be used
     */
    public static UdpSocket over(EventBase base, DatagramChannel socket, DatagramCallback onDatagram)
            throws IOException {
        LoopEngine engine = LoopAccess.engineOf(base);
        return new UdpSocket(base, onDatagram, handler -> engine.backend().adoptDatagrams(socket, handler), false);
    }

    /**
     * Sets the only peer: datagrams of others are dropped by the system, and {@link #send(EvBuffer)} sends to it. With a
     * peer the system tells when its port is closed.
     *
     * @param peer the peer
     * @throws UncheckedIOException if the system refuses
     * @throws IllegalArgumentException if the address is not resolved
     */
    public void connect(InetSocketAddress peer) {
        checkOpen();
        checkResolved(peer);
        try {
            transport.connect(peer);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot connect to " + peer, e);
        }
    }

    // ---- sending ----

    /**
     * Sends one datagram to the connected peer: all bytes of a buffer, perhaps none.
     *
     * @param datagram the bytes, moved out when taken
     * @return whether it was taken; if not, the queue is full, the buffer is as it was, and the writable callback will run
     * @throws IllegalStateException if there is no peer
     * @throws IllegalArgumentException if longer than 65,535 bytes
     */
    public boolean send(EvBuffer datagram) {
        checkOpen();
        return offer(datagram, transport.remoteAddress().orElseThrow(() -> new IllegalStateException("not connected")));
    }

    /**
     * Sends one datagram: all bytes of a buffer, perhaps none. One that is longer than the network's protocol can carry
     * (65,507 bytes over IPv4) is refused by the system, which the error callback is told.
     *
     * @param datagram the bytes, moved out when taken
     * @param to the receiver; on a connected socket only its peer
     * @return whether it was taken; if not, the queue is full, the buffer is as it was, and the writable callback will run
     * @throws IllegalArgumentException if longer than 65,535 bytes, the address is not resolved, or is not the peer
     */
    public boolean send(EvBuffer datagram, InetSocketAddress to) {
        checkOpen();
        checkResolved(to);
        Optional<SocketAddress> peer = transport.remoteAddress();
        if (peer.isPresent() && !peer.get().equals(to)) {
            throw new IllegalArgumentException("connected to " + peer.get() + ", cannot send to " + to);
        }
        return offer(datagram, to);
    }

    private boolean offer(EvBuffer datagram, SocketAddress to) {
        if (datagram.length() > DatagramTransport.MAX_DATAGRAM_BYTES) {
            throw new IllegalArgumentException("need at most " + DatagramTransport.MAX_DATAGRAM_BYTES
                    + " bytes in a datagram, got " + datagram.length());
        }
        long byteCount = datagram.length();
        if (!queue.offer(datagram, to)) {
            refused = true;
            return false;
        }
        engine.countOutput(byteCount);
        if (!flushRequested) {
            flushRequested = true;
            engine.requestFlush(flush);
        }
        updateKeepsLoop();
        return true;
    }

    private void flush() {
        flushRequested = false;
        if (state != State.CLOSED) {
            transport.send(queue);
        }
    }

    private void afterSending() {
        updateKeepsLoop();
        if (refused && queue.isEmpty() && state != State.CLOSED) {
            delivery.writable = true;
            engine.activate(delivery);
        }
    }

    /**
     * {@return datagrams that wait for the system, at least 0}
     */
    public int queuedCount() {
        engine.checkThread();
        return queue.count();
    }

    // ---- receiving ----

    /** Stops receiving, at once even inside the datagram callback. Datagrams wait in the system or are lost. Idempotent. */
    public void pause() {
        checkOpen();
        enter(State.PAUSED);
    }

    /** Starts receiving again. Idempotent. */
    public void resume() {
        checkOpen();
        enter(State.RECEIVING);
    }

    /**
     * {@return whether the user has paused it}
     */
    public boolean isPaused() {
        engine.checkThread();
        return state == State.PAUSED;
    }

    // ---- settings and questions ----

    /**
     * Replaces the datagram callback.
     *
     * @param callback is called for each datagram from now on
     */
    public void onDatagram(DatagramCallback callback) {
        checkOpen();
        onDatagram = Objects.requireNonNull(callback);
    }

    /**
     * Sets what is told of failures; by default they are logged at {@code DEBUG}.
     *
     * @param callback is called for each failure
     */
    public void onError(DatagramErrorCallback callback) {
        checkOpen();
        onError = Objects.requireNonNull(callback);
    }

    /**
     * Sets what is called when the queue is empty after {@link #send} has refused a datagram.
     *
     * @param callback is called once for each time the queue was full
     */
    public void onWritable(UdpWritableCallback callback) {
        checkOpen();
        onWritable = Objects.requireNonNull(callback);
    }

    /**
     * {@return the loop}
     */
    public EventBase base() {
        return base;
    }

    /**
     * {@return this end's address, with the port the system chose}
     */
    public Optional<SocketAddress> localAddress() {
        return transport.localAddress();
    }

    /**
     * {@return the only peer, if connected}
     */
    public Optional<SocketAddress> remoteAddress() {
        return transport.remoteAddress();
    }

    /** Closes the socket; datagrams that are still queued are dropped. Allowed inside its own callbacks. Idempotent. */
    @Override
    public void close() {
        engine.checkThread();
        if (state != State.CLOSED) {
            engine.removeResource(resource);
            closeWithBase();
        }
    }

    private void closeWithBase() {
        queue.close();
        enter(State.CLOSED);
        engine.deactivate(delivery);
        if (closesSocket) {
            transport.close();
        } else {
            transport.release();
        }
    }

    /** The one place where the state changes. */
    private void enter(State next) {
        state = next;
        transport.receiving(next == State.RECEIVING);
        updateKeepsLoop();
    }

    private void updateKeepsLoop() {
        keepAlive.hold(state == State.RECEIVING || (state == State.PAUSED && !queue.isEmpty()));
    }

    private void checkOpen() {
        engine.checkUsable();
        if (state == State.CLOSED) {
            throw new IllegalStateException("this UDP socket is closed");
        }
    }

    private static void checkResolved(InetSocketAddress address) {
        if (address.isUnresolved()) {
            throw new IllegalArgumentException("need a resolved address, got " + address);
        }
    }

    @Override
    public String toString() {
        return "UdpSocket[" + localAddress().map(Object::toString).orElse("unbound") + ", " + state + "]";
    }

    /** What the transport reports. */
    private final class Handler implements DatagramHandler {
        @Override
        public void onReady() {
            delivery.ready = true;
            engine.activate(delivery);
        }

        @Override
        public void onReceived(EvBuffer datagram, SocketAddress from) {
            try {
                onDatagram.onDatagram(UdpSocket.this, datagram, from);
            } catch (Exception e) {
                engine.report(UdpSocket.this, e);
            }
        }

        @Override
        public void onReceiveFailed(IOException cause) {
            SocketAddress peer =
                    remoteAddress().or(UdpSocket.this::localAddress).orElseGet(() -> new InetSocketAddress(0));
            reportFailure(Direction.READING, peer, cause);
        }

        @Override
        public void onSent(int datagramCount) {
            afterSending();
        }

        @Override
        public void onSendFailed(SocketAddress to, IOException cause) {
            // Told later: no user code runs inside a flush.
            if (delivery.failures.size() < MAX_QUEUED_DATAGRAMS) {
                delivery.failures.add(new SendFailure(to, cause));
            }
            engine.activate(delivery);
            afterSending();
        }
    }

    private record SendFailure(SocketAddress to, IOException cause) {}

    private void reportFailure(Direction direction, SocketAddress peer, IOException cause) {
        try {
            onError.onDatagramError(this, direction, peer, cause);
        } catch (Exception e) {
            engine.report(this, e);
        }
    }

    /** The socket's work, in the active queues. */
    private final class Delivery extends Activation {
        private boolean ready;
        private boolean writable;
        private final ArrayDeque<SendFailure> failures = new ArrayDeque<>();

        Delivery(int priority) {
            super(priority);
        }

        @Override
        protected void run() {
            while (!failures.isEmpty() && state != State.CLOSED) {
                SendFailure failure = failures.remove();
                reportFailure(Direction.WRITING, failure.to(), failure.cause());
            }
            if (ready && state != State.CLOSED) {
                ready = false;
                transport.deliver();
            }
            if (writable && state != State.CLOSED) {
                writable = false;
                refused = false;
                onWritable.onWritable(UdpSocket.this);
            }
        }

        @Override
        protected Object source() {
            return UdpSocket.this;
        }
    }
}
