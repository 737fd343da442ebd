package io.jevent.bufferevent;

/**
 * How {@link BufferEvent#trigger} calls back. <em>Difference</em> from libevent: it always calls back later, never inside the
 * call, so there is no option to ask for that.
 *
 * <p>Threading: immutable, share freely.
 *
 * @see "libevent enum bufferevent_trigger_options"
 */
public enum TriggerOption {
    /**
     * Whatever the low mark says.
     *
     * @see "libevent BEV_TRIG_IGNORE_WATERMARKS"
     */
    IGNORE_WATERMARKS
}
