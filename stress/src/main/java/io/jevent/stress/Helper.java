package io.jevent.stress;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;

/** A third thread for cases of two actors, so that they also run on two processors, for which jcstress starts no third actor. */
final class Helper {
    private static final ThreadFactory THREADS =
            task -> Thread.ofPlatform().daemon().name("helper").unstarted(task);
    private static final ExecutorService EXECUTOR = Executors.newSingleThreadExecutor(THREADS);

    private Helper() {}

    /** Runs something on the third thread, after what it was given before. */
    static Future<?> start(Runnable work) {
        return EXECUTOR.submit(work);
    }

    /** Waits for the end of something; what it threw is thrown here. */
    static void join(Future<?> work) {
        try {
            work.get();
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
