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
            converter = Seconds.class,
            defaultValue = "5",
            description = "After SIGINT or SIGTERM, how long open connections may finish; a second signal ends at"
                    + " once. Default: ${DEFAULT-VALUE}.")
    private Duration grace = Duration.ofSeconds(5);

    InetSocketAddress address() {
        return new InetSocketAddress(ConnectCommand.resolve(host).getFirst(), port);
    }

    Duration grace() {
        return grace;
    }
}
