package io.jevent.backend.linux;

import io.jevent.backend.AcceptedSocket;
import io.jevent.backend.Acceptor;
import io.jevent.backend.AcceptorHandler;
import io.jevent.backend.Backend;
import io.jevent.backend.DatagramHandler;
import io.jevent.backend.DatagramTransport;
import io.jevent.backend.ReadinessHandler;
import io.jevent.backend.Registration;
import io.jevent.backend.SocketSettings;
import io.jevent.backend.Transport;
import io.jevent.backend.TransportHandler;
import io.jevent.backend.Triggering;
import io.jevent.backend.nio.ChannelTransports;
import io.jevent.backend.readiness.MemoryWaits;
import io.jevent.backend.readiness.ReadinessDatagrams;
import io.jevent.backend.readiness.StreamSocket.Stage;
import io.jevent.buffer.BufferPool;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.SelectableChannel;
import org.jspecify.annotations.Nullable;

/**
 * What the backends of Linux have in common: sockets by descriptor, a way to be woken, and the helper for channels that users
 * opened themselves.
 */
abstract class LinuxBackend implements Backend, DescriptorPoller {
    private static final boolean DEBUG = Boolean.getBoolean("jevent.debug");

    private static final int EFD_NONBLOCK_CLOEXEC = 0x80800;

    final Arena arena = Arena.ofShared();
    final Sockets sockets = new Sockets(arena);
    final BufferPool pool;
    final MemoryWaits memory;
    private final int eventfd;

    /** Of its own, because other threads make this call: where errno lands, and the number that is written. */
    private final Libc wakersLibc = new Libc(arena);

