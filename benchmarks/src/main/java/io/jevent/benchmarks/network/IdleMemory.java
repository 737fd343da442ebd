package io.jevent.benchmarks.network;

import java.util.OptionalDouble;

/**
 * Bytes that one silent connection costs its server's process.
 *
 * @param heap alive after a collection; empty for C
 * @param buffers native memory that buffers use, as the library itself counts it; empty for C
 * @param resident of the process, as the system counts it
 */
record IdleMemory(OptionalDouble heap, OptionalDouble buffers, double resident) {
    /** {@return what the budget is about: heap and buffers, empty for C} */
    OptionalDouble counted() {
        return heap.isPresent() && buffers.isPresent()
                ? OptionalDouble.of(heap.getAsDouble() + buffers.getAsDouble())
                : OptionalDouble.empty();
    }
}
