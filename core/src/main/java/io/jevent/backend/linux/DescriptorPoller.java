package io.jevent.backend.linux;

import java.io.IOException;

/** Waits for the readiness of descriptors. */
@FunctionalInterface
interface DescriptorPoller {
    /**
     * The key of a descriptor, one for all its watchers.
     *
     * @throws IOException if it cannot be waited for
     */
    DescriptorKey keyOf(int fd) throws IOException;
}
