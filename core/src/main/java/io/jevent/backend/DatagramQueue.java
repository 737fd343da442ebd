package io.jevent.backend;

import io.jevent.buffer.EvBuffer;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Datagrams that wait to be sent, in order, bounded in number and bytes.
 *
 * <p>Their bytes lie one after the other in one {@link EvBuffer}; a ring beside it holds where each ends and whom it is for.
 * So queueing moves chunks and allocates nothing.
 *
 * <p>Threading: loop only.
 */
public final class DatagramQueue {
    private static final int FIRST_CAPACITY = 8;

    private final EvBuffer bytes;
    private final int maxCount;
    private final long maxBytes;

    /** Rings of the same length, a power of two; the first datagram is at {@code first}. */
    private int[] lengths = new int[FIRST_CAPACITY];

    private @Nullable SocketAddress[] receivers = new @Nullable SocketAddress[FIRST_CAPACITY];
    private int first;
    private int count;

    /**
     * Makes an empty queue.
     *
     * @param bytes holds the bytes; the queue's from now on
     * @param maxCount most datagrams, at least 1
     * @param maxBytes most bytes of all together, at least 0
     */
    public DatagramQueue(EvBuffer bytes, int maxCount, long maxBytes) {
        this.bytes = bytes;
        this.maxCount = maxCount;
        this.maxBytes = maxBytes;
    }

    /**
     * Takes a datagram, all bytes of a buffer, unless the queue is full.
     *
     * @param datagram the bytes, moved out when taken; perhaps none
     * @param to its receiver
     * @return whether it was taken; if not, the buffer is as it was
     */
    public boolean offer(EvBuffer datagram, SocketAddress to) {
        long byteCount = datagram.length();
        if (count == maxCount || byteCount > maxBytes - bytes.length()) {
            return false;
        }
        if (count == lengths.length) {
            grow();
        }
        int index = (first + count) & (lengths.length - 1);
        lengths[index] = Math.toIntExact(byteCount);
        receivers[index] = to;
        count++;
        // Last, because it runs change callbacks, which may throw, or queue more.
        long before = bytes.length();
        boolean moved = false;
        try {
            bytes.addBuffer(datagram);
            moved = true;
        } finally {
            if (!moved && byteCount > 0 && bytes.length() == before) {
                count--;
                receivers[index] = null;
            }
        }
        return true;
    }

    private void grow() {
        int[] moreLengths = new int[lengths.length * 2];
        @Nullable SocketAddress[] moreReceivers = new @Nullable SocketAddress[lengths.length * 2];
        for (int i = 0; i < count; i++) {
            int index = (first + i) & (lengths.length - 1);
            moreLengths[i] = lengths[index];
            moreReceivers[i] = receivers[index];
        }
        lengths = moreLengths;
        receivers = moreReceivers;
        first = 0;
    }

    /**
     * {@return how many datagrams wait}
     */
    public int count() {
        return count;
    }

    /**
     * {@return bytes of all that wait}
     */
    public long byteCount() {
        return bytes.length();
    }

    /**
     * {@return whether none waits}
     */
    public boolean isEmpty() {
        return count == 0;
    }

    /**
     * {@return the bytes of the first datagram, contiguous; a view that is valid until the queue next changes}
     */
    public ByteBuffer firstBytes() {
        return bytes.pullUp(lengths[first]);
    }

    /**
     * {@return the bytes of all datagrams, one after the other; not to be changed}
     */
    public EvBuffer bytes() {
        return bytes;
    }

    /**
     * {@return how many bytes a datagram has}
     *
     * @param index from 0 for the first
     */
    public int length(int index) {
        Objects.checkIndex(index, count);
        return lengths[(first + index) & (lengths.length - 1)];
    }

    /**
     * {@return whom a datagram is for}
     *
     * @param index from 0 for the first
     */
    public SocketAddress receiver(int index) {
        Objects.checkIndex(index, count);
        return Objects.requireNonNull(receivers[(first + index) & (lengths.length - 1)]);
    }

    /** Removes the first datagram. */
    public void removeFirst() {
        Objects.checkIndex(0, count);
        bytes.drain(lengths[first]);
        receivers[first] = null;
        first = (first + 1) & (lengths.length - 1);
        count--;
    }

    /** Drops everything and gives the memory back. */
    public void close() {
        bytes.close();
        Arrays.fill(receivers, null);
        count = 0;
    }
}
