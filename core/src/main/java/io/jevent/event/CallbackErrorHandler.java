package io.jevent.event;

/**
 * Is given every exception that a user's callback lets out; the loop goes on.
 *
 * <p>An {@link Error} is not given here: it ends the loop and leaves through {@link EventBase#loop}.
 *
 * <p>Threading: called on the loop's thread. What it throws itself is logged and dropped.
 */
@FunctionalInterface
public interface CallbackErrorHandler {
    /**
     * Takes one exception.
     *
     * @param source what called back: an {@link Event}, a task, a buffer event, a listener
     * @param thrown what the callback threw
     */
    void onCallbackError(Object source, Exception thrown);
}
