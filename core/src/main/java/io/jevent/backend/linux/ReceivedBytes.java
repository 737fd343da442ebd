package io.jevent.backend.linux;

import io.jevent.buffer.BufferLimitException;
import io.jevent.buffer.BufferPool;
import io.jevent.buffer.EvBuffer;
import io.jevent.vector.IoVector;
import io.jevent.vector.VectorChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/**
 * Bytes in memory of a ring's, as a channel that a buffer reads them from.
 *
 * <p>Threading: loop only.
 */
final class ReceivedBytes implements VectorChannel {
    private final IoVector vector;
    private long address;
    private int left;

    ReceivedBytes(Arena arena) {
        this.vector = new IoVector(arena);
    }

    /**
     * Appends bytes to a buffer. Nothing may be lost of what the system has handed over; so where the buffer's pool has come to
     * its bound, the rest comes from the process's pool. It is little, because receiving pauses before that.
     */
    void copyTo(EvBuffer target, long address, int byteCount) {
        this.address = address;
        this.left = byteCount;
        try {
            while (left > 0) {
                target.readFrom(this, left);
            }
        } catch (BufferLimitException _) {
            try (EvBuffer rest = EvBuffer.create(BufferPool.shared())) {
                while (left > 0) {
                    rest.readFrom(this, left);
                }
                target.addBuffer(rest);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e); // Memory does not fail.
        }
    }

    @Override
    public IoVector vector() {
        vector.clear();
        return vector;
    }

    @Override
    public long readVector() {
        long done = 0;
        for (int i = 0; i < vector.count() && left > 0; i++) {
            int byteCount = (int) Math.min(left, vector.length(i));
            MemorySegment.copy(Libc.EVERYTHING, address, Libc.EVERYTHING, vector.address(i), byteCount);
            address += byteCount;
            left -= byteCount;
            done += byteCount;
        }
        return done;
    }

    @Override
    public long writeVector() {
        throw new UnsupportedOperationException("received bytes are only read");
    }

    @Override
    public @Nullable SystemFile open(FileChannel file) {
        return null;
    }

    @Override
    public long sendFile(SystemFile file, long position, long byteCount) {
        throw new UnsupportedOperationException("received bytes are only read");
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {
        // There is nothing to close.
    }
}
