package io.jevent.testkit;

import io.jevent.backend.Direction;
import io.jevent.backend.HandOffCallback;
import io.jevent.backend.Transport;
import io.jevent.backend.TransportHandler;
import io.jevent.buffer.BufferLimitException;
import io.jevent.buffer.EvBuffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectableChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One end of a connection on a {@link SimulatedNetwork}.
 *
 * <p>What it sends is cut into pieces, each of which arrives at the other end after a latency, in order. An end holds only so
 * much that is under way or unread; beyond that the sender waits. It behaves as TCP does where programs can see it: an end
 * of output arrives behind the bytes; who closes with bytes unread resets the connection; bytes sent to a closed end bring a
 * reset back; bytes that arrived before a reset can still be read.
 */
final class SimulatedEndpoint implements Transport, SimulatedBackend.Source {
    private static final Duration CONNECT_RETRY = Duration.ofSeconds(1);

    private static final int SMALL_READ_BYTES = 4 * 1024;

    private enum State {
        IDLE,
        CONNECTING,
        CONNECTED,
        /** Failed, closed or released: says and does nothing any more. */
        ENDED
    }

    private final SimulatedNetwork network;
    private final SocketAddress local;
    private final Map<SocketOption<?>, Object> options = new HashMap<>();
    private SocketAddress remote;
    private State state = State.IDLE;

    /** The other end; null until connected. */
    private @Nullable SimulatedEndpoint peer;

    private @Nullable SimulatedBackend backend;
    private @Nullable TransportHandler handler;
    private boolean writeWaitsForMemory;
    private boolean holdsDescriptor;

    /** How a connect ended, until it is delivered. */
    private boolean connectEnded;

    private @Nullable IOException connectFailure;

    // ---- what comes in ----

    private final Deque<byte[]> arrived = new ArrayDeque<>();
    private long arrivedBytes;

    /** Sent by the peer and not arrived. */
    private long underWayBytes;

    /** When the last piece under way to this end arrives; none overtakes it. */
    private long lastArrivalNanos;

    private boolean endArrived;
    private boolean endReported;
    private boolean resetArrived;
    private @Nullable EvBuffer target;
    private long admitted;

    // ---- what goes out ----

    private @Nullable EvBuffer source;
    private long sendAdmitted;
    private boolean outputEnded;

    SimulatedEndpoint(SimulatedNetwork network, SocketAddress local, SocketAddress remote) {
        this.network = network;
        this.local = local;
        this.remote = remote;
        this.lastArrivalNanos = network.clock().nanoTime();
    }

    /** Belongs to a base from now on. */
    void attach(SimulatedBackend backend, TransportHandler handler) {
        this.backend = backend;
        this.handler = handler;
        this.holdsDescriptor = true;
        backend.add(this);
    }

    /** Was counted as open when it was accepted. */
    void hasDescriptor() {
        holdsDescriptor = true;
    }

    private TransportHandler handler() {
        TransportHandler present = handler;
        if (present == null) {
            throw new IllegalStateException(this + " belongs to no base");
        }
        return present;
    }

    // ---- options: remembered; that it is not to linger resets the connection when it closes ----

    @Override
    public <T> void option(SocketOption<T> option, T value) {
        options.put(option, value);
    }

    @Override
    public <T> T option(SocketOption<T> option) {
        Object value = options.get(option);
        if (value == null) {
            throw new UnsupportedOperationException("a simulated socket has no default for " + option.name());
        }
        return option.type().cast(value);
    }

    // ---- connecting ----

    @Override
    public boolean isUserConnecting() {
        return false;
    }

    @Override
    public void connect(SocketAddress address) {
        state = State.CONNECTING;
        remote = address;
        network.note("connect " + this);
        SimulatedNetwork.Route route = network.routeTo(address);
        if (!route.answers() || network.happens(network.faults().connectLost)) {
            network.note("lost " + this);
            return;
        }
        Duration latency = route.latency();
        long latencyNanos = latency == null ? network.latencyNanos() : latency.toNanos();
        network.at(network.clock().nanoTime() + latencyNanos, this::knock);
    }

