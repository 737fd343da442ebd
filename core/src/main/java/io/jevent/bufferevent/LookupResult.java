package io.jevent.bufferevent;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;

/**
 * One answer of a {@link HostResolver}. There may be several for one name, for instance one of IPv6 and one of IPv4 addresses.
 *
 * <p>Threading: immutable, share freely.
 */
public sealed interface LookupResult {
    /**
     * Addresses of the name, in the order in which to try them.
     *
     * @param addresses may be empty: a family of addresses that the name does not have
     * @param isLast whether this was all
     */
    record Addresses(List<InetAddress> addresses, boolean isLast) implements LookupResult {
        /**
         * Copies the list.
         *
         * @param addresses may be empty
         * @param isLast whether this was all
         */
        public Addresses {
            addresses = List.copyOf(addresses);
        }
    }

    /**
     * The look-up is over and has failed. Addresses that came before are good nevertheless.
     *
     * @param cause why; a {@link java.net.UnknownHostException} where the name is unknown
     */
    record Failed(IOException cause) implements LookupResult {}
}
