package io.jevent.bufferevent;

/**
 * What a {@link BufferFilter} needs next. <em>Difference</em> from libevent: there is no result for an error, a filter throws
 * an {@link java.io.IOException} that says what is wrong.
 *
 * <p>Threading: immutable, share freely.
 *
 * @see "libevent enum bufferevent_filter_result"
 */
public enum FilterResult {
    /**
     * It did something and can go on: it is called again while there are bytes.
     *
     * @see "libevent BEV_OK"
     */
    OK,

    /**
     * It has to see more of the source; it is called again when more came.
     *
     * @see "libevent BEV_NEED_MORE"
     */
    NEEDS_MORE,

    /**
     * It waits until the target has been drained: so whoever reads is given one unit, a frame or a line, at a time. Meanwhile
     * reading below pauses. It is called again when anything was drained, so it should look whether that is enough.
     * <em>Difference</em>: libevent has no counterpart.
     */
    NEEDS_DRAIN
}
