package io.jevent.backend.linux;

import io.jevent.backend.Direction;
import io.jevent.backend.HandOffCallback;
import io.jevent.backend.Transport;
import io.jevent.backend.TransportHandler;
import io.jevent.backend.readiness.Addresses;
import io.jevent.backend.readiness.MemoryWaiter;
import io.jevent.backend.readiness.StreamSocket.Stage;
import io.jevent.buffer.BufferLimitException;
import io.jevent.buffer.EvBuffer;
import io.jevent.vector.IoVector;
import io.jevent.vector.VectorChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A connection over a ring.
 *
 * <p>Receiving: without a limit, one operation receives for as long as it is admitted; with one, or where memory is short, each
 * receives what is admitted at most. What has come is copied out of the ring's memory when it completes, into {@link #arrived}, and from there
 * moved into the target as far as is admitted then: so a limit is exact, nothing is lost when receiving is turned off
 * meanwhile, and neither a slow reader nor a few bytes hold memory that other connections need.
 *
 * <p>Sending: one operation at a time, of all that is there; its bytes stay in the source until it has completed.
 */
final class UringTransport extends RingOwner implements Transport, VectorChannel, MemoryWaiter {
    private static final int CONNECT = 1;
    private static final int RECEIVE = 2;
    private static final int RECEIVE_LARGE = 3;
    private static final int SEND = 4;
    private static final int WRITABLE = 5;
    private static final int CANCEL_RECEIVE = 6;
    private static final int CANCEL_SEND = 7;

    private static final int ECANCELED = 125;
    private static final int ENOBUFS = 105;

    /** One receive asks for no more than a buffer of the ring's holds. */
    private static final int MAX_RECEIVE_BYTES = 64 * 1024;

    /** From so many bytes at a time on, copying is worth avoiding. */
    private static final int LARGE_FROM_BYTES = 4 * 1024;

    /** An operation that goes on may bring so much before it can be stopped. */
    private static final int MEMORY_TO_GO_ON_BYTES = 2 * 1024 * 1024;

    /** How often what arrived is read after a send has failed. */
    private static final int LAST_READS = 64;

    /** When so much has arrived that nobody takes, receiving pauses. */
    private static final int MAX_ARRIVED_BYTES = 256 * 1024;

    private enum State {
        /** Not connected, no connect launched. */
        UNCONNECTED,
        /** A connect is under way, or its end is to be told. */
        CONNECTING,
        /** Bytes may flow. */
        CONNECTED,
        /** Failed, closed or released; says and does nothing any more. */
        ENDED
    }

    private enum Receiving {
        /** Nothing is in flight. */
        OFF,
        /** An operation that goes on. */
        MULTISHOT,
        /** An operation that goes on, for a connection that much comes on. */
        LARGE,
        /** An operation for so many bytes at most. */
        ONCE
    }

    private final UringBackend backend;
    private final int fd;
    private final int family;
    private final TransportHandler handler;
    private State state;
    private boolean descriptorClosed;

    // ---- connecting ----

    private boolean connectEnded;
    private @Nullable IOException connectFailure;

    /** Memory that an operation in flight reads: an address, or what a message is made of. */
    private @Nullable NativeBlock connectBlock;

    // ---- receiving ----

    /** Where received bytes go, while admitted is above 0. */
    private @Nullable EvBuffer target;

    private long admitted;
    private Receiving receiving = Receiving.OFF;
    private boolean cancelling;
    private boolean waitsForMemory;

    /** Whether much came last, so that copying it is worth avoiding. */
    private boolean muchComes;

    /** What came and was not yet admitted or delivered; null until the first byte comes. */
    private @Nullable EvBuffer arrived;

    /** The end or failure that came behind it. */
    private boolean endArrived;

    private @Nullable IOException receiveFailure;
    private boolean inputEnded;

    // ---- sending ----

    /** Where bytes to send come from; null when nothing is to be sent. */
    private @Nullable EvBuffer source;

