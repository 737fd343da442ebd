package io.jevent.backend;

/**
 * Which part of a connection's work something happened to.
 *
 * <p>Threading: immutable, share freely.
 *
 * @see "libevent BEV_EVENT_READING, BEV_EVENT_WRITING"
 */
public enum Direction {
    /** Taking bytes from the peer. */
    READING,

    /** Giving bytes to the peer. */
    WRITING,

    /** Becoming connected: look-up, connect, handshake. */
    CONNECTING
}
