package io.jevent.testkit;

import java.time.Duration;

/**
 * What a {@link SimulatedNetwork} does to its users, and how often; every case is drawn from the network's seed.
 *
 * <p>{@link #none()} is a perfect network: everything arrives at once, whole, in order. {@link #mild()} and {@link #harsh()}
 * are ready mixtures. Probabilities are from 0 to 1.
 *
 * <p>Threading: immutable, share freely.
 */
public final class Faults {
    /** Bytes that one direction of a connection holds, sent and not read, unless told otherwise: 64 KiB. */
    public static final int DEFAULT_SOCKET_BYTES = 64 * 1024;

    /** Connections, listeners and datagram sockets that may be open at one time, unless told otherwise: 65,536. */
    public static final int DEFAULT_MAX_DESCRIPTORS = 65_536;

    final Duration minLatency;
    final Duration maxLatency;
    final int socketBytes;
    final int maxBytesPerRead;
    final int maxBytesPerWrite;
    final double shortRead;
    final double shortWrite;
    final double spuriousReadiness;
    final boolean shufflesReadiness;
    final double reset;
    final double connectRefused;
    final double connectLost;
    final double datagramLoss;
    final double datagramDuplication;
    final boolean reordersDatagrams;
    final double datagramBlocked;
    final int maxDescriptors;

    private Faults(Builder builder) {
        minLatency = builder.minLatency;
        maxLatency = builder.maxLatency;
        socketBytes = builder.socketBytes;
        maxBytesPerRead = builder.maxBytesPerRead;
        maxBytesPerWrite = builder.maxBytesPerWrite;
        shortRead = builder.shortRead;
        shortWrite = builder.shortWrite;
        spuriousReadiness = builder.spuriousReadiness;
        shufflesReadiness = builder.shufflesReadiness;
        reset = builder.reset;
        connectRefused = builder.connectRefused;
        connectLost = builder.connectLost;
        datagramLoss = builder.datagramLoss;
        datagramDuplication = builder.datagramDuplication;
        reordersDatagrams = builder.reordersDatagrams;
        datagramBlocked = builder.datagramBlocked;
        maxDescriptors = builder.maxDescriptors;
    }

    /**
     * {@return a network without faults}
     */
    public static Faults none() {
        return builder().build();
    }

    /**
     * {@return a network that is slow, chops what it carries and reports readiness in any order, but loses and breaks
     * nothing}
     */
    public static Faults mild() {
        return builder()
                .latency(Duration.ofNanos(10_000), Duration.ofMillis(5))
                .socketBytes(8 * 1024)
                .shortRead(0.3)
                .shortWrite(0.3)
                .spuriousReadiness(0.1)
                .shufflesReadiness(true)
                .datagramBlocked(0.1)
                .build();
    }

    /**
     * {@return a network on which anything goes wrong now and then}
     */
    public static Faults harsh() {
        return builder()
                .latency(Duration.ofNanos(10_000), Duration.ofMillis(50))
                .socketBytes(1024)
                .shortRead(0.5)
                .shortWrite(0.5)
                .spuriousReadiness(0.2)
                .shufflesReadiness(true)
                .reset(0.01)
                .connectRefused(0.1)
                .connectLost(0.05)
                .datagramLoss(0.2)
                .datagramDuplication(0.2)
                .reordersDatagrams(true)
                .datagramBlocked(0.3)
                .build();
    }

    /**
     * {@return a network that carries one byte at a time}
     */
    public static Faults chopping() {
        return builder().maxBytesPerRead(1).maxBytesPerWrite(1).build();
    }

    /**
     * {@return a builder of a network without faults}
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects settings; each setter returns the builder. */
    public static final class Builder {
        private Duration minLatency = Duration.ZERO;
        private Duration maxLatency = Duration.ZERO;
        private int socketBytes = DEFAULT_SOCKET_BYTES;
        private int maxBytesPerRead = Integer.MAX_VALUE;
        private int maxBytesPerWrite = Integer.MAX_VALUE;
        private double shortRead;
        private double shortWrite;
        private double spuriousReadiness;
        private boolean shufflesReadiness;
        private double reset;
        private double connectRefused;
        private double connectLost;
        private double datagramLoss;
        private double datagramDuplication;
        private boolean reordersDatagrams;
        private double datagramBlocked;
        private int maxDescriptors = DEFAULT_MAX_DESCRIPTORS;

        private Builder() {}