    private final MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_LONG, 1);

    /** Null until a user brings a channel. */
    private @Nullable AuxiliarySelector auxiliary;

    private @Nullable ChannelTransports channels;
    private boolean closed;

    LinuxBackend(BufferPool pool) throws IOException {
        this.pool = pool;
        this.memory = new MemoryWaits(pool);
        int fd = sockets.libc.eventfd(0, EFD_NONBLOCK_CLOEXEC);
        if (fd < 0) {
            IOException refused = SystemError.of(sockets.libc, -fd);
            arena.close();
            throw refused;
        }
        this.eventfd = fd;
    }

    final int wakeUpDescriptor() {
        return eventfd;
    }

    /** Gives back what this constructor has opened, where that of a subclass fails. */
    final void freeWhatIsOpen() {
        sockets.close(eventfd);
        arena.close();
    }

    // ---- what each does in its way ----

    /** Waits, and reports. */
    abstract void await(long timeoutNanos) throws IOException;

    /** A key for a descriptor of the user's, which may turn out to be one that cannot be watched. */
    abstract DescriptorKey userKeyOf(int fd, boolean edgeTriggered) throws IOException;

    abstract Transport transportOf(int fd, int family, Stage stage, TransportHandler handler) throws IOException;

    abstract Acceptor acceptorOf(int fd, AcceptorHandler handler) throws IOException;

    /** The same for a descriptor of the user's, which somebody may watch besides. */
    Acceptor usersAcceptorOf(int fd, AcceptorHandler handler) throws IOException {
        return acceptorOf(fd, handler);
    }

    /** Frees what it has beside what is freed here. */
    abstract void closeOwn();

    // ---- waiting ----

    @Override
    public final void poll(long timeoutNanos) throws IOException {
        long timeout = memory.resume(timeoutNanos);
        if (Thread.currentThread().isInterrupted()) {
            timeout = 0;
        }
        AuxiliarySelector helper = auxiliary;
        if (helper != null) {
            helper.rearm();
            if (timeout == 0) {
                helper.look();
            }
            if (helper.report() || (DEBUG && helper.reportClosedChannels())) {
                timeout = 0;
            }
        }
        await(timeout);
        if (helper != null) {
            helper.report();
        }
    }

    @Override
    public final void wakeUp() {
        wakersLibc.write(eventfd, one.address(), Long.BYTES);
    }

    // ---- users' channels ----

    private ChannelTransports channels() throws IOException {
        ChannelTransports present = channels;
        if (present == null) {
            AuxiliarySelector helper = new AuxiliarySelector(this::wakeUp);
            auxiliary = helper;
            present = new ChannelTransports(helper, pool, memory);
            channels = present;
        }
        return present;
    }

    @Override
    public final Registration register(SelectableChannel channel, Triggering triggering, ReadinessHandler handler)
            throws IOException {
        return channels().register(channel, triggering, handler);
    }

    @Override
    public final Transport adopt(SelectableChannel channel, TransportHandler handler) throws IOException {
        return channels().adopt(channel, handler);
    }

    @Override
    public final Acceptor listen(SelectableChannel channel, AcceptorHandler handler) throws IOException {
        return channels().listen(channel, handler);
    }

    @Override
    public final DatagramTransport adoptDatagrams(SelectableChannel channel, DatagramHandler handler)
            throws IOException {
        return channels().adoptDatagrams(channel, handler);
    }

    // ---- descriptors ----

    @Override
    public final Registration register(int descriptor, Triggering triggering, ReadinessHandler handler)
            throws IOException {
        if (descriptor < 0) {
            throw new IllegalArgumentException("need a descriptor >= 0, got " + descriptor);
        }
        return new DescriptorRegistration(userKeyOf(descriptor, triggering == Triggering.EDGE), handler);
    }

    @Override
    public final Transport connect(SocketAddress address, SocketSettings settings, TransportHandler handler)
            throws IOException {
        int family = SocketAddressCodec.familyOf(address);
        int fd = sockets.openStream(family);
        boolean success = false;
        Transport transport = null;
        try {
            sockets.withoutDelay(fd, family);
            settings.setOn(sockets.settingsOf(fd));
            transport = transportOf(fd, family, Stage.UNCONNECTED, handler);
            transport.connect(address);
            success = true;
            return transport;
        } finally {
            if (!success) {
                closeFailed(transport, fd);
            }
        }
    }

    private void closeFailed(@Nullable Transport transport, int fd) {
        if (transport != null) {
            transport.close();
        } else {
            sockets.close(fd);
        }
    }

    @Override
    public final Transport adopt(AcceptedSocket socket, TransportHandler handler) throws IOException {
        if (!(socket instanceof DescriptorAcceptedSocket accepted)) {
            return channels().adopt(socket, handler);
        }
        int fd = accepted.adopt();
        boolean success = false;
        try {
            Transport transport = transportOf(fd, accepted.family(), Stage.CONNECTED, handler);
            success = true;
            return transport;
        } finally {
            if (!success) {
                sockets.close(fd);
                accepted.connectionEnded();
            }
        }
    }

    @Override
    public final Acceptor listen(SocketAddress address, int backlog, SocketSettings settings, AcceptorHandler handler)
            throws IOException {
        int fd = sockets.listen(address, backlog, settings);
        boolean success = false;
        try {
            Acceptor acceptor = acceptorOf(fd, handler);
            success = true;
            return acceptor;
        } finally {
            if (!success) {
                sockets.close(fd);
            }
        }
    }

    @Override
    public final Acceptor listen(int descriptor, AcceptorHandler handler) throws IOException {
        sockets.prepareListening(descriptor);
        return usersAcceptorOf(descriptor, handler);
    }

    @Override
    public final DatagramTransport openDatagrams(ProtocolFamily family, DatagramHandler handler) throws IOException {
        int domain = family == StandardProtocolFamily.INET6 ? SocketAddressCodec.AF_INET6 : SocketAddressCodec.AF_INET;
        int fd = sockets.openDatagrams(domain);
        boolean success = false;
        try {
            DescriptorDatagrams socket = new DescriptorDatagrams(sockets, this, fd, domain);
            DatagramTransport transport = new ReadinessDatagrams(socket, pool, memory, handler);
            success = true;
            return transport;
        } finally {
            if (!success) {
                sockets.close(fd);
            }
        }
    }

    @Override
    public final void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (auxiliary != null) {
            auxiliary.close();
        }
        closeOwn();
        sockets.close(eventfd);
        arena.close();
    }
}
