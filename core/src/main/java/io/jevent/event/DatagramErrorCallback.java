package io.jevent.event;

import io.jevent.backend.Direction;
import java.io.IOException;
import java.net.SocketAddress;

/**
 * Is told that a {@link UdpSocket} could not send or receive something; the socket goes on.
 *
 * <p>Threading: called on the loop's thread.
 */
@FunctionalInterface
public interface DatagramErrorCallback {
    /**
     * Takes note of one failure.
     *
     * @param socket the socket; may be closed here
     * @param direction {@link Direction#READING} or {@link Direction#WRITING}
     * @param peer the receiver of what could not be sent; while reading, the peer if connected, else this end
     * @param cause what the system said, such as {@link java.net.PortUnreachableException}
     */
    void onDatagramError(UdpSocket socket, Direction direction, SocketAddress peer, IOException cause);
}