        /**
         * Sets how long everything is under way.
         *
         * @param min at least 0; default 0
         * @param max at least {@code min}; default 0
         * @return this builder
         */
        public Builder latency(Duration min, Duration max) {
            if (min.isNegative() || max.compareTo(min) < 0) {
                throw new IllegalArgumentException("need 0 <= min <= max, got " + min + " and " + max);
            }
            minLatency = min;
            maxLatency = max;
            return this;
        }

        /**
         * Sets how much one direction of a connection holds, sent and not read.
         *
         * @param byteCount at least 1; default {@link #DEFAULT_SOCKET_BYTES}
         * @return this builder
         */
        public Builder socketBytes(int byteCount) {
            socketBytes = atLeastOne(byteCount);
            return this;
        }

        /**
         * Bounds each read.
         *
         * @param byteCount at least 1; no bound by default
         * @return this builder
         */
        public Builder maxBytesPerRead(int byteCount) {
            maxBytesPerRead = atLeastOne(byteCount);
            return this;
        }

        /**
         * Bounds each write.
         *
         * @param byteCount at least 1; no bound by default
         * @return this builder
         */
        public Builder maxBytesPerWrite(int byteCount) {
            maxBytesPerWrite = atLeastOne(byteCount);
            return this;
        }

        /**
         * Makes reads take only a part of what there is.
         *
         * @param probability of each
         * @return this builder
         */
        public Builder shortRead(double probability) {
            shortRead = checked(probability);
            return this;
        }

        /**
         * Makes writes take only a part of what they could.
         *
         * @param probability of each
         * @return this builder
         */
        public Builder shortWrite(double probability) {
            shortWrite = checked(probability);
            return this;
        }

        /**
         * Makes polls report readiness where there is none.
         *
         * @param probability of each connection in each poll
         * @return this builder
         */
        public Builder spuriousReadiness(double probability) {
            spuriousReadiness = checked(probability);
            return this;
        }

        /**
         * Makes polls report what is ready in any order.
         *
         * @param shuffles whether they do
         * @return this builder
         */
        public Builder shufflesReadiness(boolean shuffles) {
            shufflesReadiness = shuffles;
            return this;
        }

        /**
         * Breaks connections.
         *
         * @param probability for each piece that arrives
         * @return this builder
         */
        public Builder reset(double probability) {
            reset = checked(probability);
            return this;
        }

        /**
         * Refuses connects although somebody listens.
         *
         * @param probability of each
         * @return this builder
         */
        public Builder connectRefused(double probability) {
            connectRefused = checked(probability);
            return this;
        }

        /**
         * Never answers connects.
         *
         * @param probability of each
         * @return this builder
         */
        public Builder connectLost(double probability) {
            connectLost = checked(probability);
            return this;
        }

        /**
         * Loses datagrams.
         *
         * @param probability of each
         * @return this builder
         */
        public Builder datagramLoss(double probability) {
            datagramLoss = checked(probability);
            return this;
        }

        /**
         * Delivers datagrams twice.
         *
         * @param probability of each
         * @return this builder
         */
        public Builder datagramDuplication(double probability) {
            datagramDuplication = checked(probability);
            return this;
        }

        /**
         * Lets datagrams overtake each other, as far as latencies differ.
         *
         * @param reorders whether they may
         * @return this builder
         */
        public Builder reordersDatagrams(boolean reorders) {
            reordersDatagrams = reorders;
            return this;
        }

        /**
         * Makes datagram sockets take nothing for a millisecond.
         *
         * @param probability for each datagram
         * @return this builder
         */
        public Builder datagramBlocked(double probability) {
            datagramBlocked = checked(probability);
            return this;
        }

        /**
         * Bounds connections, listeners and datagram sockets together; connecting and accepting fail beyond.
         *
         * @param count at least 1; default {@link #DEFAULT_MAX_DESCRIPTORS}
         * @return this builder
         */
        public Builder maxDescriptors(int count) {
            maxDescriptors = atLeastOne(count);
            return this;
        }

        /**
         * {@return the faults}
         */
        public Faults build() {
            return new Faults(this);
        }

        private static int atLeastOne(int value) {
            if (value < 1) {
                throw new IllegalArgumentException("need at least 1, got " + value);
            }
            return value;
        }

        private static double checked(double probability) {
            if (!(probability >= 0 && probability <= 1)) {
                throw new IllegalArgumentException("need a probability from 0 to 1, got " + probability);
            }
            return probability;
        }
    }
}
