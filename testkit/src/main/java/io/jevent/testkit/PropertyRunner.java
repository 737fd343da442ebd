package io.jevent.testkit;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Runs random sequences of steps on fresh subjects; when one fails, finds a short sequence that still does.
 *
 * <p>Each step draws from randomness of its own, so that leaving other steps out does not change it. A failing sequence is
 * shrunk by leaving out ever smaller parts for as long as what is left still fails. The error names the seed, and the system
 * property {@value #SEED_PROPERTY} set to it repeats that one sequence:
 *
 * <pre>{@code
 * new PropertyRunner(1000, 40).run(seed -> new PropertyRunner.Subject() {
 *     private final EvBuffer buffer = EvBuffer.create();
 *     private long expected;
 *
 *     public void step(SplittableRandom random) {
 *         byte[] bytes = new byte[random.nextInt(100)];
 *         buffer.add(bytes);
 *         expected += bytes.length;
 *         assertThat(buffer.length()).isEqualTo(expected);
 *     }
 *
 *     public void close() {
 *         buffer.close();
 *     }
 * });
 * }</pre>
 *
 * <p>Threading: one thread.
 */
public final class PropertyRunner {
    /** The system property that names the only sequence to run: {@value}. */
    public static final String SEED_PROPERTY = "jevent.test.seed";

    /** The system property that bounds the number of sequences, for runs in a hurry: {@value}. */
    public static final String SEQUENCES_PROPERTY = "jevent.test.sequences";

    private final int sequenceCount;
    private final int stepCount;

    /** What is tested: made anew for each sequence. */
    public interface Subject extends AutoCloseable {
        /**
         * Does one step and checks what must hold after it.
         *
         * @param random what the step draws from; nothing else may be random
         * @throws Exception if something does not hold
         */
        void step(SplittableRandom random) throws Exception;

        /**
         * Checks what must hold at the end; by default nothing.
         *
         * @throws Exception if something does not hold
         */
        default void finish() throws Exception {}

        /**
         * {@return what has been done so far, for the message of a failure}
         */
        default String story() {
            return "";
        }

        /** Frees what the subject holds. May fail the sequence too. */
        @Override
        void close();
    }

    /**
     * Makes a runner.
     *
     * @param sequenceCount how many sequences, at least 1
     * @param stepCount steps of each, at least 1
     */
    public PropertyRunner(int sequenceCount, int stepCount) {
        if (sequenceCount < 1 || stepCount < 1) {
            throw new IllegalArgumentException(
                    "need at least one sequence and one step, got " + sequenceCount + " and " + stepCount);
        }
        this.sequenceCount = sequenceCount;
        this.stepCount = stepCount;
    }

    /**
     * Runs all sequences, or the one that the system property names.
     *
     * @param maker makes a subject from the sequence's seed
     * @throws AssertionError if a sequence fails; its message tells the seed, and the story of the shortest failure found
     */
    public void run(LongFunction<? extends Subject> maker) {
        Long only = Long.getLong(SEED_PROPERTY);
        if (only != null) {
            runSeed(maker, only);
            return;
        }
        long firstSeed = System.nanoTime();
        int count = Math.min(sequenceCount, Integer.getInteger(SEQUENCES_PROPERTY, sequenceCount));
        for (int i = 0; i < count; i++) {
            runSeed(maker, firstSeed + i);
        }
    }

    /**
     * Runs one sequence.
     *
     * @param maker makes a subject from the sequence's seed
     * @param seed what everything random is drawn from
     * @throws AssertionError if it fails
     */
    public void runSeed(LongFunction<? extends Subject> maker, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        long[] steps = new long[stepCount];
        for (int i = 0; i < stepCount; i++) {
            steps[i] = random.nextLong();
        }
        Failure failure = attempt(maker, seed, steps);
        if (failure == null) {
            return;
        }
        Failure shortest = shrink(maker, seed, failure);
        throw new AssertionError(
                "failed with -D" + SEED_PROPERTY + "=" + seed + "; shortest failure has " + shortest.steps.length
                        + " of " + stepCount + " steps: " + shortest.story,
                shortest.cause);
    }

    /** A sequence that failed, and how. */
    private static final class Failure {
        private final long[] steps;
        private final String story;
        private final Throwable cause;

        Failure(long[] steps, String story, Throwable cause) {
            this.steps = steps;
            this.story = story;
            this.cause = cause;
        }
    }

    private static @Nullable Failure attempt(LongFunction<? extends Subject> maker, long seed, long[] steps) {
        Subject subject = maker.apply(seed);
        Throwable thrown = null;
        try (subject) {
            for (long step : steps) {
                subject.step(new SplittableRandom(step));
            }
            subject.finish();
        } catch (Exception | AssertionError | StackOverflowError e) {
            thrown = e;
        }
        return thrown == null ? null : new Failure(steps, subject.story(), thrown);
    }

    /** Leaves out halves, then quarters, and so on down to single steps, while it goes on failing. */
    private static Failure shrink(LongFunction<? extends Subject> maker, long seed, Failure failure) {
        Failure shortest = failure;
        int partLength = Math.max(1, failure.steps.length / 2);
        while (true) {
            boolean progress = false;
            for (int from = 0; from < shortest.steps.length; ) {
                Failure shorter = attempt(maker, seed, without(shortest.steps, from, partLength));
                if (shorter == null) {
                    from += partLength;
                } else {
                    shortest = shorter;
                    progress = true;
                }
            }
            if (partLength == 1 && !progress) {
                return shortest;
            }
            partLength = Math.max(1, partLength / 2);
        }
    }

    private static long[] without(long[] steps, int from, int count) {
        int to = Math.min(steps.length, from + count);
        long[] rest = Arrays.copyOf(steps, steps.length - (to - from));
        System.arraycopy(steps, to, rest, from, steps.length - to);
        return rest;
    }
}
