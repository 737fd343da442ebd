package io.jevent.backend.linux;

import io.jevent.backend.DatagramQueue;
import io.jevent.backend.DatagramTransport;
import io.jevent.backend.readiness.DatagramEnd;
import io.jevent.backend.readiness.ReadinessKey;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.SelectableChannel;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A datagram socket by descriptor. Datagrams are received up to sixteen at a time, and sent likewise.
 *
 * <p>The room for a batch is taken as pages that become real only where a datagram has been.
 */
final class DescriptorDatagrams implements DatagramEnd {
    private static final int ROOM_BYTES = 64 * 1024;
    private static final long ALL_ROOM_BYTES = (DatagramBatch.COUNT + 1L) * ROOM_BYTES;
    private static final int MSG_DONTWAIT = 0x40;

    private final Sockets sockets;
    private final int fd;
    private final int family;
    private final DescriptorKey key;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment room;
    private final ByteBuffer roomAsBuffer;

    /** Where a datagram is copied that is in the heap. */
    private final MemorySegment outgoing;

    private final DatagramBatch batch = new DatagramBatch(arena, DatagramBatch.COUNT);
    private final DatagramGatherer gatherer;

    /** The sender of the datagram before, as the system names it, and as Java does; most datagrams come from the same one. */
    private final MemorySegment lastName = arena.allocate(SocketAddressCodec.MAX_BYTES, 8);

    private int lastNameBytes;
    private @Nullable SocketAddress lastSender;

    /** The batch taken last: how many it has, and which is next. */
    private int takenCount;

    private int next;
    private boolean bound;

    /** The only peer, null if there is none. */
    private @Nullable SocketAddress peer;

    private boolean closed;

    DescriptorDatagrams(Sockets sockets, DescriptorPoller poller, int fd, int family) throws IOException {
        this.sockets = sockets;
        this.fd = fd;
        this.family = family;
        this.gatherer = new DatagramGatherer(arena, family);
        long address = sockets.libc.map(ALL_ROOM_BYTES);
        if (address < 0) {
            arena.close();
            throw SystemError.of(sockets.libc, (int) -address);
        }
        this.key = poller.keyOf(fd);
        this.room = Libc.memory(address, ALL_ROOM_BYTES);
        this.roomAsBuffer = room.asByteBuffer();
        this.outgoing = room.asSlice((long) DatagramBatch.COUNT * ROOM_BYTES, ROOM_BYTES);
    }

    @Override
    public ReadinessKey key() {
        return key;
    }

    @Override
    public void bind(SocketAddress address) throws IOException {
        sockets.bind(fd, family, address);
        bound = true;
    }

    @Override
    public void connect(SocketAddress address) throws IOException {
        if (peer != null) {
            throw new AlreadyConnectedException();
        }
        sockets.connect(fd, family, address);
        peer = sockets.remoteAddress(fd);
    }

    @Override
    public @Nullable SocketAddress receive() throws IOException {
        if (next == takenCount) {
            takeBatch();
        }
        if (next == takenCount) {
            return null;
        }
        int index = next;
        next++; // One from an address that cannot be told is skipped.
        SocketAddress sender = senderOf(index, batch.receivedNameBytes(index));
        int from = index * ROOM_BYTES;
        roomAsBuffer.clear().position(from).limit(from + batch.receivedBytes(index));
        return sender;
    }

    private void takeBatch() throws IOException {
        next = 0;
        takenCount = 0;
        batch.clear();
        for (int i = 0; i < DatagramBatch.COUNT; i++) {
            batch.begin(SocketAddressCodec.MAX_BYTES);
            batch.piece(room.address() + (long) i * ROOM_BYTES, DatagramTransport.MAX_DATAGRAM_BYTES);
        }
        int count;
        do {
            count = sockets.libc.recvmmsg(fd, batch.address(), DatagramBatch.COUNT, MSG_DONTWAIT);
        } while (count == -Libc.EINTR);
        if (count >= 0) {
            takenCount = count;
        } else if (count != -Libc.EAGAIN) {
            throw SystemError.ofDatagram(sockets.libc, -count);
        }
    }

    private SocketAddress senderOf(int index, int nameBytes) throws IOException {
        MemorySegment name = batch.names.asSlice(DatagramBatch.nameOffset(index), SocketAddressCodec.MAX_BYTES);
        SocketAddress sender = lastSender;
        if (sender != null
                && nameBytes == lastNameBytes
                && MemorySegment.mismatch(name, 0, nameBytes, lastName, 0, nameBytes) < 0) {
            return sender;
        }
        sender = SocketAddressCodec.decode(name, 0, nameBytes);
        if (sender == null) {
            throw new IOException("a datagram came from an address of unknown family");
        }
        MemorySegment.copy(name, 0, lastName, 0, SocketAddressCodec.MAX_BYTES);
        lastNameBytes = nameBytes;
        lastSender = sender;
        return sender;
    }

    @Override
    public ByteBuffer received() {
        return roomAsBuffer;
    }

    @Override
    public boolean hasTaken() {
        return next < takenCount;
    }

    @Override
    public int send(DatagramQueue source) throws IOException {
        DatagramBatch gathered = gatherer.gather(source, peer);
        long count;
        do {
            count = gathered.count() > 0
                    ? sockets.libc.sendmmsg(fd, gathered.address(), gathered.count(), MSG_DONTWAIT)
                    : sendFirst(source);
        } while (count == -Libc.EINTR);
        if (count == -Libc.EAGAIN) {
            return 0;
        }
        if (count < 0) {
            throw SystemError.ofDatagram(sockets.libc, (int) -count);
        }
        bound = true;
        return (int) count;
    }

    /** Sends one datagram as one piece of memory; 1, or minus errno. */
    private long sendFirst(DatagramQueue source) throws IOException {
        SocketAddress to = source.receiver(0);
        if (peer != null && !to.equals(peer)) {
            throw new AlreadyConnectedException();
        }
        ByteBuffer bytes = source.firstBytes();
        int addressBytes = peer != null ? 0 : sockets.codec.encode(to, family);
        long name = peer != null ? 0 : sockets.codec.address();
        long result = sockets.libc.sendto(fd, addressOf(bytes), bytes.remaining(), MSG_DONTWAIT, name, addressBytes);
        return result < 0 ? result : 1; // An empty one is sent, too.
    }

    private long addressOf(ByteBuffer bytes) {
        MemorySegment segment = MemorySegment.ofBuffer(bytes);
        if (segment.isNative()) {
            return segment.address();
        }
        outgoing.copyFrom(segment); // Longer ones the queue refuses.
        return outgoing.address();
    }

    @Override
    public Optional<SelectableChannel> channel() {
        return Optional.empty();
    }

    @Override
    public @Nullable SocketAddress localAddress() throws IOException {
        return closed || !(bound || peer != null) ? null : sockets.localAddress(fd);
    }

    @Override
    public @Nullable SocketAddress remoteAddress() {
        return closed ? null : peer;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            takenCount = 0;
            next = 0;
            key.closing();
            sockets.close(fd);
            sockets.libc.unmap(room.address(), ALL_ROOM_BYTES);
            arena.close();
        }
    }
}
