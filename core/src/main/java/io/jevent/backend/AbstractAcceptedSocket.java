package io.jevent.backend;

import org.jspecify.annotations.Nullable;

/**
 * What the accepted sockets of every backend have in common: who has them, and who wants to know when it is over.
 *
 * <p>Threading: whoever holds it.
 */
public abstract class AbstractAcceptedSocket implements AcceptedSocket {
    private enum State {
        WAITING,
        ADOPTED,
        /** Adopted, and the connection is over. */
        ENDED,
        /** Closed before anybody adopted it. */
        CLOSED
    }

    private State state = State.WAITING;

    /** Null until somebody wants to know. */
    private @Nullable Runnable whenClosed;

    /** Makes one that waits to be adopted. */
    protected AbstractAcceptedSocket() {}

    /** Closes the socket, which nobody has adopted. */
    protected abstract void doClose();

    /** Closes the socket, which nobody has adopted, so that the peer sees a reset; by default as {@link #doClose()}. */
    protected void doReset() {
        doClose();
    }

    /**
     * Whether the system still has the socket.
     *
     * @return by default true; false if something was closed under it
     */
    protected boolean isOpenBelow() {
        return true;
    }

    /**
     * Throws unless it is open and not adopted.
     *
     * @throws IllegalStateException if it is adopted or closed
     */
    protected final void checkWaiting() {
        if (state != State.WAITING || !isOpenBelow()) {
            throw new IllegalStateException("need a socket that is open and not adopted, got " + this);
        }
    }

    /**
     * Marks it as adopted: what is under it is the caller's, who calls {@link #connectionEnded()} once that is closed.
     *
     * @throws IllegalStateException if it is adopted or closed
     */
    protected final void markAdopted() {
        checkWaiting();
        state = State.ADOPTED;
    }

    @Override
    public final boolean isAdopted() {
        return state == State.ADOPTED || state == State.ENDED;
    }

    @Override
    public final void onClosed(Runnable action) {
        if (state == State.ENDED || state == State.CLOSED) {
            throw new IllegalStateException("need a connection that is not over, got " + this);
        }
        Runnable before = whenClosed;
        whenClosed = before == null
                ? action
                : () -> {
                    run(before);
                    run(action);
                };
    }

    @Override
    public final void connectionEnded() {
        if (state == State.ADOPTED) {
            state = State.ENDED;
            tell();
        }
    }

    @Override
    public final void close() {
        if (state == State.WAITING) {
            state = State.CLOSED;
            doClose();
            tell();
        }
    }

    @Override
    public final void reset() {
        if (state == State.WAITING) {
            state = State.CLOSED;
            doReset();
            tell();
        }
    }

    private void tell() {
        Runnable action = whenClosed;
        whenClosed = null;
        if (action != null) {
            run(action);
        }
    }

    /** Whatever it does, closing goes on. */
    private static void run(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            System.getLogger("io.jevent.backend")
                    .log(System.Logger.Level.WARNING, "what was to run after a connection failed", e);
        }
    }

    /**
     * {@return whether it waits, is adopted or is over, for {@code toString}}
     */
    protected final String describedState() {
        return state.toString();
    }
}
