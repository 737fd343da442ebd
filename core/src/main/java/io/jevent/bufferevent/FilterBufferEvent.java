package io.jevent.bufferevent;

/**
 * A {@link BufferEvent} that stands on another one and changes what passes, by a {@link BufferFilter}.
 *
 * <p>It takes over the one below: that one's callbacks are its own, and reading there goes on and off with reading here. The
 * marks, timeouts and rate limits of both hold; only where the input's high mark below is too low for the filter, which has to
 * see more, it is passed. What is reported below is reported here, {@link Condition.Connected}
 * included; so a filter can be put on a socket before it connects.
 *
 * <p>The write callback and {@link #closeAfterFlush} mean that bytes have left at the bottom, not that the filter has taken
 * them; {@link #shutdownOutput()} goes all the way down. What the one below has no room for stays here, so that memory is
 * bounded by the marks. <em>Difference</em>: libevent calls back once the filter has taken the bytes, and closing then loses
 * them; see ADR 14.
 *
 * <p>With {@link BufferEventOption#CLOSE_ON_FREE} closing closes the one below as well. Without it that one is the program's
 * again, with what it has read and not yet sent, and without callbacks.
 *
 * <p>Threading: loop only.
 *
 * @see "libevent bufferevent_filter_new()"
 */
public sealed interface FilterBufferEvent extends BufferEvent permits FilterBufferEventImpl {
    /**
     * Puts a filter on a buffer event. Writing is enabled, reading is not.
     *
     * @param below what it stands on, of any flavor, nothing standing on it yet
     * @param filter changes the bytes; closed with this
     * @param options how it behaves
     * @return a new buffer event
     * @throws IllegalStateException if the one below is closed, failed, or below another one already
     * @see "libevent bufferevent_filter_new()"
     */
    static FilterBufferEvent create(BufferEvent below, BufferFilter filter, BufferEventOption... options) {
        return FilterBufferEventImpl.on((AbstractBufferEvent) below, filter, options);
    }

    /**
     * {@return what this stands on}
     *
     * @see "libevent bufferevent_get_underlying()"
     */
    BufferEvent underlying();

    /**
     * {@return the filter}
     */
    BufferFilter filter();
}
