package io.jevent.event;

/**
 * The last thing that is called for an {@link Event}.
 *
 * <p>Threading: called on the loop's thread, or by {@link EventBase#close()}.
 *
 * @see "libevent event_finalize_callback_fn"
 */
@FunctionalInterface
public interface FinalizeCallback {
    /**
     * Releases what the event's callback used; it will not run again.
     *
     * @param event the event, closed
     */
    void onFinalize(Event event);
}
