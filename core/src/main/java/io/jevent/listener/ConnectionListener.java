package io.jevent.listener;

import io.jevent.backend.AbstractUnixAddress;
import io.jevent.backend.AcceptedSocket;
import io.jevent.backend.Acceptor;
import io.jevent.backend.AcceptorHandler;
import io.jevent.backend.SocketSettings;
import io.jevent.event.EventBase;
import io.jevent.loop.Activation;
import io.jevent.loop.Flight;
import io.jevent.loop.KeepAlive;
import io.jevent.loop.LoopAccess;
import io.jevent.loop.LoopEngine;
import io.jevent.loop.LoopResource;
import io.jevent.loop.LoopTimer;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.util.Optional;

/**
 * Accepts connections on a listening socket: TCP on IPv4 or IPv6, or Unix-domain.
 *
 * <p>Accepting goes on until it is paused; connections then wait in the system's backlog. When accepting fails, as it does
 * when no descriptor is left, it stops, the error callback is told (without one, a warning is logged), and after
 * {@link ListenerConfig#acceptRetryDelay()} it tries again. <em>Difference</em>: libevent's listener stays armed and spins; see ADR 8.
 * It also waits, without a word, while the base is short of buffer memory.
 *
 * <p>An accepting listener keeps the loop running. A Unix-domain socket's file is deleted when its listener closes.
 *
 * <p>Threading: loop only.
 *
 * @see "libevent struct evconnlistener"
 */
public final class ConnectionListener implements AutoCloseable {
    private enum State {
        ACCEPTING,
        /** By the user. */
        PAUSED,
        /** After a failure, until the timer expires. */
        RETRYING,
        CLOSED
    }

    private static final AcceptErrorCallback LOGGING = (listener, cause) -> System.getLogger("io.jevent.listener")
            .log(
                    System.Logger.Level.WARNING,
                    "accepting pauses on " + listener.localAddress() + ": " + cause.getMessage());

    private final EventBase base;
    private final LoopEngine engine;
    private final ListenerConfig config;
    private final Acceptor acceptor;
    private final Optional<UnixDomainSocketAddress> socketFile;
    private final boolean closesSocket;
    private final Delivery delivery;
    private final KeepAlive keepAlive;
    private final LoopResource resource = LoopResource.of(this::closeWithBase, this::close);
    private final LoopTimer retry = new LoopTimer() {
        @Override
        protected void onExpired() {
            enter(State.ACCEPTING);
        }
    };
    private AcceptCallback onAccept;
    private AcceptErrorCallback onAcceptError = LOGGING;
    private State state = State.PAUSED;

    private ConnectionListener(
            EventBase base, ListenerConfig config, AcceptCallback onAccept, Source source, boolean bound)
            throws IOException {
        this.base = base;
        this.engine = LoopAccess.engineOf(base);
        engine.checkUsable();
        this.keepAlive = new KeepAlive(engine);
        this.config = config;
        this.onAccept = onAccept;
        this.delivery = new Delivery(engine.middlePriority());
        this.acceptor = source.open(new Handler());
        this.closesSocket = bound || config.options().contains(ListenerOption.CLOSE_ON_FREE);
        this.socketFile = bound && acceptor.localAddress() instanceof UnixDomainSocketAddress file
                ? Optional.of(file)
                : Optional.empty();
        engine.addResource(resource);
        if (!config.options().contains(ListenerOption.START_PAUSED)) {
            enter(State.ACCEPTING);
        }
    }

    /** Where the acceptor comes from. */
    @FunctionalInterface
    private interface Source {
        Acceptor open(AcceptorHandler handler) throws IOException;
    }

    /**
     * Listens with every default; {@link ListenerOption#REUSE_ADDRESS} is set for Internet addresses.
     *
     * @param base the loop
     * @param address where; port 0 picks a free one
     * @param onAccept is called for each connection
     * @return the listener, accepting
     * @throws IOException if the system refuses, for instance because the address is in use
     * @throws IllegalArgumentException if the address is not resolved
     * @see "libevent evconnlistener_new_bind()"
     */
    public static ConnectionListener bind(EventBase base, SocketAddress address, AcceptCallback onAccept)
            throws IOException {
        ListenerConfig config = isUnix(address) ? ListenerConfig.of() : ListenerConfig.of(ListenerOption.REUSE_ADDRESS);
        return bind(base, address, config, onAccept);
    }

    /**
     * Listens.
     *
     * @param base the loop
     * @param address where; port 0 picks a free one
     * @param config how
     * @param onAccept is called for each connection
     * @return the listener
     * @throws IOException if the system refuses, for instance because the address is in use
     * @throws UnsupportedOperationException if the backend does not have an option of the socket
     * @throws IllegalArgumentException if the address is not resolved, or is a Unix-domain one with {@link
     *     ListenerOption#REUSE_ADDRESS}
     * @see "libevent evconnlistener_new_bind()"
     */
    public static ConnectionListener bind(
            EventBase base, SocketAddress address, ListenerConfig config, AcceptCallback onAccept) throws IOException {
        boolean reuse = config.options().contains(ListenerOption.REUSE_ADDRESS);
        if (reuse && isUnix(address)) {
            throw new IllegalArgumentException(
                    "REUSE_ADDRESS has no meaning for a Unix-domain address, got " + address);
        }
        SocketSettings settings =
                reuse ? config.settings().with(StandardSocketOptions.SO_REUSEADDR, true) : config.settings();
        LoopEngine engine = LoopAccess.engineOf(base);
        return new ConnectionListener(
                base,
                config,
                onAccept,
                handler -> engine.backend().listen(address, config.backlog(), settings, handler),
                true);
    }

