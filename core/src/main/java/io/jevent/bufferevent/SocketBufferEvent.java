package io.jevent.bufferevent;

import io.jevent.backend.AcceptedSocket;
import io.jevent.event.EventBase;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.SocketChannel;
import java.util.Optional;

/**
 * A {@link BufferEvent} over a stream socket: TCP on IPv4 or IPv6, or Unix-domain.
 *
 * <p>Threading: loop only.
 *
 * @see "libevent bufferevent_socket_new()"
 */
public sealed interface SocketBufferEvent extends BufferEvent permits SocketBufferEventImpl {
    /**
     * Makes a buffer event without a socket; connect it, or set one later.
     *
     * @param base the loop
     * @param options how it behaves
     * @return a new buffer event
     * @see "libevent bufferevent_socket_new(), with -1"
     */
    static SocketBufferEvent create(EventBase base, BufferEventOption... options) {
        return new SocketBufferEventImpl(base, options);
    }

    /**
     * Makes a buffer event over a socket of the user's, see {@link #socket(SocketChannel)}.
     *
     * @param base the loop
     * @param socket an open channel: connected, connecting, or neither
     * @param options how it behaves; {@link BufferEventOption#CLOSE_ON_FREE} to own the channel
     * @return a new buffer event
     * @throws java.io.UncheckedIOException if the channel cannot be used, because it is closed for instance
     * @see "libevent bufferevent_socket_new()"
     */
    static SocketBufferEvent create(EventBase base, SocketChannel socket, BufferEventOption... options) {
        SocketBufferEventImpl made = new SocketBufferEventImpl(base, options);
        made.socketOrClose(() -> made.socket(socket));
        return made;
    }

    /**
     * Makes a buffer event over an accepted connection, and owns it.
     *
     * @param base the loop, of the listener or another of the same backend
     * @param socket what a listener handed over, not adopted or closed
     * @param options how it behaves
     * @return a new buffer event
     * @throws java.io.UncheckedIOException if the socket cannot be used
     * @throws IllegalStateException if the socket is adopted or closed
     * @see "libevent bufferevent_socket_new()"
     */
    static SocketBufferEvent create(EventBase base, AcceptedSocket socket, BufferEventOption... options) {
        SocketBufferEventImpl made = new SocketBufferEventImpl(base, options);
        made.adoptOrClose(socket);
        return made;
    }

    /**
     * Sets or replaces the socket. The one before stays open if the user gave it, and is closed if jevent made it. Enabled
     * directions, marks, timeouts and both buffers stay as they are.
     *
     * <p>A connected channel can be read and written at once. One whose connect the user launched cannot until it ends, which
     * calls the write callback, not {@link Condition.Connected}; {@link #connect()} changes that. One that is neither waits
     * for {@link #connect(SocketAddress)}.
     *
     * @param socket an open channel; it is made non-blocking
     * @throws java.io.UncheckedIOException if the channel cannot be used, because it is closed for instance
     * @throws IllegalStateException if a connect to an address is under way or this buffer event is closed; a connect by name
     *     is given up
     * @see "libevent bufferevent_setfd()"
     */
    void socket(SocketChannel socket);

    /**
     * Closes the socket, whoever made it, and sets another as {@link #socket(SocketChannel)} does. A connect under way, to an
     * address or by name, is given up silently.
     *
     * @param socket an open channel, not the present one; it is made non-blocking
     * @throws IllegalArgumentException if it is the present one
     * @throws java.io.UncheckedIOException if the channel cannot be used, because it is closed for instance; the buffer event
     *     is then unconnected
     * @throws IllegalStateException if this buffer event is closed
     * @see "libevent bufferevent_replacefd()"
     */
    void replaceSocket(SocketChannel socket);

    /**
     * Launches a connect, on the socket that was set or else on a new one. How it ends is reported later, even if that is
     * known at once: {@link Condition.Connected}, {@link Condition.Failed} or {@link Condition.TimedOut} with {@code
     * CONNECTING}. Output written before is sent right after {@code Connected}, in order.
     *
     * @param address a resolved {@link java.net.InetSocketAddress} a {@link java.net.UnixDomainSocketAddress}
     *     or an {@link io.jevent.backend.AbstractUnixAddress}
     * @throws java.io.UncheckedIOException if no socket could be made, for want of a descriptor or because the family is not
     *     supported; the buffer event is unconnected as before
     * @throws IllegalArgumentException if the address is not resolved
     * @throws IllegalStateException if it is connected or connecting, or closed
     * @see "libevent bufferevent_socket_connect()"
     */
    void connect(SocketAddress address);

    /**
     * Connects to a host by its name, asking {@link HostResolver#system()}, with {@link ConnectPacing#DEFAULT}: see {@link
     * #connect(HostResolver, String, int, ConnectPacing)}.
     *
     * @param host a name, or an address as text
     * @param port from 1 to 65,535
     * @throws IllegalArgumentException if the port is not from 1 to 65,535
     * @throws IllegalStateException if it is connected or connecting, or has a socket of the user's, or is closed
     * @see "libevent bufferevent_socket_connect_hostname()"
     */
    void connect(String host, int port);

