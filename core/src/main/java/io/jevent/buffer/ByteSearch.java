package io.jevent.buffer;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Finds bytes and byte sequences in a chain of chunks; indexes count from the chain's start.
 *
 * <p>Most searches end close by: there it looks at eight bytes at a time and stops at the first hit. Further on it first
 * asks of a whole block whether it holds the byte at all, in a loop that the compiler turns into vector instructions
 * because it has no way out in the middle. Only a block that does is looked at word by word.
 */
final class ByteSearch {
    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final long LOW_BITS = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;

    /** So far from where a search begins no blocks are tried. */
    private static final int NEAR_BYTES = 128;

    /** In shorter blocks the vector loop does not earn its preparation. */
    private static final int MIN_BLOCK_BYTES = 256;

    /** Longer ones would be a little faster to skip, but slower to look through for the one hit. */
    private static final int MAX_BLOCK_BYTES = 1024;

    /** In place of a second byte: the first one is enough. */
    private static final int NONE = -1;

    private ByteSearch() {}

    /** The index of the first {@code value} in [from, to), or -1. */
    static long indexOf(@Nullable Chunk head, byte value, long from, long to) {
        return indexOf(head, value, NONE, from, to);
    }

    /**
     * The index of the first byte in [from, to) that is {@code first} and followed by {@code second}, or might be; -1 if
     * there is none.
     */
    private static long indexOf(@Nullable Chunk head, byte first, int second, long from, long to) {
        long base = 0;
        for (Chunk chunk = head; chunk != null && base < to; chunk = chunk.next) {
            int length = chunk.length();
            if (from < base + length) {
                int start = (int) Math.max(0, from - base);
                int end = (int) Math.min(length, to - base);
                int near = from < base ? start : Math.min(end, start + NEAR_BYTES);
                int found = indexInChunk(chunk, first, second, start, near, end);
                if (found >= 0) {
                    return base + found;
                }
            }
            base += length;
        }
        return -1;
    }

    /** Word by word up to {@code near}, from there on in blocks. */
    private static int indexInChunk(Chunk chunk, byte first, int second, int from, int near, int to) {
        int found = indexByWords(chunk, first, second, from, near);
        int i = near;
        while (found < 0 && i < to) {
            int block = skipBlocks(chunk, first, i, to);
            i = Math.min(to, block + MAX_BLOCK_BYTES);
            found = indexByWords(chunk, first, second, block, i);
        }
        return found;
    }

    /** The start of the first block from {@code from} on that may hold the value; {@code to} if none does. */
    private static int skipBlocks(Chunk chunk, byte value, int from, int to) {
        int i = from;
        while (to - i >= MIN_BLOCK_BYTES) {
            int byteCount = Math.min(to - i, MAX_BLOCK_BYTES);
            if (isInBlock(chunk.memory, (long) chunk.start + i, byteCount, patternOf(value))) {
                break;
            }
            i += byteCount;
        }
        return i;
    }

    /** Whether a value occurs in a block of at least eight bytes; of these, some may be looked at twice. */
    private static boolean isInBlock(MemorySegment memory, long at, int byteCount, long pattern) {
        long last = memory.get(WORD, at + byteCount - 8) ^ pattern;
        long any = (last - LOW_BITS) & ~last;
        for (int i = 0; i < byteCount - 8; i += 8) {
            long word = memory.get(WORD, at + i) ^ pattern;
            any |= (word - LOW_BITS) & ~word;
        }
        return (any & HIGH_BITS) != 0;
    }

    private static int indexByWords(Chunk chunk, byte first, int second, int from, int to) {
        return second == NONE
                ? singleByWords(chunk, first, from, to)
                : pairByWords(chunk, first, (byte) second, from, to);
    }

    private static int singleByWords(Chunk chunk, byte value, int from, int to) {
        MemorySegment memory = chunk.memory;
        long start = chunk.start;
        long pattern = patternOf(value);
        int i = from;
        for (; i + 8 <= to; i += 8) {
            long zeros = zeros(memory.get(WORD, start + i) ^ pattern);
            if (zeros != 0) {
                return i + firstOf(zeros);
            }
        }
        for (; i < to; i++) {
            if (memory.get(ValueLayout.JAVA_BYTE, start + i) == value) {
                return i;
            }
        }
        return -1;
    }

