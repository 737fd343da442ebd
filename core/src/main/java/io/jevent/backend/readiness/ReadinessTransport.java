package io.jevent.backend.readiness;

import io.jevent.backend.Direction;
import io.jevent.backend.HandOffCallback;
import io.jevent.backend.Transport;
import io.jevent.backend.TransportHandler;
import io.jevent.buffer.BufferLimitException;
import io.jevent.buffer.EvBuffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A connection over readiness that looks like completions.
 *
 * <p>Reading: one scattering read per readiness, into as much room as the last reads suggest, without asking how much
 * waits. Writing: at once, in one gathering write; write interest is on only between a short write and the next room.
 */
public final class ReadinessTransport extends Watcher implements Transport {
    private static final int MIN_READ_BYTES = 4 * 1024;
    private static final int MAX_READ_BYTES = 64 * 1024;

    /** After a failed write, as much as this is still read, because what arrived before the failure counts. */
    private static final int LAST_READS = 64;

    private enum State {
        /** Not connected, no connect launched here. */
        UNCONNECTED,
        /** A connect launched here is under way. */
        CONNECTING,
        /** A connect that the user launched is under way. */
        USER_CONNECTING,
        /** Bytes may flow. */
        CONNECTED,
        /** Failed, closed or released; says and does nothing any more. */
        ENDED
    }

    private final StreamSocket socket;
    private final MemoryWaits memory;
    private final TransportHandler handler;
    private final ReadinessKey key;
    private State state;

    /** What poll found, for the next deliver. */
    private int ready;

    private boolean delivering;

    /** Whether a deliver is due without readiness: for a connect that ended, or failed, inside the call. */
    private boolean connectEnded;

    private @Nullable IOException connectFailure;

    /** Where received bytes go, while admitted is above 0. */
    private @Nullable EvBuffer target;

    private long admitted;
    private boolean inputEnded;
    private boolean waitsForMemory;
    private boolean writeWaitsForMemory;
    private int readBytes = MIN_READ_BYTES;

    /** Where bytes to send come from; null when nothing is to be sent. */
    private @Nullable EvBuffer source;

    private long sendAdmitted;

    /** Whether the last write was short, so that the next one waits for room. */
    private boolean blocked;

    /** Why a write has failed, while what arrived before is read; it is told behind that. */
    private @Nullable IOException failing;

    /** Whether the selector has forgotten this connection. */
    private boolean detached;

    /** Takes a socket over. */
    public ReadinessTransport(StreamSocket socket, MemoryWaits memory, TransportHandler handler) {
        this.socket = socket;
        this.memory = memory;
        this.handler = handler;
        this.state = switch (socket.stage()) {
            case UNCONNECTED -> State.UNCONNECTED;
            case CONNECTING -> State.USER_CONNECTING;
            case CONNECTED -> State.CONNECTED;
        };
        this.key = socket.key();
        key.add(this);
        updateOps();
    }

    @Override
    public boolean isUserConnecting() {
        return state == State.USER_CONNECTING;
    }

    @Override
    public void connect(SocketAddress address) {
        try {
            connectEnded = socket.connect(address);
        } catch (UnsupportedAddressTypeException e) {
            throw new UncheckedIOException(new IOException("address family not supported: " + address, e));
        } catch (IOException e) {
            connectFailure = e;
            connectEnded = true;
        }
        state = State.CONNECTING;
        updateOps();
        if (connectEnded) {
            handler.onReady();
        }
    }

    @Override
    public void awaitConnect() {
        connectEnded = socket.stage() == StreamSocket.Stage.CONNECTED;
        state = State.CONNECTING;
        updateOps();
        if (connectEnded) {
            handler.onReady();
        }
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
        delivering = true;
        try {
            if (connectEnded || (found & CONNECT) != 0) {
                finishConnect();
            }
            if ((found & WRITE) != 0 && state == State.CONNECTED) {
                blocked = false;
                write();
            }
            if ((found & READ) != 0 && mayRead()) {
                read();
            }
        } finally {
            delivering = false;
            updateOps();
        }
    }

