package io.jevent.backend;

import java.util.Set;

/**
 * Is told inside {@link Backend#poll} that a watched channel is ready.
 *
 * <p>Threading: called on the loop's thread.
 */
@FunctionalInterface
public interface ReadinessHandler {
    /**
     * Queues whatever is to be done; must not do it here.
     *
     * @param ready which of the watched interests; an error or hang-up counts as all of them, so that someone finds it
     */
    void onReady(Set<Interest> ready);
}
