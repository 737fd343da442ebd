package io.jevent.loop;

/** The last call of an event that was closed. */
public abstract class Finalizer extends Activation {
    private final LoopEngine engine;

    /** A last call at a priority. */
    protected Finalizer(LoopEngine engine, int priority) {
        super(priority);
        this.engine = engine;
    }

    /** The user's part. */
    protected abstract void doFinalize();

    @Override
    protected final void run() {
        engine.finalizeNow(this);
    }
}
