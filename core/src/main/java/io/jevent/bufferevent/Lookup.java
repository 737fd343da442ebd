package io.jevent.bufferevent;

/**
 * A look-up of a name that a {@link HostResolver} has begun.
 *
 * <p>Threading: loop only, that of the base it was begun for.
 *
 * @see "libevent evdns_getaddrinfo_request"
 */
@FunctionalInterface
public interface Lookup {
    /**
     * Gives it up: its callback does not run any more. Does nothing once the look-up has ended. Idempotent.
     *
     * @see "libevent evdns_getaddrinfo_cancel()"
     */
    void cancel();
}
