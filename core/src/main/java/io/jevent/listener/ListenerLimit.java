package io.jevent.listener;

/**
 * One of the limits of {@link ListenerLimits}.
 *
 * <p>Threading: immutable, share freely.
 */
public enum ListenerLimit {
    /** Open connections; while it holds, others wait in the backlog. */
    CONNECTIONS,

    /** Open connections from one address; those over it are reset. */
    CONNECTIONS_PER_ADDRESS,

    /** New connections in a second; while it holds, others wait in the backlog. */
    CONNECTIONS_PER_SECOND,

    /** New connections in a second from one address; those over it are reset. */
    CONNECTIONS_PER_SECOND_PER_ADDRESS
}
