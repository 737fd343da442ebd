package io.jevent.backend.linux;

import io.jevent.backend.DatagramQueue;
import io.jevent.backend.DatagramTransport;
import io.jevent.backend.readiness.DatagramEnd;
import io.jevent.backend.readiness.ReadinessKey;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
    static final int BATCH = 16;

    /** {@code struct mmsghdr}: a {@code msghdr} and the count of bytes. */
    static final int MMSGHDR_BYTES = 64;

    static final int NAME_OFFSET = 0;
    static final int NAME_BYTES_OFFSET = 8;
    static final int IOVECS_OFFSET = 16;
    static final int IOVEC_COUNT_OFFSET = 24;
    static final int COUNT_OFFSET = 56;

    private static final int ROOM_BYTES = 64 * 1024;
    private static final long ALL_ROOM_BYTES = (BATCH + 1L) * ROOM_BYTES;
    private static final int IOVEC_BYTES = 16;
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

    private final MemorySegment messages = arena.allocate((long) BATCH * MMSGHDR_BYTES, 8);
    private final MemorySegment iovecs = arena.allocate((long) BATCH * IOVEC_BYTES, 8);
    private final MemorySegment names = arena.allocate((long) BATCH * SocketAddressCodec.MAX_BYTES, 8);

    /** The sender of the datagram before, as the system names it, and as Java does; most datagrams come from the same one. */
    private final MemorySegment lastName = arena.allocate(SocketAddressCodec.MAX_BYTES, 8);

    private int lastNameBytes;
    private @Nullable SocketAddress lastSender;

    /** The batch taken last: how many it has, and which is next. */
    private int takenCount;

    private int next;
    private boolean connected;
    private boolean bound;
    private boolean closed;

    DescriptorDatagrams(Sockets sockets, DescriptorPoller poller, int fd, int family) throws IOException {
        this.sockets = sockets;
        this.fd = fd;
        this.family = family;
        this.key = poller.keyOf(fd);
        long address = sockets.libc.map(ALL_ROOM_BYTES);
        if (address < 0) {
            throw SystemError.of(sockets.libc, (int) -address);
        }
        this.room = Libc.memory(address, ALL_ROOM_BYTES);
        this.roomAsBuffer = room.asByteBuffer();
        this.outgoing = room.asSlice((long) BATCH * ROOM_BYTES, ROOM_BYTES);
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
        if (connected) {
            throw new AlreadyConnectedException();
        }
        sockets.connect(fd, family, address);
        connected = true;
    }

    @Override
    public @Nullable SocketAddress receive() throws IOException {
        if (next == takenCount) {
            takeBatch();
        }
        if (next == takenCount) {
            return null;
        }
        long message = (long) next * MMSGHDR_BYTES;
        int byteCount = messages.get(ValueLayout.JAVA_INT, message + COUNT_OFFSET);
        int nameBytes = messages.get(ValueLayout.JAVA_INT, message + NAME_BYTES_OFFSET);
        SocketAddress sender = senderOf(next, nameBytes);
        roomAsBuffer.clear().position(next * ROOM_BYTES).limit(next * ROOM_BYTES + byteCount);
        next++;
        return sender;
    }

    private void takeBatch() throws IOException {
        next = 0;
        takenCount = 0;
        for (int i = 0; i < BATCH; i++) {
            long name = names.address() + (long) i * SocketAddressCodec.MAX_BYTES;
            message(i, name, SocketAddressCodec.MAX_BYTES, i, 1);
            iovec(i, room.address() + (long) i * ROOM_BYTES, DatagramTransport.MAX_DATAGRAM_BYTES);
        }
        int count;
        do {
            count = sockets.libc.recvmmsg(fd, messages.address(), BATCH, MSG_DONTWAIT);
        } while (count == -Libc.EINTR);
        if (count >= 0) {
            takenCount = count;
        } else if (count != -Libc.EAGAIN) {
            throw SystemError.ofDatagram(sockets.libc, -count);
        }
    }

    private void message(int index, long name, int nameBytes, int firstIovec, int iovecCount) {
        long message = (long) index * MMSGHDR_BYTES;
        messages.asSlice(message, MMSGHDR_BYTES).fill((byte) 0);
        messages.set(ValueLayout.JAVA_LONG, message + NAME_OFFSET, name);
        messages.set(ValueLayout.JAVA_INT, message + NAME_BYTES_OFFSET, nameBytes);
        messages.set(
                ValueLayout.JAVA_LONG, message + IOVECS_OFFSET, iovecs.address() + (long) firstIovec * IOVEC_BYTES);
        messages.set(ValueLayout.JAVA_LONG, message + IOVEC_COUNT_OFFSET, iovecCount);
    }

    private void iovec(int index, long address, long byteCount) {
        iovecs.set(ValueLayout.JAVA_LONG, (long) index * IOVEC_BYTES, address);
        iovecs.set(ValueLayout.JAVA_LONG, (long) index * IOVEC_BYTES + 8, byteCount);
    }

    private SocketAddress senderOf(int index, int nameBytes) throws IOException {
        MemorySegment name = names.asSlice((long) index * SocketAddressCodec.MAX_BYTES, SocketAddressCodec.MAX_BYTES);
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
        ByteBuffer bytes = source.firstBytes();
        int addressBytes = sockets.codec.encode(source.firstReceiver(), family);
        if (connected && !source.firstReceiver().equals(remoteAddress())) {
            throw new AlreadyConnectedException();
        }
        long address = addressOf(bytes);
        long count;
        do {
            count = sockets.libc.sendto(
                    fd,
                    address,
                    bytes.remaining(),
                    MSG_DONTWAIT,
                    connected ? 0 : sockets.codec.address(),
                    connected ? 0 : addressBytes);
        } while (count == -Libc.EINTR);
        if (count == -Libc.EAGAIN) {
            return 0;
        }
        if (count < 0) {
            throw SystemError.ofDatagram(sockets.libc, (int) -count);
        }
        bound = true;
        return 1;
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
        return closed || !(bound || connected) ? null : sockets.localAddress(fd);
    }

    @Override
    public @Nullable SocketAddress remoteAddress() throws IOException {
        return closed || !connected ? null : sockets.remoteAddress(fd);
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
