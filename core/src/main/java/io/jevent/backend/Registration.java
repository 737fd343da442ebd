package io.jevent.backend;

import java.util.Set;

/**
 * One watcher of one channel.
 *
 * <p>Threading: loop only.
 */
public interface Registration {
    /**
     * Replaces what is watched.
     *
     * @param interest an empty set watches nothing
     */
    void interest(Set<Interest> interest);

    /** Stops watching for good; the channel stays open. Idempotent. */
    void close();
}
