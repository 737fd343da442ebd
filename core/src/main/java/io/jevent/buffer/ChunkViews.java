package io.jevent.buffer;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How one buffer shows its chunks to users: the memory itself, or in debug mode copies that throw once the buffer has changed.
 */
final class ChunkViews {
    private static final ChunkViews PLAIN = new ChunkViews(null);

    private final @Nullable DebugViews debug;

    private ChunkViews(@Nullable DebugViews debug) {
        this.debug = debug;
    }

    /** For a new buffer; all share one where there is nothing to remember. */
    static ChunkViews create() {
        return DebugViews.ON ? new ChunkViews(new DebugViews()) : PLAIN;
    }

    /** The first bytes of a chunk, read-only. */
    MemorySegment segment(Chunk chunk, int byteCount) {
        return segment(chunk, 0, byteCount);
    }

    private MemorySegment segment(Chunk chunk, int from, int byteCount) {
        MemorySegment real = chunk.memory.asSlice((long) chunk.start + from, byteCount);
        return (debug == null ? real : debug.view(real)).asReadOnly();
    }

    /** Bytes that are in memory, from so many behind the start of a chunk, read-only; one segment for each chunk. */
    List<MemorySegment> segments(@Nullable Chunk start, long from, long byteCount) {
        List<MemorySegment> views = new ArrayList<>();
        long skip = from;
        long left = byteCount;
        for (Chunk chunk = start; chunk != null && left > 0; chunk = chunk.next) {
            int count = (int) Math.min(left, chunk.length() - skip);
            if (count > 0) {
                views.add(segment(chunk, (int) skip, count));
                left -= count;
            }
            skip = Math.max(0, skip - chunk.length());
        }
        return views;
    }

    /** The same as {@link #segments}, for NIO. */
    List<ByteBuffer> buffers(@Nullable Chunk start, long from, long byteCount) {
        List<MemorySegment> segments = segments(start, from, byteCount);
        List<ByteBuffer> views = new ArrayList<>(segments.size());
        for (MemorySegment segment : segments) {
            views.add(segment.asByteBuffer());
        }
        return Collections.unmodifiableList(views);
    }

    /** What stands for memory that users fill: it, or in debug mode as much other memory. */
    List<ByteBuffer> standIns(List<ByteBuffer> real) {
        DebugViews present = debug;
        return present == null
                ? real
                : real.stream()
                        .map(view -> present.view(MemorySegment.ofBuffer(view)).asByteBuffer())
                        .toList();
    }

    /** Makes all views throw from now on, in debug mode. */
    void end() {
        if (debug != null) {
            debug.invalidate();
        }
    }
}
