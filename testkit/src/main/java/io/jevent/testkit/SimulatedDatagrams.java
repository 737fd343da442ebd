package io.jevent.testkit;

import io.jevent.backend.DatagramHandler;
import io.jevent.backend.DatagramQueue;
import io.jevent.backend.DatagramTransport;
import io.jevent.buffer.BufferLimitException;
import io.jevent.buffer.EvBuffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A datagram socket of a {@link SimulatedNetwork}. */
final class SimulatedDatagrams implements DatagramTransport, SimulatedBackend.Source {
    private static final int MAX_WAITING = 256;
    private static final int MAX_PAYLOAD_BYTES = 65_507;
    private static final Duration BLOCKED = Duration.ofMillis(1);

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Datagram(byte[] bytes, SocketAddress from) {}

    private final SimulatedBackend backend;
    private final SimulatedNetwork network;
    private final DatagramHandler handler;
    private final EvBuffer received;
    private final Deque<Datagram> waiting = new ArrayDeque<>();
    private @Nullable SocketAddress local;
    private @Nullable SocketAddress remote;
    private @Nullable IOException pendingError;
    private @Nullable DatagramQueue blocked;
    private boolean unblocked;
    private boolean receiving;
    private boolean ended;
    private long lastArrivalNanos;

    SimulatedDatagrams(SimulatedBackend backend, DatagramHandler handler) {
        this.backend = backend;
        this.network = backend.network();
        this.handler = handler;
        this.received = EvBuffer.create(backend.pool());
        this.lastArrivalNanos = network.clock().nanoTime();
    }

    @Override
    public void bind(SocketAddress address) throws IOException {
        SocketAddress bound = address instanceof InetSocketAddress inet && inet.getPort() == 0
                ? new InetSocketAddress(inet.getAddress(), network.newPort())
                : address;
        if (network.datagramSockets().putIfAbsent(bound, this) != null) {
            throw new IOException("Address already in use");
        }
        local = bound;
    }

    @Override
    public void connect(SocketAddress address) throws IOException {
        if (local == null) {
            bind(network.address(0));
        }
        remote = address;
    }

    @Override
    public void receiving(boolean receiving) {
        this.receiving = receiving && !ended;
    }

    @Override
    public boolean isReady() {
        return mayReceive() || (blocked != null && unblocked);
    }

    private boolean mayReceive() {
        boolean something = !waiting.isEmpty() || pendingError != null;
        return receiving && !ended && something && !backend.pool().isNearLimit();
    }

    @Override
    public void reportReady() {
        if (!ended) {
            handler.onReady();
        }
    }

    @Override
    public void deliver() {
        DatagramQueue queue = blocked;
        if (queue != null && unblocked) {
            blocked = null;
            send(queue);
        }
        while (mayReceive()) {
            IOException error = pendingError;
            if (error != null) {
                pendingError = null;
                handler.onReceiveFailed(error);
            } else {
                report(waiting.remove());
            }
        }
    }

    private void report(Datagram datagram) {
        try {
            received.add(datagram.bytes());
        } catch (BufferLimitException e) {
            handler.onReceiveFailed(new IOException("a datagram is dropped for want of buffer memory", e));
            return;
        }
        try {
            handler.onReceived(received, datagram.from());
        } finally {
            received.drain(received.length());
        }
    }

    @Override
    public void send(DatagramQueue source) {
        if (blocked != null || ended) {
            return;
        }
        int sent = 0;
        while (!source.isEmpty() && !ended) {
            if (network.happens(network.faults().datagramBlocked)) {
                block(source);
                break;
            }
            SocketAddress to = source.receiver(0);
            byte[] bytes;
            try {
                bytes = bytesOf(source);
            } catch (IOException e) {
                source.removeFirst();
                handler.onSendFailed(to, e);
                continue;
            }
            source.removeFirst();
            sent++;
            dispatch(bytes, to);
        }
        if (sent > 0 && !ended) {
            handler.onSent(sent);
        }
    }

    private static byte[] bytesOf(DatagramQueue source) throws IOException {
        ByteBuffer view;
        try {
            view = source.firstBytes();
        } catch (BufferLimitException | UncheckedIOException e) {
            throw new IOException("a datagram cannot be sent: " + e.getMessage(), e);
        }
        if (view.remaining() > MAX_PAYLOAD_BYTES) {
            throw new IOException("Message too long");
        }
        byte[] bytes = new byte[view.remaining()];
        view.get(bytes);
        return bytes;
    }

    private void block(DatagramQueue source) {
        blocked = source;
        unblocked = false;
        network.at(network.clock().nanoTime() + BLOCKED.toNanos(), () -> unblocked = true);
    }

    private void dispatch(byte[] bytes, SocketAddress to) {
        network.note(local + " sends " + bytes.length + " to " + to);
        network.digest(bytes);
        if (network.happens(network.faults().datagramLoss)) {
            return;
        }
        int copies = network.happens(network.faults().datagramDuplication) ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            long at = network.clock().nanoTime() + network.latencyNanos();
            if (!network.faults().reordersDatagrams) {
                at = at - lastArrivalNanos < 0 ? lastArrivalNanos : at;
                lastArrivalNanos = at;
            }
            network.at(at, () -> arrive(bytes, to));
        }
    }

    private void arrive(byte[] bytes, SocketAddress to) {
        SimulatedDatagrams receiver = network.datagramSockets().get(to);
        SocketAddress from = local;
        if (receiver == null || from == null) {
            if (remote != null && !ended) {
                pendingError = new PortUnreachableException();
            }
        } else {
            receiver.onArrival(bytes, from);
        }
    }

    private void onArrival(byte[] bytes, SocketAddress from) {
        boolean isPeer = remote == null || remote.equals(from);
        if (isPeer && waiting.size() < MAX_WAITING) {
            waiting.add(new Datagram(bytes, from));
        }
    }

    @Override
    public Optional<SelectableChannel> channel() {
        return Optional.empty();
    }

    @Override
    public Optional<SocketAddress> localAddress() {
        return Optional.ofNullable(local);
    }

    @Override
    public Optional<SocketAddress> remoteAddress() {
        return Optional.ofNullable(remote);
    }

    @Override
    public void close() {
        release();
    }

    @Override
    public void release() {
        if (!ended) {
            ended = true;
            receiving = false;
            blocked = null;
            backend.remove(this);
            if (local != null) {
                network.datagramSockets().remove(local, this);
            }
            network.giveDescriptorBack();
        }
    }
}
