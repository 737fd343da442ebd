package io.jevent.benchmarks;

/**
 * One printed line: the laps in the mask together, divided by the operations of one run.
 *
 * @param name unique among all rows, the same as in C
 * @param unit what an operation is
 * @param operations in one run, above 0
 * @param laps mask of the laps that count, bit 0 for lap 0
 */
record Row(String name, String unit, long operations, int laps) {}
