package io.jevent.tests.flow;

import io.jevent.event.EventBase;
import io.jevent.event.LoopOption;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/** A loop that runs on a thread of its own until it is closed. */
final class FlowLoop implements AutoCloseable {
    private final EventBase base = EventBase.create();
    private final Thread thread = Thread.ofPlatform().name("flow-loop").unstarted(this::run);

    FlowLoop() {
        thread.start();
    }

    private void run() {
        try (base) {
            base.loop(LoopOption.NO_EXIT_ON_EMPTY);
        }
    }

    EventBase base() {
        return base;
    }

    /** Does something on the loop and waits for it. */
    <T> T call(Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        base.execute(task);
        try {
            return task.get();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        base.execute(base::exit);
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
