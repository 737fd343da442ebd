package io.jevent.benchmarks;

import io.jevent.buffer.EvBuffer;
import java.nio.charset.StandardCharsets;

/** Finds a needle behind 1 MiB of lower-case letters in chunks of 1000 bytes. */
final class SearchWorkload extends Workload {
    private static final int HAYSTACK_BYTES = 1 << 20;
    private static final int CHUNK_BYTES = 1000;

    private final EvBuffer buffer = EvBuffer.create();
    private final byte[] needle;

    SearchWorkload(String name, String needle) {
        super(name, "byte", HAYSTACK_BYTES);
        this.needle = needle.getBytes(StandardCharsets.US_ASCII);
        Draws draws = new Draws();
        try (EvBuffer chunk = EvBuffer.create()) {
            for (int done = 0; done < HAYSTACK_BYTES; done += CHUNK_BYTES) {
                byte[] letters = new byte[Math.min(CHUNK_BYTES, HAYSTACK_BYTES - done)];
                draws.letters(letters);
                chunk.add(letters);
                buffer.addBuffer(chunk);
            }
        }
        buffer.add(this.needle);
    }

    @Override
    long run(Stopwatch watch) {
        return buffer.search(needle);
    }

    @Override
    public void close() {
        buffer.close();
    }
}
