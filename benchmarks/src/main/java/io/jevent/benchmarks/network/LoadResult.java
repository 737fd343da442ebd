package io.jevent.benchmarks.network;

import java.util.Arrays;

/**
 * What load.c said about one window.
 *
 * @param messages echoed in the window; for connect, connections
 * @param windowNanos its length
 * @param userNanos CPU time of the server in the window, outside the kernel
 * @param systemNanos and inside
 * @param p50Nanos half of the messages took at most this, from sending to the last byte back
 * @param p99Nanos 99 of 100
 * @param p999Nanos 999 of 1000
 */
record LoadResult(
        long messages,
        long windowNanos,
        long userNanos,
        long systemNanos,
        long p50Nanos,
        long p99Nanos,
        long p999Nanos) {
    private static final double NANOS_PER_MICRO = 1000;

    /**
     * Reads the line of load.c.
     *
     * @throws IllegalArgumentException if it is not seven numbers, or nothing was echoed
     */
    static LoadResult parse(String line) {
        String[] words = line.strip().split(" ", -1);
        if (words.length != 7 || !Arrays.stream(words).allMatch(word -> word.matches("[0-9]{1,18}"))) {
            throw new IllegalArgumentException("need seven numbers, got " + line);
        }
        long[] figures = Arrays.stream(words).mapToLong(Long::parseLong).toArray();
        if (figures[0] == 0 || figures[1] == 0) {
            throw new IllegalArgumentException("nothing was echoed: " + line);
        }
        return new LoadResult(figures[0], figures[1], figures[2], figures[3], figures[4], figures[5], figures[6]);
    }

    double cpuMicros() {
        return (userNanos + systemNanos) / NANOS_PER_MICRO / messages;
    }

    double userMicros() {
        return userNanos / NANOS_PER_MICRO / messages;
    }

    double p50Micros() {
        return p50Nanos / NANOS_PER_MICRO;
    }

    double p99Micros() {
        return p99Nanos / NANOS_PER_MICRO;
    }

    double messagesPerNano() {
        return (double) messages / windowNanos;
    }
}