    private void knock() {
        if (state != State.CONNECTING) {
            return;
        }
        SimulatedAcceptor acceptor = network.acceptors().get(remote);
        String refusal = network.routeTo(remote).refusal();
        if (refusal != null) {
            connectEnded = true;
            connectFailure = new ConnectException(refusal);
            network.note("refused " + this);
        } else if (acceptor == null || network.happens(network.faults().connectRefused)) {
            connectEnded = true;
            connectFailure = new ConnectException("Connection refused");
            network.note("refused " + this);
        } else if (acceptor.isFull()) {
            network.at(network.clock().nanoTime() + CONNECT_RETRY.toNanos(), this::knock);
        } else {
            SimulatedEndpoint other = new SimulatedEndpoint(network, /* local= */ remote, /* remote= */ local);
            other.state = State.CONNECTED;
            other.peer = this;
            peer = other;
            connectEnded = true;
            acceptor.arrived(other);
        }
    }

    @Override
    public void awaitConnect() {
        throw new UnsupportedOperationException("nobody else connects on a simulated network");
    }

    private void finishConnect() {
        connectEnded = false;
        IOException failure = connectFailure;
        if (failure != null) {
            fail(Direction.CONNECTING, failure);
            return;
        }
        state = State.CONNECTED;
        network.note("connected " + this);
        handler().onConnected();
        if (state == State.CONNECTED && source != null) {
            write();
        }
    }

    // ---- readiness ----

    @Override
    public boolean isReady() {
        return switch (state) {
            case IDLE, ENDED -> false;
            case CONNECTING -> connectEnded;
            case CONNECTED -> canRead() || canWrite();
        };
    }

    @Override
    public void reportReady() {
        if (state != State.ENDED) {
            handler().onReady();
        }
    }

    private boolean canRead() {
        boolean something = arrivedBytes > 0 || resetArrived || endArrived;
        return admitted > 0 && something && !endReported && !isShortOfMemory();
    }

    private boolean isShortOfMemory() {
        return backend != null && backend.pool().isNearLimit();
    }

    private boolean canWrite() {
        EvBuffer from = source;
        boolean hasMemory = !writeWaitsForMemory || !isShortOfMemory();
        return from != null && !from.isEmpty() && (resetArrived || (room() > 0 && hasMemory));
    }

    /** Bytes that may be sent now. */
    private long room() {
        SimulatedEndpoint other = peer;
        return other == null ? 0 : network.faults().socketBytes - other.underWayBytes - other.arrivedBytes;
    }

    @Override
    public void deliver() {
        if (state == State.CONNECTING && connectEnded) {
            finishConnect();
        }
        if (state == State.CONNECTED && canWrite()) {
            write();
        }
        if (state == State.CONNECTED && canRead()) {
            read();
        }
    }

    // ---- in ----

    @Override
    public void receive(EvBuffer target, long admittedBytes) {
        this.target = target;
        this.admitted = admittedBytes;
    }

    private void read() {
        EvBuffer into = target;
        if (into == null) {
            return;
        }
        if (arrivedBytes > 0) {
            int count = readBytes(into, Integer.MAX_VALUE);
            if (count > 0 && state == State.CONNECTED) {
                handler().onReceived(count);
            }
        } else if (resetArrived) {
            fail(Direction.READING, new SocketException("Connection reset"));
        } else if (endArrived) {
            endReported = true;
            network.note("end seen by " + this);
            handler().onEnd();
        }
    }

    private int readBytes(EvBuffer into, int maxBytes) {
        int most = Math.min(maxBytes, network.faults().maxBytesPerRead);
        int count = (int) Math.min(Math.min(arrivedBytes, admitted), most);
        if (count > 1 && network.happens(network.faults().shortRead)) {
            count = network.random().nextInt(1, count);
        }
        byte[] bytes = take(count);
        long before = into.length();
        boolean returned = false;
        boolean refused = false;
        into.unfreeze(EvBuffer.End.END);
        try {
            into.add(bytes);
            returned = true;
        } catch (BufferLimitException e) {
            putBack(bytes);
            returned = true;
            refused = true;
        } finally {
            if (!into.isClosed()) {
                into.freeze(EvBuffer.End.END);
            }
            if (!returned && into.length() > before) {
                // A change callback of the user's threw; the bytes are here nevertheless.
                counted(count);
                if (state == State.CONNECTED) {
                    handler().onReceived(count);
                }
            }
        }
        if (refused) {
            // Not near its limit, the pool always has room for a small read.
            return count > SMALL_READ_BYTES ? readBytes(into, SMALL_READ_BYTES) : 0;
        }
        counted(count);
        return count;
    }

