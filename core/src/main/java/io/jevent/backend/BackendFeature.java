package io.jevent.backend;

/**
 * What a backend can do beyond the contract of {@link Backend}.
 *
 * <p>Threading: immutable, share freely.
 *
 * @see "libevent enum event_method_feature"
 */
public enum BackendFeature {
    /** Descriptors can be watched edge-triggered. */
    EDGE_TRIGGERED,

    /** Watching one descriptor costs the same however many are watched. */
    CONSTANT_COST,

    /** Descriptors can be watched by number, sockets or not. */
    ANY_DESCRIPTOR,

    /** {@link Interest#CLOSED} can be watched. */
    EARLY_CLOSE,

    /** Waits end to the microsecond or better; without it they are rounded up to whole milliseconds. */
    PRECISE_WAIT
}
