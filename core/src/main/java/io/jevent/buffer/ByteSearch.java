package io.jevent.buffer;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** Finds bytes and byte sequences in a chain of chunks, eight bytes at a time; indexes count from the chain's start. */
final class ByteSearch {
    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final long LOW_BITS = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;

    private ByteSearch() {}

    /** The index of the first {@code value} in [from, to), or -1. */
    static long indexOf(@Nullable Chunk head, byte value, long from, long to) {
        long base = 0;
        for (Chunk chunk = head; chunk != null && base < to; chunk = chunk.next) {
            int length = chunk.length();
            if (from < base + length) {
                int first = (int) Math.max(0, from - base);
                int end = (int) Math.min(length, to - base);
                int found = indexInChunk(chunk, value, first, end);
                if (found >= 0) {
                    return base + found;
                }
            }
            base += length;
        }
        return -1;
    }

    private static int indexInChunk(Chunk chunk, byte value, int from, int to) {
        MemorySegment memory = chunk.memory;
        int start = chunk.start;
        long pattern = (value & 0xffL) * LOW_BITS;
        int i = from;
        for (; i + 8 <= to; i += 8) {
            // A byte of x is 0 exactly where the word holds the value; the lowest set high bit marks the first one.
            long x = memory.get(WORD, (long) start + i) ^ pattern;
            long zeros = (x - LOW_BITS) & ~x & HIGH_BITS;
            if (zeros != 0) {
                return i + (Long.numberOfTrailingZeros(zeros) >>> 3);
            }
        }
        for (; i < to; i++) {
            if (memory.get(ValueLayout.JAVA_BYTE, (long) start + i) == value) {
                return i;
            }
        }
        return -1;
    }

    /** The index of the first {@code needle} that begins at or after {@code from} and ends at or before {@code to}. */
    static long indexOf(@Nullable Chunk head, byte[] needle, long from, long to) {
        if (needle.length == 0) {
            return from;
        }
        long lastStart = to - needle.length;
        Chunk chunk = head;
        long base = 0;
        long index = from;
        while (index <= lastStart) {
            while (chunk != null && index >= base + chunk.length()) {
                base += chunk.length();
                chunk = chunk.next;
            }
            long found = indexOf(chunk, needle[0], index - base, lastStart + 1 - base);
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
