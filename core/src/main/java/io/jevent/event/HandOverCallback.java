package io.jevent.event;

import io.jevent.backend.AcceptedSocket;

/**
 * Takes a connection on the loop it was handed to.
 *
 * <p>Threading: called on that loop's thread.
 */
@FunctionalInterface
public interface HandOverCallback {
    /**
     * Gives the connection to a buffer event of this base, or closes it. If this throws before the connection was adopted,
     * it is closed.
     *
     * @param base the base
     * @param socket the connection, owned by the callee
     */
    void onHandOver(EventBase base, AcceptedSocket socket);
}
