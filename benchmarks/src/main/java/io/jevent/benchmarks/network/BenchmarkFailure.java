package io.jevent.benchmarks.network;

import java.io.Serial;

/** Something could not be measured; the message is one line for the user. */
final class BenchmarkFailure extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    BenchmarkFailure(String message) {
        super(message);
    }

    BenchmarkFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
