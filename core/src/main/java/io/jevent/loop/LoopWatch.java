package io.jevent.loop;

/** Something the loop calls in every turn, just before or just after it polls. */
public abstract class LoopWatch {
    /** When it is called. */
    public enum Stage {
        PREPARE,
        CHECK
    }

    private final Stage stage;

    protected LoopWatch(Stage stage) {
        this.stage = stage;
    }

    public final Stage stage() {
        return stage;
    }

    /** Calls the user; {@code timeoutNanos} is how long the poll may wait, as for a backend. */
    protected abstract void run(long timeoutNanos);

    /** What an exception from {@link #run} is reported as coming from. */
    protected abstract Object source();
}
