package io.jevent.backend;

import java.io.IOException;

/**
 * Is told what a {@link Transport} does. All methods run on the loop's thread; only {@link #onReady()} runs inside
 * {@link Backend#poll}.
 *
 * <p>Threading: called on the loop's thread.
 */
public interface TransportHandler {
    /** Queues one call of {@link Transport#deliver()}; must not call it here. */
    void onReady();

    /** The connect launched through the transport has succeeded. */
    void onConnected();

    /**
     * Bytes have been appended to the buffer given to {@link Transport#receive}.
     *
     * @param byteCount above 0
     */
    void onReceived(long byteCount);

    /** The peer has ended its output; nothing more will be received. Sending goes on. */
    void onEnd();

    /**
     * Bytes have been taken from the buffer given to {@link Transport#send}; or, with 0, a connect that the user launched
     * without the transport has succeeded.
     *
     * @param byteCount at least 0
     */
    void onSent(long byteCount);

    /**
     * The connection is dead. Bytes received before have been reported.
     *
     * @param direction what was being done
     * @param cause what the system said
     */
    void onFailed(Direction direction, IOException cause);
}
