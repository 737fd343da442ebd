package io.jevent.listener;

import io.jevent.backend.AbstractUnixAddress;
import io.jevent.backend.AcceptedSocket;
import io.jevent.backend.Acceptor;
import io.jevent.backend.AcceptorHandler;
import io.jevent.backend.SocketSettings;
import io.jevent.event.EventBase;
import io.jevent.listener.PeerTable.Peer;
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
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Accepts connections on a listening socket: TCP on IPv4 or IPv6, or Unix-domain.
 *
 * <p>Accepting goes on until it is paused; connections then wait in the system's backlog. When accepting fails, as it does
 * when no descriptor is left, it stops, the error callback is told (without one, a warning is logged once), and after
 * {@link ListenerConfig#acceptRetryDelay()} it tries again. <em>Difference</em>: libevent's listener stays armed and spins; see ADR 8.
 * It also waits, without a word, while the base is short of buffer memory, and where {@link ListenerLimits} say so, which is
 * told once at INFO to the system logger {@code io.jevent.listener} and to {@link #onLimit}.
 *
 * <p>Keep-alive is as the system has it for new sockets, off that is. <em>Difference</em>: libevent turns it on for every
 * Internet listener; here it is an option of the sockets, {@link StandardSocketOptions#SO_KEEPALIVE}.
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
        /** For a limit, until the timer expires or a connection is closed. */
        LIMITED,
        CLOSED
    }

    /**
     * A failure or a limit that is met again within this span belongs to the same episode, which is logged once: 10 s.
     */
    public static final Duration EPISODE_GAP = Duration.ofSeconds(10);

    private final EventBase base;
    private final LoopEngine engine;
    private final ListenerConfig config;
    private final Acceptor acceptor;

    /** The file that goes with it; null where there is none. */
    private final @Nullable UnixDomainSocketAddress socketFile;

    private final boolean closesSocket;
    private final Delivery delivery;
    private final KeepAlive keepAlive;
    private final LoopResource resource = new LoopResource() {
        @Override
        public void closeWithBase() {
            end();
        }

        @Override
        public void drain() {
            close();
        }
    };
    private final Admissions admissions;
    private final LoopTimer retry = new LoopTimer() {
        @Override
        protected void onExpired() {
            enter(State.ACCEPTING);
        }
    };
    private AcceptCallback onAccept;

    /** Null where it is only logged. */
    private @Nullable AcceptErrorCallback onAcceptError;

    private @Nullable LimitCallback onLimit;
    private State state = State.PAUSED;

    /** When accepting last failed and would have been logged; none if it never did. */
    private OptionalLong failedAtNanos = OptionalLong.empty();

    private ConnectionListener(
            EventBase base, ListenerConfig config, AcceptCallback onAccept, Source source, boolean bound)
            throws IOException {
        this.base = base;
        this.engine = LoopAccess.engineOf(base);
        engine.checkUsable();
        this.keepAlive = new KeepAlive(engine);
        this.config = config;
        this.admissions = new Admissions(config.limits(), engine.clock());
        this.onAccept = onAccept;
        this.delivery = new Delivery(engine.middlePriority());
        this.acceptor = source.open(new Handler());
        this.closesSocket = bound || config.options().contains(ListenerOption.CLOSE_ON_FREE);
        this.socketFile = bound && acceptor.localAddress() instanceof UnixDomainSocketAddress file ? file : null;
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
     *     ListenerOption#REUSE_ADDRESS} or {@link StandardSocketOptions#SO_REUSEPORT}
     * @see "libevent evconnlistener_new_bind()"
     */
    public static ConnectionListener bind(
            EventBase base, SocketAddress address, ListenerConfig config, AcceptCallback onAccept) throws IOException {
        boolean reuse = config.options().contains(ListenerOption.REUSE_ADDRESS);
        boolean reusePort = config.settings().contains(StandardSocketOptions.SO_REUSEPORT);
        if ((reuse || reusePort) && isUnix(address)) {
            throw new IllegalArgumentException((reuse ? "REUSE_ADDRESS" : "SO_REUSEPORT")
                    + " has no meaning for a Unix-domain address, got " + address);
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
     * @param config how; the backlog and the options of the socket have no meaning here
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
     * Accepts on a descriptor that listens already, such as one of {@link InheritedSockets#listening()}.
     *
     * @param base the loop
     * @param descriptor its number; it is made non-blocking and closed when the program executes another, and stays the
     *     caller's to close unless {@link ListenerOption#CLOSE_ON_FREE} is set
     * @param config how; the backlog and the options of the socket have no meaning here
     * @param onAccept is called for each connection
     * @return the listener
     * @throws IOException if the descriptor cannot be used, because it is not open or not a socket for instance
     * @throws IllegalArgumentException if it is a socket that does not listen for streams
     * @throws UnsupportedOperationException on a backend that cannot use descriptors by number, as {@code nio} cannot
     * @see "libevent evconnlistener_new()"
     */
    public static ConnectionListener over(
            EventBase base, int descriptor, ListenerConfig config, AcceptCallback onAccept) throws IOException {
        LoopEngine engine = LoopAccess.engineOf(base);
        return new ConnectionListener(
                base, config, onAccept, handler -> engine.backend().listen(descriptor, handler), false);
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
     * {@return the listening channel, where the backend uses channels or the user gave it; closed it is of no use}
     *
     * @see "libevent evconnlistener_get_fd()"
     */
    public Optional<ServerSocketChannel> channel() {
        engine.checkThread();
        return acceptor.channel().map(ServerSocketChannel.class::cast);
    }

    /**
     * {@return the number of the listening descriptor, where the backend knows it; once the listener has closed it, the number
     * may be another's}
     *
     * @see "libevent evconnlistener_get_fd()"
     */
    public OptionalInt descriptor() {
        engine.checkThread();
        return acceptor.descriptor();
    }

    /**
     * Replaces the accept callback. There always is one: a listener that is to accept nothing yet starts paused, see {@link
     * ListenerOption#START_PAUSED}, and one that is to accept nothing more is paused; connections wait in the backlog.
     * <em>Difference</em>: libevent takes a null callback for that, and closes connections that were queued already.
     *
     * @param callback is called for each connection from now on
     * @see "libevent evconnlistener_set_cb()"
     */
    public void onAccept(AcceptCallback callback) {
        checkOpen();
        onAccept = callback;
    }

    /**
     * Sets what is called when accepting fails; by default a warning is logged, once for an episode of failures.
     *
     * @param callback is called for each failure, that of each retry too
     * @see "libevent evconnlistener_set_error_cb()"
     */
    public void onAcceptError(AcceptErrorCallback callback) {
        checkOpen();
        onAcceptError = callback;
    }

    /**
     * Sets what is called when a limit begins to hold; by default nobody is, only the log.
     *
     * @param callback is called once for each time that a limit holds, see {@link #EPISODE_GAP}
     */
    public void onLimit(LimitCallback callback) {
        checkOpen();
        onLimit = callback;
    }

    /**
     * {@return connections it accepted that are not closed yet, wherever they are}
     */
    public int openConnections() {
        engine.checkThread();
        return admissions.openCount();
    }

    /**
     * {@return connections it reset because they were over a limit of their address}
     */
    public long rejectedConnections() {
        engine.checkThread();
        return admissions.rejectedCount();
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
     * Starts accepting, without waiting for the end of a retry delay; as soon as its limits allow. Idempotent.
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
     * {@return whether it is closed}
     */
    public boolean isClosed() {
        engine.checkThread();
        return state == State.CLOSED;
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
            end();
        }
    }

    private void end() {
        enter(State.CLOSED);
        engine.deactivate(delivery);
        if (closesSocket) {
            acceptor.close();
        } else {
            acceptor.release();
        }
        if (socketFile != null) {
            deleteSocketFile(socketFile);
        }
    }

    private static void deleteSocketFile(UnixDomainSocketAddress address) {
        try {
            Files.deleteIfExists(address.getPath());
        } catch (IOException e) {
            logger().log(System.Logger.Level.DEBUG, "deleting " + address, e);
        }
    }

    /** Where a lack of descriptors lasts, each retry fails; that is one line. */
    private void logAcceptError(IOException cause) {
        long present = engine.clock().nanoTime();
        boolean goesOn = failedAtNanos.isPresent() && present - failedAtNanos.getAsLong() <= EPISODE_GAP.toNanos();
        failedAtNanos = OptionalLong.of(present);
        if (!goesOn) {
            logger().log(
                            System.Logger.Level.WARNING,
                            "accepting pauses on {0}: {1}",
                            localAddress(),
                            cause.getMessage());
        }
    }

    /** The one place where the state changes. */
    private void enter(State wanted) {
        State next = wanted == State.ACCEPTING && !admissions.mayAccept() ? State.LIMITED : wanted;
        if (state == State.LIMITED || next == State.LIMITED) {
            admissions.waiting(next == State.LIMITED);
        }
        state = next;
        acceptor.accepting(next == State.ACCEPTING);
        if (next == State.RETRYING) {
            engine.timers().set(retry, config.acceptRetryDelay().toNanos());
        } else if (next == State.LIMITED && admissions.holds(ListenerLimit.CONNECTIONS_PER_SECOND)) {
            engine.timers().setAt(retry, admissions.nextAtNanos());
        } else {
            engine.timers().cancel(retry);
        }
        keepAlive.hold(next == State.ACCEPTING || next == State.RETRYING || next == State.LIMITED);
    }

    /** A connection is over, on whatever thread. */
    private void connectionOver(Peer peer) {
        if (engine.isInLoop()) {
            connectionOverOnLoop(peer);
            return;
        }
        try {
            engine.execute(() -> connectionOverOnLoop(peer), true);
        } catch (RejectedExecutionException _) {
            // The listener has gone with its base.
        }
    }

    private void connectionOverOnLoop(Peer peer) {
        admissions.closed(peer);
        if (state == State.LIMITED) {
            enter(State.ACCEPTING);
        }
    }

    /** Tells that a limit holds, unless it did so a moment ago. */
    private void note(ListenerLimit limit) {
        if (!admissions.begins(limit)) {
            return;
        }
        try {
            logger().log(
                            System.Logger.Level.INFO,
                            "a limit holds on {0}: {1}",
                            localAddress(),
                            config.limits().describe(limit));
            LimitCallback callback = onLimit;
            if (callback != null) {
                callback.onLimit(this, limit);
            }
        } catch (Exception e) {
            engine.report(this, e);
        }
    }

    /** Asked for only when there is something to say: the first question sets the JDK's logging up. */
    private static System.Logger logger() {
        return System.getLogger("io.jevent.listener");
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
            Peer peer = admissions.peerOf(socket);
            Optional<ListenerLimit> refusal = admissions.refusal(peer);
            if (refusal.isPresent()) {
                socket.reset();
                note(refusal.get());
                return;
            }
            admissions.opened(peer);
            socket.onClosed(new Departure(peer));
            callBack(socket);
            noteLimits();
        }

        private void callBack(AcceptedSocket socket) {
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

        private void noteLimits() {
            if (admissions.mayAccept() || state == State.CLOSED) {
                return;
            }
            if (state == State.ACCEPTING) {
                enter(State.ACCEPTING); // As far as the limits allow.
            }
            for (ListenerLimit limit : Admissions.WAITED_FOR) {
                if (admissions.holds(limit)) {
                    note(limit);
                }
            }
        }

        @Override
        public void onAcceptFailed(IOException cause) {
            enter(State.RETRYING);
            try {
                AcceptErrorCallback callback = onAcceptError;
                if (callback == null) {
                    logAcceptError(cause);
                } else {
                    callback.onAcceptError(ConnectionListener.this, cause);
                }
            } catch (Exception e) {
                engine.report(ConnectionListener.this, e);
            }
        }
    }

    /** The end of a connection. */
    private final class Departure implements Runnable {
        private final Peer peer;

        Departure(Peer peer) {
            this.peer = peer;
        }

        @Override
        public void run() {
            connectionOver(peer);
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
