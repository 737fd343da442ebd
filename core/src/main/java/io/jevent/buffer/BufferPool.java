package io.jevent.buffer;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Bounded native memory that {@link EvBuffer}s are made of.
 *
 * <p>Memory is taken from the system in slabs of 256 KiB, cut into chunks of 1, 4, 16 or 64 KiB, and kept for reuse
 * until the pool is closed; a chunk larger than 64 KiB has a slab of its own, which goes back to the system at once.
 * The bound counts the bytes of the chunks handed out: an operation that would pass it throws
 * {@link BufferLimitException} and changes nothing. After {@link #close()}, each slab is freed once its last chunk is
 * back.
 *
 * <p>Threading: a pool may be <em>confined</em> to one thread, which then takes and returns chunks without a lock.
 * Other threads may still return chunks to it (through a queue), and what they allocate comes from {@link #shared()}.
 * A pool that is not confined is locked: any thread.
 */
public final class BufferPool implements AutoCloseable {
    /** Bytes that a pool may hand out unless told otherwise: 1 GiB. */
    public static final long DEFAULT_MAX_BYTES = 1L << 30;

    static final int OVERSIZE = -1;
    static final int LARGEST_CLASS_BYTES = 64 * 1024;
    private static final int[] CLASS_BYTES = {1024, 4 * 1024, 16 * 1024, LARGEST_CLASS_BYTES};
    private static final long SLAB_BYTES = 256 * 1024;

    private static final BufferPool SHARED = new BufferPool(DEFAULT_MAX_BYTES);

    /** Guards everything below on a pool that is not confined, {@code returned} and {@code closed} always. */
    private final BriefLock lock = new BriefLock();

    private final long maxBytes;
    private final @Nullable PooledChunk[] free = new @Nullable PooledChunk[CLASS_BYTES.length];
    private final @Nullable Slab[] cutting = new @Nullable Slab[CLASS_BYTES.length];
    private final List<Slab> slabs = new ArrayList<>();
    private final ByteBuffer[] ownersSegments = new ByteBuffer[ChannelIo.MAX_SEGMENTS];
    private long bytesInUse;

    /** The thread that needs no lock; null for a pool that is not confined. */
    private volatile @Nullable Thread owner;

    /** Chunks that came back on other threads than the owner, not yet in the free lists. */
    private @Nullable PooledChunk returned;

    private volatile boolean hasReturned;
    private volatile boolean closed;

    private BufferPool(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * {@return the pool of the process, of {@link #DEFAULT_MAX_BYTES}, for buffers that belong to no event base}
     *
     * <p>It is not confined and cannot be closed.
     */
    public static BufferPool shared() {
        return SHARED;
    }

    /**
     * Makes a pool that is not confined yet.
     *
     * @param maxBytes bytes that may be handed out at one time, at least 64 KiB
     * @return a new pool
     * @throws IllegalArgumentException if {@code maxBytes} is too small
     */
    public static BufferPool create(long maxBytes) {
        if (maxBytes < LARGEST_CLASS_BYTES) {
            throw new IllegalArgumentException("need maxBytes >= " + LARGEST_CLASS_BYTES + ", got " + maxBytes);
        }
        return new BufferPool(maxBytes);
    }

    /**
     * Confines this pool to a thread, in place of the one it was confined to before.
     *
     * <p>Threading: the present owner, or any thread while no other uses the pool.
     *
     * @param owner the only thread that may from now on allocate here
     * @throws IllegalStateException for the shared pool
     */
    public void confineTo(Thread owner) {
        if (this == SHARED) {
            throw new IllegalStateException("the shared pool cannot be confined to " + owner);
        }
        this.owner = owner;
    }

    /**
     * {@return the most bytes this pool hands out at one time}
     */
    public long maxBytes() {
        return maxBytes;
    }

    /**
     * {@return bytes of the chunks handed out now; chunks are counted whole, however few bytes they hold}
     *
     * <p>Threading: exact on the owner's thread or for a pool that is not confined, else a recent value.
     */
    public long bytesInUse() {
        if (hasReturned && isOwner()) {
            takeReturned();
        }
        lock.lock();
        try {
            return bytesInUse;
        } finally {
            lock.unlock();
        }
    }

    /**
     * {@return whether so little is left (less than one eighth) that reading and accepting should wait}
     *
     * <p>Threading: as for {@link #bytesInUse()}.
     */
    public boolean isNearLimit() {
        if (hasReturned && isOwner()) {
            takeReturned();
        }
        return bytesInUse > maxBytes - maxBytes / 8;
    }

    /**
     * {@return whether so many bytes more may be handed out}
     *
     * <p>Threading: as for {@link #bytesInUse()}.
     *
     * @param byteCount at least 0
     */
    public boolean hasRoomFor(long byteCount) {
        if (hasReturned && isOwner()) {
            takeReturned();
        }
        return byteCount <= maxBytes - bytesInUse;
    }

    /**
     * Frees what is not in use now; the rest follows when it comes back. Idempotent.
     *
     * @throws IllegalStateException for the shared pool
     */
    @Override
    public void close() {
        if (this == SHARED) {
            throw new IllegalStateException("the shared pool cannot be closed");
        }
        lock.lock();
        try {
            if (closed) {
                return;
            }
            putAll(detachReturned());
            closed = true;
            for (Slab slab : slabs) {
                if (slab.isUnused()) {
                    slab.free();
                }
            }
            slabs.clear();
            Arrays.fill(free, null);
            Arrays.fill(cutting, null);
        } finally {
            lock.unlock();
        }
    }

    /** Whether the calling thread may use a buffer confined to this pool. */
    boolean admits(Thread thread) {
        Thread present = owner;
        return present == null || present == thread;
    }

    @Nullable
    Thread owner() {
        return owner;
    }

    /** Room for the segments of one channel call: the owner's own, so that its calls allocate none. */
    ByteBuffer[] segments() {
        return isOwner() ? ownersSegments : new ByteBuffer[ChannelIo.MAX_SEGMENTS];
    }

    /**
     * Hands out an empty chunk.
     *
     * @param byteCount least capacity, above 0
     */
    PooledChunk allocate(int byteCount) {
        if (isOwner() && !closed) {
            if (hasReturned) {
                takeReturned();
            }
            return take(byteCount);
        }
        if (owner != null || closed) {
            return SHARED.allocate(byteCount);
        }
        lock.lock();
        try {
            if (!closed) {
                return take(byteCount);
            }
        } finally {
            lock.unlock();
        }
        return SHARED.allocate(byteCount);
    }

    /** Takes a chunk back; called once for each chunk handed out. */
    void release(PooledChunk chunk) {
        chunk.start = 0;
        chunk.end = 0;
        if (isOwner() && !closed) {
            put(chunk);
            return;
        }
        lock.lock();
        try {
            if (owner == null && !closed) {
                put(chunk);
            } else if (closed) {
                putAfterClose(chunk);
            } else {
                chunk.next = returned;
                returned = chunk;
                hasReturned = true;
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean isOwner() {
        return owner == Thread.currentThread();
    }

    private PooledChunk take(int byteCount) {
        int sizeClass = classOf(byteCount);
        int chunkBytes = sizeClass == OVERSIZE ? byteCount : CLASS_BYTES[sizeClass];
        if (chunkBytes > maxBytes - bytesInUse) {
            throw new BufferLimitException(chunkBytes, bytesInUse, maxBytes);
        }
        PooledChunk chunk = sizeClass == OVERSIZE ? newOversize(byteCount) : takeClass(sizeClass);
        bytesInUse += chunkBytes;
        chunk.slab.chunkHandedOut();
        return chunk;
    }

    private PooledChunk takeClass(int sizeClass) {
        PooledChunk chunk = free[sizeClass];
        if (chunk != null) {
            free[sizeClass] = (PooledChunk) chunk.next;
            chunk.next = null;
            return chunk;
        }
        Slab slab = cutting[sizeClass];
        chunk = slab == null ? null : slab.cut(sizeClass);
        if (chunk == null) {
            slab = new Slab(this, SLAB_BYTES, CLASS_BYTES[sizeClass]);
            slabs.add(slab);
            PoolGrowth.report(SLAB_BYTES, bytesInUse);
            cutting[sizeClass] = slab;
            chunk = slab.cut(sizeClass);
            assert chunk != null : "a new slab holds at least one chunk";
        }
        return chunk;
    }

    private PooledChunk newOversize(int byteCount) {
        PooledChunk chunk = new Slab(this, byteCount, byteCount).cut(OVERSIZE);
        PoolGrowth.report(byteCount, bytesInUse);
        assert chunk != null : "an oversize slab is one chunk";
        return chunk;
    }

    private void put(PooledChunk chunk) {
        bytesInUse -= chunk.capacity;
        chunk.slab.chunkReturned();
        if (chunk.sizeClass == OVERSIZE) {
            chunk.slab.free();
            return;
        }
        chunk.next = free[chunk.sizeClass];
        free[chunk.sizeClass] = chunk;
    }

    private void putAfterClose(PooledChunk chunk) {
        bytesInUse -= chunk.capacity;
        chunk.slab.chunkReturned();
        if (chunk.slab.isUnused()) {
            chunk.slab.free();
        }
    }

    private void takeReturned() {
        PooledChunk chunks;
        lock.lock();
        try {
            chunks = detachReturned();
        } finally {
            lock.unlock();
        }
        putAll(chunks);
    }

    /** Under the lock. */
    private @Nullable PooledChunk detachReturned() {
        PooledChunk chunks = returned;
        returned = null;
        hasReturned = false;
        return chunks;
    }

    private void putAll(@Nullable PooledChunk chunks) {
        PooledChunk chunk = chunks;
        while (chunk != null) {
            PooledChunk next = (PooledChunk) chunk.next;
            put(chunk);
            chunk = next;
        }
    }

    private static int classOf(int byteCount) {
        for (int i = 0; i < CLASS_BYTES.length; i++) {
            if (byteCount <= CLASS_BYTES[i]) {
                return i;
            }
        }
        return OVERSIZE;
    }
}
