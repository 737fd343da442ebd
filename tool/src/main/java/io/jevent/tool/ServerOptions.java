package io.jevent.tool;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Options of commands that listen. */
final class ServerOptions {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "PORT",
            description = "Where to listen, 0 to 65535; 0 picks a free port.",
            converter = Port.Local.class)
    private @Nullable Integer port;

    @Option(
            names = "--unix",
            paramLabel = "PATH",
            converter = Endpoint.UnixPath.class,
            description = "Listen on a Unix-domain socket instead of a port; on Linux also an abstract name, @NAME.")
    private Endpoint.@Nullable Unix unix;

    @Option(names = "--host", paramLabel = "HOST", description = "Address to listen on. Default: ${DEFAULT-VALUE}.")
    private String host = "127.0.0.1";

    @Option(
            names = "--grace",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            defaultValue = "5",
            description = "After SIGINT or SIGTERM, how long open connections may finish; a second signal ends at"
                    + " once. Default: ${DEFAULT-VALUE}.")
    private Duration grace = Duration.ofSeconds(5);

    SocketAddress address() {
        if (unix != null && port == null) {
            return unix.address();
        }
        if (unix != null) {
            throw ToolFailure.usage("need PORT or --unix PATH, got both", new IllegalArgumentException());
        }
        if (port == null) {
            throw ToolFailure.usage(
                    "Missing required parameter: 'PORT' (or --unix PATH)", new IllegalArgumentException());
        }
        return new InetSocketAddress(ConnectCommand.resolve(host).getFirst(), port);
    }

    Duration grace() {
        return grace;
    }
}
