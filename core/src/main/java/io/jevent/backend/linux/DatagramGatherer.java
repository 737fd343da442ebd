package io.jevent.backend.linux;

import io.jevent.backend.DatagramQueue;
import io.jevent.buffer.EvBuffer;
import io.jevent.vector.IoVector;
import io.jevent.vector.VectorChannel;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.SocketAddress;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.FileChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import org.jspecify.annotations.Nullable;

/**
 * Puts down the front of a queue as one batch, its bytes where they are.
 *
 * <p>It is a channel that a buffer writes to, so that it is shown the pieces; it takes none.
 */
final class DatagramGatherer implements VectorChannel {
    private final IoVector vector;
    private final DatagramBatch batch;
    private final int family;

    DatagramGatherer(Arena arena, int family) {
        this.vector = new IoVector(arena);
        // A piece may hold the end of one datagram and the beginning of the next.
        this.batch = new DatagramBatch(arena, IoVector.MAX_PIECES + DatagramBatch.COUNT);
        this.family = family;
    }

    /**
     * Puts down as many as it can.
     *
     * @param peer the only one that the socket sends to, or null
     * @return the batch; empty if the first has bytes that are not in memory, or too many pieces
     * @throws UnsupportedAddressTypeException if the first is for another family
     * @throws AlreadyConnectedException if the first is for another than the only peer
     */
    DatagramBatch gather(DatagramQueue source, @Nullable SocketAddress peer) throws IOException {
        batch.clear();
        vector.clear();
        int count = Math.min(source.count(), DatagramBatch.COUNT);
        long byteCount = 0;
        for (int i = 0; i < count; i++) {
            byteCount += source.length(i);
        }
        EvBuffer bytes = source.bytes();
        if (bytes.memoryLength() < byteCount) {
            return batch;
        }
        if (byteCount > 0) {
            bytes.writeTo(this, byteCount);
        }
        int piece = 0;
        long used = 0;
        for (int i = 0; i < count; i++) {
            int left = source.length(i);
            if (left > remaining(piece, used) || !begin(i, source.receiver(i), peer)) {
                break;
            }
            while (left > 0) {
                int some = (int) Math.min(left, vector.length(piece) - used);
                batch.piece(vector.address(piece) + used, some);
                left -= some;
                used += some;
                if (used == vector.length(piece)) {
                    piece++;
                    used = 0;
                }
            }
        }
        return batch;
    }

    private long remaining(int piece, long used) {
        long sum = -used;
        for (int i = piece; i < vector.count(); i++) {
            sum += vector.length(i);
        }
        return sum;
    }

    /** Begins a datagram, unless it cannot be sent; then it must be the first that says so. */
    private boolean begin(int index, SocketAddress to, @Nullable SocketAddress peer) throws IOException {
        if (peer != null) {
            if (!to.equals(peer)) {
                if (index == 0) {
                    throw new AlreadyConnectedException();
                }
                return false;
            }
            batch.begin(0);
            return true;
        }
        int nameBytes;
        try {
            nameBytes = SocketAddressCodec.encode(to, family, batch.names, DatagramBatch.nameOffset(index));
        } catch (UnsupportedAddressTypeException e) {
            if (index == 0) {
                throw e;
            }
            return false;
        }
        batch.begin(nameBytes);
        return true;
    }

    // ---- the channel that a buffer writes to ----

    @Override
    public IoVector vector() {
        vector.clear();
        return vector;
    }

    @Override
    public long writeVector() {
        return 0; // Whoever sends them takes them out.
    }

    @Override
    public long readVector() {
        throw new UnsupportedOperationException("datagrams are only gathered");
    }

    @Override
    public @Nullable SystemFile open(FileChannel file) {
        return null;
    }

    @Override
    public long sendFile(SystemFile file, long position, long byteCount) {
        throw new UnsupportedOperationException("datagrams are only gathered");
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {
        // It has nothing of its own.
    }
}
