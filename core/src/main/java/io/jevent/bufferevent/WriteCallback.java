package io.jevent.bufferevent;

/**
 * Is called when bytes were sent and at most the low mark of them are still unsent.
 *
 * <p>Threading: called on the loop's thread.
 *
 * @see BufferEvent#onWrite(WriteCallback)
 * @see "libevent bufferevent_data_cb"
 */
@FunctionalInterface
public interface WriteCallback {
    /**
     * May write more.
     *
     * @param bufferEvent the buffer event, which may be closed here
     */
    void onWrite(BufferEvent bufferEvent);
}
