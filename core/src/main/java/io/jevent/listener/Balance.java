package io.jevent.listener;

/**
 * Which base a {@link ListenerGroup} hands the next connection over to. Has no effect on {@link Spreading#REUSE_PORT}.
 *
 * <p>Threading: immutable, share freely.
 */
public enum Balance {
    /** The next in turn. */
    ROUND_ROBIN,

    /** The one that has the fewest open connections of this listener group; of equal ones the next in turn. */
    LEAST_CONNECTIONS
}
