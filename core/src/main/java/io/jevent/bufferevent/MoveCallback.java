package io.jevent.bufferevent;

/**
 * Takes a connection that has moved to another base.
 *
 * <p>Threading: called on the thread of that base's loop.
 *
 * @see SocketBufferEvent#moveTo
 */
@FunctionalInterface
public interface MoveCallback {
    /**
     * The connection is here.
     *
     * @param moved the new buffer event, without callbacks; if this throws, it is closed
     */
    void onMoved(SocketBufferEvent moved);
}