    private long sendAdmitted;
    private boolean sending;
    private boolean sendEnded;

    /** Whether the operation in flight is to be the last, and whether that has been asked of the ring. */
    private boolean stopping;

    private boolean sendCancelled;
    private int sentBytes;
    private @Nullable IOException sendFailure;
    private @Nullable NativeBlock messageBlock;

    /** Whether sending waits for room, because the system sends a file and has none. */
    private boolean awaitsRoom;

    /** Whether a file found no room when it was last sent. */
    private boolean blocked;

    private boolean sendWaitsForMemory;

    /** Keeps the bytes of an operation in flight when the source goes away. */
    private @Nullable EvBuffer held;

    // ---- leaving ----

    /** Is given the connection when nothing is in flight; null unless it leaves for another loop. */
    private @Nullable HandOffCallback leaving;

    /** Where received bytes go that were not delivered. */
    private @Nullable EvBuffer unread;

    UringTransport(UringBackend backend, int fd, int family, Stage stage, TransportHandler handler) {
        super(backend.owners);
        this.backend = backend;
        this.fd = fd;
        this.family = family;
        this.handler = handler;
        this.state = stage == Stage.CONNECTED ? State.CONNECTED : State.UNCONNECTED;
    }

    // ---- connecting ----

    @Override
    public boolean isUserConnecting() {
        return false; // Nobody but us has the descriptor.
    }

    @Override
    public void connect(SocketAddress address) {
        NativeBlock block = backend.blocks.take();
        try {
            int addressBytes = SocketAddressCodec.encode(address, family, block.memory(), 0);
            connectBlock = block;
            connectBytes = addressBytes;
            state = State.CONNECTING;
            wantsToPrepare();
        } catch (UnsupportedAddressTypeException e) {
            backend.blocks.put(block);
            throw new UncheckedIOException(new IOException("address family not supported: " + address, e));
        } catch (IOException e) {
            backend.blocks.put(block);
            connectFailure = e;
            connectEnded = true;
            state = State.CONNECTING;
            handler.onReady();
        }
    }

    /** Of the address that is to be connected to; 0 once that is submitted. */
    private int connectBytes;

    @Override
    public void awaitConnect() {
        connectEnded = state == State.CONNECTED;
        state = State.CONNECTING;
        if (connectEnded) {
            handler.onReady();
        }
    }

    // ---- submitting ----

    @Override
    void prepare() {
        if (connectBytes > 0 && connectBlock != null) {
            backend.queue.connect(fd, connectBlock.address(), connectBytes, begin(CONNECT));
            connectBytes = 0;
        }
        prepareReceive();
        if (hasToDeliver()) {
            backend.reported();
            handler.onReady();
        }
        prepareSend();
    }

    private void prepareSend() {
        if (stopping && sending && !sendCancelled && !hasInFlight(CANCEL_SEND)) {
            sendCancelled = true;
            backend.queue.cancel(tag(SEND), begin(CANCEL_SEND));
        }
        EvBuffer from = source;
        if (from == null || !maySend()) {
            return;
        }
        if (from.isEmpty()) {
            source = null;
        } else if (blocked) {
            blocked = false;
            awaitsRoom = true;
            backend.queue.poll(fd, PollEvents.OUT, false, begin(WRITABLE));
        } else if (hasFiles(from)) {
            backend.reported();
            handler.onReady(); // They go when it is delivered.
        } else {
            submitSend(from);
        }
    }

    private boolean wantsToReceive() {
        return state == State.CONNECTED
                && admitted > 0
                && !inputEnded
                && !endArrived
                && receiveFailure == null
                && !waitsForMemory
                && arrivedBytes() < Math.min(admitted, MAX_ARRIVED_BYTES);
    }