    /**
     * Launches a look-up of a name and then connects to what it finds. Returns at once; how it ends is reported later: {@link
     * Condition.Connected}, {@link Condition.Failed} or {@link Condition.TimedOut} with {@code CONNECTING}. Output written
     * before is sent right after {@code Connected}, in order.
     *
     * <ol>
     *   <li>The families of addresses take turns, IPv6 first if it is there. IPv4 addresses that come first wait {@link
     *       ConnectPacing#resolutionDelay} for IPv6 ones. Addresses that come later join those that wait.
     *   <li>The next address is tried when the one before has failed, or after {@link ConnectPacing#attemptDelay} as well as
     *       those that are still under way. A socket that cannot be made, for want of a descriptor for instance, is a failure
     *       like any other.
     *   <li>The first that connects is the connection; the others are closed.
     * </ol>
     *
     * <p>If the name has no address or the look-up fails, {@code Failed} comes with a {@link java.net.UnknownHostException}. If
     * all addresses fail it comes once, with a {@link java.net.ConnectException} that says for each how, and has what the
     * system said as its suppressed exceptions. The write timeout of {@link #timeouts} is the time for all of it. {@link
     * #close()} and {@link #socket(SocketChannel)} give everything up silently; {@link #closeAfterFlush} goes on until its
     * deadline. <em>Difference</em> from libevent, which tries the first address only.
     *
     * @param resolver who looks the name up; what it throws counts as a failed look-up
     * @param host a name, or an address as text
     * @param port from 1 to 65,535
     * @param pacing how fast to go through the addresses
     * @throws IllegalArgumentException if the port is not from 1 to 65,535
     * @throws IllegalStateException if it is connected or connecting, or has a socket of the user's, or is closed
     * @see "libevent bufferevent_socket_connect_hostname_hints(), bufferevent_socket_get_dns_error()"
     */
    void connect(HostResolver resolver, String host, int port, ConnectPacing pacing);

    /**
     * Adopts the connect that the user launched on the socket that was set: its end is reported as if {@link
     * #connect(SocketAddress)} had launched it. For a socket that is connected already, {@code Connected} is reported.
     *
     * @throws IllegalStateException if no socket is set, or it is neither connected nor connecting, or closed
     * @see "libevent bufferevent_socket_connect(), with a null address"
     */
    void connect();

    /**
     * Moves the connection to another base, usually of another thread. From then on this buffer event is closed; a new one of
     * that base is given to the callback on its thread.
     *
     * <p>What goes along: the socket; bytes received and not read, bytes written and not sent, with nothing lost or doubled;
     * the options it was made with, marks, timeouts and the bound of the output; which directions are enabled and which have
     * ended; conditions that were due. What does not: callbacks, change callbacks of the buffers, rate limits, the priority.
     * After the callback has set its own, the read callback runs once if the input holds at least the low mark, whether
     * that was announced here or not.
     *
     * <p>If the other base is closed before the callback runs, the connection is closed; a socket that the user gave without
     * {@link BufferEventOption#CLOSE_ON_FREE} stays open. This base's loop goes on until nothing of the connection is under way
     * there. <em>Difference</em>: libevent's function takes only a buffer event that nothing is pending on.
     *
     * @param target another base, on the same backend
     * @param onMoved is given the new buffer event
     * @throws IllegalArgumentException if it is this base, or one on another backend
     * @throws IllegalStateException if it is not connected, another buffer event stands on it, or it is closed
     * @throws UnsupportedOperationException if the backend's connections cannot change their loop
     * @see "libevent bufferevent_base_set()"
     */
    void moveTo(EventBase target, MoveCallback onMoved);

    /**
     * Sets an option of the socket: the one that is set, or else each that {@link #connect(SocketAddress)} makes. Without
     * this {@link java.net.StandardSocketOptions#TCP_NODELAY} is on, because output leaves once per turn anyway.
     *
     * @param option of {@link java.net.StandardSocketOptions}, {@code jdk.net.ExtendedSocketOptions} or {@link
     *     io.jevent.backend.SocketOptions}
     * @param value what to
     * @param <T> the type of its values
     * @throws java.io.UncheckedIOException if the system refuses the value
     * @throws UnsupportedOperationException if the backend or the socket does not have the option
     * @throws IllegalStateException if this buffer event is closed
     */
    <T> void option(SocketOption<T> option, T value);

    /**
     * {@return the value of an option of the socket}
     *
     * @param option which
     * @param <T> the type of its values
     * @throws java.io.UncheckedIOException if the system does not tell
     * @throws UnsupportedOperationException if the backend or the socket does not have the option
     * @throws IllegalStateException if there is no socket, or this buffer event is closed
     */
    <T> T option(SocketOption<T> option);

    /**
     * {@return the socket's channel, where the backend uses channels and a socket is set}
     *
     * @see "libevent bufferevent_getfd()"
     */
    Optional<SocketChannel> channel();

    /**
     * {@return this end's address, if connected}
     */
    Optional<SocketAddress> localAddress();

    /**
     * {@return the peer's address, if connected}
     */
    Optional<SocketAddress> remoteAddress();
}