    /** Looks at two bytes together while both are in the chunk; of what is left, only at the first. */
    private static int pairByWords(Chunk chunk, byte first, byte second, int from, int to) {
        MemorySegment memory = chunk.memory;
        long start = chunk.start;
        long firstPattern = patternOf(first);
        long secondPattern = patternOf(second);
        int limit = Math.min(to, chunk.length() - 1);
        int i = from;
        for (; i + 8 <= limit; i += 8) {
            long firsts = zeros(memory.get(WORD, start + i) ^ firstPattern);
            long both = firsts & zeros(memory.get(WORD, start + i + 1) ^ secondPattern);
            if (both != 0) {
                return i + firstOf(both);
            }
        }
        return singleByWords(chunk, first, i, to);
    }

    private static long patternOf(byte value) {
        return (value & 0xffL) * LOW_BITS;
    }

    /** Sets the high bit of each byte that is 0, and perhaps of bytes above one that is. */
    private static long zeros(long word) {
        return (word - LOW_BITS) & ~word & HIGH_BITS;
    }

    /** The index in its word of the lowest byte that {@link #zeros} has marked. */
    private static int firstOf(long zeros) {
        return Long.numberOfTrailingZeros(zeros) >>> 3;
    }

    /** The index of the first {@code needle} that begins at or after {@code from} and ends at or before {@code to}. */
    static long indexOf(@Nullable Chunk head, byte[] needle, long from, long to) {
        if (needle.length == 0) {
            return from;
        }
        long lastStart = to - needle.length;
        int second = needle.length == 1 ? NONE : needle[1] & 0xff;
        Chunk chunk = head;
        long base = 0;
        long index = from;
        while (index <= lastStart) {
            while (chunk != null && index >= base + chunk.length()) {
                base += chunk.length();
                chunk = chunk.next;
            }
            long found = indexOf(chunk, needle[0], second, index - base, lastStart + 1 - base);
            if (found < 0) {
                return -1;
            }
            index = base + found;
            if (matches(chunk, needle, found)) {
                return index;
            }
            index++;
        }
        return -1;
    }

    private static boolean matches(@Nullable Chunk head, byte[] needle, long at) {
        Chunk chunk = head;
        long skip = at;
        for (byte wanted : needle) {
            while (chunk != null && skip >= chunk.length()) {
                skip -= chunk.length();
                chunk = chunk.next;
            }
            if (chunk == null || chunk.at((int) skip) != wanted) {
                return false;
            }
            skip++;
        }
        return true;
    }

    /** The byte at {@code index}, which must be inside the chain. */
    static byte byteAt(@Nullable Chunk head, long index) {
        Chunk chunk = head;
        long skip = index;
        while (chunk != null && skip >= chunk.length()) {
            skip -= chunk.length();
            chunk = chunk.next;
        }
        assert chunk != null : "index " + index + " is past the end";
        return chunk.at((int) skip);
    }

    /** The first line end at or after {@code from}, or null. */
    static @Nullable LineEndPosition lineEnd(@Nullable Chunk head, LineEnd style, long from, long length) {
        return switch (style) {
            case LF -> single(indexOf(head, (byte) '\n', from, length));
            case NUL -> single(indexOf(head, (byte) 0, from, length));
            case CRLF_STRICT -> {
                long index = indexOf(head, new byte[] {'\r', '\n'}, from, length);
                yield index < 0 ? null : new LineEndPosition(index, 2);
            }
            case CRLF -> {
                long index = indexOf(head, (byte) '\n', from, length);
                boolean withReturn = index > from && byteAt(head, index - 1) == '\r';
                yield withReturn ? new LineEndPosition(index - 1, 2) : single(index);
            }
            case ANY -> anyEnd(head, from, length);
        };
    }

    private static @Nullable LineEndPosition single(long index) {
        return index < 0 ? null : new LineEndPosition(index, 1);
    }

    private static @Nullable LineEndPosition anyEnd(@Nullable Chunk head, long from, long length) {
        long feed = indexOf(head, (byte) '\n', from, length);
        long carriage = indexOf(head, (byte) '\r', from, feed < 0 ? length : feed);
        long index = carriage >= 0 ? carriage : feed;
        if (index < 0) {
            return null;
        }
        long end = index + 1;
        while (end < length && isEndByte(byteAt(head, end))) {
            end++;
        }
        return new LineEndPosition(index, end - index);
    }

    private static boolean isEndByte(byte value) {
        return value == '\n' || value == '\r';
    }
}