    private void prepareReceive() {
        boolean wanted = wantsToReceive() && !mustWaitForMemory();
        if (receiving == Receiving.OFF) {
            if (wanted) {
                beginReceive();
            }
        } else if (!cancelling && !hasInFlight(CANCEL_RECEIVE) && (!wanted || isOfTheWrongKind())) {
            cancelling = true;
            backend.queue.cancel(tag(receiving == Receiving.LARGE ? RECEIVE_LARGE : RECEIVE), begin(CANCEL_RECEIVE));
        }
    }

    private void beginReceive() {
        if (!mayGoOn()) {
            receiving = Receiving.ONCE;
            int maxBytes = (int) Math.min(admitted - arrivedBytes(), MAX_RECEIVE_BYTES);
            backend.queue.receive(fd, maxBytes, begin(RECEIVE));
        } else if (muchComes && backend.largeBuffers.areReady()) {
            receiving = Receiving.LARGE;
            backend.queue.receiveLarge(fd, begin(RECEIVE_LARGE));
        } else {
            receiving = Receiving.MULTISHOT;
            backend.queue.receive(fd, 0, begin(RECEIVE));
        }
    }

    private boolean mayGoOn() {
        return admitted == UNLIMITED && backend.pool.hasRoomFor(MEMORY_TO_GO_ON_BYTES);
    }

    /** Whether there is a limit, or much comes, since it began. What comes less serves either way. */
    private boolean isOfTheWrongKind() {
        return switch (receiving) {
            case MULTISHOT -> !mayGoOn() || (muchComes && backend.largeBuffers.areReady());
            case LARGE -> !mayGoOn();
            case ONCE, OFF -> false;
        };
    }

    private boolean mustWaitForMemory() {
        waitsForMemory = backend.memory.mustWait(this);
        return waitsForMemory;
    }

    @Override
    public void memoryAvailable() {
        waitsForMemory = false;
        sendWaitsForMemory = false;
        wantsToPrepare();
    }

    private long arrivedBytes() {
        EvBuffer waiting = arrived;
        return waiting == null ? 0 : waiting.length();
    }

    private boolean hasToDeliver() {
        return state == State.CONNECTED
                && admitted > 0
                && !inputEnded
                && (arrivedBytes() > 0 || endArrived || receiveFailure != null);
    }

    private boolean maySend() {
        return state == State.CONNECTED
                && source != null
                && leaving == null
                && !sending
                && !sendEnded
                && !awaitsRoom
                && !sendWaitsForMemory;
    }

    /** Bytes of files are sent by calls, not by the ring, and outside of poll. */
    private static boolean hasFiles(EvBuffer from) {
        return from.memoryLength() < from.length();
    }

    /** Submits what there is, all of it in memory. */
    private void submitSend(EvBuffer from) {
        try {
            writeFrom(from);
        } catch (BufferLimitException e) {
            sendWaitsForMemory = backend.memory.mustWait(this);
            if (!sendWaitsForMemory) {
                sendFailure = new IOException("no buffer memory to send from", e);
            }
        } catch (IOException e) {
            sendFailure = e;
        }
        if (sendFailure != null) {
            sendEnded = true;
            backend.reported();
            handler.onReady();
        }
    }

    /** Users may only append to an output buffer, so its start is frozen but for this moment. */
    private long writeFrom(EvBuffer from) throws IOException {
        boolean frozen = from.isFrozen(EvBuffer.End.START);
        if (frozen) {
            from.unfreeze(EvBuffer.End.START);
        }
        try {
            return from.writeTo(this, sendAdmitted);
        } finally {
            if (frozen && !from.isClosed()) {
                from.freeze(EvBuffer.End.START);
            }
        }
    }

