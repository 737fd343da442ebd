package io.jevent.backend;

/**
 * Takes a connection that a {@link Transport} has given away.
 *
 * <p>Threading: called on the loop's thread of the transport.
 */
@FunctionalInterface
public interface HandOffCallback {
    /**
     * Nothing of the connection is under way at its loop any more.
     *
     * @param socket the connection, owned by the callee; any thread may take it over
     */
    void onHandedOff(AcceptedSocket socket);
}
