package io.jevent.backend.linux;

import io.jevent.backend.AcceptedSocket;
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
final class DescriptorAcceptedSocket implements AcceptedSocket {

    private enum State {
        WAITING,
        ADOPTED,
        CLOSED
    }

    private final int fd;
    private final int family;
    private final @Nullable SocketAddress remoteAddress;
    private State state = State.WAITING;

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
        checkWaiting();
        state = State.ADOPTED;
        return fd;
    }

    private void checkWaiting() {
        if (state != State.WAITING) {
            throw new IllegalStateException("need a socket that is open and not adopted, got " + this);
        }
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
    public boolean isAdopted() {
        return state == State.ADOPTED;
    }

    @Override
    public void close() {
        if (state == State.WAITING) {
            state = State.CLOSED;
            try (Arena arena = Arena.ofConfined()) {
                new Sockets(arena).close(fd);
            }
        }
    }

    @Override
    public String toString() {
        return "AcceptedSocket[descriptor " + fd + ", " + state + "]";
    }
}
