package io.jevent.backend.linux;

import io.jevent.backend.AcceptedSocket;
import io.jevent.backend.readiness.ListeningSocket;
import io.jevent.backend.readiness.ReadinessKey;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** A listening descriptor. */
final class DescriptorListeningSocket implements ListeningSocket {
    private final Sockets sockets;
    private final int fd;
    private final int family;
    private final DescriptorKey key;
    private final SocketAddress localAddress;

    DescriptorListeningSocket(Sockets sockets, DescriptorPoller poller, int fd) throws IOException {
        this.sockets = sockets;
        this.fd = fd;
        this.localAddress = Objects.requireNonNull(sockets.localAddress(fd), "a listening socket has an address");
        this.family = SocketAddressCodec.familyOf(localAddress);
        this.key = poller.keyOf(fd);
    }

    @Override
    public SocketAddress localAddress() {
        return localAddress;
    }

    @Override
    public OptionalInt descriptor() {
        return OptionalInt.of(fd);
    }

    @Override
    public ReadinessKey key() {
        return key;
    }

    @Override
    public @Nullable AcceptedSocket accept() throws IOException {
        int accepted = sockets.accept(fd);
        if (accepted < 0) {
            return null;
        }
        boolean success = false;
        try {
            AcceptedSocket socket = new DescriptorAcceptedSocket(accepted, family, sockets.codec.decode());
            success = true;
            return socket;
        } finally {
            if (!success) {
                sockets.close(accepted);
            }
        }
    }

    @Override
    public void close() {
        key.closing();
        sockets.close(fd);
    }
}
