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

    /**
     * Asks to be told when the connection is over, however it ends: this is closed without having been adopted, or whoever
     * adopted it closes the connection, on whatever loop. Several actions run in the order in which they were given.
     *
     * <p>For bookkeeping: an action runs once, on the thread that closes, inside the call that closes. It must be brief, must
     * not throw, and leaves events and buffers alone. A connection that has failed is over when its buffer event is closed:
     * until then it holds its descriptor.
     *
     * @param action what to run
     * @throws IllegalStateException if the connection is over
     */
    void onClosed(Runnable action);

    /**
     * Tells it that the connection it was adopted for has been closed. Whoever adopted it calls this, on its own thread; does
     * nothing unless it is adopted. Idempotent.
     */
    void connectionEnded();

    /** Closes the connection; does nothing once it is adopted. Idempotent. */
    @Override
    void close();

    /**
     * Closes the connection at once, and where the system can so that the peer sees a reset: nothing of it lingers. Does
     * nothing once it is adopted. Idempotent.
     */
    void reset();
}
