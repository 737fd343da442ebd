package io.jevent.tool;

import java.net.InetSocketAddress;
import java.time.Duration;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Options of commands that listen. */
final class ServerOptions {
    @Parameters(
            index = "0",
            paramLabel = "PORT",
            description = "Where to listen, 0 to 65535; 0 picks a free port.",
            converter = Port.Local.class)
    private int port;

    @Option(names = "--host", paramLabel = "HOST", description = "Address to listen on. Default: ${DEFAULT-VALUE}.")
    private String host = "127.0.0.1";

    @Option(
            names = "--grace",
            paramLabel = "SECONDS",
            description = "After SIGINT or SIGTERM, how long open connections may finish. Default: ${DEFAULT-VALUE}.")
    private double graceSeconds = 5;

    InetSocketAddress address() {
        return new InetSocketAddress(ConnectCommand.resolve(host).getFirst(), port);
    }

    Duration grace() {
        if (!(graceSeconds >= 0 && graceSeconds < 1e9)) {
            throw ToolFailure.usage(
                    "need a grace of at least 0 seconds, got " + graceSeconds, new IllegalArgumentException());
        }
        return Duration.ofNanos((long) (graceSeconds * 1e9));
    }
}
