package io.jevent.bufferevent;

import io.jevent.backend.Direction;
import java.io.IOException;

/**
 * What a {@link BufferEvent} reports besides moved bytes; one call for each, in the order they happened.
 *
 * <p>A condition disables its own direction. For each connection there is at most one {@code Eof} or {@code Failed} per
 * direction, and {@code Failed} ends both. <em>Difference</em> from libevent: never several in one call, and the cause
 * comes with the condition instead of from {@code errno}; see ADR 4.
 *
 * <p>Threading: immutable, share freely.
 *
 * @see "libevent BEV_EVENT_CONNECTED, BEV_EVENT_EOF, BEV_EVENT_TIMEOUT, BEV_EVENT_ERROR"
 */
public sealed interface Condition {
    /**
     * A connect made through the buffer event has succeeded. It comes before any byte.
     *
     * @see "libevent BEV_EVENT_CONNECTED"
     */
    record Connected() implements Condition {
        static final Connected INSTANCE = new Connected();
    }

    /**
     * The peer has ended its output: nothing more will be read. What was read before is in the input buffer, and was
     * announced. Writing goes on.
     *
     * @param direction always {@link Direction#READING}
     * @see "libevent BEV_EVENT_EOF"
     */
    record Eof(Direction direction) implements Condition {
        static final Eof INSTANCE = new Eof(Direction.READING);
    }

    /**
     * A direction has made no progress for as long as {@link BufferEvent#timeouts} allows. Reading or writing may be
     * enabled again; a connect is abandoned and may be tried again.
     *
     * @param direction which one
     * @see "libevent BEV_EVENT_TIMEOUT"
     */
    record TimedOut(Direction direction) implements Condition {}

    /**
     * The connection is lost, or could not be made. After a failed connect the buffer event is unconnected, keeps its
     * output, and may connect again; otherwise nothing more can be read or written, but what was read can be taken.
     *
     * @param direction what was being done
     * @param cause what the system said
     * @see "libevent BEV_EVENT_ERROR"
     */
    record Failed(Direction direction, IOException cause) implements Condition {}
}