    /** Sends bytes of files, as far as there is room, and submits what is in memory before or behind them. */
    private void sendFiles() {
        EvBuffer from = source;
        if (from == null || !maySend() || !hasFiles(from)) {
            return;
        }
        long before = from.length();
        boolean returned = false;
        IOException failure = null;
        try {
            writeFrom(from);
            returned = true;
        } catch (BufferLimitException e) {
            if (from.length() < before) {
                throw e; // A change callback of the user's met the bound; the bytes are gone nevertheless.
            }
            returned = true;
            sendWaitsForMemory = backend.memory.mustWait(this);
            if (!sendWaitsForMemory) {
                failure = new IOException("no buffer memory to send from", e);
            }
        } catch (IOException e) {
            returned = true;
            failure = e;
        } finally {
            if (state == State.CONNECTED && !from.isClosed()) {
                long count = before - from.length();
                sent(from, count);
                if (count > 0 || !returned) {
                    handler.onSent(count);
                }
            }
        }
        if (failure != null) {
            failAfterReceiving(failure);
        } else if (state == State.CONNECTED) {
            wantsToPrepare();
        }
    }

    // ---- the channel that a buffer writes to ----

    @Override
    public IoVector vector() {
        backend.sockets.vector.clear();
        return backend.sockets.vector;
    }

    @Override
    public long writeVector() {
        IoVector vector = backend.sockets.vector;
        sending = true;
        if (vector.count() == 1) {
            backend.queue.send(fd, vector.address(0), (int) vector.length(0), begin(SEND));
        } else {
            NativeBlock block = backend.blocks.take();
            block.message(vector);
            messageBlock = block;
            backend.queue.sendMessage(fd, block.address(), begin(SEND));
        }
        return 0; // They are taken out when they are sent.
    }

    @Override
    public boolean isWriting() {
        return sending && state == State.CONNECTED;
    }

    @Override
    public @Nullable SystemFile open(FileChannel file) {
        return LinuxFile.of(backend.sockets.libc, file);
    }

    @Override
    public long sendFile(SystemFile file, long position, long byteCount) throws IOException {
        long count;
        do {
            count = ((LinuxFile) file).sendTo(backend.sockets.libc, fd, position, byteCount);
        } while (count == -Libc.EINTR);
        if (count == -Libc.EAGAIN) {
            blocked = true;
            return 0;
        }
        if (count < 0) {
            throw SystemError.of(backend.sockets.libc, (int) -count);
        }
        return count;
    }

    @Override
    public long readVector() {
        IoVector vector = backend.sockets.vector;
        long count;
        do {
            count = backend.sockets.libc.readv(fd, vector.arrayAddress(), vector.count());
        } while (count == -Libc.EINTR);
        return count <= 0 ? -1 : count; // That the peer has reset, or that there is nothing, is the end here.
    }

    /** A peer that stopped reading may have answered first; its answer is not lost with our bytes. */
    private void receiveTheLast() {
        deliverBytes();
        for (int i = 0; i < LAST_READS && mayReadNow(); i++) {
            try {
                int maxBytes = (int) Math.min(admitted, MAX_RECEIVE_BYTES);
                if (arrivals().readFrom(this, maxBytes) <= 0) {
                    return;
                }
            } catch (IOException | BufferLimitException _) {
                return; // The failed send already tells the story; and without memory nothing can be read.
            }
            deliverBytes();
        }
    }

    private boolean mayReadNow() {
        return state == State.CONNECTED
                && admitted > 0
                && receiving == Receiving.OFF
                && !inputEnded
                && !endArrived
                && receiveFailure == null
                && arrivedBytes() == 0;
    }

    // ---- completions ----

    @Override
    void completed(int operation, CompletionQueue queue) {
        switch (operation) {
            case CONNECT -> onConnectCompleted(queue.result());
            case RECEIVE, RECEIVE_LARGE -> onReceiveCompleted(queue, operation == RECEIVE_LARGE);
            case SEND -> onSendCompleted(queue.result());
            case WRITABLE -> {
                awaitsRoom = false;
                if (state != State.ENDED) {
                    handler.onReady();
                }
            }
            // What was cancelled says so itself; if that was refused, it is cancelled again.
            case CANCEL_SEND -> {
                sendCancelled &= hasCancelled(queue.result());
                wantsToPrepare();
            }
            default -> {
                cancelling &= hasCancelled(queue.result());
                wantsToPrepare();
            }
        }
        if (leaving != null && !hasInFlight()) {
            handler.onReady();
        }
    }

