package io.jevent.backend.nio;

import io.jevent.backend.readiness.ReadinessKey;
import java.nio.channels.SelectionKey;

/** The key of a channel at the selector of a loop. */
final class NioKey extends ReadinessKey {
    private final ChannelPoller poller;
    private final SelectionKey key;

    NioKey(ChannelPoller poller, SelectionKey key) {
        this.poller = poller;
        this.key = key;
    }

    @Override
    protected void watch(int ops) {
        if (key.isValid() && key.interestOps() != ops) {
            key.interestOps(ops);
        }
    }

    @Override
    protected void drop() {
        key.cancel();
        // Whoever closes the channel, and whether before or after this: its descriptor waits for the next pass.
        poller.noteClosed();
    }

    void onSelected() {
        if (key.isValid()) {
            ready(key.readyOps());
        }
    }
}
