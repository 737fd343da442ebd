package io.jevent.loop;

import org.jspecify.annotations.Nullable;

/**
 * The loop's half of one event: its callback in the active queues, and its place among the added events.
 *
 * <p>Loop only. While added it keeps the loop running.
 */
public abstract class LoopEvent extends Activation implements LoopResource {
    boolean added;

    /** Neighbours among the added events, in the order of adding; null at the ends and outside. */
    @Nullable
    LoopEvent previousAdded;

    @Nullable
    LoopEvent nextAdded;

    /**
     * Makes an event that is neither added nor active.
     *
     * @param priority 0 is the best
     */
    protected LoopEvent(int priority) {
        super(priority);
    }

    /** Whether it is among the added events. */
    public final boolean isAdded() {
        return added;
    }
}
