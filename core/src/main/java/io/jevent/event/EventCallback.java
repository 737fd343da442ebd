package io.jevent.event;

import java.util.Set;

/**
 * What an {@link Event} calls.
 *
 * <p>Threading: called on the loop's thread.
 *
 * @see "libevent event_callback_fn"
 */
@FunctionalInterface
public interface EventCallback {
    /**
     * Runs in the loop's callback stage, at the event's priority.
     *
     * @param event the event
     * @param triggers what happened since it last called back, never empty; an unmodifiable set
     */
    void onEvent(Event event, Set<Trigger> triggers);
}
