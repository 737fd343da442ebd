package io.jevent.backend.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Datagrams of one call: {@code struct mmsghdr}s, the pieces of memory that each is made of, and a name for each.
 *
 * <p>Threading: one thread at a time.
 */
final class DatagramBatch {
    /** Datagrams it has room for. */
    static final int COUNT = 16;

    /** {@code struct mmsghdr}: a {@code msghdr} and the count of bytes. */
    static final int MMSGHDR_BYTES = 64;

    static final int NAME_OFFSET = 0;
    static final int NAME_BYTES_OFFSET = 8;
    static final int IOVECS_OFFSET = 16;
    static final int IOVEC_COUNT_OFFSET = 24;
    static final int COUNT_OFFSET = 56;

    private static final int IOVEC_BYTES = 16;

    final MemorySegment names;
    private final MemorySegment messages;
    private final MemorySegment iovecs;
    private int messageCount;
    private int iovecCount;

    /**
     * Makes room.
     *
     * @param maxPieces pieces of memory of all datagrams together
     */
    DatagramBatch(Arena arena, int maxPieces) {
        this.names = arena.allocate((long) COUNT * SocketAddressCodec.MAX_BYTES, 8);
        this.messages = arena.allocate((long) COUNT * MMSGHDR_BYTES, 8);
        this.iovecs = arena.allocate((long) maxPieces * IOVEC_BYTES, 8);
    }

    void clear() {
        messageCount = 0;
        iovecCount = 0;
    }

    int count() {
        return messageCount;
    }

    /** Where they are. */
    long address() {
        return messages.address();
    }

    /** Where the name of a datagram is in {@link #names}. */
    static long nameOffset(int index) {
        return (long) index * SocketAddressCodec.MAX_BYTES;
    }

    /** Begins the next datagram, with a name of so many bytes; without one if it has none. */
    void begin(int nameBytes) {
        long message = (long) messageCount * MMSGHDR_BYTES;
        messages.asSlice(message, MMSGHDR_BYTES).fill((byte) 0);
        if (nameBytes > 0) {
            messages.set(ValueLayout.JAVA_LONG, message + NAME_OFFSET, names.address() + nameOffset(messageCount));
            messages.set(ValueLayout.JAVA_INT, message + NAME_BYTES_OFFSET, nameBytes);
        }
        messages.set(
                ValueLayout.JAVA_LONG, message + IOVECS_OFFSET, iovecs.address() + (long) iovecCount * IOVEC_BYTES);
        messageCount++;
    }

    /** Adds a piece of memory to the datagram begun last. */
    void piece(long address, long byteCount) {
        long iovec = (long) iovecCount * IOVEC_BYTES;
        iovecs.set(ValueLayout.JAVA_LONG, iovec, address);
        iovecs.set(ValueLayout.JAVA_LONG, iovec + 8, byteCount);
        iovecCount++;
        long count = (messageCount - 1L) * MMSGHDR_BYTES + IOVEC_COUNT_OFFSET;
        messages.set(ValueLayout.JAVA_LONG, count, messages.get(ValueLayout.JAVA_LONG, count) + 1);
    }

    /** How many bytes the call has put into a datagram. */
    int receivedBytes(int index) {
        return messages.get(ValueLayout.JAVA_INT, (long) index * MMSGHDR_BYTES + COUNT_OFFSET);
    }

    /** How many bytes the name has that the call has given. */
    int receivedNameBytes(int index) {
        return messages.get(ValueLayout.JAVA_INT, (long) index * MMSGHDR_BYTES + NAME_BYTES_OFFSET);
    }
}
