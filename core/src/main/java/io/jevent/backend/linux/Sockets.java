package io.jevent.backend.linux;

import io.jevent.backend.SocketSettings;
import io.jevent.vector.IoVector;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Opens, names and sets sockets by descriptor. All are non-blocking and closed on exec.
 *
 * <p>Threading: one thread at a time.
 */
final class Sockets {
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_NONBLOCK = 0x800;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int FLAGS = SOCK_NONBLOCK | SOCK_CLOEXEC;
    private static final int IPPROTO_TCP = 6;
    private static final int TCP_NODELAY = 1;
    private static final int SOL_SOCKET = 1;
    private static final int SO_ERROR = 4;
    private static final int SO_LINGER = 13;
    private static final int SO_TYPE = 3;
    private static final int SO_ACCEPTCONN = 30;
    private static final int F_SETFD = 2;
    private static final int FD_CLOEXEC = 1;
    private static final int F_GETFL = 3;
    private static final int F_SETFL = 4;
    private static final int LINGER_BYTES = 8;
    private static final int SHUT_WR = 1;
    private static final int EINPROGRESS = 115;
    private static final int EAFNOSUPPORT = 97;
    private static final int ENOTCONN = 107;
    private static final int EBADF = 9;
    private static final int EFAULT = 14;
    private static final int EINVAL = 22;
    private static final int ENOTSOCK = 88;
    private static final int EOPNOTSUPP = 95;
    private static final int EMFILE = 24;
    private static final int ENFILE = 23;
    private static final int ENOBUFS = 105;
    private static final int ENOMEM = 12;

    final Libc libc;
    final SocketAddressCodec codec;

    /** For one call at a time. */
    final IoVector vector;

    private final MemorySegment value;
    private final MemorySegment valueBytes;
    private final MemorySegment linger;

    Sockets(Arena arena) {
        this.libc = new Libc(arena);
        this.codec = new SocketAddressCodec(arena);
        this.vector = new IoVector(arena);
        this.value = arena.allocate(ValueLayout.JAVA_LONG);
        this.valueBytes = arena.allocate(ValueLayout.JAVA_INT);
        this.linger = arena.allocate(LINGER_BYTES, Integer.BYTES);
    }

    int openStream(int family) throws IOException {
        return open(family, SOCK_STREAM);
    }

    int openDatagrams(int family) throws IOException {
        return open(family, SOCK_DGRAM);
    }

    private int open(int family, int type) throws IOException {
        int fd = libc.socket(family, type | FLAGS, 0);
        if (fd == -EAFNOSUPPORT) {
            throw new IOException("address family not supported");
        }
        return check(fd);
    }

    /** Throws what a call says, or returns what it gave. */
    int check(int result) throws IOException {
        if (result < 0) {
            throw SystemError.of(libc, -result);
        }
        return result;
    }

    void close(int fd) {
        int result = libc.close(fd);
        if (result < 0) {
            System.getLogger("io.jevent.backend")
                    .log(System.Logger.Level.DEBUG, "closing descriptor {0}: {1}", fd, libc.describe(-result));
        }
    }

    /** Output leaves once per turn, gathered; holding it back longer in the system would only delay it. */
    void withoutDelay(int fd, int family) throws IOException {
        if (family != SocketAddressCodec.AF_UNIX) {
            set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
        }
    }

    void set(int fd, int level, int option, int number) throws IOException {
        value.set(ValueLayout.JAVA_INT, 0, number);
        check(libc.setsockopt(fd, level, option, value.address(), Integer.BYTES));
    }

    /** {@code struct linger}: whether, and how many seconds. */
    void setLinger(int fd, int seconds) throws IOException {
        linger.set(ValueLayout.JAVA_INT, 0, seconds < 0 ? 0 : 1);
        linger.set(ValueLayout.JAVA_INT, Integer.BYTES, Math.max(0, seconds));
        check(libc.setsockopt(fd, SOL_SOCKET, SO_LINGER, linger.address(), LINGER_BYTES));
    }

    /** Seconds, or -1 for none. */
    int linger(int fd) throws IOException {
        valueBytes.set(ValueLayout.JAVA_INT, 0, LINGER_BYTES);
        check(libc.getsockopt(fd, SOL_SOCKET, SO_LINGER, linger.address(), valueBytes.address()));
        return linger.get(ValueLayout.JAVA_INT, 0) == 0 ? -1 : linger.get(ValueLayout.JAVA_INT, Integer.BYTES);
    }

    int get(int fd, int level, int option) throws IOException {
        valueBytes.set(ValueLayout.JAVA_INT, 0, Integer.BYTES);
        check(libc.getsockopt(fd, level, option, value.address(), valueBytes.address()));
        return value.get(ValueLayout.JAVA_INT, 0);
    }

