package io.jevent.listener;

import io.jevent.backend.AcceptedSocket;

/**
 * Is called for each accepted connection.
 *
 * <p>Threading: called on the loop's thread.
 *
 * @see "libevent evconnlistener_cb"
 */
@FunctionalInterface
public interface AcceptCallback {
    /**
     * Takes one connection: gives it to a buffer event, hands it over to another loop, or closes it. If this throws before
     * the connection was adopted, the listener closes it.
     *
     * @param listener the listener, which may be paused or closed here
     * @param socket the connection, owned by the callee
     */
    void onAccept(ConnectionListener listener, AcceptedSocket socket);
}
