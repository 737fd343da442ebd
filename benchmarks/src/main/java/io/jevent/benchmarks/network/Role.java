package io.jevent.benchmarks.network;

/** What a server does for its clients. */
enum Role {
    /** Sends back what it gets. */
    ECHO,
    /** Passes every connection on to one echo server, the one in C on epoll. */
    PROXY;

    /** {@return libevent's, which others are compared with} */
    Server libevent() {
        return switch (this) {
            case ECHO -> Server.LIBEVENT;
            case PROXY -> Server.PROXY_LIBEVENT;
        };
    }

    /** {@return the one that does no more than it must, which others are compared with, too} */
    Server yardstick() {
        return switch (this) {
            case ECHO -> Server.C_EPOLL;
            case PROXY -> Server.HAPROXY;
        };
    }

    /** {@return the load with the smallest messages, for what is counted by message} */
    Shape small() {
        return switch (this) {
            case ECHO -> Shape.ECHO_64;
            case PROXY -> Shape.PROXY_64;
        };
    }
}