    /** What sets options of one socket. */
    SocketSettings.Target settingsOf(int fd) {
        return new SocketSettings.Target() {
            @Override
            public <T> void option(SocketOption<T> option, T value) throws IOException {
                LinuxSocketOption.set(Sockets.this, fd, option, value);
            }
        };
    }

    /** A listening socket. */
    int listen(SocketAddress address, int backlog, SocketSettings settings) throws IOException {
        int family = SocketAddressCodec.familyOf(address);
        int fd = openStream(family);
        boolean success = false;
        try {
            // What it accepts inherits this.
            withoutDelay(fd, family);
            settings.setOn(settingsOf(fd));
            bind(fd, family, address);
            int result = libc.listen(fd, backlog);
            if (result < 0) {
                throw SystemError.ofBind(libc, -result);
            }
            success = true;
            return fd;
        } finally {
            if (!success) {
                close(fd);
            }
        }
    }

    /** Makes a socket that others opened, and made listen, like those of {@link #listen}. */
    void prepareListening(int fd) throws IOException {
        if (fd < 0) {
            throw new IllegalArgumentException("need a descriptor >= 0, got " + fd);
        }
        boolean streams = get(fd, SOL_SOCKET, SO_TYPE) == SOCK_STREAM;
        if (!streams || get(fd, SOL_SOCKET, SO_ACCEPTCONN) == 0) {
            throw new IllegalArgumentException("need a socket that listens for streams, got descriptor " + fd);
        }
        check(libc.fcntl(fd, F_SETFD, FD_CLOEXEC));
        check(libc.fcntl(fd, F_SETFL, check(libc.fcntl(fd, F_GETFL, 0)) | SOCK_NONBLOCK));
        SocketAddress address = Objects.requireNonNull(localAddress(fd), "a listening socket has an address");
        withoutDelay(fd, SocketAddressCodec.familyOf(address));
    }

    void bind(int fd, int family, SocketAddress address) throws IOException {
        int addressBytes = codec.encode(address, family);
        int result = libc.bind(fd, codec.address(), addressBytes);
        if (result < 0) {
            throw SystemError.ofBind(libc, -result);
        }
    }

    /**
     * Takes a connection that waits.
     *
     * @return its descriptor, or -1 if none waits; its address is the codec's
     */
    int accept(int fd) throws IOException {
        while (true) {
            int accepted = libc.accept4(fd, codec.address(), codec.lengthAddress(), FLAGS);
            if (accepted >= 0) {
                return accepted;
            }
            switch (-accepted) {
                case Libc.EAGAIN -> {
                    return -1;
                }
                default -> {
                    if (endsAccepting(-accepted)) {
                        throw SystemError.of(libc, -accepted);
                    }
                }
            }
        }
    }

    /**
     * Whether an accept fails for a reason that the next would meet too; all else is about one connection, which is gone or
     * forbidden.
     */
    static boolean endsAccepting(int errno) {
        return switch (errno) {
            case EMFILE, ENFILE, ENOBUFS, ENOMEM, EBADF, EFAULT, EINVAL, ENOTSOCK, EOPNOTSUPP -> true;
            default -> false;
        };
    }

    /**
     * Launches a connect.
     *
     * @return whether it has succeeded already
     */
    boolean connect(int fd, int family, SocketAddress address) throws IOException {
        int addressBytes = codec.encode(address, family);
        int result = libc.connect(fd, codec.address(), addressBytes);
        if (result == -EINPROGRESS || result == -Libc.EINTR) {
            return false;
        }
        if (result == -EAFNOSUPPORT) {
            throw new UnsupportedAddressTypeException();
        }
        if (result < 0) {
            throw SystemError.ofConnect(libc, -result);
        }
        return true;
    }

    /**
     * How a connect has ended that is said to have ended: throws if it has failed.
     *
     * @return whether it has ended at all
     */
    boolean finishConnect(int fd) throws IOException {
        int error = get(fd, SOL_SOCKET, SO_ERROR);
        if (error != 0) {
            throw SystemError.ofConnect(libc, error);
        }
        return remoteAddressIfConnected(fd) != null;
    }

    void shutdownOutput(int fd) throws IOException {
        check(libc.shutdown(fd, SHUT_WR));
    }

    @Nullable
    SocketAddress localAddress(int fd) throws IOException {
        return decoded(libc.getsockname(fd, codec.address(), codec.lengthAddress()));
    }

    /** The peer's address, or null if it has gone. */
    @Nullable
    SocketAddress remoteAddressIfConnected(int fd) throws IOException {
        int result = libc.getpeername(fd, codec.address(), codec.lengthAddress());
        return result == -ENOTCONN ? null : decoded(result);
    }

    private @Nullable SocketAddress decoded(int result) throws IOException {
        check(result);
        return codec.decode();
    }

    @Nullable
    SocketAddress remoteAddress(int fd) throws IOException {
        return decoded(libc.getpeername(fd, codec.address(), codec.lengthAddress()));
    }
}
