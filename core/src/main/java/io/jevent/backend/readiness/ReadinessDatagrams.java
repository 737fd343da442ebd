package io.jevent.backend.readiness;

import io.jevent.backend.DatagramHandler;
import io.jevent.backend.DatagramQueue;
import io.jevent.backend.DatagramTransport;
import io.jevent.buffer.BufferLimitException;
import io.jevent.buffer.BufferPool;
import io.jevent.buffer.EvBuffer;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SelectableChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A datagram socket over readiness.
 *
 * <p>A datagram is received into scratch memory and then copied to where it just fits: received in place, every one would
 * take the room of the longest.
 */
public final class ReadinessDatagrams extends Watcher implements DatagramTransport {
    /** Datagrams received in one turn, so that a flood of them does not starve others. */
    private static final int MAX_DATAGRAMS_PER_TURN = 64;

    private final DatagramEnd socket;
    private final MemoryWaits memory;
    private final DatagramHandler handler;
    private final ReadinessKey key;

    /** The datagram being reported; empty between reports. */
    private final EvBuffer received;

    private boolean receiving;
    private boolean waitsForMemory;
    private boolean ended;

    /** What poll found, for the next deliver. */
    private int ready;

    /** What waits for room in the socket; null when nothing does. */
    private @Nullable DatagramQueue blocked;

    /** Takes a socket over, which does not receive yet. */
    public ReadinessDatagrams(DatagramEnd socket, BufferPool pool, MemoryWaits memory, DatagramHandler handler) {
        this.socket = socket;
        this.memory = memory;
        this.handler = handler;
        this.received = EvBuffer.create(pool);
        this.key = socket.key();
        key.add(this);
    }

    @Override
    public void bind(SocketAddress address) throws IOException {
        try {
            socket.bind(address);
        } catch (UnsupportedAddressTypeException e) {
            throw unsupported(address, e);
        }
    }

    @Override
    public void connect(SocketAddress address) throws IOException {
        try {
            socket.connect(address);
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
        tellOfTaken();
    }

    /** No readiness will tell of datagrams that came in a batch with one that has been reported. */
    private void tellOfTaken() {
        if (mayReceive() && socket.hasTaken()) {
            if (ready == 0) {
                handler.onReady();
            }
            ready |= READ;
        }
    }

    private boolean mayReceive() {
        return receiving && !waitsForMemory;
    }

    private void updateOps() {
        ops((mayReceive() ? READ : 0) | (blocked != null ? WRITE : 0), key);
    }

    @Override
    public void memoryAvailable() {
        waitsForMemory = false;
        updateOps();
        tellOfTaken();
    }

    @Override
    protected void onReady(int readyOps) {
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
        if ((found & WRITE) != 0 && waiting != null) {
            blocked = null;
            send(waiting);
        }
        if ((found & READ) != 0) {
            receive();
        }
    }

    private void receive() {
        for (int i = 0; i < MAX_DATAGRAMS_PER_TURN && mayReceive(); i++) {
            if (memory.mustWait(this)) {
                waitsForMemory = true;
                updateOps();
                return;
            }
            if (!receiveOne()) {
                break;
            }
        }
        tellOfTaken();
    }

    /** Returns whether there may be another. */
    private boolean receiveOne() {
        SocketAddress from;
        try {
            from = socket.receive();
        } catch (IOException e) {
            handler.onReceiveFailed(e);
            return false;
        }
        if (from == null) {
            return false;
        }
        try {
            received.add(socket.received());
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
            SocketAddress to = source.receiver(0);
            IOException failure;
            try {
                int count = socket.send(source);
                if (count == 0) {
                    blocked = source;
                    break;
                }
                sent += count;
                for (int i = 0; i < count; i++) {
                    source.removeFirst();
                }
                continue;
            } catch (UnsupportedAddressTypeException e) {
                failure = unsupported(to, e);
            } catch (IOException e) {
                failure = e;
            } catch (RuntimeException e) {
                // No memory to make it contiguous, a file that cannot be read, a socket connected to another meanwhile.
                failure = new IOException("a datagram cannot be sent: " + e.getMessage(), e);
            }
            source.removeFirst();
            handler.onSendFailed(to, failure);
        }
        updateOps();
        if (sent > 0 && !ended) {
            handler.onSent(sent);
        }
    }

    @Override
    public Optional<SelectableChannel> channel() {
        return socket.channel();
    }

    @Override
    public Optional<SocketAddress> localAddress() {
        return Addresses.ofNullable(socket::localAddress);
    }

    @Override
    public Optional<SocketAddress> remoteAddress() {
        return Addresses.ofNullable(socket::remoteAddress);
    }

    @Override
    public void close() {
        if (!ended) {
            release();
            socket.close();
        }
    }

    @Override
    public void release() {
        if (!ended) {
            ended = true;
            receiving = false;
            blocked = null;
            key.remove(this);
            memory.forget(this);
        }
    }
}
