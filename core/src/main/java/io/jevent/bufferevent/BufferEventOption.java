package io.jevent.bufferevent;

/**
 * How a buffer event behaves.
 *
 * <p><em>Difference</em> from libevent, which has two options more. {@code BEV_OPT_THREADSAFE}: a buffer event belongs to
 * its loop's thread, other threads go through {@link io.jevent.event.EventBase#execute}. {@code BEV_OPT_UNLOCK_CALLBACKS}:
 * there is no lock to release. See ADR 1.
 *
 * <p>Threading: immutable, share freely.
 *
 * @see "libevent enum bufferevent_options"
 */
public enum BufferEventOption {
    /**
     * Closing the buffer event closes the socket channel that the user gave it. Without it such a channel stays open.
     * Sockets that jevent made, by connecting or accepting, are closed in any case.
     *
     * @see "libevent BEV_OPT_CLOSE_ON_FREE"
     */
    CLOSE_ON_FREE,

    /**
     * Every callback is queued and runs later in the turn, in the order connected, read, write, conditions; so none runs
     * inside the delivery of another's bytes.
     *
     * @see "libevent BEV_OPT_DEFER_CALLBACKS"
     */
    DEFER_CALLBACKS
}