    private void onConnectCompleted(int result) {
        giveBackConnectBlock();
        if (state != State.CONNECTING) {
            return;
        }
        connectEnded = true;
        if (result < 0) {
            connectFailure = SystemError.ofConnect(backend.sockets.libc, -result);
        }
        handler.onReady();
    }

    private void onReceiveCompleted(CompletionQueue queue, boolean large) {
        int result = queue.result();
        if (!queue.hasMore()) {
            receiving = Receiving.OFF;
            cancelling = false;
            wantsToPrepare();
        }
        if (large) {
            takeLarge(queue.largeBuffer(), result);
        } else {
            take(queue, result);
        }
        if (state == State.ENDED) {
            return;
        }
        if (result > 0) {
            noteSize(result);
            if (arrivedBytes() >= Math.min(admitted, MAX_ARRIVED_BYTES)) {
                wantsToPrepare();
            }
        } else if (result == 0) {
            endArrived = true;
        } else if (result == -ENOBUFS && large) {
            muchComes = false; // Until there are some again, it is copied.
        } else if (result != -ECANCELED && result != -ENOBUFS && result != -Libc.EAGAIN && result != -Libc.EINTR) {
            receiveFailure = SystemError.of(backend.sockets.libc, -result);
        }
        if (hasToDeliver()) {
            handler.onReady();
        }
    }

    private void noteSize(int byteCount) {
        if (byteCount >= LARGE_FROM_BYTES && !muchComes) {
            muchComes = true;
            wantsToPrepare();
        } else if (byteCount < LARGE_FROM_BYTES / 4) {
            muchComes = false;
        }
    }

    private void take(CompletionQueue queue, int byteCount) {
        long address = queue.receivedAt();
        if (address != 0) {
            if (state != State.ENDED && byteCount > 0) {
                backend.received.copyTo(arrivals(), address, byteCount);
            }
            queue.recycle();
        }
    }

    private void takeLarge(int id, int byteCount) {
        if (id >= 0) {
            backend.largeBuffers.take(id, Math.max(byteCount, 0), state == State.ENDED ? null : arrivals());
        }
    }

    private EvBuffer arrivals() {
        EvBuffer waiting = arrived;
        if (waiting == null) {
            waiting = EvBuffer.createConfined(backend.pool);
            arrived = waiting;
        }
        return waiting;
    }

    private void onSendCompleted(int result) {
        sending = false;
        sendCancelled = false;
        giveBackMessageBlock();
        if (held != null) {
            held.close();
            held = null;
        }
        if (state == State.ENDED) {
            return;
        }
        sendEnded = true;
        if (result >= 0) {
            sentBytes = result;
        } else if (result == -ECANCELED || result == -Libc.EAGAIN || result == -Libc.EINTR) {
            sentBytes = 0;
        } else {
            sendFailure = SystemError.of(backend.sockets.libc, -result);
        }
        handler.onReady();
    }

    // ---- delivering ----

    @Override
    public void deliver() {
        if (leaving != null) {
            leaveIfIdle(leaving);
            return;
        }
        try {
            if (connectEnded) {
                finishConnect();
            }
            if (sendEnded && state == State.CONNECTED) {
                finishSend();
            }
            sendFiles();
            deliverArrived();
        } finally {
            // Also when a callback of the user's threw: the connection goes on.
            if (state == State.CONNECTED) {
                wantsToPrepare();
            }
        }
    }

    private void finishConnect() {
        connectEnded = false;
        if (state != State.CONNECTING) {
            return;
        }
        IOException cause = connectFailure;
        if (cause != null) {
            fail(Direction.CONNECTING, cause);
            return;
        }
        state = State.CONNECTED;
        handler.onConnected();
    }

