package io.jevent.backend.linux;

import java.io.IOException;
import java.net.SocketOption;
import java.util.HashMap;
import java.util.Map;

/** Socket options as the system numbers them, the same on x86-64 and aarch64; known by the name that Java gives them. */
enum LinuxSocketOption {
    SO_REUSEADDR(Level.SOCKET, 2),
    SO_BROADCAST(Level.SOCKET, 6),
    SO_SNDBUF(Level.SOCKET, 7),
    SO_RCVBUF(Level.SOCKET, 8),
    SO_KEEPALIVE(Level.SOCKET, 9),
    SO_LINGER(Level.SOCKET, 13),
    SO_REUSEPORT(Level.SOCKET, 15),
    IPV6_V6ONLY(Level.IPV6, 26),
    TCP_NODELAY(Level.TCP, 1),
    TCP_KEEPIDLE(Level.TCP, 4),
    TCP_KEEPINTERVAL(Level.TCP, 5),
    TCP_KEEPCOUNT(Level.TCP, 6),
    TCP_DEFER_ACCEPT(Level.TCP, 9),
    TCP_QUICKACK(Level.TCP, 12),
    TCP_USER_TIMEOUT(Level.TCP, 18),
    TCP_FASTOPEN(Level.TCP, 23),
    TCP_FASTOPEN_CONNECT(Level.TCP, 30);

    private static final Map<String, LinuxSocketOption> BY_NAME = new HashMap<>();

    static {
        for (LinuxSocketOption option : values()) {
            BY_NAME.put(option.name(), option);
        }
    }

    /** Where an option belongs. */
    enum Level {
        SOCKET(1),
        TCP(6),
        IPV6(41);

        final int number;

        Level(int number) {
            this.number = number;
        }
    }

    final Level level;
    final int number;

    LinuxSocketOption(Level level, int number) {
        this.level = level;
        this.number = number;
    }

    private static LinuxSocketOption of(SocketOption<?> option) {
        LinuxSocketOption known = BY_NAME.get(option.name());
        if (known == null || !(option.type() == Boolean.class || option.type() == Integer.class)) {
            throw new UnsupportedOperationException("this backend does not know the socket option " + option.name());
        }
        return known;
    }

    static <T> void set(Sockets sockets, int fd, SocketOption<T> option, T value) throws IOException {
        LinuxSocketOption known = of(option);
        int number;
        if (value instanceof Boolean on) {
            number = on ? 1 : 0;
        } else if (value instanceof Integer given) {
            number = given;
        } else {
            throw new IllegalArgumentException(option.name() + " cannot be " + value);
        }
        if (known == SO_LINGER) {
            sockets.setLinger(fd, number);
        } else {
            sockets.set(fd, known.level.number, known.number, number);
        }
    }

    static <T> T get(Sockets sockets, int fd, SocketOption<T> option) throws IOException {
        LinuxSocketOption known = of(option);
        int number = known == SO_LINGER ? sockets.linger(fd) : sockets.get(fd, known.level.number, known.number);
        Object value = option.type() == Boolean.class ? (Object) (number != 0) : (Object) number;
        return option.type().cast(value);
    }
}
