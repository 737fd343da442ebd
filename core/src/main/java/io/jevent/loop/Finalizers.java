package io.jevent.loop;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Last calls of events that were closed: they run in the loop at their priority, or when the base closes, whichever is first.
 *
 * <p>Threading: loop only.
 */
final class Finalizers {
    private final LoopEngine engine;
    private final Set<Finalizer> due = new LinkedHashSet<>();
    private boolean running;

    Finalizers(LoopEngine engine) {
        this.engine = engine;
    }

    void add(Finalizer finalizer) {
        due.add(finalizer);
        engine.activate(finalizer);
    }

    void remove(Finalizer finalizer) {
        due.remove(finalizer);
    }

    /** Whether the base is closing and they run, which may ask for more of them. */
    boolean areRunning() {
        return running;
    }

    /** Runs all that are due, those that come to be meanwhile included. */
    void runAll() {
        running = true;
        while (!due.isEmpty()) {
            Finalizer next = due.iterator().next();
            engine.deactivate(next);
            try {
                next.run();
            } catch (Exception e) {
                engine.report(next.source(), e);
            }
        }
        running = false;
    }
}
