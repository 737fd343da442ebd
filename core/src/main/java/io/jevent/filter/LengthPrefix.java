package io.jevent.filter;

import io.jevent.buffer.EvBuffer;
import java.io.IOException;

/**
 * How a length is written before a frame.
 *
 * <p>Threading: immutable, share freely.
 */
public enum LengthPrefix {
    /** One byte, for frames of up to 255 bytes. */
    ONE_BYTE(1, false),

    /** Two bytes, the more significant first; up to 65,535. */
    TWO_BYTES_BIG_ENDIAN(2, false),

    /** Two bytes, the less significant first; up to 65,535. */
    TWO_BYTES_LITTLE_ENDIAN(2, true),

    /** Four bytes, the most significant first, unsigned. */
    FOUR_BYTES_BIG_ENDIAN(4, false),

    /** Four bytes, the least significant first, unsigned. */
    FOUR_BYTES_LITTLE_ENDIAN(4, true),

    /** Eight bytes, the most significant first, unsigned. */
    EIGHT_BYTES_BIG_ENDIAN(8, false),

    /** Eight bytes, the least significant first, unsigned. */
    EIGHT_BYTES_LITTLE_ENDIAN(8, true),

    /** Seven bits in each byte, the least significant first; all but the last have their high bit set. At most nine bytes. */
    VARINT(9, true);

    static final int INCOMPLETE = -1;

    private final int maxBytes;
    private final boolean littleEndian;

    LengthPrefix(int maxBytes, boolean littleEndian) {
        this.maxBytes = maxBytes;
        this.littleEndian = littleEndian;
    }

    /** The longest frame of which the length can be written. */
    long maxFrameBytes() {
        return this == VARINT || maxBytes == 8 ? Long.MAX_VALUE : (1L << (8 * maxBytes)) - 1;
    }

    int byteCount(long length) {
        return this == VARINT ? Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(length) + 6) / 7) : maxBytes;
    }

    byte[] encode(long length) {
        byte[] bytes = new byte[byteCount(length)];
        int bits = this == VARINT ? 7 : 8;
        for (int i = 0; i < bytes.length; i++) {
            bytes[littleEndian ? i : bytes.length - 1 - i] = (byte) (length >>> (bits * i));
        }
        for (int i = 0; this == VARINT && i < bytes.length; i++) {
            bytes[i] = (byte) (i == bytes.length - 1 ? bytes[i] & 0x7f : bytes[i] | 0x80);
        }
        return bytes;
    }

    /** Bytes of the prefix that a buffer starts with, or INCOMPLETE. */
    int prefixBytes(EvBuffer source) throws IOException {
        if (this != VARINT) {
            return source.length() < maxBytes ? INCOMPLETE : maxBytes;
        }
        for (int i = 0; i < Math.min(maxBytes, source.length()); i++) {
            if (source.byteAt(i) >= 0) {
                return i + 1;
            }
        }
        if (source.length() >= maxBytes) {
            throw new IOException("a length prefix longer than " + maxBytes + " bytes");
        }
        return INCOMPLETE;
    }

    /** The length that a prefix tells, as an unsigned number. */
    long decode(EvBuffer source, int prefixBytes) {
        long length = 0;
        for (int i = 0; i < prefixBytes; i++) {
            long octet = source.byteAt(i) & 0xff;
            length |= switch (this) {
                case VARINT -> (octet & 0x7f) << (7 * i);
                default -> octet << (8 * (littleEndian ? i : prefixBytes - 1 - i));
            };
        }
        return length;
    }
}
