package io.jevent.backend;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SelectableChannel;
import java.util.Optional;

/**
 * One datagram socket: receives whole datagrams with their senders, and sends whole datagrams to receivers.
 *
 * <p>A failure concerns one datagram or one call, never the socket: an unreachable port reported back, a datagram that is
 * too long. It is reported and the socket goes on. {@link #close()} or {@link #release()} ends it silently, at any time,
 * from inside a handler's method too.
 *
 * <p>Threading: loop only.
 */
public interface DatagramTransport {
    /** Most bytes of one datagram: 65,535. What a protocol can carry may be less; then the system refuses it. */
    int MAX_DATAGRAM_BYTES = 65_535;

    /**
     * Gives the socket an address of its own.
     *
     * @param address where to receive; port 0 picks a free one
     * @throws IOException if the system refuses, for instance because the address is in use
     */
    void bind(SocketAddress address) throws IOException;

    /**
     * Sets the only peer: datagrams of others are dropped by the system, and all are sent to it.
     *
     * @param address the peer
     * @throws IOException if the system refuses
     */
    void connect(SocketAddress address) throws IOException;

    /**
     * Starts or stops receiving; while stopped, datagrams wait in the system's buffer and are dropped when it is full. Takes
     * effect at once, inside {@link DatagramHandler#onReceived} too.
     *
     * @param receiving whether to receive from now on
     */
    void receiving(boolean receiving);

    /**
     * Does the I/O that is possible now, within a bound, and reports it. The loop calls it once after each {@link
     * DatagramHandler#onReady()}.
     */
    void deliver();

    /**
     * Hands datagrams to the system, in as few calls as it allows; those for which there is no room now follow, together with
     * what is queued meanwhile, as soon as there is. May call {@link DatagramHandler#onSendFailed} before it returns.
     *
     * @param source the datagrams; the first is taken first
     */
    void send(DatagramQueue source);

    /**
     * {@return the channel under it, where the backend uses channels}
     */
    Optional<SelectableChannel> channel();

    /**
     * {@return this end's address, once bound, connected or sent from}
     */
    Optional<SocketAddress> localAddress();

    /**
     * {@return the only peer, if connected}
     */
    Optional<SocketAddress> remoteAddress();

    /** Closes the socket. Idempotent. */
    void close();

    /** Leaves the socket open, no longer watched. Idempotent. */
    void release();
}
