package io.jevent.tls;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The threads that calculate for handshakes: few, because more would only wait for a processor, and none while none is needed. */
final class TaskThreads {
    private static final int MAX_WAITING = 4096;
    private static final long IDLE_SECONDS = 10;

    static final Executor SHARED = create();

    private TaskThreads() {}

    private static Executor create() {
        int count = Runtime.getRuntime().availableProcessors();
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                count, count, IDLE_SECONDS, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MAX_WAITING), task -> {
                    Thread thread = new Thread(null, task, "jevent-tls", 0, false);
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }
}
