package io.jevent.bufferevent;

/**
 * Is called for everything but moved bytes.
 *
 * <p>Threading: called on the loop's thread.
 *
 * @see BufferEvent#onCondition(ConditionCallback)
 * @see "libevent bufferevent_event_cb"
 */
@FunctionalInterface
public interface ConditionCallback {
    /**
     * Takes note of one condition.
     *
     * @param bufferEvent the buffer event, which may be closed here
     * @param condition what happened
     */
    void onCondition(BufferEvent bufferEvent, Condition condition);
}
