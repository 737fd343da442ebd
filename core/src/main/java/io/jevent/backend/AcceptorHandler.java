package io.jevent.backend;

import java.io.IOException;

/**
 * Is told what an {@link Acceptor} does; only {@link #onReady()} runs inside {@link Backend#poll}.
 *
 * <p>Threading: called on the loop's thread.
 */
public interface AcceptorHandler {
    /** Queues one call of {@link Acceptor#deliver()}; must not call it here. */
    void onReady();

    /**
     * A connection has been accepted.
     *
     * @param socket owned by the handler from now on
     */
    void onAccepted(AcceptedSocket socket);

    /**
     * Accepting has failed for a reason that trying again at once does not mend, such as no descriptor left.
     *
     * @param cause what the system said
     */
    void onAcceptFailed(IOException cause);
}
