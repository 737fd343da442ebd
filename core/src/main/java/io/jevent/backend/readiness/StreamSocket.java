package io.jevent.backend.readiness;

import io.jevent.backend.AcceptedSocket;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One non-blocking stream socket, as {@link ReadinessTransport} works on it.
 *
 * <p>Threading: loop only.
 */
public interface StreamSocket {
    /** How far a socket is. */
    enum Stage {
        /** Nobody has launched a connect. */
        UNCONNECTED,
        /** A connect is under way. */
        CONNECTING,
        /** Bytes may flow. */
        CONNECTED
    }

    /** How far it is. */
    Stage stage();

    /** Where watchers of it gather. */
    ReadinessKey key();

    /**
     * Launches a connect.
     *
     * @return whether it has succeeded already
     * @throws IOException if it has failed already
     * @throws java.nio.channels.UnsupportedAddressTypeException if the socket is of another family
     */
    boolean connect(SocketAddress address) throws IOException;

    /**
     * Asks how a connect has ended.
     *
     * @return whether it has succeeded; false if it is under way still
     * @throws IOException if it has failed
     */
    boolean finishConnect() throws IOException;

    /** Where received bytes are read. */
    ReadableByteChannel input();

    /** Where bytes to send are written. */
    WritableByteChannel output();

    /** Ends the output. */
    void shutdownOutput() throws IOException;

    /** Sets an option; see {@link io.jevent.backend.Transport#option(SocketOption, Object)}. */
    <T> void option(SocketOption<T> option, T value) throws IOException;

    /** The value of an option. */
    <T> T option(SocketOption<T> option) throws IOException;

    /** The user's channel under it, where there is one. */
    Optional<SelectableChannel> channel();

    /** This end's address, null if there is none yet. */
    @Nullable
    SocketAddress localAddress() throws IOException;

    /** The peer's address, null if there is none yet. */
    @Nullable
    SocketAddress remoteAddress() throws IOException;

    /** The open, connected socket, given away: it is not used here any more. Its watchers must be removed before. */
    AcceptedSocket handOff();

    /** Closes the socket, whose watchers are removed only after it. Idempotent; never throws. */
    void close();
}
