package io.jevent.listener;

import java.io.IOException;

/**
 * Is called when accepting fails, most often because no descriptor is left.
 *
 * <p>Threading: called on the loop's thread.
 *
 * @see "libevent evconnlistener_errorcb"
 */
@FunctionalInterface
public interface AcceptErrorCallback {
    /**
     * Takes note. The listener has stopped accepting and tries again by itself after its retry delay.
     *
     * @param listener the listener, which may be paused or closed here
     * @param cause what the system said
     */
    void onAcceptError(ConnectionListener listener, IOException cause);
}
