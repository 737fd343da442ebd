package io.jevent.backend;

import io.jevent.buffer.EvBuffer;
import java.io.IOException;
import java.net.SocketAddress;

/**
 * Is told what a {@link DatagramTransport} does; only {@link #onReady()} runs inside {@link Backend#poll}.
 *
 * <p>Threading: called on the loop's thread.
 */
public interface DatagramHandler {
    /** Queues one call of {@link DatagramTransport#deliver()}; must not call it here. */
    void onReady();

    /**
     * A datagram has arrived, whole.
     *
     * @param datagram its bytes, perhaps none; what is not taken before this returns is dropped
     * @param from its sender
     */
    void onReceived(EvBuffer datagram, SocketAddress from);

    /**
     * Receiving has failed once; on a connected socket, mostly because the peer's port is closed.
     *
     * @param cause what the system said
     */
    void onReceiveFailed(IOException cause);

    /**
     * Datagrams have left the queue given to {@link DatagramTransport#send}.
     *
     * @param datagramCount above 0
     */
    void onSent(int datagramCount);

    /**
     * The system has refused one datagram, which is dropped; those behind it follow.
     *
     * @param to its receiver
     * @param cause what the system said
     */
    void onSendFailed(SocketAddress to, IOException cause);
}
