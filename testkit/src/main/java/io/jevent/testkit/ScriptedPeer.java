package io.jevent.testkit;

import io.jevent.backend.Direction;
import io.jevent.backend.Transport;
import io.jevent.backend.TransportHandler;
import io.jevent.buffer.EvBuffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.nio.channels.SelectableChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The far end of one connection on a {@link ScriptedBackend}, and what the test makes it do.
 *
 * <p>Each {@code sends} arrives as one piece of its own. What the program writes is taken at once and whole unless
 * {@link #window} or {@link #maxBytesPerWrite} says otherwise.
 *
 * <p>Threading: one thread, the loop's.
 */
public final class ScriptedPeer {
    private final ScriptedBackend script;
    private final Near near = new Near();
    private final Deque<byte[]> inbound = new ArrayDeque<>();
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private long window = Transport.UNLIMITED;
    private int maxBytesPerWrite = Integer.MAX_VALUE;
    private @Nullable IOException readFailure;
    private @Nullable IOException writeFailure;
    private boolean ended;
    private boolean outputEnded;
    private boolean open = true;
    private boolean sawReset;
    private int writeCount;

    ScriptedPeer(ScriptedBackend script) {
        this.script = script;
    }

    // ---- what the test makes it do ----

    /**
     * Sends text to the program, one piece.
     *
     * @param text sent as UTF-8
     */
    public void sends(String text) {
        sends(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Sends bytes to the program, one piece.
     *
     * @param bytes at least one
     */
    public void sends(byte[] bytes) {
        inbound.add(bytes.clone());
        script.isReady(this);
    }

    /** Ends its output: the program sees the end of its input after what was sent. */
    public void ends() {
        ended = true;
        script.isReady(this);
    }

    /** Resets the connection: the program's next read, after what was sent, and its next write fail. */
    public void resets() {
        readFailure = new SocketException("Connection reset");
        writeFailure = new SocketException("Broken pipe");
        script.isReady(this);
    }

    /**
     * Lets a connect that hangs succeed.
     */
    public void accepts() {
        near.connectSucceeds();
    }

    /**
     * Makes a connect that hangs fail.
     */
    public void refuses() {
        near.connectFails();
    }

    /**
     * Takes this many more bytes from the program and then none, until called again.
     *
     * @param byteCount at least 0; {@link Transport#UNLIMITED} takes everything again
     */
    public void window(long byteCount) {
        window = byteCount;
        script.isReady(this);
    }

    /**
     * Takes at most this many bytes in each write.
     *
     * @param byteCount at least 1
     */
    public void maxBytesPerWrite(int byteCount) {
        maxBytesPerWrite = byteCount;
    }

    /**
     * Makes the program's next write fail.
     *
     * @param message what the system says
     */
    public void nextWriteFails(String message) {
        writeFailure = new IOException(message);
    }

    // ---- what it saw ----

    /**
     * {@return everything the program has sent, as bytes}
     */
    public byte[] received() {
        return received.toByteArray();
    }

    /**
     * {@return everything the program has sent, as UTF-8 text}
     */
    public String receivedText() {
        return received.toString(StandardCharsets.UTF_8);
    }

    /**
     * {@return how many writes brought it that; one gathers any number of chunks}
     */
    public int writeCount() {
        return writeCount;
    }

    /**
     * {@return whether the program has ended its output}
     */
    public boolean sawEnd() {
        return outputEnded;
    }

    /**
     * {@return whether the program has reset the connection}
     */
    public boolean sawReset() {
        return sawReset;
    }

    /**
     * {@return whether the program still holds the connection}
     */
    public boolean isOpen() {
        return open;
    }

    /**
     * {@return bytes sent that the program has not read}
     */
    public long unreadBytes() {
        return inbound.stream().mapToLong(piece -> piece.length).sum();
    }

    // ---- the near end ----

    Transport connecting(TransportHandler handler, ConnectAnswer answer) {
        near.handler = handler;
        near.answer = answer;
        near.state = NearState.CONNECTING;
        if (answer == ConnectAnswer.SUCCEEDS_AT_ONCE || answer == ConnectAnswer.REFUSED_AT_ONCE) {
            near.readyAtOnce();
        } else if (answer != ConnectAnswer.HANGS) {
            script.isReady(this);
        }
        return near;
    }

    Transport connected(TransportHandler handler, @Nullable SelectableChannel channel) {
        near.handler = handler;
        near.channel = channel;
        near.state = NearState.CONNECTED;
        script.isReady(this);
        return near;
    }

    void programCloses() {
        open = false;
    }

    void programResets() {
        open = false;
        sawReset = true;
    }

    boolean reportIfReady() {
        return near.reportIfReady();
    }

    private enum NearState {
        IDLE,
        CONNECTING,
        CONNECTED,
        DEAD
    }

    /** The program's end. */
    private final class Near implements Transport {
        private @Nullable TransportHandler handler;
        private @Nullable SelectableChannel channel;
        private NearState state = NearState.IDLE;
        private ConnectAnswer answer = ConnectAnswer.SUCCEEDS;
        private @Nullable EvBuffer target;
        private long admitted;
        private boolean endReported;
        private @Nullable EvBuffer source;
        private long sendAdmitted;

        private TransportHandler handler() {
            TransportHandler present = handler;
            if (present == null) {
                throw new IllegalStateException("the program has not taken this connection yet");
            }
            return present;
        }

        void readyAtOnce() {
            handler().onReady();
        }

        void connectSucceeds() {
            answer = ConnectAnswer.SUCCEEDS;
            script.isReady(ScriptedPeer.this);
        }

        void connectFails() {
            answer = ConnectAnswer.REFUSED;
            script.isReady(ScriptedPeer.this);
        }

        boolean reportIfReady() {
            boolean readyNow = switch (state) {
                case IDLE, DEAD -> false;
                case CONNECTING -> answer != ConnectAnswer.HANGS;
                case CONNECTED -> canRead() || canWrite();
            };
            if (readyNow) {
                handler().onReady();
            }
            return readyNow;
        }

        private boolean canRead() {
            boolean something = !inbound.isEmpty() || readFailure != null || (ended && !endReported);
            return admitted > 0 && something;
        }

        private boolean canWrite() {
            EvBuffer from = source;
            return from != null && !from.isEmpty() && (window > 0 || writeFailure != null);
        }

        @Override
        public void deliver() {
            if (state == NearState.CONNECTING) {
                endConnect();
            }
            if (state == NearState.CONNECTED && canWrite()) {
                write();
            }
            if (state == NearState.CONNECTED && canRead()) {
                read();
            }
            if (state == NearState.CONNECTED) {
                script.isReady(ScriptedPeer.this);
            }
        }

        private void endConnect() {
            if (answer == ConnectAnswer.REFUSED || answer == ConnectAnswer.REFUSED_AT_ONCE) {
                state = NearState.DEAD;
                handler().onFailed(Direction.CONNECTING, new ConnectException("Connection refused"));
            } else {
                state = NearState.CONNECTED;
                handler().onConnected();
            }
        }

        private void read() {
            EvBuffer into = target;
            byte[] piece = inbound.poll();
            if (piece == null || into == null) {
                readEnd();
                return;
            }
            int count = (int) Math.min(piece.length, admitted);
            if (count < piece.length) {
                inbound.addFirst(Arrays.copyOfRange(piece, count, piece.length));
            }
            if (admitted != UNLIMITED) {
                admitted -= count;
            }
            into.unfreeze(EvBuffer.End.END);
            into.add(piece, 0, count);
            if (!into.isClosed()) {
                into.freeze(EvBuffer.End.END);
            }
            handler().onReceived(count);
        }

        private void readEnd() {
            if (readFailure != null) {
                state = NearState.DEAD;
                handler().onFailed(Direction.READING, readFailure);
            } else if (ended && !endReported) {
                endReported = true;
                handler().onEnd();
            }
        }

        private void write() {
            EvBuffer from = source;
            if (from == null || from.isEmpty()) {
                source = null;
                return;
            }
            writeCount++;
            if (writeFailure != null) {
                state = NearState.DEAD;
                handler().onFailed(Direction.WRITING, writeFailure);
                return;
            }
            int count = (int) Math.min(Math.min(from.length(), sendAdmitted), Math.min(window, maxBytesPerWrite));
            if (count == 0) {
                return;
            }
            byte[] taken = new byte[count];
            from.unfreeze(EvBuffer.End.START);
            from.remove(taken, 0, count);
            if (!from.isClosed()) {
                from.freeze(EvBuffer.End.START);
            }
            received.writeBytes(taken);
            if (window != UNLIMITED) {
                window -= count;
            }
            if (sendAdmitted != UNLIMITED) {
                sendAdmitted -= count;
            }
            if (from.isEmpty() || sendAdmitted <= 0) {
                source = null;
            } else {
                script.isReady(ScriptedPeer.this);
            }
            handler().onSent(count);
        }

        @Override
        public boolean isUserConnecting() {
            return false;
        }

        @Override
        public void connect(SocketAddress address) {
            state = NearState.CONNECTING;
            script.isReady(ScriptedPeer.this);
        }

        @Override
        public <T> void option(SocketOption<T> option, T value) {
            throw new UnsupportedOperationException("a scripted peer has no " + option.name());
        }

        @Override
        public <T> T option(SocketOption<T> option) {
            throw new UnsupportedOperationException("a scripted peer has no " + option.name());
        }

        @Override
        public void awaitConnect() {
            state = NearState.CONNECTING;
            script.isReady(ScriptedPeer.this);
        }

        @Override
        public void receive(EvBuffer target, long admittedBytes) {
            this.target = target;
            this.admitted = admittedBytes;
            script.isReady(ScriptedPeer.this);
        }

        @Override
        public void send(EvBuffer source, long admittedBytes) {
            boolean waiting = this.source != null;
            this.source = source;
            this.sendAdmitted = admittedBytes;
            if (state == NearState.CONNECTED && !waiting) {
                write();
            }
        }

        @Override
        public void stopSending() {
            source = null;
        }

        @Override
        public void shutdownOutput() {
            outputEnded = true;
        }

        @Override
        public Optional<SelectableChannel> channel() {
            return Optional.ofNullable(channel);
        }

        @Override
        public Optional<SocketAddress> localAddress() {
            return Optional.of(ScriptedBackend.ADDRESS);
        }

        @Override
        public Optional<SocketAddress> remoteAddress() {
            return Optional.of(ScriptedBackend.ADDRESS);
        }

        @Override
        public void close() {
            state = NearState.DEAD;
            open = false;
        }

        @Override
        public void release() {
            state = NearState.DEAD;
            open = false;
        }
    }
}
