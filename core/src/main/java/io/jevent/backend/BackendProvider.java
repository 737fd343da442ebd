package io.jevent.backend;

import io.jevent.buffer.BufferPool;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;

/**
 * Makes backends of one kind, and knows whether this machine can run them.
 *
 * <p>Threading: any thread.
 */
public interface BackendProvider {
    /**
     * {@return the name users choose it by, such as {@code nio}}
     */
    String name();

    /**
     * {@return why this machine cannot run the backend, in one line, or nothing if it can}
     */
    Optional<String> unavailableBecause();

    /**
     * {@return what its backends can do beyond the contract of {@link Backend}}
     */
    Set<BackendFeature> features();

    /**
     * Makes a backend for one event base.
     *
     * @param clock the base's clock
     * @param pool the base's buffer memory
     * @return a new backend, owned by the base
     * @throws IOException if the system refuses, for instance for want of descriptors
     */
    Backend open(LoopClock clock, BufferPool pool) throws IOException;
}
