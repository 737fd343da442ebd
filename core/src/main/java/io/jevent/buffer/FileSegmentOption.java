package io.jevent.buffer;

/**
 * How a {@link FileSegment} uses its file.
 *
 * <p>Threading: immutable, share freely.
 *
 * @see "libevent EVBUF_FS_CLOSE_ON_FREE, EVBUF_FS_DISABLE_SENDFILE"
 */
public enum FileSegmentOption {
    /** The file is closed with the segment's last byte. */
    CLOSE_ON_FREE,

    /** Bytes always go through memory; for files whose system calls cannot send by themselves. */
    NO_TRANSFER
}
