/** The same work on jevent and, in C, on libevent; over the network also on others. */
@SuppressWarnings("requires-automatic") // JMH has no module descriptor
module io.jevent.benchmarks {
    requires info.picocli;
    requires io.jevent;
    requires io.jevent.examples;
    requires io.netty.buffer;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.transport;
    requires io.netty.transport.classes.epoll;
    requires io.netty.transport.classes.io_uring;
    requires java.management;
    requires jdk.management;
    requires jmh.core;
    requires static org.jspecify;

    opens io.jevent.benchmarks.network to
            info.picocli;
}
