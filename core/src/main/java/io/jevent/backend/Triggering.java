package io.jevent.backend;

/**
 * When a watched channel is reported.
 *
 * <p>Threading: immutable, share freely.
 *
 * @see "libevent EV_ET"
 */
public enum Triggering {
    /** In every poll while it is ready. */
    LEVEL,

    /** Once when it becomes ready. */
    EDGE
}
