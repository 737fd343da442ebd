package io.jevent.examples;

import io.jevent.buffer.EvBuffer;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/**
 * Copies one channel to another through a buffer and calls for every megabyte that has left it. The book's change
 * callback that prints a dot for each (R7), with reading and writing a channel, and without a loop.
 *
 * <p>Better here: bytes are read straight into the buffer's memory and written from it; and what has left is counted
 * by one callback however it leaves.
 */
public final class DotPerMegabyte {
    private static final long MEGABYTE = 1_000_000;
    private static final int MAX_BYTES_AT_ONCE = 256 * 1024;

    private long drained;
    private final Runnable onMegabyte;

    private DotPerMegabyte(Runnable onMegabyte) {
        this.onMegabyte = onMegabyte;
    }

    /** Copies stdin to stdout, and prints dots to stderr. */
    public static void main(String[] args) throws IOException {
        ReadableByteChannel in = Channels.newChannel(System.in);
        WritableByteChannel out = Channels.newChannel(System.out);
        long byteCount = copy(in, out, () -> System.err.print('.'));
        System.out.flush();
        System.err.println(" " + byteCount + " bytes");
    }

    /**
     * Copies until the source ends; both channels block.
     *
     * @return bytes copied
     */
    static long copy(ReadableByteChannel in, WritableByteChannel out, Runnable onMegabyte) throws IOException {
        DotPerMegabyte counter = new DotPerMegabyte(onMegabyte);
        try (EvBuffer buffer = EvBuffer.create()) {
            buffer.addChangeCallback((_, _, _, drained) -> counter.count(drained));
            while (buffer.readFrom(in, MAX_BYTES_AT_ONCE) >= 0) {
                while (!buffer.isEmpty()) {
                    buffer.writeTo(out, Long.MAX_VALUE);
                }
            }
        }
        return counter.drained;
    }

    private void count(long byteCount) {
        for (long due = (drained + byteCount) / MEGABYTE - drained / MEGABYTE; due > 0; due--) {
            onMegabyte.run();
        }
        drained += byteCount;
    }
}
