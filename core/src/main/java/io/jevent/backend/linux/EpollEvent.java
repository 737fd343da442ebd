package io.jevent.backend.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** {@code struct epoll_event}: packed on x86-64, and only there. */
final class EpollEvent {
    private static final boolean PACKED = isPacked(System.getProperty("os.arch"));

    /** Bytes of one. */
    static final int BYTES = bytes(PACKED);

    /** Where its data is. */
    static final int DATA_OFFSET = dataOffset(PACKED);

    private EpollEvent() {}

    static boolean isPacked(String architecture) {
        return architecture.equals("amd64") || architecture.equals("x86_64");
    }

    static int bytes(boolean packed) {
        return packed ? 12 : 16;
    }

    static int dataOffset(boolean packed) {
        return packed ? 4 : 8;
    }

    /** Sets one and tells where it is; its data is the descriptor, and a number that tells apart who had it. */
    static long of(MemorySegment event, int events, int fd, int generation) {
        event.set(ValueLayout.JAVA_INT, 0, events);
        event.set(
                ValueLayout.JAVA_LONG_UNALIGNED,
                DATA_OFFSET,
                ((long) generation << Integer.SIZE) | (fd & 0xffff_ffffL));
        return event.address();
    }

    static int events(MemorySegment array, long offset) {
        return array.get(ValueLayout.JAVA_INT, offset);
    }

    static int fd(MemorySegment array, long offset) {
        return (int) array.get(ValueLayout.JAVA_LONG_UNALIGNED, offset + DATA_OFFSET);
    }

    static int generation(MemorySegment array, long offset) {
        return (int) (array.get(ValueLayout.JAVA_LONG_UNALIGNED, offset + DATA_OFFSET) >>> Integer.SIZE);
    }
}
