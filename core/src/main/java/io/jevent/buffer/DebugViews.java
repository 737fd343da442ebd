package io.jevent.buffer;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import org.jspecify.annotations.Nullable;

/**
 * Debug mode for one buffer, on with {@code -Djevent.debug=true}: its views are copies that throw once the buffer has
 * changed, and a buffer that is dropped with bytes in it is reported with the place where it was made.
 */
final class DebugViews {
    /** Whether debug mode is on. */
    static final boolean ON = Boolean.getBoolean("jevent.debug");

    /** What the views since the last change are made of; null while there are none. */
    private @Nullable Arena arena;

    /** Shows a copy of memory until the next {@link #invalidate()}. */
    @SuppressWarnings("MustBeClosedChecker") // closed by invalidate
    MemorySegment view(MemorySegment real) {
        Arena present = arena;
        if (present == null) {
            present = Arena.ofShared();
            arena = present;
        }
        return present.allocate(Math.max(1, real.byteSize()), 8)
                .asSlice(0, real.byteSize())
                .copyFrom(real);
    }

    /** Makes all views throw from now on. */
    void invalidate() {
        Arena present = arena;
        if (present != null) {
            arena = null;
            present.close();
        }
    }

    /** Reports a buffer if it becomes unreachable while its chain still holds chunks. */
    static void watch(EvBuffer buffer, ChunkQueue queue) {
        CleanerHolder.CLEANER.register(buffer, new Leak(queue, new Throwable("the buffer was made here")));
    }

    private static final class CleanerHolder {
        static final Cleaner CLEANER = Cleaner.create();
    }

    private record Leak(ChunkQueue queue, Throwable origin) implements Runnable {
        @Override
        public void run() {
            if (queue.head != null) {
                System.getLogger("io.jevent.buffer")
                        .log(
                                System.Logger.Level.WARNING,
                                "a buffer with " + queue.length + " bytes was dropped without close()",
                                origin);
                queue.clear();
                queue.releaseRetired();
            }
        }
    }
}
