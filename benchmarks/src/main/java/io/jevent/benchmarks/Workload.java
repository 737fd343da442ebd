package io.jevent.benchmarks;

import java.util.List;

/**
 * Something to measure, over the public API and with default options; the C function of the same name does the same on
 * libevent.
 *
 * <p>Threading: one thread, the one that made it.
 */
abstract class Workload implements AutoCloseable {
    private final List<Row> rows;

    /** Makes a workload that prints one row, counting all of the run. */
    Workload(String name, String unit, long operations) {
        this(List.of(new Row(name, unit, operations, 1)));
    }

    /** Makes a workload that prints several rows; the first has the name of the workload. */
    Workload(List<Row> rows) {
        this.rows = rows;
    }

    final List<Row> rows() {
        return rows;
    }

    final String name() {
        return rows.getFirst().name();
    }

    /**
     * Does the work once.
     *
     * @param watch marked; what is left at the end of the run counts as lap 0
     * @return a number that depends on all of the work, the same in every run and in C
     */
    abstract long run(Stopwatch watch);

    @Override
    public abstract void close();
}
