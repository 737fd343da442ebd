package io.jevent.benchmarks.network;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * How often a server called the system for each message.
 *
 * @param perMessage calls by name, the most frequent first
 */
record SystemCalls(Map<String, Double> perMessage) {
    /** Rarer calls come from connecting, or from threads that only watch. */
    private static final double NOTABLE = 0.005;

    private static final Set<String> MOVES = Set.of(
            "read", "readv", "recvfrom", "recvmsg", "recvmmsg", "write", "writev", "sendto", "sendmsg", "sendmmsg");

    private static final int COUNT_COLUMN = 3;

    /**
     * Reads the table that {@code strace -c} prints: share, seconds, microseconds, calls, errors if any, name.
     *
     * @param messages echoed meanwhile, above 0
     */
    static SystemCalls parse(String table, long messages) {
        Map<String, Long> counts = new LinkedHashMap<>();
        for (String line : table.lines().toList()) {
            String[] words = line.strip().split(" +", -1);
            String name = words[words.length - 1];
            if (words.length > COUNT_COLUMN + 1 && words[COUNT_COLUMN].matches("[0-9]+") && !name.equals("total")) {
                counts.merge(name, Long.parseLong(words[COUNT_COLUMN]), Long::sum);
            }
        }
        Map<String, Double> perMessage = new LinkedHashMap<>();
        counts.entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .forEach(entry -> perMessage.put(entry.getKey(), (double) entry.getValue() / messages));
        return new SystemCalls(perMessage);
    }

    double total() {
        return sum(name -> true);
    }

    /** {@return those that wait for something to happen} */
    double waits() {
        return sum(SystemCalls::isWait);
    }

    /** {@return those that only tell or ask the system something: descriptors to watch, bytes to come} */
    double talk() {
        return sum(name -> name.equals("epoll_ctl") || name.equals("ioctl"));
    }

    /** {@return those that move bytes; not what the JVM's other threads do to each other} */
    double moves() {
        return sum(MOVES::contains);
    }

    private static boolean isWait(String name) {
        return name.startsWith("epoll_wait") || name.startsWith("epoll_pwait");
    }

    private double sum(Predicate<String> wanted) {
        return perMessage.entrySet().stream()
                .filter(entry -> wanted.test(entry.getKey()))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }

    /** {@return the notable ones, as words} */
    String text() {
        return perMessage.entrySet().stream()
                .filter(entry -> entry.getValue() >= NOTABLE)
                .map(entry -> String.format(Locale.ROOT, "%s %.2f", entry.getKey(), entry.getValue()))
                .collect(Collectors.joining(", "));
    }
}
