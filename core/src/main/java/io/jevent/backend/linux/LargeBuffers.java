package io.jevent.backend.linux;

import io.jevent.buffer.BufferPool;
import io.jevent.buffer.EvBuffer;
import io.jevent.vector.IoVector;
import io.jevent.vector.VectorChannel;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/**
 * Chunks that the kernel may fill for whichever connection has much to receive. A filled one leaves for that connection's
 * buffer without a copy, and another takes its place; so what a slow reader keeps is not missing here.
 *
 * <p>They come from a pool of their own of {@value #MAX_BYTES} bytes, beside the loop's, which counts what the program holds
 * and not what the kernel does. A loop whose own bound is not far above that has none. They are taken when the first
 * connection receives much. When slow readers keep so many that the pool has no more, what comes is copied again.
 *
 * <p>Threading: loop only.
 */
final class LargeBuffers implements VectorChannel {
    static final int COUNT = 64;
    static final int BYTES = 64 * 1024;

    /** Of all: what the kernel has, and as much again in the program's buffers. */
    static final long MAX_BYTES = 8 * 1024 * 1024;

    /** A loop has them if its own bound is so many times theirs. */
    private static final int LEAST_SHARE = 8;

    /** Of what came less than this is copied, and its chunk filled again. */
    private static final int COPIED_BELOW_BYTES = 2 * 1024;

    private enum State {
        /** Nobody has needed them. */
        UNUSED,
        /** The kernel has them. */
        OPEN,
        /** The kernel does not take them, or there is to be no memory for them. */
        REFUSED
    }

    private final CompletionQueue queue;
    private final BufferPool pool = BufferPool.create(MAX_BYTES);
    private final ReceivedBytes copier;
    private final IoVector vector;

    /** By number: each begins a read, whose memory the kernel gets; null while it is missing. */
    private final @Nullable EvBuffer[] buffers = new @Nullable EvBuffer[COUNT];

    private final long[] addresses = new long[COUNT];
    private int missingCount = COUNT;
    private @Nullable Thread owner;
    private State state;

    /** How much the kernel has put where the next read ends. */
    private int filled;

    LargeBuffers(CompletionQueue queue, BufferPool loopsPool, ReceivedBytes copier, Arena arena) {
        this.queue = queue;
        this.copier = copier;
        this.vector = new IoVector(arena);
        this.state = loopsPool.maxBytes() >= LEAST_SHARE * MAX_BYTES ? State.UNUSED : State.REFUSED;
    }

    /** Whether the kernel has any. */
    boolean areReady() {
        if (state == State.UNUSED) {
            state = queue.openLarge(COUNT) ? State.OPEN : State.REFUSED;
            refill();
        }
        return state == State.OPEN && missingCount < COUNT;
    }

    /** Takes memory for those that are missing, if there is. */
    void refill() {
        if (missingCount == 0 || state != State.OPEN) {
            return;
        }
        confine();
        for (int i = 0; i < COUNT && !pool.isNearLimit(); i++) {
            if (buffers[i] == null) {
                begin(i, EvBuffer.createConfined(pool));
                missingCount--;
            }
        }
    }

    /** Gives the kernel a chunk. */
    private void begin(int id, EvBuffer buffer) {
        readFromThis(buffer);
        addresses[id] = vector.address(0);
        buffers[id] = buffer;
        queue.provideLarge(id, addresses[id], BYTES);
    }

    /** A loop may run on another thread than before. */
    private void confine() {
        Thread now = Thread.currentThread();
        if (owner != now) {
            owner = now;
            pool.confineTo(now);
        }
    }

    private void readFromThis(EvBuffer buffer) {
        try {
            buffer.readFrom(this, BYTES);
        } catch (IOException e) {
            throw new AssertionError("memory does not fail", e);
        }
    }

    /** Appends what the kernel has put into a chunk to a buffer; null drops it. */
    void take(int id, int byteCount, @Nullable EvBuffer target) {
        confine();
        EvBuffer buffer = buffers[id];
        if (buffer == null) {
            throw new AssertionError("the kernel has filled a chunk that it does not have");
        }
        if (target == null || byteCount < COPIED_BELOW_BYTES) {
            if (target != null && byteCount > 0) {
                copier.copyTo(target, addresses[id], byteCount);
            }
            queue.provideLarge(id, addresses[id], BYTES);
            return;
        }
        filled = byteCount;
        readFromThis(buffer);
        target.addBuffer(buffer);
        if (pool.isNearLimit()) {
            buffer.close();
            buffers[id] = null;
            missingCount++;
        } else {
            begin(id, buffer);
        }
    }

    /** Gives the chunks back; the kernel has none any more. */
    @Override
    public void close() {
        confine();
        for (EvBuffer buffer : buffers) {
            if (buffer != null) {
                buffer.close();
            }
        }
        pool.close();
    }

    // ---- the channel that a buffer reads from ----

    @Override
    public IoVector vector() {
        vector.clear();
        return vector;
    }

    @Override
    public long readVector() {
        return vector.count() == 0 ? filled : PENDING;
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
}
