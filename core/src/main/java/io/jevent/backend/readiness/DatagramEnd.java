package io.jevent.backend.readiness;

import io.jevent.backend.DatagramQueue;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One non-blocking datagram socket, as {@link ReadinessDatagrams} works on it.
 *
 * <p>Threading: loop only.
 */
public interface DatagramEnd {
    /** Where watchers of it gather. */
    ReadinessKey key();

    /**
     * Gives it an address.
     *
     * @throws java.nio.channels.UnsupportedAddressTypeException if the socket is of another family
     */
    void bind(SocketAddress address) throws IOException;

    /**
     * Sets the only peer.
     *
     * @throws java.nio.channels.UnsupportedAddressTypeException if the socket is of another family
     */
    void connect(SocketAddress address) throws IOException;

    /**
     * Takes the next datagram that waits, be it from the system or from a batch that was taken with an earlier one.
     *
     * @return its sender, or null if none waits
     */
    @Nullable
    SocketAddress receive() throws IOException;

    /** The bytes of the datagram taken last; valid until the next is. */
    ByteBuffer received();

    /** Whether a batch holds a datagram that no readiness will tell of. */
    boolean hasTaken();

    /**
     * Sends from the front of a queue, in one system call, without removing anything.
     *
     * @return how many datagrams the system took, 0 if it has no room
     * @throws IOException if it refuses the first
     * @throws java.nio.channels.UnsupportedAddressTypeException if the first is for another family
     */
    int send(DatagramQueue source) throws IOException;

    /** The user's channel under it, where there is one. */
    Optional<SelectableChannel> channel();

    /** This end's address, null if there is none yet. */
    @Nullable
    SocketAddress localAddress() throws IOException;

    /** The only peer, null if there is none. */
    @Nullable
    SocketAddress remoteAddress() throws IOException;

    /** Closes the socket and frees its address; its watchers are removed before. Never throws. */
    void close();
}
