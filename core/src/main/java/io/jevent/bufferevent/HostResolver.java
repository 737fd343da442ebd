package io.jevent.bufferevent;

import io.jevent.event.EventBase;

/**
 * Finds the addresses of a host name without blocking the loop.
 *
 * <p>{@link #system()} asks the JDK. Another one may ask a DNS server itself, or hold a table; it must keep what {@link
 * #resolve} says.
 *
 * <p>Threading: {@link #resolve} is called on the loop's thread of the base it is given. One resolver may serve several bases.
 *
 * @see SocketBufferEvent#connect(HostResolver, String, int, ConnectPacing)
 * @see "libevent evdns_base"
 */
@FunctionalInterface
public interface HostResolver {
    /** Look-ups that {@link #system()} has under way at once, of all bases together: 64. */
    int MAX_SYSTEM_LOOKUPS = 64;

    /** Look-ups that may wait until one of those has ended: 1024. Beyond that a look-up fails. */
    int MAX_SYSTEM_LOOKUPS_WAITING = 1024;

    /**
     * Begins a look-up.
     *
     * @param base whose loop runs the callback
     * @param host a name, or an address as text, as somebody typed it
     * @param callback runs on the base's loop, never inside this call: once or several times, up to the last addresses or
     *     the failure. It does not run after {@link Lookup#cancel()}, or once the base is closed.
     * @return the look-up under way
     * @see "libevent evdns_getaddrinfo()"
     */
    Lookup resolve(EventBase base, String host, ResolveCallback callback);

    /**
     * {@return the resolver that asks the system, as {@link java.net.InetAddress#getAllByName} does, on virtual threads}
     *
     * <p>It answers once, with all addresses in the system's order. An address written as text is answered without a look-up.
     * At most {@link #MAX_SYSTEM_LOOKUPS} are under way and {@link #MAX_SYSTEM_LOOKUPS_WAITING} wait; what comes then fails.
     * Cancelling one that is under way does not stop the system, whose answer is thrown away.
     *
     * <p>This resolver caches nothing. The JDK does below it: names found for 30 seconds, names not found for 10, unless the
     * security properties {@code networkaddress.cache.ttl} and {@code networkaddress.cache.negative.ttl} say otherwise.
     */
    static HostResolver system() {
        return SystemHostResolver.INSTANCE;
    }
}
