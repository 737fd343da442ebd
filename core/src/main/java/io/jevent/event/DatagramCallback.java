package io.jevent.event;

import io.jevent.buffer.EvBuffer;
import java.net.SocketAddress;

/**
 * Is called for each datagram that a {@link UdpSocket} receives.
 *
 * <p>Threading: called on the loop's thread.
 */
@FunctionalInterface
public interface DatagramCallback {
    /**
     * Takes one datagram. What is left in the buffer when this returns is dropped; move it out to keep it.
     *
     * @param socket where it arrived; may be paused or closed here
     * @param datagram its bytes, perhaps none; the socket's, not to be closed
     * @param from its sender
     */
    void onDatagram(UdpSocket socket, EvBuffer datagram, SocketAddress from);
}
