package io.jevent.filter;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/**
 * What surrounds a gzip member, read byte by byte as it comes and kept nowhere: names and comments are skipped.
 *
 * <pre>
 *   1f 8b 08 flags time×4 extra-flags system [length×2 extra] [name 0] [comment 0] [crc16]  body  crc32×4 length×4
 * </pre>
 */
final class GzipFrame {
    /** Fields of a header together, 128 KiB: beyond, somebody sends a name that never ends. */
    static final int MAX_HEADER_BYTES = 128 * 1024;

    private static final int FLAG_CRC = 2;
    private static final int FLAG_EXTRA = 4;
    private static final int FLAG_NAME = 8;
    private static final int FLAG_COMMENT = 16;

    private enum Field {
        FIXED,
        EXTRA_LENGTH,
        EXTRA,
        NAME,
        COMMENT,
        CRC,
        DONE
    }

    private static final Field[] FIELDS = Field.values();
    private static final int[] MAGIC = {0x1f, 0x8b, 8};
    private static final int FIXED_BYTES = 10;

    private final CRC32 headerCrc = new CRC32();
    private final CRC32 bodyCrc = new CRC32();
    private Field field = Field.FIXED;
    private int flags;

    /** Bytes of the header that were read. */
    private int headerBytes;

    /** Bytes of the field, or of the trailer, that were read. */
    private int index;

    /** A little-endian number that is being read. */
    private long number;

    private int extraBytes;
    private long bodyBytes;

    /** Whether the first byte of a header was read. */
    boolean hasBegun() {
        return headerBytes > 0;
    }

    /** Reads on; returns whether the header is complete, and then leaves the position behind it. */
    boolean readHeader(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining() && field != Field.DONE) {
            headerByte(bytes.get() & 0xff);
        }
        if (field != Field.DONE) {
            return false;
        }
        bodyCrc.reset();
        headerCrc.reset();
        headerBytes = 0;
        field = Field.FIXED;
        return true;
    }

    private void headerByte(int octet) throws IOException {
        if (++headerBytes > MAX_HEADER_BYTES) {
            throw new IOException("a gzip header longer than " + MAX_HEADER_BYTES + " bytes");
        }
        if (field != Field.CRC) {
            headerCrc.update(octet);
        }
        switch (field) {
            case FIXED -> fixed(octet);
            case EXTRA_LENGTH -> {
                if (readNumber(octet, 2)) {
                    extraBytes = (int) number;
                    endField();
                }
            }
            case EXTRA -> {
                if (++index == extraBytes) {
                    endField();
                }
            }
            case NAME, COMMENT -> {
                if (octet == 0) {
                    endField();
                }
            }
            case CRC -> {
                if (readNumber(octet, 2)) {
                    check("header CRC", headerCrc.getValue() & 0xffff, number);
                    endField();
                }
            }
            case DONE -> throw new AssertionError("no header is being read");
        }
    }

    private void fixed(int octet) throws IOException {
        if (index < MAGIC.length && octet != MAGIC[index]) {
            throw new IOException(
                    "not a gzip header: need byte " + MAGIC[index] + " at index " + index + ", got " + octet);
        }
        if (index == MAGIC.length) {
            if (octet >= FLAG_COMMENT << 1) {
                throw new IOException("a gzip header with unknown flags: " + octet);
            }
            flags = octet;
        }
        if (++index == FIXED_BYTES) {
            endField();
        }
    }

    /** Goes on to the first field behind this one that is there. */
    private void endField() {
        index = 0;
        number = 0;
        do {
            field = FIELDS[field.ordinal() + 1];
        } while (!isThere(field));
    }

    private boolean isThere(Field which) {
        return switch (which) {
            case EXTRA_LENGTH -> has(FLAG_EXTRA);
            case EXTRA -> has(FLAG_EXTRA) && extraBytes > 0;
            case NAME -> has(FLAG_NAME);
            case COMMENT -> has(FLAG_COMMENT);
            case CRC -> has(FLAG_CRC);
            case FIXED, DONE -> true;
        };
    }

    private boolean has(int flag) {
        return (flags & flag) != 0;
    }

    void checksum(ByteBuffer body) {
        bodyCrc.update(body);
    }

    void endBody(long byteCount) {
        bodyBytes = byteCount;
    }

    /** Reads on; returns whether the trailer is complete, and then leaves the position behind it. */
    boolean readTrailer(ByteBuffer bytes) throws IOException {
        boolean complete = false;
        while (bytes.hasRemaining() && !complete) {
            complete = readNumber(bytes.get() & 0xff, 8);
        }
        if (complete) {
            check("CRC", bodyCrc.getValue(), number & 0xffff_ffffL);
            check("length", bodyBytes & 0xffff_ffffL, number >>> 32);
            index = 0;
            number = 0;
        }
        return complete;
    }

    private boolean readNumber(int octet, int byteCount) {
        number |= (long) octet << (8 * index);
        return ++index == byteCount;
    }

    private static void check(String what, long need, long got) throws IOException {
        if (need != got) {
            throw new IOException("the gzip " + what + " does not fit: need " + need + ", got " + got);
        }
    }
}
