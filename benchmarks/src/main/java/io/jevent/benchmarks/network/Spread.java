package io.jevent.benchmarks.network;

import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;

/**
 * The middle of several results, and how far they lie apart.
 *
 * @param min the smallest
 * @param median the one in the middle; of an even number, the mean of the two there
 * @param max the largest
 */
record Spread(double min, double median, double max) {
    /** {@return the spread, or empty for no results} */
    static Optional<Spread> of(Collection<Double> results) {
        if (results.isEmpty()) {
            return Optional.empty();
        }
        double[] sorted =
                results.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return Optional.of(new Spread(sorted[0], median, sorted[sorted.length - 1]));
    }

    static Optional<Spread> of(double... results) {
        return of(Arrays.stream(results).boxed().toList());
    }
}