    private void counted(int count) {
        if (admitted != UNLIMITED) {
            admitted -= count;
        }
        network.note(this + " reads " + count);
    }

    private byte[] take(int count) {
        byte[] bytes = new byte[count];
        int done = 0;
        while (done < count) {
            byte[] piece = arrived.remove();
            int part = Math.min(piece.length, count - done);
            System.arraycopy(piece, 0, bytes, done, part);
            done += part;
            if (part < piece.length) {
                byte[] rest = new byte[piece.length - part];
                System.arraycopy(piece, part, rest, 0, rest.length);
                arrived.addFirst(rest);
            }
        }
        arrivedBytes -= count;
        return bytes;
    }

    private void putBack(byte[] bytes) {
        arrived.addFirst(bytes);
        arrivedBytes += bytes.length;
    }

    // ---- out ----

    @Override
    public void send(EvBuffer source, long admittedBytes) {
        boolean waits = this.source != null;
        this.source = source;
        this.sendAdmitted = admittedBytes;
        if (state == State.CONNECTED && !waits) {
            write();
        }
    }

    @Override
    public void stopSending() {
        source = null;
    }

    private void write() {
        EvBuffer from = source;
        if (from == null || from.isEmpty()) {
            source = null;
            return;
        }
        if (resetArrived) {
            // What arrived before counts, and is told first.
            if (arrivedBytes > 0 && admitted > 0 && target != null) {
                read();
            }
            if (state == State.CONNECTED
                    && handler != null) { // Else it was given away; who has it now will meet the reset.
                fail(Direction.WRITING, new SocketException("Broken pipe"));
            }
            return;
        }
        long most = Math.min(from.length(), Math.min(sendAdmitted, room()));
        int count = (int) Math.min(most, network.faults().maxBytesPerWrite);
        if (count > 1 && network.happens(network.faults().shortWrite)) {
            count = network.random().nextInt(1, count);
        }
        if (count <= 0) {
            return;
        }
        from.unfreeze(EvBuffer.End.START);
        try {
            byte[] bytes = copyOf(from, count);
            if (bytes != null) {
                dispatch(bytes);
                written(from, bytes.length);
            }
        } finally {
            if (!from.isClosed()) {
                from.freeze(EvBuffer.End.START);
            }
        }
    }

    /** The first bytes, or null if they cannot be had now. */
    private byte @Nullable [] copyOf(EvBuffer from, int count) {
        writeWaitsForMemory = false;
        try {
            return firstBytes(from, count);
        } catch (BufferLimitException _) {
            // Files that are too long for the memory there is: what is in memory goes first, else one piece of the
            // file.
        } catch (UncheckedIOException e) {
            fail(Direction.WRITING, Objects.requireNonNull(e.getCause()));
            return null;
        }
        try {
            firstBytes(from, from.contiguousLength() > 0 ? 0 : 1);
            return firstBytes(from, Math.min(count, from.contiguousLength()));
        } catch (BufferLimitException e) {
            waitForMemoryToWrite(e);
        } catch (UncheckedIOException e) {
            fail(Direction.WRITING, Objects.requireNonNull(e.getCause()));
        }
        return null;
    }

    private static byte[] firstBytes(EvBuffer from, int count) {
        byte[] bytes = new byte[count];
        from.copyOut(0, bytes, 0, count);
        return bytes;
    }

    /** Bytes of a file have to go through memory, and there is none: they wait, or fail if waiting cannot help. */
    private void waitForMemoryToWrite(BufferLimitException cause) {
        writeWaitsForMemory = isShortOfMemory();
        if (!writeWaitsForMemory) {
            fail(Direction.WRITING, new IOException("no buffer memory to send from", cause));
        }
    }

