package io.jevent.tests.buffer;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ScatteringByteChannel;

/** A channel into memory: what is written can be read. Counts calls, and can be told to fail or to write little. */
public final class MemoryChannel implements GatheringByteChannel, ScatteringByteChannel {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private int readIndex;
    private int writeCalls;
    private int readCalls;

    public int writeCalls() {
        return writeCalls;
    }

    public int readCalls() {
        return readCalls;
    }

    byte[] contents() {
        return written.toByteArray();
    }

    boolean hasBytes() {
        return readIndex < written.size();
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) {
        writeCalls++;
        long total = 0;
        for (int i = offset; i < offset + length; i++) {
            total += append(sources[i]);
        }
        return total;
    }

    @Override
    public long write(ByteBuffer[] sources) {
        return write(sources, 0, sources.length);
    }

    @Override
    public int write(ByteBuffer source) {
        writeCalls++;
        return append(source);
    }

    private int append(ByteBuffer source) {
        byte[] bytes = new byte[source.remaining()];
        source.get(bytes);
        written.writeBytes(bytes);
        return bytes.length;
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) {
        readCalls++;
        if (!hasBytes()) {
            return -1;
        }
        long total = 0;
        for (int i = offset; i < offset + length; i++) {
            total += take(targets[i]);
        }
        return total;
    }

    @Override
    public long read(ByteBuffer[] targets) {
        return read(targets, 0, targets.length);
    }

    @Override
    public int read(ByteBuffer target) {
        readCalls++;
        return hasBytes() ? take(target) : -1;
    }

    private int take(ByteBuffer target) {
        int count = Math.min(target.remaining(), written.size() - readIndex);
        target.put(written.toByteArray(), readIndex, count);
        readIndex += count;
        return count;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {}
}
