package io.jevent.bufferevent;

/**
 * Is told what a {@link HostResolver} has found.
 *
 * <p>Threading: called on the loop's thread.
 *
 * @see "libevent evdns_getaddrinfo_cb"
 */
@FunctionalInterface
public interface ResolveCallback {
    /**
     * Addresses have come, or none will.
     *
     * @param result what was found; nothing comes after {@link LookupResult.Failed} or the last addresses
     */
    void onResolved(LookupResult result);
}
