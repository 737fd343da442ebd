package io.jevent.bufferevent;

/**
 * Is called when bytes arrived and at least the low mark of them wait in the input buffer.
 *
 * <p>Threading: called on the loop's thread.
 *
 * @see BufferEvent#onRead(ReadCallback)
 * @see "libevent bufferevent_data_cb"
 */
@FunctionalInterface
public interface ReadCallback {
    /**
     * Takes what it likes from {@code bufferEvent.input()}; the rest waits for the next call.
     *
     * @param bufferEvent the buffer event, which may be closed here
     */
    void onRead(BufferEvent bufferEvent);
}
