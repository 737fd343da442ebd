package io.jevent.benchmarks.network;

import java.util.OptionalDouble;

/**
 * One figure and what it may be at most.
 *
 * @param unit follows the number
 * @param most what holds it still
 * @param got empty if it was not measured
 */
record Limit(String unit, double most, OptionalDouble got) {
    boolean isHeld() {
        return got.isPresent() && got.getAsDouble() <= most;
    }

    boolean isMissed() {
        return got.isPresent() && got.getAsDouble() > most;
    }

    @Override
    public String toString() {
        String figure = got.isPresent() ? Figures.of(got.getAsDouble()) : "not measured";
        return figure + " " + unit + ", at most " + Figures.of(most);
    }
}
