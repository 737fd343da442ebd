package io.jevent.backend.linux;

import io.jevent.backend.AbstractAcceptedSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SelectableChannel;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An accepted descriptor that is watched nowhere yet. It may go to another loop, so it uses nothing of its first one. */
final class DescriptorAcceptedSocket extends AbstractAcceptedSocket {
    private final int fd;
    private final int family;
    private final @Nullable SocketAddress remoteAddress;

    DescriptorAcceptedSocket(int fd, int family, @Nullable SocketAddress remoteAddress) {
        this.fd = fd;
        this.family = family;
        this.remoteAddress = remoteAddress;
    }

    int family() {
        return family;
    }

    @Nullable
    SocketAddress knownRemoteAddress() {
        return remoteAddress;
    }

    /** The descriptor, which is the caller's from now on. */
    int adopt() {
        markAdopted();
        return fd;
    }

    @Override
    public SocketAddress remoteAddress() {
        checkWaiting();
        return remoteAddress == null ? ask(Sockets::remoteAddressIfConnected) : remoteAddress;
    }

    @Override
    public SocketAddress localAddress() {
        checkWaiting();
        return ask(Sockets::localAddress);
    }

    @FunctionalInterface
    private interface Question {
        @Nullable
        SocketAddress ask(Sockets sockets, int fd) throws IOException;
    }

    private SocketAddress ask(Question question) {
        try (Arena arena = Arena.ofConfined()) {
            return Objects.requireNonNullElse(question.ask(new Sockets(arena), fd), unspecified());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The address of a peer that has none, or has gone before anybody asked. */
    private SocketAddress unspecified() {
        return family == SocketAddressCodec.AF_UNIX ? UnixDomainSocketAddress.of("") : new InetSocketAddress(0);
    }

    @Override
    public Optional<SelectableChannel> channel() {
        return Optional.empty();
    }

    @Override
    protected void doClose() {
        try (Arena arena = Arena.ofConfined()) {
            new Sockets(arena).close(fd);
        }
    }

    @Override
    protected void doReset() {
        try (Arena arena = Arena.ofConfined()) {
            Sockets sockets = new Sockets(arena);
            try {
                sockets.setLinger(fd, 0);
            } catch (IOException e) {
                System.getLogger("io.jevent.backend").log(System.Logger.Level.DEBUG, "not reset but closed", e);
            }
            sockets.close(fd);
        }
    }

    @Override
    public String toString() {
        return "AcceptedSocket[descriptor " + fd + ", " + describedState() + "]";
    }
}
