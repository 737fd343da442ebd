package io.jevent.backend;

import java.net.SocketOption;

/**
 * Options of TCP and IPv6 sockets on Linux that the JDK does not know; the epoll and io_uring backends have them. What the JDK knows is
 * in {@link java.net.StandardSocketOptions} and {@code jdk.net.ExtendedSocketOptions}, keep-alive times among it.
 *
 * <p>Threading: immutable, share freely.
 *
 * @see "tcp(7)"
 */
public final class SocketOptions {
    /** After so many milliseconds without an acknowledgement of sent bytes the connection fails; 0 leaves it to the system. */
    public static final SocketOption<Integer> TCP_USER_TIMEOUT = new Option<>("TCP_USER_TIMEOUT", Integer.class);

    /**
     * Of a listening socket: a connection is accepted once its first bytes are here, or after so many seconds; 0 is off.
     *
     * @see "libevent LEV_OPT_DEFERRED_ACCEPT"
     */
    public static final SocketOption<Integer> TCP_DEFER_ACCEPT = new Option<>("TCP_DEFER_ACCEPT", Integer.class);

    /** Of a listening socket: how many connections may be pending that brought bytes with their first packet; 0 is off. */
    public static final SocketOption<Integer> TCP_FASTOPEN = new Option<>("TCP_FASTOPEN", Integer.class);

    /**
     * Of a socket that is to connect: the first bytes sent go with the first packet, if the system knows that the peer takes
     * them. The connect is reported as a success before the peer has answered; that it fails is then a failure of reading
     * or writing.
     */
    public static final SocketOption<Boolean> TCP_FASTOPEN_CONNECT =
            new Option<>("TCP_FASTOPEN_CONNECT", Boolean.class);

    /**
     * Of a listening socket on an IPv6 address: whether IPv4 connections are refused. Off, an unspecified address takes both,
     * and those over IPv4 show their IPv4 address; unset, the system decides ({@code net.ipv6.bindv6only}, by default off).
     * The nio backend does not have it: there unspecified addresses take both.
     *
     * @see "libevent LEV_OPT_BIND_IPV6ONLY, LEV_OPT_BIND_IPV4_AND_IPV6"
     * @see "ipv6(7)"
     */
    public static final SocketOption<Boolean> IPV6_V6ONLY = new Option<>("IPV6_V6ONLY", Boolean.class);

    private SocketOptions() {}

    private record Option<T>(String name, Class<T> type) implements SocketOption<T> {
        @Override
        public String toString() {
            return name;
        }
    }
}
