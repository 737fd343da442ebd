package io.jevent.backend.nio;

import io.jevent.backend.readiness.ReadinessKey;
import java.io.IOException;
import java.nio.channels.Channel;
import java.nio.channels.SelectableChannel;

/**
 * Waits for the readiness of channels.
 *
 * <p>Two habits of channels shape it. A closed channel keeps its descriptor, and so its address, until the selector's next
 * pass. A channel has one key per selector, so its watchers share that.
 *
 * <p>Threading: loop only.
 */
public interface ChannelPoller {
    /** The key of a channel, which is made non-blocking. */
    ReadinessKey keyOf(SelectableChannel channel) throws IOException;

    /** Notes that a descriptor waits for the next pass. */
    void noteClosed();

    /**
     * Gives descriptors of closed channels back now.
     *
     * @return whether there may have been one
     */
    boolean freeClosed() throws IOException;

    /** Something that needs a new descriptor. */
    @FunctionalInterface
    interface NeedsDescriptor<T> {
        /** Opens it. */
        T open() throws IOException;
    }

    /** Opens something, and tries again after giving back the descriptors of closed channels, where there are any. */
    default <T> T withDescriptor(NeedsDescriptor<T> opener) throws IOException {
        try {
            return opener.open();
        } catch (UnsupportedOperationException e) {
            throw new IOException("address family not supported", e);
        } catch (IOException e) {
            if (!freeClosed()) {
                throw e;
            }
            return opener.open();
        }
    }

    /** Closes a channel, whose address somebody may want to bind at once. */
    default void closeAndFree(Channel channel) {
        closeQuietly(channel);
        noteClosed();
        try {
            freeClosed();
        } catch (IOException e) {
            System.getLogger("io.jevent.backend").log(System.Logger.Level.DEBUG, "giving an address back", e);
        }
    }

    /** Closes a channel; a failure is only logged. */
    static void closeQuietly(Channel channel) {
        if (channel.isOpen()) {
            try {
                channel.close();
            } catch (IOException e) {
                System.getLogger("io.jevent.backend").log(System.Logger.Level.DEBUG, "closing " + channel, e);
            }
        }
    }
}
