package io.jevent.loop;

/** One thing's say in whether the loop has something to wait for. Loop only. */
public final class KeepAlive {
    private final LoopEngine engine;
    private boolean holds;

    /** Makes one that does not hold the loop. */
    public KeepAlive(LoopEngine engine) {
        this.engine = engine;
    }

    /** Whether the loop goes on for this, from now on. */
    public void hold(boolean holds) {
        if (holds == this.holds) {
            return;
        }
        this.holds = holds;
        if (holds) {
            engine.keepAlive();
        } else {
            engine.releaseKeepAlive();
        }
    }
}
