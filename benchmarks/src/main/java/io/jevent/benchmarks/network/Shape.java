package io.jevent.benchmarks.network;

import java.util.List;

/** What the load does to a server. */
enum Shape {
    ECHO_64("echo-50x64", "50 × 64 B", "echo", 50, 64, 1),
    ECHO_64_DEEP("echo-50x64-d16", "50 × 64 B, 16 in flight", "echo", 50, 64, 16),
    ECHO_64_MANY("echo-1000x64", "1000 × 64 B", "echo", 1000, 64, 1),
    ECHO_16K("echo-50x16k", "50 × 16 KiB", "echo", 50, 16 * 1024, 1),
    STREAM("stream", "stream: 1 × 64 KiB, 16 in flight", "echo", 1, 64 * 1024, 16),
    CONNECT("connect", "connect, echo 64 B, close", "connect", 50, 64, 1),

    PROXY_64(Role.PROXY, "proxy-50x64", "50 × 64 B", "echo", 50, 64, 1),
    PROXY_16K(Role.PROXY, "proxy-50x16k", "50 × 16 KiB", "echo", 50, 16 * 1024, 1),
    PROXY_STREAM(Role.PROXY, "proxy-stream", "stream: 1 × 64 KiB, 16 in flight", "echo", 1, 64 * 1024, 16),
    PROXY_CONNECT(Role.PROXY, "proxy-connect", "connect, echo 64 B, close", "connect", 50, 64, 1),

    TLS_64(Role.TLS, "tls-50x64", "50 × 64 B", "tls-echo", 50, 64, 1),
    TLS_STREAM(Role.TLS, "tls-stream", "stream: 1 × 64 KiB, 16 in flight", "tls-echo", 1, 64 * 1024, 16),
    TLS_CONNECT(Role.TLS, "tls-connect", "full handshake, echo 64 B, close", "tls-connect", 50, 64, 1),
    TLS_RESUME(Role.TLS, "tls-resume", "resumed handshake, echo 64 B, close", "tls-resume", 50, 64, 1);

    private static final double MIB = 1 << 20;

    private final Role role;
    private final String id;
    private final String title;
    private final String verb;
    private final int connections;
    private final int bytes;
    private final int depth;

    Shape(String id, String title, String verb, int connections, int bytes, int depth) {
        this(Role.ECHO, id, title, verb, connections, bytes, depth);
    }

    Shape(Role role, String id, String title, String verb, int connections, int bytes, int depth) {
        this.role = role;
        this.id = id;
        this.title = title;
        this.verb = verb;
        this.connections = connections;
        this.bytes = bytes;
        this.depth = depth;
    }

    /** {@return what the servers do that it is for} */
    Role role() {
        return role;
    }

    /** {@return the name on the command line and in JSON} */
    String id() {
        return id;
    }

    /** {@return the name in tables and charts, which show one role each} */
    String title() {
        return title;
    }

    /** {@return whether what it costs is the work of TLS itself, so that the table shows how much of that a second of CPU does} */
    boolean hasRate() {
        return this == TLS_STREAM || this == TLS_CONNECT || this == TLS_RESUME;
    }

    /** {@return what {@link #rate} counts} */
    String rateTitle() {
        return this == TLS_STREAM ? "MiB each way / CPU s" : "handshakes / CPU s";
    }

    /** {@return how much is done in a second of the server's CPU time} */
    double rate(LoadResult result) {
        double messages = 1e6 / result.cpuMicros();
        return this == TLS_STREAM ? messages * bytes / MIB : messages;
    }

    /** {@return how many times as long a JVM needs to compile what it does as for messages in clear} */
    int warmFactor() {
        return switch (this) {
            case TLS_CONNECT, TLS_RESUME -> 6;
            case TLS_64, TLS_STREAM -> 3;
            default -> 1;
        };
    }

    /** {@return the arguments for load.c} */
    List<String> arguments(int port, long pid, long warmMillis, long measureMillis) {
        return List.of(
                verb,
                Integer.toString(port),
                Long.toString(pid),
                Integer.toString(connections),
                Integer.toString(bytes),
                Integer.toString(depth),
                Long.toString(warmMillis),
                Long.toString(measureMillis));
    }
}
