package io.jevent.bufferevent;

import java.time.Duration;

/**
 * How fast a connect by name goes through the addresses of the name, after RFC 8305 ("Happy Eyeballs").
 *
 * <p>Threading: immutable, share freely.
 *
 * @param resolutionDelay how long IPv4 addresses that came first wait for IPv6 ones, at least 0
 * @param attemptDelay how long an address is tried alone before the next is tried as well, at least {@link
 *     #MIN_ATTEMPT_DELAY}; after a failure the next is tried at once
 * @param maxAddresses how many are tried, from 1 to {@link #HIGHEST_MAX_ADDRESSES}
 * @see SocketBufferEvent#connect(HostResolver, String, int, ConnectPacing)
 */
public record ConnectPacing(Duration resolutionDelay, Duration attemptDelay, int maxAddresses) {
    /** IPv4 waits for IPv6: 50 ms, as in RFC 8305. */
    public static final Duration DEFAULT_RESOLUTION_DELAY = Duration.ofMillis(50);

    /** An address is tried alone: 250 ms, as in RFC 8305. */
    public static final Duration DEFAULT_ATTEMPT_DELAY = Duration.ofMillis(250);

    /** The shortest time between two addresses: 10 ms, as in RFC 8305. */
    public static final Duration MIN_ATTEMPT_DELAY = Duration.ofMillis(10);

    /** Addresses tried: 16. */
    public static final int DEFAULT_MAX_ADDRESSES = 16;

    /** The most addresses that may be asked for: 256. */
    public static final int HIGHEST_MAX_ADDRESSES = 256;

    /** The three defaults. */
    public static final ConnectPacing DEFAULT =
            new ConnectPacing(DEFAULT_RESOLUTION_DELAY, DEFAULT_ATTEMPT_DELAY, DEFAULT_MAX_ADDRESSES);

    /**
     * Checks the values.
     *
     * @param resolutionDelay at least 0
     * @param attemptDelay at least {@link #MIN_ATTEMPT_DELAY}
     * @param maxAddresses from 1 to {@link #HIGHEST_MAX_ADDRESSES}
     * @throws IllegalArgumentException if one is out of range
     */
    public ConnectPacing {
        if (resolutionDelay.isNegative()) {
            throw new IllegalArgumentException("need resolutionDelay >= 0, got " + resolutionDelay);
        }
        if (attemptDelay.compareTo(MIN_ATTEMPT_DELAY) < 0) {
            throw new IllegalArgumentException("need attemptDelay >= " + MIN_ATTEMPT_DELAY + ", got " + attemptDelay);
        }
        if (maxAddresses < 1 || maxAddresses > HIGHEST_MAX_ADDRESSES) {
            throw new IllegalArgumentException(
                    "need 1 <= maxAddresses <= " + HIGHEST_MAX_ADDRESSES + ", got " + maxAddresses);
        }
    }
}
