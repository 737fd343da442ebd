package io.jevent.tool;

import io.jevent.backend.AbstractUnixAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.InvalidPathException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Where to listen or to connect, as written on the command line: PORT, HOST:PORT, [v6]:PORT or unix:PATH. */
sealed interface Endpoint {
    /** The host of a port that stands alone. */
    String LOOPBACK = "127.0.0.1";

    /** In groups: host in brackets, host without, port. */
    Pattern FORM = Pattern.compile("(?:\\[([^\\[\\]]+)]:|([^:\\[\\]]+):)?([^:]*)");

    /**
     * A port of a host, not looked up yet.
     *
     * @param host name or address, without brackets
     * @param port 0 to 65535
     */
    record Inet(String host, int port) implements Endpoint {
        @Override
        public String toString() {
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        }
    }

    /**
     * A Unix-domain socket.
     *
     * @param address a path, or an abstract name
     */
    record Unix(SocketAddress address) implements Endpoint {
        @Override
        public String toString() {
            return "unix:" + address;
        }
    }

    /** Reads what follows {@code --unix} or {@code unix:}: a path, or an abstract name after an {@code @}. */
    static Unix unix(String text) {
        try {
            if (text.startsWith("@")) {
                return new Unix(AbstractUnixAddress.of(text.substring(1)));
            }
            if (text.isEmpty()) {
                throw new IllegalArgumentException("it is empty");
            }
            return new Unix(UnixDomainSocketAddress.of(text));
        } catch (InvalidPathException e) {
            throw new TypeConversionException("need a path or @NAME of a Unix-domain socket, got " + text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(
                    "need a path or @NAME of a Unix-domain socket, got '" + text + "': " + e.getMessage());
        }
    }

    private static Endpoint parse(String text, int leastPort) {
        if (text.startsWith("unix:")) {
            return unix(text.substring("unix:".length()));
        }
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new TypeConversionException("need PORT, HOST:PORT, [v6]:PORT or unix:PATH, got " + text);
        }
        String host = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
        return new Inet(host == null ? LOOPBACK : host, Port.parse(matcher.group(3), leastPort));
    }

    /** Where to listen; port 0 picks one. */
    final class Local implements ITypeConverter<Endpoint> {
        Local() {}

        @Override
        public Endpoint convert(String text) {
            return parse(text, 0);
        }
    }

    /** Where to connect. */
    final class Remote implements ITypeConverter<Endpoint> {
        Remote() {}

        @Override
        public Endpoint convert(String text) {
            return parse(text, 1);
        }
    }

    /** What follows {@code --unix}. */
    final class UnixPath implements ITypeConverter<Unix> {
        UnixPath() {}

        @Override
        public Unix convert(String text) {
            return unix(text);
        }
    }
}
