package io.jevent.backend.readiness;

import java.util.ArrayList;
import java.util.List;

/**
 * All watchers of one descriptor at something that waits for readiness and knows only one interest for them.
 *
 * <p>Threading: loop only.
 */
public abstract class ReadinessKey {
    private final List<Watcher> watchers = new ArrayList<>(1);

    /** Adds a watcher. */
    public final void add(Watcher watcher) {
        watchers.add(watcher);
        update();
    }

    /** Removes a watcher; with the last one the descriptor is watched no more. */
    public final void remove(Watcher watcher) {
        watcher.ops(0, this);
        watchers.remove(watcher);
        update();
        if (watchers.isEmpty()) {
            drop();
        }
    }

    /** Watches for the union of what the watchers want. */
    public final void update() {
        watch(union());
    }

    /** What all watchers together want. */
    public final int union() {
        int union = 0;
        for (int i = 0; i < watchers.size(); i++) {
            union |= watchers.get(i).ops();
        }
        return union;
    }

    /** Whether anybody watches. */
    public final boolean isWatched() {
        return !watchers.isEmpty();
    }

    /** Tells the watchers concerned. */
    public final void ready(int readyOps) {
        // By index and from the back: a watcher may remove itself.
        for (int i = watchers.size() - 1; i >= 0; i--) {
            Watcher watcher = watchers.get(i);
            int concerned = watcher.ops() & readyOps;
            if (concerned != 0) {
                watcher.onReady(concerned);
            }
        }
    }

    /** Tells all watchers that the descriptor was closed under them; returns whether anybody heard. */
    public final boolean descriptorClosed() {
        boolean any = false;
        for (Watcher watcher : List.copyOf(watchers)) {
            any |= watcher.onDescriptorClosed();
        }
        return any;
    }

    /** Watches for these; a no-op if it does, or if the descriptor is gone. */
    protected abstract void watch(int ops);

    /** Called when nobody watches any more. */
    protected abstract void drop();
}