    /** Sends before the buffer's callbacks run: if one of them closes this connection, the end comes behind the bytes. */
    private void dispatch(byte[] bytes) {
        SimulatedEndpoint other = peer;
        if (other != null) {
            network.note(this + " writes " + bytes.length);
            network.digest(bytes);
            other.underWayBytes += bytes.length;
            other.arrivesLater(() -> other.onArrival(bytes));
        }
    }

    private void written(EvBuffer from, int count) {
        try {
            from.drain(count);
        } finally {
            // Also when a change callback of the user's threw; it may have closed this connection, too.
            if (state == State.CONNECTED) {
                if (sendAdmitted != UNLIMITED) {
                    sendAdmitted -= count;
                }
                if (from.isEmpty() || sendAdmitted <= 0) {
                    source = null;
                }
                handler().onSent(count);
            }
        }
    }

    private void arrivesLater(Runnable arrival) {
        long at = network.clock().nanoTime() + network.latencyNanos();
        if (at - lastArrivalNanos < 0) {
            at = lastArrivalNanos;
        }
        lastArrivalNanos = at;
        network.at(at, arrival);
    }

    private void onArrival(byte[] bytes) {
        underWayBytes -= bytes.length;
        if (resetArrived) {
            return;
        }
        if (state == State.ENDED) {
            resetPeer();
        } else if (network.happens(network.faults().reset)) {
            network.note("reset " + this);
            onReset();
            resetPeer();
        } else {
            arrived.add(bytes);
            arrivedBytes += bytes.length;
        }
    }

    private void onReset() {
        resetArrived = true;
    }

    private void resetPeer() {
        SimulatedEndpoint other = peer;
        if (other != null) {
            other.arrivesLater(other::onReset);
        }
    }

    @Override
    public void shutdownOutput() {
        SimulatedEndpoint other = peer;
        if (!outputEnded && other != null) {
            outputEnded = true;
            network.note(this + " ends its output");
            other.arrivesLater(() -> other.endArrived = true);
        }
    }

    // ---- to another base ----

    @Override
    public void handOff(EvBuffer unread, HandOffCallback callback) {
        target = null;
        admitted = 0;
        source = null;
        handler = null;
        writeWaitsForMemory = false;
        if (backend != null) {
            backend.remove(this);
            backend = null;
        }
        callback.onHandedOff(new SimulatedAcceptor.Accepted(this));
    }

    // ---- the end ----

    private void fail(Direction direction, IOException cause) {
        state = State.ENDED;
        network.note(this + " fails " + direction + ": " + cause.getMessage());
        handler().onFailed(direction, cause);
    }

    @Override
    public Optional<SelectableChannel> channel() {
        return Optional.empty();
    }

    @Override
    public Optional<SocketAddress> localAddress() {
        return Optional.of(local);
    }

    @Override
    public Optional<SocketAddress> remoteAddress() {
        return peer == null ? Optional.empty() : Optional.of(remote);
    }

    @Override
    public void close() {
        boolean wasConnected = peer != null && !resetArrived;
        State before = state;
        release();
        if (!wasConnected || (before == State.ENDED && !holdsDescriptor)) {
            return;
        }
        if (arrivedBytes > 0 || Integer.valueOf(0).equals(options.get(StandardSocketOptions.SO_LINGER))) {
            network.note(this + " closes with bytes unread, or without lingering");
            resetPeer();
        } else if (!outputEnded) {
            shutdownOutput();
        }
    }

    /** Closes, and the peer sees a reset. */
    void reset() {
        boolean wasConnected = peer != null && !resetArrived;
        release();
        if (wasConnected) {
            network.note(this + " resets");
            resetPeer();
        }
    }

    @Override
    public void release() {
        state = State.ENDED;
        target = null;
        source = null;
        if (backend != null) {
            backend.remove(this);
            backend = null;
        }
        if (holdsDescriptor) {
            holdsDescriptor = false;
            network.giveDescriptorBack();
        }
    }

    @Override
    public String toString() {
        return local + ">" + remote;
    }
}
