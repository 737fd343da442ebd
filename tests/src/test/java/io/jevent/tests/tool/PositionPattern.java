package io.jevent.tests.tool;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicLong;

/** Bytes that tell their position, so that none can be lost, doubled or swapped unseen. */
final class PositionPattern {
    private static final int PIECE_BYTES = 64 * 1024;

    private PositionPattern() {}

    private static byte at(long position, int salt) {
        long mixed = (position + salt) * 0x9E3779B97F4A7C15L;
        return (byte) (mixed >>> 56);
    }

    /** Writes so many bytes, counting them. */
    static void write(OutputStream out, long byteCount, int salt, AtomicLong written) throws IOException {
        byte[] piece = new byte[PIECE_BYTES];
        for (long position = 0; position < byteCount; ) {
            int length = (int) Math.min(piece.length, byteCount - position);
            for (int i = 0; i < length; i++) {
                piece[i] = at(position + i, salt);
            }
            out.write(piece, 0, length);
            position += length;
            written.set(position);
        }
    }

    /** Reads up to a position, checking every byte; fails at the first wrong one. */
    static void read(InputStream in, long from, long to, int salt) throws IOException {
        byte[] piece = new byte[PIECE_BYTES];
        for (long position = from; position < to; ) {
            int length = in.read(piece, 0, (int) Math.min(piece.length, to - position));
            if (length < 0) {
                throw new AssertionError("ended at " + position + " of " + to);
            }
            for (int i = 0; i < length; i++) {
                if (piece[i] != at(position + i, salt)) {
                    throw new AssertionError("wrong byte at " + (position + i));
                }
            }
            position += length;
        }
    }
}
