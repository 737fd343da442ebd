package io.jevent.bufferevent;

import io.jevent.backend.AcceptedSocket;
import io.jevent.backend.SocketSettings;
import io.jevent.backend.Transport;
import io.jevent.event.EventBase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The socket flavor: where its transport comes from, and whether closing closes the socket. */
final class SocketBufferEventImpl extends AbstractBufferEvent implements SocketBufferEvent {
    private static final int MAX_PORT = 65_535;

    private final boolean closesUsersSocket;

    private final BufferEventOption[] options;

    /** Of sockets that connect makes. */
    private SocketSettings settings = SocketSettings.none();

    /** Whether the present socket came from the user. */
    private boolean usersSocket;

    /** A connect by name; null unless one is under way. */
    private @Nullable HostConnect hostConnect;

    /** What the present transport was made of, and wants to know of its end; null unless that was an accepted socket. */
    private @Nullable AcceptedSocket accepted;

    SocketBufferEventImpl(EventBase base, BufferEventOption... options) {
        super(base, options);
        this.options = options.clone();
        this.closesUsersSocket = List.of(options).contains(BufferEventOption.CLOSE_ON_FREE);
    }

    @Override
    BufferEvent self() {
        return this;
    }

    @Override
    void endTransport(Transport transport) {
        if (closesSocket()) {
            transport.close();
        } else {
            transport.release();
        }
        AcceptedSocket over = accepted;
        accepted = null;
        if (over != null) {
            over.connectionEnded();
        }
    }

    /** Runs what gives a new buffer event its socket, and closes it if that fails. */
    void adoptOrClose(AcceptedSocket socket) {
        boolean success = false;
        try {
            adopt(socket, /* usersSocket= */ false);
            success = true;
        } finally {
            if (!success) {
                close();
            }
        }
    }

    void socketOrClose(Runnable setter) {
        boolean success = false;
        try {
            setter.run();
            success = true;
        } finally {
            if (!success) {
                close();
            }
        }
    }

    @Override
    public void socket(SocketChannel socket) {
        checkOpen();
        if (hostConnect != null) {
            detach();
        }
        checkNotConnecting();
        dropSocket();
        take(socket);
    }

    @Override
    public void replaceSocket(SocketChannel socket) {
        checkOpen();
        if (channel().filter(socket::equals).isPresent()) {
            throw new IllegalArgumentException("need another socket than the present one, got " + socket);
        }
        usersSocket = false; // So that it is closed, not left open.
        if (hostConnect != null || state() == State.CONNECTING) {
            detach();
        }
        dropSocket();
        take(socket);
    }

    private void take(SocketChannel socket) {
        try {
            Transport fresh = engine.backend().adopt(socket, this);
            usersSocket = true;
            boolean usable = socket.isConnected() || socket.isConnectionPending();
            begin(fresh, usable ? State.OPEN : State.UNCONNECTED);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot use " + socket, e);
        }
    }

    void adopt(AcceptedSocket socket, boolean usersSocket) {
        try {
            Transport fresh = engine.backend().adopt(socket, this);
            this.usersSocket = usersSocket;
            accepted = socket;
            begin(fresh, State.OPEN);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot use " + socket, e);
        }
    }

    @Override
    public void moveTo(EventBase target, MoveCallback onMoved) {
        Objects.requireNonNull(onMoved, "onMoved");
        checkCanMove();
        if (target == base) {
            throw new IllegalArgumentException("need another base than its own");
        }
        if (!target.backend().equals(base.backend())) {
            throw new IllegalArgumentException(
                    "need a base on the same backend, " + base.backend() + ", got one on " + target.backend());
        }
        leave(new Move(this, target, onMoved, options));
    }

    /** Whoever counts it counts it until it is closed there. */
    @Override
    void handedOffAs(AcceptedSocket socket) {
        AcceptedSocket over = accepted;
        accepted = null;
        if (over != null) {
            socket.onClosed(over::connectionEnded);
        }
    }

    boolean isUsersSocket() {
        return usersSocket;
    }

    boolean closesSocket() {
        return !usersSocket || closesUsersSocket;
    }

