package io.jevent.event;

/**
 * Is told that a {@link UdpSocket} takes datagrams again.
 *
 * <p>Threading: called on the loop's thread.
 */
@FunctionalInterface
public interface UdpWritableCallback {
    /**
     * Sends what was refused.
     *
     * @param socket the socket
     */
    void onWritable(UdpSocket socket);
}
