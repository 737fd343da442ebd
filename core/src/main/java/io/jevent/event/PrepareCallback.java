package io.jevent.event;

/**
 * Is called in every turn of the loop just before it polls.
 *
 * <p>Threading: called on the loop's thread.
 *
 * @see "libevent evwatch_prepare_cb"
 */
@FunctionalInterface
public interface PrepareCallback {
    /**
     * Runs before the poll; may add, remove and activate events, all of which this poll heeds.
     *
     * @param watcher the watcher; may be closed here
     * @param timeoutNanos how long the poll would wait at most, in nanoseconds; 0 if something is active, {@link
     *     LoopWatcher#FOREVER} if no timer is set
     */
    void onPrepare(LoopWatcher watcher, long timeoutNanos);
}
