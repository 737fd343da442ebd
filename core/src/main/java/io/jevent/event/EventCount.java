package io.jevent.event;

/**
 * What an {@link EventBase} counts.
 *
 * <p>Threading: immutable, share freely.
 *
 * @see "libevent EVENT_BASE_COUNT_ADDED, EVENT_BASE_COUNT_ACTIVE, EVENT_BASE_COUNT_VIRTUAL"
 */
public enum EventCount {
    /** Events that are added. */
    ADDED,

    /** Callbacks that are due, of events and of connections. */
    ACTIVE,

    /** Timeouts that are set, of events, connections and the base itself; those of one {@link CommonTimeout} are one. */
    TIMERS,

    /** What else keeps the loop running: connections that wait for the peer, accepting listeners, delayed exits. */
    VIRTUAL
}
