package io.jevent.benchmarks;

import java.util.List;
import java.util.Locale;

/**
 * Runs workloads and prints one line for each row: name, unit, nanoseconds per operation, checksum. The other side of
 * {@code main.c}, whose lines look the same.
 */
public final class SideBySide {
    private SideBySide() {}

    /**
     * Measures each workload named, or all.
     *
     * @param args milliseconds to warm up, milliseconds to measure, names of workloads
     */
    public static void main(String[] args) {
        if (args.length < 2) {
            System.err.println("usage: SideBySide WARM_MS MEASURE_MS [NAME...]");
            System.exit(2);
        }
        long warmNanos = Long.parseLong(args[0]) * 1_000_000;
        long measureNanos = Long.parseLong(args[1]) * 1_000_000;
        List<String> named = List.of(args).subList(2, args.length);
        for (String name : named.isEmpty() ? Workloads.names() : named) {
            try (Workload workload = Workloads.open(name)) {
                measure(workload, warmNanos, measureNanos).forEach(System.out::println);
            }
        }
    }

    /** One line for each row of the workload. */
    static List<String> measure(Workload workload, long warmNanos, long measureNanos) {
        Result warmUp = runFor(workload, warmNanos);
        Result result = runFor(workload, measureNanos);
        if (warmUp.checksum != result.checksum) {
            throw new IllegalStateException(workload.name() + " did different work in different runs");
        }
        return workload.rows().stream()
                .map(row -> String.format(
                        Locale.ROOT,
                        "%s %s %.5f %d",
                        row.name(),
                        row.unit(),
                        result.nanosPerOperation(row),
                        result.checksum))
                .toList();
    }

    /** Runs until the time is over, at least once. */
    static Result runFor(Workload workload, long nanos) {
        Stopwatch watch = new Stopwatch();
        long start = System.nanoTime();
        long runs = 0;
        long checksum = 0;
        do {
            watch.mark();
            long sum = workload.run(watch);
            watch.lap(0);
            if (runs > 0 && sum != checksum) {
                throw new IllegalStateException(workload.name() + " did different work in different runs");
            }
            checksum = sum;
            runs++;
        } while (System.nanoTime() - start < nanos);
        return new Result(watch, runs, checksum);
    }

    /** What was done in a time, and how long its laps took. */
    record Result(Stopwatch watch, long runs, long checksum) {
        double nanosPerOperation(Row row) {
            return (double) watch.nanosOf(row.laps()) / ((double) runs * row.operations());
        }
    }
}
