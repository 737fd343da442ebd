/**
 * jevent: an event loop, byte queues, buffer events and listeners.
 *
 * <p>Start at {@link io.jevent.event.EventBase} and {@link io.jevent.bufferevent.SocketBufferEvent}.
 */
module io.jevent {
    requires static transitive org.jspecify;
    // Only where a flight recorder runs, and where signals are watched.
    requires static jdk.jfr;
    requires static jdk.unsupported;

    exports io.jevent.backend;
    exports io.jevent.buffer;
    exports io.jevent.bufferevent;
    exports io.jevent.event;
    exports io.jevent.filter;
    exports io.jevent.listener;
    exports io.jevent.tls;
}
