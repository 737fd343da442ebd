package io.jevent.bufferevent;

import io.jevent.backend.Transport;
import io.jevent.backend.TransportHandler;

/**
 * Makes the transport of a buffer event, see {@link BufferEvent#over}.
 *
 * <p>Threading: called on the loop's thread, once.
 */
@FunctionalInterface
public interface TransportMaker {
    /**
     * Makes it.
     *
     * @param handler is to be told what the transport does
     * @return a new transport
     */
    Transport open(TransportHandler handler);
}
