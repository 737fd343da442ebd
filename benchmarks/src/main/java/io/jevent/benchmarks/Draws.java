package io.jevent.benchmarks;

/** A sequence of numbers that the C side draws too. */
final class Draws {
    private long state = 42;

    /** The next one, at least 0 and below the bound. */
    int next(int bound) {
        state ^= state << 13;
        state ^= state >>> 7;
        state ^= state << 17;
        return (int) ((state >>> 33) % bound);
    }

    void letters(byte[] target) {
        for (int i = 0; i < target.length; i++) {
            target[i] = (byte) ('a' + next(26));
        }
    }
}
