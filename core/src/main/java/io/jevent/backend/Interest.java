package io.jevent.backend;

/**
 * What one wants to hear about a descriptor.
 *
 * <p>Threading: immutable, share freely.
 *
 * @see "libevent EV_READ, EV_WRITE, EV_CLOSED"
 */
public enum Interest {
    /** Bytes, a connection or the end of input can be taken without blocking. */
    READ,

    /** Bytes can be given without blocking, or a connect has ended. */
    WRITE,

    /** The peer has closed or half-closed, even while bytes wait; needs {@link BackendFeature#EARLY_CLOSE}. */
    CLOSED
}
