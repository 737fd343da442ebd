package io.jevent.event;

/**
 * Is called in every turn of the loop just after it has polled.
 *
 * <p>Threading: called on the loop's thread.
 *
 * @see "libevent evwatch_check_cb"
 */
@FunctionalInterface
public interface CheckCallback {
    /**
     * Runs after the poll, with a fresh cached time, before any other callback of the turn.
     *
     * @param watcher the watcher; may be closed here
     */
    void onCheck(LoopWatcher watcher);
}