    private void finishSend() {
        sendEnded = false;
        IOException cause = sendFailure;
        if (cause != null) {
            failAfterReceiving(cause);
            return;
        }
        EvBuffer from = source;
        int count = sentBytes;
        sentBytes = 0;
        if (stopping) {
            stopping = false;
            source = null;
        }
        if (from == null || count == 0) {
            return;
        }
        boolean drained = false;
        try {
            drain(from, count);
            drained = true;
        } finally {
            // Also when a change callback of the user's threw: the bytes are gone nevertheless.
            if (state == State.CONNECTED && (drained || !from.isClosed())) {
                sent(from, count);
                handler.onSent(count);
            }
        }
    }

    /** Counts what has left; without more bytes or admission there is nothing to send from. */
    private void sent(EvBuffer from, long count) {
        if (sendAdmitted != UNLIMITED) {
            sendAdmitted -= count;
        }
        if (from.isEmpty() || sendAdmitted <= 0) {
            source = null;
        }
    }

    private void failAfterReceiving(IOException cause) {
        sendFailure = cause; // Whoever gives the connection away meanwhile is told.
        try {
            receiveTheLast();
        } finally {
            fail(Direction.WRITING, cause);
        }
    }

    private static void drain(EvBuffer from, int byteCount) {
        boolean frozen = from.isFrozen(EvBuffer.End.START);
        if (frozen) {
            from.unfreeze(EvBuffer.End.START);
        }
        try {
            from.drain(byteCount);
        } finally {
            if (frozen && !from.isClosed()) {
                from.freeze(EvBuffer.End.START);
            }
        }
    }

    private void deliverArrived() {
        deliverBytes();
        if (state != State.CONNECTED || admitted == 0 || inputEnded || arrivedBytes() > 0) {
            return;
        }
        if (endArrived) {
            inputEnded = true;
            handler.onEnd();
        } else if (receiveFailure != null) {
            fail(Direction.READING, receiveFailure);
        }
    }

    /** Moves what is admitted of what has arrived. */
    private void deliverBytes() {
        EvBuffer waiting = arrived;
        EvBuffer into = target;
        if (state != State.CONNECTED || waiting == null || into == null || admitted == 0 || waiting.isEmpty()) {
            return;
        }
        long before = into.length();
        boolean frozen = into.isFrozen(EvBuffer.End.END);
        if (frozen) {
            into.unfreeze(EvBuffer.End.END);
        }
        long count = 0;
        boolean moved = false;
        try {
            count = waiting.moveTo(into, admitted);
            moved = true;
        } finally {
            if (!into.isClosed()) {
                if (frozen) {
                    into.freeze(EvBuffer.End.END);
                }
                // Also when a change callback of the user's threw: the bytes are here nevertheless.
                report(moved ? count : Math.max(0, into.length() - before));
            }
        }
    }

    private void report(long count) {
        if (count > 0 && state == State.CONNECTED) {
            if (admitted != UNLIMITED) {
                admitted -= count;
            }
            handler.onReceived(count);
        }
    }

    private void fail(Direction direction, IOException cause) {
        if (state == State.ENDED || leaving != null) {
            return; // The failure of one that leaves is told when nothing is under way.
        }
        state = State.ENDED;
        handler.onFailed(direction, cause);
    }

    // ---- what the loop asks for ----

    @Override
    public void receive(EvBuffer target, long admittedBytes) {
        this.target = target;
        this.admitted = admittedBytes;
        if (state == State.CONNECTED) {
            wantsToPrepare();
        }
    }

    @Override
    public void send(EvBuffer source, long admittedBytes) {
        this.source = source;
        this.sendAdmitted = admittedBytes;
        stopping = false;
        if (state == State.CONNECTED && !blocked) {
            sendFiles();
        }
        if (state == State.CONNECTED) {
            wantsToPrepare();
        }
    }

    @Override
    public void stopSending() {
        if (sending || sendEnded) { // What has been sent has to be taken out first, or it would be sent again.
            stopping = true;
            wantsToPrepare();
        } else {
            source = null;
        }
    }

