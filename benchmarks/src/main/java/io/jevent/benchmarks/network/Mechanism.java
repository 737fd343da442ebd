package io.jevent.benchmarks.network;

/** How a server waits for the system. */
enum Mechanism {
    NIO("nio"),
    EPOLL("epoll"),
    IO_URING("io_uring");

    private final String id;

    Mechanism(String id) {
        this.id = id;
    }

    /** {@return the name that jevent, Netty and the C servers know it by} */
    String id() {
        return id;
    }
}