    private void dropSocket() {
        if (transport() != null || state() == State.FAILED) {
            detach();
        }
    }

    private void checkNotConnecting() {
        if (state() == State.CONNECTING) {
            throw new IllegalStateException("need no connect under way");
        }
    }

    private void checkMayConnect() {
        checkOpen();
        checkNotConnecting();
        if (state() == State.OPEN) {
            throw new IllegalStateException("need an unconnected buffer event, got one with a connection");
        }
    }

    @Override
    public void connect(SocketAddress address) {
        checkMayConnect();
        if (address instanceof InetSocketAddress inet && inet.isUnresolved()) {
            throw new IllegalArgumentException("need a resolved address, got " + inet);
        }
        if (state() == State.FAILED) {
            detach();
        }
        Transport set = transport();
        if (set != null) {
            set.connect(address);
            begin(set, State.CONNECTING);
            return;
        }
        try {
            usersSocket = false;
            begin(engine.backend().connect(address, settings, this), State.CONNECTING);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a socket for " + address, e);
        }
    }

    @Override
    public void connect(String host, int port) {
        connect(HostResolver.system(), host, port, ConnectPacing.DEFAULT);
    }

    @Override
    public void connect(HostResolver resolver, String host, int port, ConnectPacing pacing) {
        checkMayConnect();
        Objects.requireNonNull(resolver, "resolver");
        Objects.requireNonNull(host, "host");
        Objects.requireNonNull(pacing, "pacing");
        if (port < 1 || port > MAX_PORT) {
            throw new IllegalArgumentException("need 1 <= port <= " + MAX_PORT + ", got " + port);
        }
        if (state() == State.FAILED) {
            detach();
        }
        if (transport() != null) {
            throw new IllegalStateException("need a buffer event without a socket to connect by name");
        }
        usersSocket = false;
        HostConnect begun = new HostConnect(this, host, port, pacing);
        hostConnect = begun;
        beginConnect();
        begun.launch(resolver);
    }

    SocketSettings settings() {
        return settings;
    }

    boolean isConnectedBy(HostConnect connect) {
        return hostConnect == connect;
    }

    /** The first address has answered. */
    void connectedBy(Transport transport) {
        hostConnect = null;
        endConnect(transport);
    }

    @Override
    void cancelConnect() {
        HostConnect present = hostConnect;
        hostConnect = null;
        if (present != null) {
            present.cancel();
        }
    }

    @Override
    boolean connectOutlivesDeadline() {
        return hostConnect != null && hostConnect.outlivesDeadline();
    }

    @Override
    public void connect() {
        checkOpen();
        checkNotConnecting();
        Transport set = transport();
        if (set == null || state() != State.OPEN) {
            throw new IllegalStateException("need a socket that is connected or connecting");
        }
        set.awaitConnect();
        begin(set, State.CONNECTING);
    }

    @Override
    public <T> void option(SocketOption<T> option, T value) {
        checkOpen();
        Transport present = transport();
        try {
            if (present != null) {
                present.option(option, value);
                return;
            }
            settings = settings.with(option, value);
            if (hostConnect != null) {
                hostConnect.settingsChanged(attempt -> attempt.option(option, value));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot set " + option.name() + " to " + value + ": " + e.getMessage(), e);
        }
    }

    @Override
    public <T> T option(SocketOption<T> option) {
        checkOpen();
        Transport present = transport();
        if (present == null) {
            throw new IllegalStateException("need a socket to tell its " + option.name());
        }
        try {
            return present.option(option);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot tell " + option.name() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public Optional<SocketChannel> channel() {
        engine.checkThread();
        Transport present = transport();
        return present == null ? Optional.empty() : present.channel().map(SocketChannel.class::cast);
    }

    @Override
    public Optional<SocketAddress> localAddress() {
        engine.checkThread();
        Transport present = transport();
        return present == null ? Optional.empty() : present.localAddress();
    }

    @Override
    public Optional<SocketAddress> remoteAddress() {
        engine.checkThread();
        Transport present = transport();
        return present == null ? Optional.empty() : present.remoteAddress();
    }

    @Override
    public String toString() {
        return "SocketBufferEvent[" + state() + "]";
    }
}
