package io.jevent.backend.readiness;

/** What would receive or accept but for the bound of a pool. */
public interface MemoryWaiter {
    /** Called when there is memory again, once after each {@link MemoryWaits#mustWait} that said so. */
    void memoryAvailable();
}
