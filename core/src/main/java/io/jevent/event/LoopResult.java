package io.jevent.event;

/**
 * Why {@link EventBase#loop} returned.
 *
 * <p>Threading: immutable, share freely.
 *
 * @see "libevent event_base_loop(), its result; event_base_got_exit(), event_base_got_break()"
 */
public enum LoopResult {
    /** Nothing was left to wait for. */
    EMPTY,
    /** {@link EventBase#exit()} was called. */
    EXIT,
    /** {@link EventBase#breakLoop()} was called. */
    BREAK,
    /** {@link LoopOption#ONCE} or {@link LoopOption#NONBLOCK} was fulfilled. */
    DONE
}
