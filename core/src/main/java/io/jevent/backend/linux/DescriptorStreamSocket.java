package io.jevent.backend.linux;

import io.jevent.backend.AcceptedSocket;
import io.jevent.backend.readiness.ReadinessKey;
import io.jevent.backend.readiness.StreamSocket;
import io.jevent.vector.IoVector;
import io.jevent.vector.VectorChannel;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A stream socket by descriptor: read and written by vector calls, straight from and into chunks. */
final class DescriptorStreamSocket implements StreamSocket, VectorChannel {
    private final Sockets sockets;
    private final int fd;
    private final int family;
    private final DescriptorKey key;
    private Stage stage;
    private boolean closed;

    DescriptorStreamSocket(Sockets sockets, DescriptorPoller poller, int fd, int family, Stage stage)
            throws IOException {
        this.sockets = sockets;
        this.fd = fd;
        this.family = family;
        this.stage = stage;
        this.key = poller.keyOf(fd);
    }

    @Override
    public Stage stage() {
        return stage;
    }

    @Override
    public ReadinessKey key() {
        return key;
    }

    @Override
    public boolean connect(SocketAddress address) throws IOException {
        stage = Stage.CONNECTING;
        boolean connected = sockets.connect(fd, family, address);
        if (connected) {
            stage = Stage.CONNECTED;
        }
        return connected;
    }

    @Override
    public boolean finishConnect() throws IOException {
        if (stage != Stage.CONNECTED && sockets.finishConnect(fd)) {
            stage = Stage.CONNECTED;
        }
        return stage == Stage.CONNECTED;
    }

    @Override
    public ReadableByteChannel input() {
        return this;
    }

    @Override
    public WritableByteChannel output() {
        return this;
    }

    @Override
    public IoVector vector() {
        sockets.vector.clear();
        return sockets.vector;
    }

    @Override
    public long readVector() throws IOException {
        IoVector vector = sockets.vector;
        Libc libc = sockets.libc;
        long count;
        do {
            count = vector.count() == 1
                    ? libc.read(fd, vector.address(0), vector.length(0))
                    : libc.readv(fd, vector.arrayAddress(), vector.count());
        } while (count == -Libc.EINTR);
        if (count > 0) {
            return count;
        }
        return count == 0 ? -1 : taken(count);
    }

    @Override
    public long writeVector() throws IOException {
        IoVector vector = sockets.vector;
        Libc libc = sockets.libc;
        long count;
        do {
            count = vector.count() == 1
                    ? libc.write(fd, vector.address(0), vector.length(0))
                    : libc.writev(fd, vector.arrayAddress(), vector.count());
        } while (count == -Libc.EINTR);
        return taken(count);
    }

    private long taken(long count) throws IOException {
        if (count >= 0) {
            return count;
        }
        if (count == -Libc.EAGAIN) {
            return 0;
        }
        throw SystemError.of(sockets.libc, (int) -count);
    }

    @Override
    public @Nullable SystemFile open(FileChannel file) {
        return LinuxFile.of(sockets.libc, file);
    }

    @Override
    public long sendFile(SystemFile file, long position, long byteCount) throws IOException {
        long count;
        do {
            count = ((LinuxFile) file).sendTo(sockets.libc, fd, position, byteCount);
        } while (count == -Libc.EINTR);
        return taken(count);
    }

    @Override
    public void shutdownOutput() throws IOException {
        if (!closed) {
            sockets.shutdownOutput(fd);
        }
    }

    @Override
    public <T> void option(SocketOption<T> option, T value) throws IOException {
        checkOpen();
        LinuxSocketOption.set(sockets, fd, option, value);
    }

    @Override
    public <T> T option(SocketOption<T> option) throws IOException {
        checkOpen();
        return LinuxSocketOption.get(sockets, fd, option);
    }

    private void checkOpen() throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public Optional<SelectableChannel> channel() {
        return Optional.empty();
    }

    @Override
    public @Nullable SocketAddress localAddress() throws IOException {
        return closed || stage == Stage.UNCONNECTED ? null : sockets.localAddress(fd);
    }

    @Override
    public @Nullable SocketAddress remoteAddress() throws IOException {
        return closed || stage != Stage.CONNECTED ? null : sockets.remoteAddress(fd);
    }

    @Override
    public boolean isOpen() {
        return !closed;
    }

    @Override
    public AcceptedSocket handOff() {
        closed = true; // For us; whoever gets the number must not meet it here.
        return new DescriptorAcceptedSocket(fd, family, null);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            key.closing();
            sockets.close(fd);
        }
    }
}
