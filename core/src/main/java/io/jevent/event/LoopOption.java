package io.jevent.event;

/**
 * How {@link EventBase#loop} runs.
 *
 * <p>Threading: immutable, share freely.
 *
 * @see "libevent EVLOOP_ONCE, EVLOOP_NONBLOCK, EVLOOP_NO_EXIT_ON_EMPTY"
 */
public enum LoopOption {
    /** Waits until something runs, goes on until nothing is active, and returns. */
    ONCE,

    /** Never waits; returns after the first turn that leaves nothing active. */
    NONBLOCK,

    /** Does not return when there is nothing to wait for; a task from another thread may bring something. */
    NO_EXIT_ON_EMPTY
}
