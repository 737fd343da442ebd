package io.jevent.benchmarks.network;

import java.util.Locale;

/** What a server does for its clients. */
enum Role {
    /** Sends back what it gets. */
    ECHO,
    /** Passes every connection on to one echo server, the one in C on epoll. */
    PROXY,
    /** The same, where clients speak TLS and the echo server is spoken to in clear. */
    TLS;

    /** {@return the name on the command line, for all rows of it} */
    String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** {@return whether it stands between the load and an echo server} */
    boolean isProxy() {
        return this != ECHO;
    }

    /** {@return what its headings begin with: no two of a page may be the same} */
    String heading() {
        return switch (this) {
            case ECHO -> "";
            case PROXY -> "Proxies: ";
            case TLS -> "TLS: ";
        };
    }

    /** {@return libevent's, which others are compared with} */
    Server libevent() {
        return switch (this) {
            case ECHO -> Server.LIBEVENT;
            case PROXY -> Server.PROXY_LIBEVENT;
            case TLS -> Server.TLS_LIBEVENT;
        };
    }

    /** {@return the one that does no more than it must, which others are compared with, too} */
    Server yardstick() {
        return switch (this) {
            case ECHO -> Server.C_EPOLL;
            case PROXY -> Server.HAPROXY;
            case TLS -> Server.TLS_HAPROXY;
        };
    }

    /** {@return the load with the smallest messages, for what is counted by message} */
    Shape small() {
        return switch (this) {
            case ECHO -> Shape.ECHO_64;
            case PROXY -> Shape.PROXY_64;
            case TLS -> Shape.TLS_64;
        };
    }
}
