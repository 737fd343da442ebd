package io.jevent.event;

/**
 * How an {@link Event} behaves.
 *
 * <p>Threading: immutable, share freely.
 *
 * @see "libevent EV_PERSIST, EV_ET"
 */
public enum EventOption {
    /** It stays added after calling back, and a timeout starts over. Without it an event is removed before it calls back. */
    PERSIST,

    /** It calls back when its channel becomes ready rather than while it is; needs a backend that can. */
    EDGE_TRIGGERED
}
