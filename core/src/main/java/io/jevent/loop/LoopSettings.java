package io.jevent.loop;

import io.jevent.backend.LoopClock;

/**
 * How an engine is made.
 *
 * @param clock where the time comes from
 * @param priorityCount priorities there are
 * @param maxCallbacksPerTurn callbacks before the next poll, among those of {@code boundedFromPriority} and worse
 * @param maxNanosPerTurn time for callbacks before the next poll, among the same; {@link Long#MAX_VALUE} for no bound
 * @param boundedFromPriority the best priority for which the two bounds hold
 * @param taskCapacity tasks that may wait
 * @param maxBufferBytes bound of the base's buffer pool
 * @param cachesTime whether callbacks of a turn see one time
 * @param preciseTimers whether timers are kept more exactly than the backend's waits
 * @param slowCallbackNanos a callback that runs this long is reported; {@link Long#MAX_VALUE} for none
 */
public record LoopSettings(
        LoopClock clock,
        int priorityCount,
        int maxCallbacksPerTurn,
        long maxNanosPerTurn,
        int boundedFromPriority,
        int taskCapacity,
        long maxBufferBytes,
        boolean cachesTime,
        boolean preciseTimers,
        long slowCallbackNanos) {}
