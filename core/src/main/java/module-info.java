/**
 * jevent: an event loop, byte queues, buffer events and listeners.
 *
 * <p>Start at {@link io.jevent.event.EventBase} and {@link io.jevent.bufferevent.SocketBufferEvent}.
 */
module io.jevent {
    requires static transitive org.jspecify;

    exports io.jevent.backend;
    exports io.jevent.buffer;
    exports io.jevent.bufferevent;
    exports io.jevent.event;
    exports io.jevent.listener;
}
