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
 * <p>It receives into one buffer what it is admitted to ({@link #receive}), and sends from one buffer what is there
 * ({@link #send}). Nothing is received or sent before it is connected; what was asked for before is done then.
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
     * {@return whether a connect is under way that the user launched on an adopted socket}
     */
    boolean isUserConnecting();

    /**
     * Launches a connect on an adopted socket that is not connected.
     *
     * @param address where to
     * @throws java.io.UncheckedIOException if the socket cannot connect to this family of addresses
     */
    void connect(SocketAddress address);

    /** Reports the end of a connect that the user launched on an adopted socket, or has ended already, as our own. */
    void awaitConnect();

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
     * Hands all bytes of a buffer to the system in as few calls as possible; what does not fit now follows, together with
     * what is appended meanwhile, as soon as there is room. May call {@link TransportHandler#onSent} or {@link
     * TransportHandler#onFailed} before it returns.
     *
     * @param source where bytes are taken, at the front
     */
    void send(EvBuffer source);

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
    <T> void option(SocketOption<T> option, T value) throws IOException;

    /**
     * {@return the value of an option of the socket}
     *
     * @param option which
     * @param <T> the type of its values
     * @throws IOException if the socket is closed
     * @throws UnsupportedOperationException if the backend or the socket does not have the option
     */
    <T> T option(SocketOption<T> option) throws IOException;

    /**
     * {@return the user's channel under this connection, where there is one}
     */
    Optional<SelectableChannel> channel();

    /**
     * {@return this end's address, if connected}
     */
    Optional<SocketAddress> localAddress();

    /**
     * {@return the peer's address, if connected}
     */
    Optional<SocketAddress> remoteAddress();

    /** Ends the connection and closes its socket. Idempotent. */
    void close();

    /** Ends the connection and leaves its socket open, no longer watched. Idempotent. */
    void release();
}