    private void finishConnect() {
        connectEnded = false;
        boolean ours = state == State.CONNECTING;
        if (state == State.ENDED || state == State.CONNECTED) {
            return;
        }
        try {
            if (connectFailure != null) {
                throw connectFailure;
            }
            if (!socket.finishConnect()) {
                return;
            }
        } catch (IOException e) {
            fail(Direction.CONNECTING, e);
            return;
        }
        state = State.CONNECTED;
        if (ours) {
            handler.onConnected();
        } else {
            handler.onSent(0);
        }
        if (state == State.CONNECTED && source != null) {
            write();
        }
    }

    private boolean mayRead() {
        return state == State.CONNECTED && admitted > 0 && !inputEnded && !waitsForMemory;
    }

    private void read() {
        if (memory.mustWait(this)) {
            waitsForMemory = true;
            return;
        }
        int count;
        try {
            count = readOnce();
        } catch (IOException e) {
            fail(Direction.READING, e);
            return;
        }
        if (state == State.ENDED) {
            return; // A callback of the buffer's has closed this connection.
        }
        if (count > 0) {
            handler.onReceived(count);
        } else if (count < 0) {
            inputEnded = true;
            handler.onEnd();
        }
    }

    private int readOnce() throws IOException {
        EvBuffer into = target;
        if (into == null) {
            return 0;
        }
        long before = into.length();
        int count = 0;
        boolean returned = false;
        try {
            count = readInto(into, (int) Math.min(readBytes, admitted));
            returned = true;
        } catch (BufferLimitException e) {
            // Not near its limit, the pool always has room for the smallest read.
            readBytes = MIN_READ_BYTES;
            count = readInto(into, (int) Math.min(readBytes, admitted));
            returned = true;
        } finally {
            if (!returned && into.length() > before) {
                // A change callback of the user's threw; the bytes are here nevertheless.
                received((int) (into.length() - before));
            }
        }
        adapt(count);
        return count;
    }

    private void adapt(int count) {
        if (count > 0 && admitted != UNLIMITED) {
            admitted -= count;
        }
        if (count == readBytes) {
            readBytes = Math.min(readBytes * 4, MAX_READ_BYTES);
        } else if (count < readBytes / 8) {
            readBytes = Math.max(readBytes / 4, MIN_READ_BYTES);
        }
    }

    private void received(int count) {
        adapt(count);
        if (state != State.ENDED) {
            handler.onReceived(count);
        }
    }

    /** Users may only drain an input buffer, so its end is frozen but for this moment. */
    private int readInto(EvBuffer into, int maxBytes) throws IOException {
        boolean frozen = into.isFrozen(EvBuffer.End.END);
        if (frozen) {
            into.unfreeze(EvBuffer.End.END);
        }
        try {
            return into.readFrom(socket.input(), maxBytes);
        } finally {
            if (frozen && !into.isClosed()) {
                into.freeze(EvBuffer.End.END);
            }
        }
    }

    /** Users may only append to an output buffer, so its start is frozen but for this moment. */
    private long writeFrom(EvBuffer from) throws IOException {
        boolean frozen = from.isFrozen(EvBuffer.End.START);
        if (frozen) {
            from.unfreeze(EvBuffer.End.START);
        }
        try {
            return from.writeTo(socket.output(), sendAdmitted);
        } finally {
            if (frozen && !from.isClosed()) {
                from.freeze(EvBuffer.End.START);
            }
        }
    }

    @Override
    public void receive(EvBuffer target, long admittedBytes) {
        this.target = target;
        this.admitted = admittedBytes;
        if (!delivering) {
            updateOps();
        }
    }

    @Override
    public void memoryAvailable() {
        waitsForMemory = false;
        writeWaitsForMemory = false;
        updateOps();
    }

    @Override
    public void send(EvBuffer source, long admittedBytes) {
        this.source = source;
        this.sendAdmitted = admittedBytes;
        if (state == State.CONNECTED && !blocked) {
            try {
                write();
            } finally {
                if (!delivering) {
                    updateOps();
                }
            }
        }
    }

