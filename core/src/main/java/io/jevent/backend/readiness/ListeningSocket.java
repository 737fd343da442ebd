package io.jevent.backend.readiness;

import io.jevent.backend.AcceptedSocket;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SelectableChannel;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * One non-blocking listening socket, as {@link ReadinessAcceptor} works on it.
 *
 * <p>Threading: loop only.
 */
public interface ListeningSocket {
    /** Where it listens. */
    SocketAddress localAddress();

    /** The channel, where it is one. */
    default Optional<SelectableChannel> channel() {
        return Optional.empty();
    }

    /** The number of the descriptor, where it is known. */
    default OptionalInt descriptor() {
        return OptionalInt.empty();
    }

    /** Where watchers of it gather. */
    ReadinessKey key();

    /**
     * Takes a connection that waits.
     *
     * @return the connection, or null if none waits
     * @throws IOException if the system refuses for a reason that trying again at once does not mend
     */
    @Nullable
    AcceptedSocket accept() throws IOException;

    /** Closes the socket and frees its address; its watchers are removed before. Never throws. */
    void close();
}
