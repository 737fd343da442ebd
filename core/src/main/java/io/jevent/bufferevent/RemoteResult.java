package io.jevent.bufferevent;

/**
 * What became of an operation that was handed to a {@link RemoteBufferEvent}.
 *
 * <p>Threading: immutable, share freely.
 */
public enum RemoteResult {
    /** All of it was taken. It takes effect on the loop, unless the buffer event is closed before. */
    ACCEPTED,

    /** Nothing was taken, because too much waits; {@link RemoteBufferEvent#whenWritable} tells when to try again. */
    FULL,

    /** Nothing was taken, because the buffer event is closed or closing, or its output was ended. It stays so. */
    CLOSED
}
