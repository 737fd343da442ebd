package io.jevent.listener;

import java.util.Optional;

/**
 * How many connections a {@link ConnectionListener} lets in; by default as many as come.
 *
 * <p>At {@link #maxConnections()}, and out of {@link #connectionsPerSecond()}, the listener stops accepting: connections wait
 * in the system's backlog, and it goes on by itself once one is closed, or time has passed. A connection over a limit of its
 * address is accepted and reset at once, and counted by {@link ConnectionListener#rejectedConnections()}; it takes nothing
 * from the other limits, so that one address cannot use up the share of the rest.
 *
 * <p>A connection counts until it is closed, on whatever loop, whether a buffer event adopted it or not. On io_uring the system
 * may have taken some more out of the backlog; they are not served before the limit allows it.
 *
 * <p>What an address is: an IPv4 address, the first 64 bits of an IPv6 address (who has one of them usually has all), and all
 * Unix-domain peers together. Addresses are remembered while they have connections, or their rate is not back at its burst,
 * and at most {@link #maxAddresses()} of them. When more are needed, the one that has been without connections for longest is
 * forgotten; if all have some, those that are new share the limits of one address.
 *
 * <p>Threading: immutable, share freely.
 *
 * <p><em>Difference</em>: libevent has no such limits.
 */
public final class ListenerLimits {
    /** No limit on a number of connections. */
    public static final int UNLIMITED = Integer.MAX_VALUE;

    /** Addresses that are remembered at most, by default: 65,536. */
    public static final int DEFAULT_MAX_ADDRESSES = 65_536;

    private static final ListenerLimits NONE = builder().build();

    private final int maxConnections;
    private final int maxConnectionsPerAddress;
    private final Optional<AcceptRate> connectionsPerSecond;
    private final Optional<AcceptRate> connectionsPerSecondPerAddress;
    private final int maxAddresses;

    private ListenerLimits(Builder builder) {
        this.maxConnections = builder.maxConnections;
        this.maxConnectionsPerAddress = builder.maxConnectionsPerAddress;
        this.connectionsPerSecond = builder.connectionsPerSecond;
        this.connectionsPerSecondPerAddress = builder.connectionsPerSecondPerAddress;
        this.maxAddresses = builder.maxAddresses;
    }

    /**
     * {@return limits that let everything in}
     */
    public static ListenerLimits none() {
        return NONE;
    }

    /**
     * {@return a builder that limits nothing yet}
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * {@return open connections at most, at least 1; {@link #UNLIMITED} for no limit}
     */
    public int maxConnections() {
        return maxConnections;
    }

    /**
     * {@return open connections from one address at most, at least 1; {@link #UNLIMITED} for no limit}
     */
    public int maxConnectionsPerAddress() {
        return maxConnectionsPerAddress;
    }

    /**
     * {@return new connections in a second, if that is limited}
     */
    public Optional<AcceptRate> connectionsPerSecond() {
        return connectionsPerSecond;
    }

    /**
     * {@return new connections in a second from one address, if that is limited}
     */
    public Optional<AcceptRate> connectionsPerSecondPerAddress() {
        return connectionsPerSecondPerAddress;
    }

    /**
     * {@return addresses that are remembered at most, at least 1}
     */
    public int maxAddresses() {
        return maxAddresses;
    }

    /** Whether nothing is limited. */
    boolean isNone() {
        return maxConnections == UNLIMITED && connectionsPerSecond.isEmpty() && !looksAtAddresses();
    }

    /** Whether peers are told apart by address. */
    boolean looksAtAddresses() {
        return maxConnectionsPerAddress != UNLIMITED || connectionsPerSecondPerAddress.isPresent();
    }

    @Override
    public String toString() {
        return "ListenerLimits[maxConnections=" + described(maxConnections) + ", maxConnectionsPerAddress="
                + described(maxConnectionsPerAddress) + ", connectionsPerSecond=" + described(connectionsPerSecond)
                + ", connectionsPerSecondPerAddress=" + described(connectionsPerSecondPerAddress) + "]";
    }

    private static String described(int count) {
        return count == UNLIMITED ? "unlimited" : Integer.toString(count);
    }

    private static String described(Optional<AcceptRate> rate) {
        return rate.map(it -> it.perSecond() + " (burst " + it.burst() + ")").orElse("unlimited");
    }

    /** The value of one limit, for people. */
    String describe(ListenerLimit limit) {
        return switch (limit) {
            case CONNECTIONS -> described(maxConnections) + " open connections; others wait";
            case CONNECTIONS_PER_ADDRESS ->
                described(maxConnectionsPerAddress) + " open connections from one address; others are reset";
            case CONNECTIONS_PER_SECOND -> described(connectionsPerSecond) + " connections a second; others wait";
            case CONNECTIONS_PER_SECOND_PER_ADDRESS ->
                described(connectionsPerSecondPerAddress) + " connections a second from one address; others are reset";
        };
    }

    /**
     * Collects limits.
     *
     * <p>Threading: one thread.
     */
    public static final class Builder {
        private int maxConnections = UNLIMITED;
        private int maxConnectionsPerAddress = UNLIMITED;
        private Optional<AcceptRate> connectionsPerSecond = Optional.empty();
        private Optional<AcceptRate> connectionsPerSecondPerAddress = Optional.empty();
        private int maxAddresses = DEFAULT_MAX_ADDRESSES;

        private Builder() {}

        /**
         * Limits open connections.
         *
         * @param count at least 1; {@link #UNLIMITED} for no limit
         * @return this
         * @throws IllegalArgumentException if {@code count} is below 1
         */
        public Builder maxConnections(int count) {
            maxConnections = atLeastOne("maxConnections", count);
            return this;
        }

        /**
         * Limits open connections from one address.
         *
         * @param count at least 1; {@link #UNLIMITED} for no limit
         * @return this
         * @throws IllegalArgumentException if {@code count} is below 1
         */
        public Builder maxConnectionsPerAddress(int count) {
            maxConnectionsPerAddress = atLeastOne("maxConnectionsPerAddress", count);
            return this;
        }

        /**
         * Limits new connections in a second.
         *
         * @param rate how many, and how many at once
         * @return this
         */
        public Builder connectionsPerSecond(AcceptRate rate) {
            connectionsPerSecond = Optional.of(rate);
            return this;
        }

        /**
         * Limits new connections in a second from one address.
         *
         * @param rate how many, and how many at once
         * @return this
         */
        public Builder connectionsPerSecondPerAddress(AcceptRate rate) {
            connectionsPerSecondPerAddress = Optional.of(rate);
            return this;
        }

        /**
         * Bounds how many addresses are remembered; only for limits of addresses.
         *
         * @param count at least 1
         * @return this
         * @throws IllegalArgumentException if {@code count} is below 1
         */
        public Builder maxAddresses(int count) {
            maxAddresses = atLeastOne("maxAddresses", count);
            return this;
        }

        private static int atLeastOne(String name, int count) {
            if (count < 1) {
                throw new IllegalArgumentException("need " + name + " >= 1, got " + count);
            }
            return count;
        }

        /**
         * {@return the limits}
         */
        public ListenerLimits build() {
            return new ListenerLimits(this);
        }
    }
}
