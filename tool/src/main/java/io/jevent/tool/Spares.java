package io.jevent.tool;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A few descriptors kept back, so that clients that were accepted when the last one went can still reach their target: without
 * them all would wait for each other.
 */
final class Spares implements AutoCloseable {
    private static final int COUNT = 4;

    private final Deque<SocketChannel> channels = new ArrayDeque<>();

    Spares() {
        refill();
    }

    /** Takes some back, as far as there are any. */
    void refill() {
        try {
            while (channels.size() < COUNT) {
                channels.add(SocketChannel.open());
            }
        } catch (IOException _) {
            // Tried again when the next connection ends.
        }
    }

    /** Gives one away. Returns whether there was one. */
    boolean release() {
        SocketChannel spare = channels.poll();
        if (spare == null) {
            return false;
        }
        try {
            spare.close();
        } catch (IOException e) {
            throw new AssertionError("closing a socket that was never used", e);
        }
        return true;
    }

    @Override
    public void close() {
        while (release()) {
            // The next.
        }
    }
}