    @Override
    public void shutdownOutput() {
        try {
            if (!descriptorClosed) {
                backend.sockets.shutdownOutput(fd);
            }
        } catch (IOException e) {
            // The peer has reset the connection; receiving will tell.
            System.getLogger("io.jevent.backend").log(System.Logger.Level.DEBUG, "shutting output down", e);
        }
    }

    // ---- options and names ----

    @Override
    public <T> void option(SocketOption<T> option, T value) throws IOException {
        checkOpen();
        LinuxSocketOption.set(backend.sockets, fd, option, value);
    }

    @Override
    public <T> T option(SocketOption<T> option) throws IOException {
        checkOpen();
        return LinuxSocketOption.get(backend.sockets, fd, option);
    }

    private void checkOpen() throws IOException {
        if (descriptorClosed) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public Optional<SelectableChannel> channel() {
        return Optional.empty();
    }

    @Override
    public Optional<SocketAddress> localAddress() {
        return descriptorClosed || state == State.UNCONNECTED
                ? Optional.empty()
                : Addresses.ofNullable(() -> backend.sockets.localAddress(fd));
    }

    @Override
    public Optional<SocketAddress> remoteAddress() {
        return descriptorClosed || state == State.UNCONNECTED
                ? Optional.empty()
                : Addresses.ofNullable(() -> backend.sockets.remoteAddress(fd));
    }

    @Override
    public boolean isOpen() {
        return !descriptorClosed;
    }

    // ---- the end ----

    /**
     * What is in flight is cancelled by the ring's usual way, since it may complete nevertheless; what completes counts. Then
     * the descriptor is nobody's here.
     */
    @Override
    public void handOff(EvBuffer unread, HandOffCallback callback) {
        this.unread = unread;
        this.leaving = callback;
        admitted = 0;
        stopSending();
        if (hasInFlight(WRITABLE)) {
            backend.queue.cancelTagNow(tag(WRITABLE));
        }
        leaveIfIdle(callback);
        if (state == State.CONNECTED) {
            wantsToPrepare();
        }
    }

    private void leaveIfIdle(HandOffCallback callback) {
        if (state != State.CONNECTED) {
            return;
        }
        if (sendEnded && sendFailure == null) {
            finishSend();
        }
        if (hasInFlight() || state != State.CONNECTED) {
            return;
        }
        if (arrived != null) {
            arrived.moveTo(Objects.requireNonNull(unread), arrived.length());
        }
        IOException ofReceiving = receiveFailure;
        IOException ofSending = sendFailure;
        if (ofReceiving != null) {
            handler.onFailed(Direction.READING, ofReceiving);
        } else if (ofSending != null) {
            handler.onFailed(Direction.WRITING, ofSending);
        }
        release();
        callback.onHandedOff(new DescriptorAcceptedSocket(fd, family, null));
    }

    @Override
    public void close() {
        if (!descriptorClosed) {
            stop();
            descriptorClosed = true;
            backend.sockets.close(fd);
        }
    }

    @Override
    public void release() {
        if (!descriptorClosed) {
            stop();
            descriptorClosed = true;
        }
    }

    private void stop() {
        state = State.ENDED;
        backend.memory.forget(this);
        if (sending && source != null && !source.isClosed()) {
            held = EvBuffer.createConfined(backend.pool);
            held.addBufferReference(source);
        }
        if (hasInFlight()) {
            backend.queue.cancelNow(fd);
        }
        if (arrived != null) {
            arrived.close();
            arrived = null;
        }
        target = null;
        source = null;
        end();
    }

    @Override
    void freed() {
        giveBackConnectBlock();
        giveBackMessageBlock();
        if (held != null) {
            held.close();
            held = null;
        }
    }

    private void giveBackConnectBlock() {
        if (connectBlock != null) {
            backend.blocks.put(connectBlock);
            connectBlock = null;
        }
    }

    private void giveBackMessageBlock() {
        if (messageBlock != null) {
            backend.blocks.put(messageBlock);
            messageBlock = null;
        }
    }
}
