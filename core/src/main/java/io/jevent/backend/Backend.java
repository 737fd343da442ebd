package io.jevent.backend;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.nio.channels.SelectableChannel;
import java.util.Set;

/**
 * One event base's connection to the system: waits for descriptors, moves bytes, accepts
 * connections, exchanges datagrams.
 *
 * <p>One turn, as the loop drives it:
 *
 * <ol>
 *   <li>{@link #poll} waits until something is ready, the timeout is over or {@link #wakeUp()} is called. For each thing
 *       that is ready it calls the handler's {@code onReady}, which only queues work.
 *   <li>The loop runs what was queued; each piece calls {@link Transport#deliver()}, {@link Acceptor#deliver()} or {@link
 *       DatagramTransport#deliver()}, which do the I/O and call the handler's other methods.
 *   <li>At the turn's end the loop calls {@link Transport#send} or {@link DatagramTransport#send} for whatever has
 *       new output.
 * </ol>
 *
 * <h2>Concurrency</h2>
 *
 * Everything belongs to the loop's thread, except {@link #wakeUp()}, which any thread may call at any time before
 * {@link #close()}.
 *
 * <h2>Portability</h2>
 *
 * Readiness may be spurious: a {@code deliver} that finds nothing reports nothing. Readiness is level-triggered: what was
 * not taken is reported again by the next {@code poll}.
 *
 * @see "libevent struct eventop"
 */
public interface Backend extends AutoCloseable {
    /** A timeout that never ends. */
    long FOREVER = -1;

    /**
     * {@return the name of its kind, such as {@code nio}}
     *
     * @see "libevent event_base_get_method()"
     */
    String name();

    /**
     * {@return what it can do beyond this contract; the same as its provider's}
     *
     * @see "libevent event_base_get_features()"
     */
    Set<BackendFeature> features();

    /**
     * Waits for readiness and reports it.
     *
     * @param timeoutNanos longest wait in nanoseconds; 0 only looks, {@link #FOREVER} has no limit. It never returns
     *     early with nothing ready, unless woken.
     * @throws IOException if waiting itself fails
     */
    void poll(long timeoutNanos) throws IOException;

    /** Makes the present or the next {@link #poll} return at once. Any thread. */
    void wakeUp();

    /**
     * Gives descriptors of channels closed since the last poll back to the system now, where a backend delays that. The
     * loop calls it before it returns.
     *
     * @throws IOException if the system refuses
     */
    void reapClosed() throws IOException;

    /**
     * Watches a channel that the caller owns; several registrations may watch one channel.
     *
     * @param channel a channel that is open; it is made non-blocking
     * @param triggering {@link Triggering#EDGE} only where there is {@link BackendFeature#EDGE_TRIGGERED}
     * @param handler is told when it is ready
     * @return a registration without interest yet
     * @throws IOException if the channel cannot be watched
     * @throws IllegalStateException if it is watched with the other triggering already
     */
    Registration register(SelectableChannel channel, Triggering triggering, ReadinessHandler handler)
            throws IOException;

    /**
     * Watches a descriptor that the caller owns, be it a socket or not; several registrations may watch one.
     *
     * @param descriptor its number; it should be non-blocking
     * @param triggering see {@link #register(SelectableChannel, Triggering, ReadinessHandler)}
     * @param handler is told when it is ready
     * @return a registration without interest yet
     * @throws IOException if the system cannot wait for it, as it cannot for a file
     * @throws IllegalStateException if it is watched with the other triggering already
     * @throws UnsupportedOperationException without {@link BackendFeature#ANY_DESCRIPTOR}
     */
    default Registration register(int descriptor, Triggering triggering, ReadinessHandler handler) throws IOException {
        throw new UnsupportedOperationException(name() + " cannot watch descriptors by number");
    }

    /**
     * Makes a stream socket and launches a connect; how it ends is reported to the handler, never by this call.
     *
     * @param address where to
     * @param settings options of the socket, set before it connects
     * @param handler is told what happens
     * @return the new connection
     * @throws IOException if no socket could be made: no descriptor left, the address family is not supported, or an option
     *     has a value that the system refuses
     * @throws UnsupportedOperationException if there is no such option
     */
    Transport connect(SocketAddress address, SocketSettings settings, TransportHandler handler) throws IOException;

    /**
     * Takes over a stream socket of the user's: connected, connecting or neither.
     *
     * @param channel an open socket channel; it is made non-blocking
     * @param handler is told what happens
     * @return the connection
     * @throws IOException if the channel cannot be used
     */
    Transport adopt(SelectableChannel channel, TransportHandler handler) throws IOException;

    /**
     * Takes over a socket that an acceptor of the same kind of backend accepted, of this base or another. The caller tells it
     * when the connection has been closed, see {@link AcceptedSocket#connectionEnded()}; if this fails, that has been done.
     *
     * @param socket the socket, not adopted before
     * @param handler is told what happens
     * @return the connection
     * @throws IOException if the socket cannot be used
     */
    Transport adopt(AcceptedSocket socket, TransportHandler handler) throws IOException;

    /**
     * Makes a listening socket, not yet accepting.
     *
     * @param address where to listen; port 0 picks a free one
     * @param backlog connections the system may hold before they are accepted, above 0
     * @param settings options of the socket, set before it is bound
     * @param handler is told what happens
     * @return the acceptor, paused
     * @throws IOException if the system refuses, for instance because the address is in use
     * @throws UnsupportedOperationException if there is no such option
     */
    Acceptor listen(SocketAddress address, int backlog, SocketSettings settings, AcceptorHandler handler)
            throws IOException;

    /**
     * Takes over a socket of the user's that listens already.
     *
     * @param channel a bound server socket channel; it is made non-blocking
     * @param handler is told what happens
     * @return the acceptor, paused
     * @throws IOException if the channel cannot be used
     */
    Acceptor listen(SelectableChannel channel, AcceptorHandler handler) throws IOException;

    /**
     * Takes over a descriptor of the user's that listens already.
     *
     * @param descriptor its number; it is made non-blocking, and closed when the program executes another
     * @param handler is told what happens
     * @return the acceptor, paused
     * @throws IOException if the descriptor cannot be used, because it is not open or not a socket for instance
     * @throws IllegalArgumentException if it is a socket that does not listen for streams
     * @throws UnsupportedOperationException if the backend cannot use descriptors by number
     */
    default Acceptor listen(int descriptor, AcceptorHandler handler) throws IOException {
        throw new UnsupportedOperationException(
                name() + " cannot accept on descriptors by number; the epoll and io_uring"
                        + " backends can, and descriptor 0 comes as a channel, see InheritedSockets.channel()");
    }

    /**
     * Makes a datagram socket, not bound and not yet receiving.
     *
     * @param family of the addresses it is for
     * @param handler is told what happens
     * @return the socket
     * @throws IOException if no socket could be made: no descriptor left, or the family is not supported
     */
    DatagramTransport openDatagrams(ProtocolFamily family, DatagramHandler handler) throws IOException;

    /**
     * Takes over a datagram socket of the user's.
     *
     * @param channel an open datagram channel; it is made non-blocking
     * @param handler is told what happens
     * @return the socket, not yet receiving
     * @throws IOException if the channel cannot be used
     */
    DatagramTransport adoptDatagrams(SelectableChannel channel, DatagramHandler handler) throws IOException;

    /** Frees what the backend itself holds; connections must be closed before. Idempotent. */
    @Override
    void close();
}
