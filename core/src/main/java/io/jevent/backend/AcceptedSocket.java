package io.jevent.backend;

import java.net.SocketAddress;
import java.nio.channels.SelectableChannel;
import java.util.Optional;

/**
 * An accepted connection that belongs to no loop yet: give it to a buffer event of this base or another, or close it.
 *
 * <p>Threading: whoever holds it.
 *
 * @see "libevent evconnlistener_cb, its descriptor argument"
 */
public interface AcceptedSocket extends AutoCloseable {
    /**
     * {@return the peer's address; for a Unix-domain peer usually an empty path}
     *
     * @throws IllegalStateException if it is adopted, or closed: from then on the buffer event is to be asked
     */
    SocketAddress remoteAddress();

    /**
     * {@return this end's address}
     *
     * @throws IllegalStateException if it is adopted, or closed: from then on the buffer event is to be asked
     */
    SocketAddress localAddress();

    /**
     * {@return the channel under it, where the backend uses channels}
     */
    Optional<SelectableChannel> channel();

    /**
     * {@return whether a buffer event has taken it over; closing it is then that buffer event's work}
     */
    boolean isAdopted();

    /** Closes the connection; does nothing once it is adopted. Idempotent. */
    @Override
    void close();
}
