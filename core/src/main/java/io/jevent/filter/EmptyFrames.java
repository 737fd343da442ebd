package io.jevent.filter;

/**
 * What a {@link LengthPrefixFilter} does with frames of no bytes, which an input buffer cannot show.
 *
 * <p>Threading: immutable, share freely.
 */
public enum EmptyFrames {
    /** One that comes is a failure, and none can be written; the default. */
    REFUSE,

    /** Those that come are passed over, which is how protocols use them that send them to keep a connection alive. */
    SKIP
}
