package io.jevent.backend.linux;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketException;

/** What a system call says when it fails, as the exceptions that sockets of the JDK throw for it. */
final class SystemError {
    private static final int EADDRINUSE = 98;
    private static final int EADDRNOTAVAIL = 99;
    private static final int EACCES = 13;
    private static final int ECONNRESET = 104;
    private static final int ECONNREFUSED = 111;
    private static final int ETIMEDOUT = 110;
    private static final int EHOSTUNREACH = 113;

    private SystemError() {}

    /** Of any call. */
    static IOException of(Libc libc, int errno) {
        String message = libc.describe(errno);
        return errno == ECONNRESET ? new SocketException("Connection reset") : new IOException(message);
    }

    /** Of a connect. */
    static IOException ofConnect(Libc libc, int errno) {
        String message = libc.describe(errno);
        return switch (errno) {
            case ECONNREFUSED, ETIMEDOUT, EADDRNOTAVAIL -> new ConnectException(message);
            case EHOSTUNREACH -> new NoRouteToHostException(message);
            case Libc.EAGAIN -> new ConnectException("the backlog of the Unix-domain listener is full");
            default -> of(libc, errno);
        };
    }

    /** Of a bind or listen. */
    static IOException ofBind(Libc libc, int errno) {
        String message = libc.describe(errno);
        return switch (errno) {
            case EADDRINUSE, EADDRNOTAVAIL, EACCES -> new BindException(message);
            default -> of(libc, errno);
        };
    }

    /** Of a call on a datagram socket. */
    static IOException ofDatagram(Libc libc, int errno) {
        return errno == ECONNREFUSED ? new PortUnreachableException(libc.describe(errno)) : of(libc, errno);
    }
}
