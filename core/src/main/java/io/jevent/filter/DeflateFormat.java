package io.jevent.filter;

/**
 * What surrounds the compressed bytes of a {@link DeflateFilter}.
 *
 * <p>Threading: immutable, share freely.
 */
public enum DeflateFormat {
    /** A header, and behind the bytes their CRC-32 and length: RFC 1952. Several such members may follow each other. */
    GZIP,

    /** Two bytes before, and an Adler-32 behind: RFC 1950. */
    ZLIB,

    /** Nothing: RFC 1951. What is damaged on the way may not be noticed. */
    RAW
}
