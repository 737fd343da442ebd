package io.jevent.filter;

import java.util.zip.Deflater;

/**
 * How a {@link DeflateFilter} compresses, and how much it inflates before it takes its peer for hostile.
 *
 * <p>Threading: immutable, share freely.
 *
 * @param format what surrounds the compressed bytes, both ways
 * @param level from 0, which only stores, to 9, or {@link #DEFAULT_LEVEL}
 * @param maxRatio bytes that may be inflated out of one, at least 1. It is looked at once {@link #RATIO_FLOOR_BYTES} have been
 *     inflated, and counted over all the stream. Above 1032 it never matters: more cannot be packed into a byte
 * @param maxInflatedBytes bytes that may be inflated in all, at least 1; {@link #UNLIMITED} for a stream that may go on for ever,
 *     of which the memory is bounded by the input's high mark
 */
public record DeflateConfig(DeflateFormat format, int level, int maxRatio, long maxInflatedBytes) {
    /** The compromise of the library below, which is 6 today. */
    public static final int DEFAULT_LEVEL = Deflater.DEFAULT_COMPRESSION;

    /** The default: 1000 bytes out of one, which only a long run of equal bytes comes near to. */
    public static final int DEFAULT_MAX_RATIO = 1000;

    /** As much may be inflated at any ratio: 1 MiB. */
    public static final long RATIO_FLOOR_BYTES = 1L << 20;

    /** No bound for all bytes together; the default. */
    public static final long UNLIMITED = Long.MAX_VALUE;

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public DeflateConfig {
        if (level < DEFAULT_LEVEL || level > Deflater.BEST_COMPRESSION) {
            throw new IllegalArgumentException("need -1 <= level <= 9, got " + level);
        }
        if (maxRatio < 1 || maxInflatedBytes < 1) {
            throw new IllegalArgumentException(
                    "need maxRatio >= 1 and maxInflatedBytes >= 1, got " + maxRatio + " and " + maxInflatedBytes);
        }
    }

    /**
     * {@return the defaults}
     *
     * @param format what surrounds the compressed bytes
     */
    public static DeflateConfig of(DeflateFormat format) {
        return new DeflateConfig(format, DEFAULT_LEVEL, DEFAULT_MAX_RATIO, UNLIMITED);
    }
}
