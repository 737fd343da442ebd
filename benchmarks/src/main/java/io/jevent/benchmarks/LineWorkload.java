package io.jevent.benchmarks;

import io.jevent.buffer.EvBuffer;
import io.jevent.buffer.LineEnd;
import java.nio.charset.StandardCharsets;

/**
 * Appends 1 MiB of lines of 80 bytes, their ends included, 16 KiB at a time, and takes out line after line; each line is
 * memory of its own on both sides.
 */
final class LineWorkload extends Workload {
    private static final int TEXT_BYTES = 1 << 20;
    private static final int LINE_BYTES = 80;
    private static final int PIECE_BYTES = 16 * 1024;
    private static final byte[] NO_LINE = {};

    private final EvBuffer buffer = EvBuffer.create();
    private final byte[] text = new byte[TEXT_BYTES];
    private final LineEnd style;

    LineWorkload(String name, LineEnd style, String end) {
        super(name, "byte", TEXT_BYTES);
        this.style = style;
        byte[] endBytes = end.getBytes(StandardCharsets.US_ASCII);
        new Draws().letters(text);
        for (int i = LINE_BYTES; i <= TEXT_BYTES; i += LINE_BYTES) {
            System.arraycopy(endBytes, 0, text, i - endBytes.length, endBytes.length);
        }
        System.arraycopy(endBytes, 0, text, TEXT_BYTES - endBytes.length, endBytes.length);
    }

    @Override
    long run(Stopwatch watch) {
        for (int done = 0; done < TEXT_BYTES; done += PIECE_BYTES) {
            buffer.add(text, done, PIECE_BYTES);
        }
        long sum = 0;
        for (byte[] line = nextLine(); line.length > 0; line = nextLine()) {
            sum += line.length * 31L + line[0];
        }
        return sum;
    }

    private byte[] nextLine() {
        return buffer.readLine(style).orElse(NO_LINE);
    }

    @Override
    public void close() {
        buffer.close();
    }
}
