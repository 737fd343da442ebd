package io.jevent.listener;

/**
 * How a listener behaves. Accepted sockets are always non-blocking and never inherited by child processes.
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
