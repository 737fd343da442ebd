package io.jevent.bufferevent;

import io.jevent.event.EventBase;
import java.util.Optional;

/**
 * One of two {@link BufferEvent}s in memory that are connected to each other: what is written to one is read from the other.
 *
 * <p>Bytes move, without being copied, when one end has written and the other reads and is below its high mark; so a slow end
 * holds the other back. Both ends are connected from the start, without {@link Condition.Connected}. Closing one end is the end
 * of the other's input, behind what was flushed; what the other then writes fails. <em>Difference</em>: in libevent the other
 * end hears nothing; see ADR 5.
 *
 * <p>A loop whose last work is a pair that waits for itself ends, as it does in libevent: nobody else can write into it.
 *
 * <p>Threading: loop only; both ends belong to one loop.
 *
 * @see "libevent bufferevent_pair_new()"
 */
public sealed interface PairBufferEvent extends BufferEvent permits PairBufferEventImpl {
    /**
     * Makes a connected pair and returns one end; the other is its {@link #partner()}.
     *
     * @param base the loop
     * @param options how both ends behave
     * @return one end
     * @see "libevent bufferevent_pair_new()"
     */
    static PairBufferEvent create(EventBase base, BufferEventOption... options) {
        return PairBufferEventImpl.pair(base, options);
    }

    /**
     * {@return the other end, empty once either is closed}
     *
     * @see "libevent bufferevent_pair_get_partner()"
     */
    Optional<PairBufferEvent> partner();
}
