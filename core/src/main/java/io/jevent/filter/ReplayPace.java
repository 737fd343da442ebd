package io.jevent.filter;

/**
 * How fast a {@link Replay} goes.
 *
 * <p>Threading: immutable, share freely.
 */
public enum ReplayPace {
    /** As it was recorded, by the time of the base. */
    RECORDED,

    /** Each entry as soon as the one before has left. */
    AT_ONCE
}
