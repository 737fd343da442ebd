package io.jevent.tests.buffer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.buffer.BufferPool;
import io.jevent.buffer.EvBuffer;
import org.junit.jupiter.api.AfterEach;

/** A case about one buffer on a pool of its own, which must have all chunks back in the end. */
abstract class BufferCase {
    static final int POOL_BYTES = 1 << 20;

    final BufferPool pool = BufferPool.create(POOL_BYTES);
    final EvBuffer buffer = EvBuffer.create(pool);

    @AfterEach
    void everyChunkIsBack() {
        buffer.close();
        assertThat(pool.bytesInUse()).as("bytes still handed out").isZero();
        pool.close();
    }

    static String textOf(EvBuffer buffer) {
        byte[] copy = new byte[(int) buffer.length()];
        buffer.copyOut(0, copy, 0, copy.length);
        return new String(copy, UTF_8);
    }

    static byte[] filled(int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) (i % 251);
        }
        return bytes;
    }
}
