package io.jevent.stress;

import io.jevent.buffer.BufferPool;
import io.jevent.buffer.EvBuffer;
import java.util.Arrays;

/** Bytes that can be told from those of another buffer, and questions that two cases ask. */
final class Pattern {
    private Pattern() {}

    static byte[] bytes(char content, int byteCount) {
        byte[] bytes = new byte[byteCount];
        Arrays.fill(bytes, (byte) content);
        return bytes;
    }

    /** Takes bytes out of a buffer and says whether they are all there and what they should be. */
    static boolean takes(EvBuffer buffer, char content, int byteCount) {
        byte[] taken = new byte[byteCount];
        return buffer.remove(taken, 0, byteCount) == byteCount && Arrays.equals(taken, bytes(content, byteCount));
    }

    /** What a pool counts once it has counted the chunks that other threads returned; for its owner. */
    static long bytesInUse(BufferPool pool) {
        boolean near = pool.isNearLimit();
        return near ? Long.MAX_VALUE : pool.bytesInUse();
    }
}
