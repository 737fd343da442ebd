package io.jevent.tests.flavor;

import io.jevent.testkit.LoopRig;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** Other threads beside a rig's loop, which the test's own thread runs. */
public final class Threads {
    private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(100);

    private Threads() {}

    /** A virtual thread at work. */
    public record Worker<T>(Thread thread, FutureTask<T> result) {}

    /** Starts work on a virtual thread. */
    public static <T> Worker<T> start(Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        return new Worker<>(Thread.startVirtualThread(task), task);
    }

    /** Runs the loop until work is done; what it threw is the cause of what is thrown here. */
    public static <T> T join(LoopRig rig, Worker<T> worker) {
        runUntil(rig, worker.result(), worker.result()::isDone);
        try {
            return worker.result().get();
        } catch (ExecutionException e) {
            throw new CompletionException(e.getCause());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Runs the loop until a worker waits. */
    public static void awaitBlocked(LoopRig rig, Worker<?> worker) {
        runUntil(rig, worker.result(), () -> worker.thread().getState() == Thread.State.WAITING);
    }

    /** Runs the loop and lets others run, in turn, as long as it takes. */
    public static void runUntil(LoopRig rig, Future<?> ends, BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > DEADLINE_NANOS) {
                throw new AssertionError(
                        "did not come about; the base waits for:\n" + rig.base().dump());
            }
            rig.run(Duration.ofMillis(2));
            try {
                ends.get(200, TimeUnit.MICROSECONDS);
            } catch (TimeoutException | ExecutionException e) {
                // Whatever it is, the condition decides.
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }
}
