package io.jevent.benchmarks;

/** Collects the time of each lap of a run. What lies between a lap and the next mark is not counted. */
final class Stopwatch {
    private static final int MAX_LAPS = 8;

    private final long[] lapNanos = new long[MAX_LAPS];
    private long markNanos = System.nanoTime();

    void mark() {
        markNanos = System.nanoTime();
    }

    void lap(int lap) {
        long now = System.nanoTime();
        lapNanos[lap] += now - markNanos;
        markNanos = now;
    }

    long nanosOf(int laps) {
        long nanos = 0;
        for (int lap = 0; lap < MAX_LAPS; lap++) {
            if ((laps >> lap & 1) != 0) {
                nanos += lapNanos[lap];
            }
        }
        return nanos;
    }
}
