package io.jevent.bufferevent;

/**
 * Is called when a writer that was told to stop may go on.
 *
 * <p>Threading: called on the loop's thread.
 *
 * @see BufferEvent#onWritable(WritableCallback)
 */
@FunctionalInterface
public interface WritableCallback {
    /**
     * May write more, until {@link BufferEvent#isWritable()} says no.
     *
     * @param bufferEvent the buffer event, which may be closed here
     */
    void onWritable(BufferEvent bufferEvent);
}
