package io.jevent.backend.readiness;

import io.jevent.backend.AbstractUnixAddress;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What sockets ask of addresses. */
public final class Addresses {
    private Addresses() {}

    /** Asks a socket for an address. */
    @FunctionalInterface
    public interface Source {
        /** The address, or null if there is none. */
        @Nullable
        SocketAddress get() throws IOException;
    }

    /** The address of a socket, or nothing if it has none or cannot tell. */
    public static Optional<SocketAddress> ofNullable(Source source) {
        try {
            return Optional.ofNullable(source.get());
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /**
     * The protocol family of an address.
     *
     * @throws IllegalArgumentException if it is not resolved
     * @throws IOException if it is of a family that sockets here do not have
     */
    public static ProtocolFamily familyOf(SocketAddress address) throws IOException {
        if (address instanceof InetSocketAddress inet) {
            if (inet.isUnresolved()) {
                throw new IllegalArgumentException("need a resolved address, got " + inet);
            }
            return inet.getAddress() instanceof Inet6Address
                    ? StandardProtocolFamily.INET6
                    : StandardProtocolFamily.INET;
        }
        if (address instanceof UnixDomainSocketAddress) {
            return StandardProtocolFamily.UNIX;
        }
        if (address instanceof AbstractUnixAddress) {
            throw new IOException(
                    "the nio backend cannot use abstract Unix-domain names; the epoll and io_uring backends can");
        }
        throw new IOException(
                "address family not supported: " + address.getClass().getName());
    }
}
