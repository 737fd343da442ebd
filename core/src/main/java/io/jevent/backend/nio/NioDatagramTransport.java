package io.jevent.backend.nio;

import io.jevent.backend.DatagramHandler;
import io.jevent.backend.DatagramQueue;
import io.jevent.backend.DatagramTransport;
import io.jevent.buffer.BufferLimitException;
import io.jevent.buffer.BufferPool;
import io.jevent.buffer.EvBuffer;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A datagram socket over readiness. Channels move one datagram a call.
 *
 * <p>A datagram is received into scratch memory and then copied to where it just fits: received in place, every one would
 * take the room of the longest.
 */
final class NioDatagramTransport extends NioKey.Watcher implements DatagramTransport {
    /** Datagrams received in one turn, so that a flood of them does not starve others. */
    private static final int MAX_DATAGRAMS_PER_TURN = 64;

    private final NioBackend backend;
    private final DatagramChannel channel;
    private final DatagramHandler handler;
    private final NioKey key;

    /** The datagram being reported; empty between reports. */
    private final EvBuffer received;

    private boolean receiving;
    private boolean waitsForMemory;
    private boolean ended;

    /** What poll found, for the next deliver. */
    private int ready;

    /** What waits for room in the socket; null when nothing does. */
    private @Nullable DatagramQueue blocked;

    NioDatagramTransport(NioBackend backend, BufferPool pool, DatagramChannel channel, DatagramHandler handler)
            throws IOException {
        this.backend = backend;
        this.channel = channel;
        this.handler = handler;
        this.received = EvBuffer.create(pool);
        this.key = backend.keyOf(channel);
        key.add(this);
    }

    @Override
    public void bind(SocketAddress address) throws IOException {
        try {
            channel.bind(address);
        } catch (UnsupportedAddressTypeException e) {
            throw unsupported(address, e);
        }
    }

    @Override
    public void connect(SocketAddress address) throws IOException {
        try {
            channel.connect(address);
        } catch (UnsupportedAddressTypeException e) {
            throw unsupported(address, e);
        }
    }

    private static IOException unsupported(SocketAddress address, UnsupportedAddressTypeException cause) {
        return new IOException("address family not supported: " + address, cause);
    }

    @Override
    public void receiving(boolean receiving) {
        this.receiving = receiving && !ended;
        updateOps();
    }

    private boolean mayReceive() {
        return receiving && !waitsForMemory;
    }

    private void updateOps() {
        int wanted = (mayReceive() ? SelectionKey.OP_READ : 0) | (blocked != null ? SelectionKey.OP_WRITE : 0);
        if (ops != wanted) {
            ops = wanted;
            key.update();
        }
    }

    @Override
    void memoryAvailable() {
        waitsForMemory = false;
        updateOps();
    }

    @Override
    void onReady(int readyOps) {
        if (ready == 0) {
            handler.onReady();
        }
        ready |= readyOps;
    }

    @Override
    public void deliver() {
        int found = ready;
        ready = 0;
        DatagramQueue waiting = blocked;
        if ((found & SelectionKey.OP_WRITE) != 0 && waiting != null) {
            blocked = null;
            send(waiting);
        }
        if ((found & SelectionKey.OP_READ) != 0) {
            receive();
        }
    }

    private void receive() {
        for (int i = 0; i < MAX_DATAGRAMS_PER_TURN && mayReceive(); i++) {
            if (backend.mustWaitForMemory(this)) {
                waitsForMemory = true;
                updateOps();
                return;
            }
            if (!receiveOne()) {
                return;
            }
        }
    }

    /** Returns whether there may be another. */
    private boolean receiveOne() {
        ByteBuffer scratch = backend.datagramScratch();
        SocketAddress from;
        try {
            from = channel.receive(scratch);
        } catch (IOException e) {
            handler.onReceiveFailed(e);
            return false;
        }
        if (from == null) {
            return false;
        }
        try {
            received.add(scratch.flip());
        } catch (BufferLimitException e) {
            handler.onReceiveFailed(new IOException("a datagram is dropped for want of buffer memory", e));
            return false;
        }
        try {
            handler.onReceived(received, from);
        } finally {
            received.drain(received.length());
        }
        return true;
    }

    @Override
    public void send(DatagramQueue source) {
        if (blocked != null || ended) {
            return;
        }
        int sent = 0;
        while (!source.isEmpty()) {
            SocketAddress to = source.firstReceiver();
            IOException failure = null;
            try {
                ByteBuffer bytes = source.firstBytes();
                int byteCount = bytes.remaining();
                if (channel.send(bytes, to) < byteCount) {
                    blocked = source;
                    break;
                }
                sent++;
            } catch (UnsupportedAddressTypeException e) {
                failure = unsupported(to, e);
            } catch (IOException e) {
                failure = e;
            } catch (RuntimeException e) {
                // No memory to make it contiguous, a file that cannot be read, a socket connected to another meanwhile.
                failure = new IOException("a datagram cannot be sent: " + e.getMessage(), e);
            }
            source.removeFirst();
            if (failure != null) {
                handler.onSendFailed(to, failure);
            }
        }
        updateOps();
        if (sent > 0 && !ended) {
            handler.onSent(sent);
        }
    }

    @Override
    public Optional<SelectableChannel> channel() {
        return Optional.of(channel);
    }

    @Override
    public Optional<SocketAddress> localAddress() {
        return NioTransport.addressOf(channel::getLocalAddress);
    }

    @Override
    public Optional<SocketAddress> remoteAddress() {
        return NioTransport.addressOf(channel::getRemoteAddress);
    }

    @Override
    public void close() {
        release();
        if (channel.isOpen()) {
            NioTransport.closeQuietly(channel);
            backend.freeAddress();
        }
    }

    @Override
    public void release() {
        if (!ended) {
            ended = true;
            receiving = false;
            blocked = null;
            ops = 0;
            key.remove(this);
            backend.forget(this);
        }
    }
}
