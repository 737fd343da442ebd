package io.jevent.bufferevent;

/**
 * How thoroughly bytes are pushed through a {@link BufferEvent}, and what a filter is told about what follows.
 *
 * <p>Threading: immutable, share freely.
 *
 * @see "libevent enum bufferevent_flush_mode"
 */
public enum FlushMode {
    /**
     * More may follow soon; what a filter keeps back to do better is its own decision.
     *
     * @see "libevent BEV_NORMAL"
     */
    NORMAL,

    /**
     * Whatever can go, goes now: filters end what they have begun, marks are not looked at.
     *
     * @see "libevent BEV_FLUSH"
     */
    FLUSH,

    /**
     * Nothing follows: as {@link #FLUSH}, and then the end.
     *
     * @see "libevent BEV_FINISHED"
     */
    FINISHED
}
