package io.jevent.testkit;

/**
 * How a connect on a {@link ScriptedBackend} ends.
 *
 * <p>Threading: immutable, share freely.
 */
public enum ConnectAnswer {
    /** It succeeds in the next poll. */
    SUCCEEDS,
    /** It succeeds inside the call. */
    SUCCEEDS_AT_ONCE,
    /** The peer refuses, in the next poll. */
    REFUSED,
    /** The peer refuses inside the call. */
    REFUSED_AT_ONCE,
    /** Nothing happens until the test says so. */
    HANGS,
    /** No socket can be made for want of a descriptor. */
    NO_DESCRIPTOR
}
