package io.jevent.backend;

import java.net.SocketAddress;
import java.nio.channels.SelectableChannel;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One listening socket.
 *
 * <p>Threading: loop only.
 */
public interface Acceptor {
    /**
     * {@return where it listens, with the port the system chose}
     */
    SocketAddress localAddress();

    /**
     * {@return the channel under it, where the backend uses channels; by default none}
     */
    default Optional<SelectableChannel> channel() {
        return Optional.empty();
    }

    /**
     * {@return the number of the descriptor under it, where the backend knows it; by default none}
     */
    default OptionalInt descriptor() {
        return OptionalInt.empty();
    }

    /**
     * Starts or stops accepting; while stopped, connections wait in the system's backlog. Takes effect at once, inside
     * {@link AcceptorHandler#onAccepted} too.
     *
     * @param accepting whether to accept from now on
     */
    void accepting(boolean accepting);

    /** Accepts what waits, within a bound, and reports it. The loop calls it once after {@link AcceptorHandler#onReady}. */
    void deliver();

    /** Stops listening and closes the socket. Idempotent. */
    void close();

    /** Stops listening and leaves the socket open. Idempotent. */
    void release();
}
