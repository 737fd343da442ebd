package io.jevent.loop;

import org.jspecify.annotations.Nullable;

/**
 * Something the loop will run once in its callback stage; the link of an {@link ActiveQueues} queue.
 *
 * <p>Loop only. Each activation is in at most one queue.
 */
public abstract class Activation {
    /** Where an activation is. */
    enum State {
        IDLE,
        /** In the queue of its priority. */
        ACTIVE,
        /** Put off to the next turn, because enough deferred callbacks run in this one. */
        LATER
    }

    State state = State.IDLE;
    int priority;

    /** Neighbours in the queue; null at its ends and outside. */
    @Nullable
    Activation previous;

    @Nullable
    Activation next;

    /**
     * Makes an idle activation.
     *
     * @param priority 0 is the best
     */
    protected Activation(int priority) {
        this.priority = priority;
    }

    /** Does the work; already idle again, so it may be activated from here. */
    protected abstract void run();

    /** What an exception from {@link #run()} is reported as coming from. */
    protected abstract Object source();

    /** Whether it waits to be run. */
    public final boolean isQueued() {
        return state != State.IDLE;
    }

    public final int priority() {
        return priority;
    }

    /** Changes the priority; must not be queued. */
    public final void priority(int priority) {
        assert state == State.IDLE : "the priority of a queued activation changes";
        this.priority = priority;
    }
}