    private static boolean isUnix(SocketAddress address) {
        return address instanceof UnixDomainSocketAddress || address instanceof AbstractUnixAddress;
    }

    /**
     * Accepts on a socket that listens already.
     *
     * @param base the loop
     * @param socket a bound channel; it is made non-blocking, and stays the caller's to close unless {@link
     *     ListenerOption#CLOSE_ON_FREE} is set
     * @param config how; the backlog has no meaning here
     * @param onAccept is called for each connection
     * @return the listener
     * @throws IOException if the channel cannot be used
     * @see "libevent evconnlistener_new()"
     */
    public static ConnectionListener over(
            EventBase base, ServerSocketChannel socket, ListenerConfig config, AcceptCallback onAccept)
            throws IOException {
        LoopEngine engine = LoopAccess.engineOf(base);
        return new ConnectionListener(
                base, config, onAccept, handler -> engine.backend().listen(socket, handler), false);
    }

    /**
     * {@return the loop}
     *
     * @see "libevent evconnlistener_get_base()"
     */
    public EventBase base() {
        return base;
    }

    /**
     * {@return where it listens, with the port the system chose}
     */
    public SocketAddress localAddress() {
        return acceptor.localAddress();
    }

    /**
     * Replaces the accept callback.
     *
     * @param callback is called for each connection from now on
     * @see "libevent evconnlistener_set_cb()"
     */
    public void onAccept(AcceptCallback callback) {
        checkOpen();
        onAccept = callback;
    }

    /**
     * Sets what is called when accepting fails; by default a warning is logged.
     *
     * @param callback is called for each failure
     * @see "libevent evconnlistener_set_error_cb()"
     */
    public void onAcceptError(AcceptErrorCallback callback) {
        checkOpen();
        onAcceptError = callback;
    }

    /**
     * Stops accepting, at once even inside the accept callback. Idempotent.
     *
     * @see "libevent evconnlistener_disable()"
     */
    public void pause() {
        checkOpen();
        enter(State.PAUSED);
    }

    /**
     * Starts accepting, without waiting for the end of a retry delay. Idempotent.
     *
     * @see "libevent evconnlistener_enable()"
     */
    public void resume() {
        checkOpen();
        enter(State.ACCEPTING);
    }

    /**
     * {@return whether the user has paused it}
     */
    public boolean isPaused() {
        engine.checkThread();
        return state == State.PAUSED;
    }

    /**
     * Stops listening; connections in the backlog are reset. Allowed inside its own callbacks. Idempotent.
     *
     * @see "libevent evconnlistener_free()"
     */
    @Override
    public void close() {
        engine.checkThread();
        if (state != State.CLOSED) {
            engine.removeResource(resource);
            closeWithBase();
        }
    }

    private void closeWithBase() {
        enter(State.CLOSED);
        engine.deactivate(delivery);
        if (closesSocket) {
            acceptor.close();
        } else {
            acceptor.release();
        }
        socketFile.ifPresent(ConnectionListener::deleteSocketFile);
    }

    private static void deleteSocketFile(UnixDomainSocketAddress address) {
        try {
            Files.deleteIfExists(address.getPath());
        } catch (IOException e) {
            System.getLogger("io.jevent.listener").log(System.Logger.Level.DEBUG, "deleting " + address, e);
        }
    }

    /** The one place where the state changes. */
    private void enter(State next) {
        state = next;
        acceptor.accepting(next == State.ACCEPTING);
        if (next == State.RETRYING) {
            engine.timers().set(retry, config.acceptRetryDelay().toNanos());
        } else {
            engine.timers().cancel(retry);
        }
        keepAlive.hold(next == State.ACCEPTING || next == State.RETRYING);
    }

    private void checkOpen() {
        engine.checkThread();
        if (state == State.CLOSED) {
            throw new IllegalStateException("this listener is closed");
        }
    }

    @Override
    public String toString() {
        return "ConnectionListener[" + localAddress() + ", " + state + "]";
    }

    /** What the acceptor reports. */
    private final class Handler implements AcceptorHandler {
        @Override
        public void onReady() {
            engine.activate(delivery);
        }

        @Override
        public void onAccepted(AcceptedSocket socket) {
            if (Flight.isRecording()) {
                Flight.accepted(socket.localAddress(), socket.remoteAddress());
            }
            boolean success = false;
            try {
                onAccept.onAccept(ConnectionListener.this, socket);
                success = true;
            } catch (Exception e) {
                engine.report(ConnectionListener.this, e);
            } finally {
                if (!success) {
                    socket.close();
                }
            }
        }

        @Override
        public void onAcceptFailed(IOException cause) {
            enter(State.RETRYING);
            try {
                onAcceptError.onAcceptError(ConnectionListener.this, cause);
            } catch (Exception e) {
                engine.report(ConnectionListener.this, e);
            }
        }
    }

    /** The acceptor's work, in the active queues. */
    private final class Delivery extends Activation {
        Delivery(int priority) {
            super(priority);
        }

        @Override
        protected void run() {
            acceptor.deliver();
        }

        @Override
        protected Object source() {
            return ConnectionListener.this;
        }
    }
}