    @Override
    public void stopSending() {
        source = null;
        blocked = false;
        if (!delivering) {
            updateOps();
        }
    }

    private void write() {
        EvBuffer from = source;
        if (from == null || from.isEmpty()) {
            source = null;
            return;
        }
        long before = from.length();
        boolean returned = false;
        try {
            writeFrom(from);
            returned = true;
        } catch (BufferLimitException e) {
            if (from.length() < before) {
                throw e; // A change callback of the user's met the bound; the bytes are gone nevertheless.
            }
            returned = true;
            waitForMemoryToWrite(e);
        } catch (IOException e) {
            returned = true;
            failing = e;
            try {
                readWhatArrived();
            } finally {
                fail(Direction.WRITING, e);
            }
        } finally {
            // Also when a change callback of the user's threw: the bytes are gone nevertheless.
            written(from, before, returned);
        }
    }

    /** Bytes of a file have to go through memory, and there is none: they wait, or fail if waiting cannot help. */
    private void waitForMemoryToWrite(BufferLimitException cause) {
        writeWaitsForMemory = memory.mustWait(this);
        if (!writeWaitsForMemory) {
            fail(Direction.WRITING, new IOException("no buffer memory to send from", cause));
        }
    }

    private void written(EvBuffer from, long before, boolean returned) {
        if (state == State.ENDED) {
            return; // It failed, or a callback of the buffer's has closed this connection.
        }
        long count = Math.max(0, before - from.length());
        if (sendAdmitted != UNLIMITED) {
            sendAdmitted -= count;
        }
        blocked = !from.isEmpty() && sendAdmitted > 0;
        if (!blocked) {
            source = null;
        }
        if (count > 0 || !returned) {
            handler.onSent(count);
        }
    }

    /** A peer that stopped reading may have answered first; its answer is not lost with our bytes. */
    private void readWhatArrived() {
        for (int i = 0; i < LAST_READS && mayRead(); i++) {
            int count;
            try {
                count = readOnce();
            } catch (IOException | BufferLimitException _) {
                // The failed write already tells the story; and without memory nothing can be read.
                return;
            }
            if (count <= 0) {
                return;
            }
            handler.onReceived(count);
        }
    }

    @Override
    public void shutdownOutput() {
        try {
            socket.shutdownOutput();
        } catch (ClosedChannelException _) {
            // Ended meanwhile; whoever ended it has said so.
        } catch (IOException e) {
            // The peer has reset the connection; reading will tell.
            System.getLogger("io.jevent.backend").log(System.Logger.Level.DEBUG, "shutting output down", e);
        }
    }

    private void fail(Direction direction, IOException cause) {
        if (state == State.ENDED) {
            return;
        }
        state = State.ENDED;
        ops(0, key);
        handler.onFailed(direction, cause);
    }

    private void updateOps() {
        int wanted = switch (state) {
            case UNCONNECTED, ENDED -> 0;
            case CONNECTING, USER_CONNECTING -> connectEnded ? 0 : CONNECT;
            case CONNECTED -> (mayRead() ? READ : 0) | (blocked && !writeWaitsForMemory ? WRITE : 0);
        };
        ops(wanted, key);
    }

    @Override
    public <T> void option(SocketOption<T> option, T value) throws IOException {
        socket.option(option, value);
    }

    @Override
    public <T> T option(SocketOption<T> option) throws IOException {
        return socket.option(option);
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
    public void handOff(EvBuffer unread, HandOffCallback callback) {
        IOException cause = failing;
        if (cause != null) {
            handler.onFailed(Direction.WRITING, cause); // Else nobody would know: a socket tells its error once.
        }
        release();
        callback.onHandedOff(socket.handOff());
    }

    @Override
    public void close() {
        state = State.ENDED;
        // First, because a descriptor that is closed need not be taken from the watched ones.
        socket.close();
        detach();
    }

    @Override
    public void release() {
        state = State.ENDED;
        detach();
    }

    private void detach() {
        if (!detached) {
            detached = true;
            key.remove(this);
            memory.forget(this);
            target = null;
            source = null;
        }
    }
}
