package io.jevent.listener;

/**
 * How a listener behaves. Listening and accepted sockets are always non-blocking and never inherited by child processes.
 *
 * <p>What the socket itself is to be like is said by its options, see {@link ListenerConfig#with(java.net.SocketOption, Object)}:
 * {@link java.net.StandardSocketOptions#SO_REUSEPORT}, {@link io.jevent.backend.SocketOptions#IPV6_V6ONLY}, {@link
 * io.jevent.backend.SocketOptions#TCP_DEFER_ACCEPT}.
 *
 * <p>Threading: immutable, share freely.
 *
 * @see "libevent LEV_OPT_*"
 */
public enum ListenerOption {
    /**
     * Listens at once where connections of an earlier listener linger; for Internet addresses only.
     *
     * @see "libevent LEV_OPT_REUSEABLE"
     */
    REUSE_ADDRESS,

    /**
     * Does not accept until {@link ConnectionListener#resume()}.
     *
     * @see "libevent LEV_OPT_DISABLED"
     */
    START_PAUSED,

    /**
     * Closing the listener closes the channel that the user gave it. Sockets that the listener bound are closed in any case.
     *
     * @see "libevent LEV_OPT_CLOSE_ON_FREE"
     */
    CLOSE_ON_FREE
}
