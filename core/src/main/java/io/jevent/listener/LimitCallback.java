package io.jevent.listener;

/**
 * Is called when a limit of a listener begins to hold.
 *
 * <p>Threading: called on the loop's thread.
 */
@FunctionalInterface
public interface LimitCallback {
    /**
     * Takes note. Called once for a time during which the limit holds again and again, see {@link
     * ConnectionListener#EPISODE_GAP}.
     *
     * @param listener the listener, which may be paused or closed here
     * @param limit which of its limits
     */
    void onLimit(ConnectionListener listener, ListenerLimit limit);
}
