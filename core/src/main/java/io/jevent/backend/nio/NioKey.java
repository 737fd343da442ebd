package io.jevent.backend.nio;

import java.nio.channels.SelectionKey;
import java.util.ArrayList;
import java.util.List;

/** All watchers of one channel at one selector, which knows only one key for them. */
final class NioKey {
    /** One watcher: what it wants, and what to tell it. */
    abstract static class Watcher {
        int ops;

        /** Called inside poll with the ready ones of {@link #ops}, never none. */
        abstract void onReady(int readyOps);

        /** Called in debug mode when the channel is closed under this watcher; returns whether anybody is told. */
        boolean onChannelClosed() {
            return false;
        }

        /** Called when there is buffer memory again, after this watcher was told to wait for it. */
        void memoryAvailable() {
            throw new AssertionError(this + " never waits for memory");
        }
    }

    private final NioBackend backend;
    private final SelectionKey key;
    private final List<Watcher> watchers = new ArrayList<>(1);

    NioKey(NioBackend backend, SelectionKey key) {
        this.backend = backend;
        this.key = key;
    }

    void add(Watcher watcher) {
        watchers.add(watcher);
    }

    /** Removes a watcher; the last one leaves the key without interest, and the selector drops the descriptor. */
    void remove(Watcher watcher) {
        watchers.remove(watcher);
        update();
        if (watchers.isEmpty()) {
            key.cancel();
            // Whoever closes the channel, and whether before or after this: its descriptor waits for the next pass.
            backend.noteClosed();
        }
    }

    /** Tells the selector the union of what the watchers want, if it differs. */
    void update() {
        if (!key.isValid()) {
            return;
        }
        int union = 0;
        for (int i = 0; i < watchers.size(); i++) {
            union |= watchers.get(i).ops;
        }
        if (key.interestOps() != union) {
            key.interestOps(union);
        }
    }

    boolean onChannelClosed() {
        boolean any = false;
        for (Watcher watcher : List.copyOf(watchers)) {
            any |= watcher.onChannelClosed();
        }
        return any;
    }

    void onSelected() {
        if (!key.isValid()) {
            return;
        }
        int ready = key.readyOps();
        // By index and from the back: a watcher may remove itself.
        for (int i = watchers.size() - 1; i >= 0; i--) {
            Watcher watcher = watchers.get(i);
            if ((watcher.ops & ready) != 0) {
                watcher.onReady(watcher.ops & ready);
            }
        }
    }
}
