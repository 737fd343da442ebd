package io.jevent.backend;

import io.jevent.buffer.EvBuffer;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.SelectableChannel;
import java.util.Optional;

/**
 * One connection: moves bytes between the peer and {@link EvBuffer}s, and reports what it did.
 *
 * <p>It receives into one buffer what it is admitted to ({@link #receive}), and sends from one buffer what it is admitted
 * to ({@link #send}). Nothing is received or sent before it is connected; what was asked for before is done then. The end
 * of a buffer that receives and the start of one that is sent from are frozen against the program; a transport thaws them
 * while it moves bytes.
 *
 * <p>Whoever writes one for {@code BufferEvent.over} implements {@link #deliver}, {@link #receive}, {@link #send}, {@link
 * #stopSending}, {@link #shutdownOutput} and {@link #close}; the rest is for sockets, and answers by default that this is
 * none.
 *
 * <p>After {@link TransportHandler#onFailed} it is dead: it moves no byte and reports nothing more. {@link #close()} or
 * {@link #release()} ends it silently, at any time, from inside a handler's method too.
 *
 * <p>Threading: loop only.
 */
public interface Transport {
    /** An admission without limit. */
    long UNLIMITED = Long.MAX_VALUE;

    /**
     * {@return whether bytes may flow from the start; if not, {@link TransportHandler#onConnected()} tells when they may}
     */
    default boolean isConnected() {
        return true;
    }

    /**
     * {@return whether something outside the program may be at the other end, so that a loop which waits for it goes on; a
     * loop that only waits for itself ends}
     */
    default boolean waitsForOutside() {
        return true;
    }

    /**
     * {@return bytes, at least 0, that were taken from the buffer given to {@link #send} and have not left for good, because
     * they wait further down; {@link TransportHandler#onSent} is called, with 0 too, as they leave}
     */
    default long unsentBytes() {
        return 0;
    }

    /**
     * {@return whether a connect is under way that the user launched on an adopted socket}
     */
    default boolean isUserConnecting() {
        return false;
    }

    /**
     * Launches a connect on an adopted socket that is not connected.
     *
     * @param address where to
     * @throws java.io.UncheckedIOException if the socket cannot connect to this family of addresses
     */
    default void connect(SocketAddress address) {
        throw new UnsupportedOperationException("not a socket, cannot connect to " + address);
    }

    /** Reports the end of a connect that the user launched on an adopted socket, or has ended already, as our own. */
    default void awaitConnect() {
        throw new UnsupportedOperationException("not a socket, nobody else connects it");
    }

    /**
     * Does the I/O that is possible now and reports it. The loop calls it once after each {@link
     * TransportHandler#onReady()}.
     */
    void deliver();

    /**
     * Replaces the admission: from now on up to {@code admittedBytes} more are received. At 0 nothing is received until
     * admitted again.
     *
     * @param target where bytes go, at the end
     * @param admittedBytes at least 0; {@link #UNLIMITED} for no limit
     */
    void receive(EvBuffer target, long admittedBytes);

    /**
     * Replaces the admission to send: hands the bytes of a buffer to the system in as few calls as possible, up to {@code
     * admittedBytes}; what does not fit now follows, together with what is appended meanwhile, as soon as there is room.
     * Then nothing is sent until admitted again. May call {@link TransportHandler#onSent} or {@link
     * TransportHandler#onFailed} before it returns.
     *
     * @param source where bytes are taken, at the front
     * @param admittedBytes above 0; {@link #UNLIMITED} for no limit
     */
    void send(EvBuffer source, long admittedBytes);

    /** Stops taking bytes from the buffer given to {@link #send}; what the system has is sent nevertheless. */
    void stopSending();

    /**
     * Ends the output: the peer sees the end of its input after the bytes already taken.
     *
     * @see "shutdown(SHUT_WR)"
     */
    void shutdownOutput();

    /**
     * Sets an option of the socket.
     *
     * @param option which
     * @param value what to
     * @param <T> the type of its values
     * @throws IOException if the system refuses the value, or the socket is closed
     * @throws UnsupportedOperationException if the backend or the socket does not have the option
     */
    default <T> void option(SocketOption<T> option, T value) throws IOException {
        throw new UnsupportedOperationException("not a socket, has no " + option.name());
    }

    /**
     * {@return the value of an option of the socket}
     *
     * @param option which
     * @param <T> the type of its values
     * @throws IOException if the socket is closed
     * @throws UnsupportedOperationException if the backend or the socket does not have the option
     */
    default <T> T option(SocketOption<T> option) throws IOException {
        throw new UnsupportedOperationException("not a socket, has no " + option.name());
    }

    /**
     * {@return the user's channel under this connection, where there is one}
     */
    default Optional<SelectableChannel> channel() {
        return Optional.empty();
    }

    /**
     * {@return this end's address, if connected}
     */
    default Optional<SocketAddress> localAddress() {
        return Optional.empty();
    }

    /**
     * {@return the peer's address, if connected}
     */
    default Optional<SocketAddress> remoteAddress() {
        return Optional.empty();
    }

    /**
     * Gives the connection away, for another base to take over: nothing more is received or sent, and the callback runs once
     * nothing is under way, perhaps inside this call, unless the transport is closed before. What has been received and not
     * delivered goes to {@code unread}; what has been sent is taken from its source first. If it turns out meanwhile that the
     * connection has failed, {@link TransportHandler#onFailed} is called before the callback.
     *
     * @param unread where bytes go, at the end
     * @param callback is given the connection; this transport then is dead
     * @throws UnsupportedOperationException if connections of this kind cannot change their loop
     */
    default void handOff(EvBuffer unread, HandOffCallback callback) {
        throw new UnsupportedOperationException("this connection cannot go to another base");
    }

    /** Ends the connection and closes its socket. Idempotent. */
    void close();

    /** Ends the connection and leaves its socket open, no longer watched; the same as closing where there is none. Idempotent. */
    default void release() {
        close();
    }
}
