package io.jevent.tool;

import io.jevent.event.EventBase;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code jevent echo}: an echo server. */
@Command(
        name = "echo",
        mixinStandardHelpOptions = true,
        description = "Listen, and send back to every client what it sends.",
        footer = {"", "Ends on SIGINT or SIGTERM with a one-line summary.", "", "Example: jevent echo 7000"})
final class EchoCommand implements Callable<Integer> {
    @Mixin
    private CommonOptions common = new CommonOptions();

    @Mixin
    private ServerOptions options = new ServerOptions();

    @Option(names = "--json", description = "Print the summary as JSON on stdout.")
    private boolean json;

    EchoCommand() {}

    @Override
    public Integer call() {
        try (EventBase base = common.newBase()) {
            long start = System.nanoTime();
            Server[] server = new Server[1];
            EchoService service = new EchoService(base, () -> server[0].connectionEnded());
            server[0] = new Server(base, options.address(), options.grace(), (_, socket) -> service.serve(socket));
            server[0].endOnSignals();
            base.dispatch();
            report(base, server[0], service, System.nanoTime() - start);
            return 0;
        }
    }

    private void report(EventBase base, Server server, EchoService service, long nanos) {
        if (json) {
            Map<String, Object> figures = new LinkedHashMap<>();
            figures.put("backend", base.backend());
            figures.put("connections", server.acceptedCount());
            figures.put("failed", service.failureCount());
            figures.put("cut", server.openCount());
            figures.put("bytes", service.byteCount());
            figures.put("seconds", nanos / 1e9);
            System.out.println(Json.object(figures));
        } else {
            System.err.println("echoed " + Words.bytes(service.byteCount()) + " on "
                    + Words.counted(server.acceptedCount(), "connection") + " in " + Words.seconds(nanos)
                    + " (" + Words.count(service.failureCount()) + " failed, " + Words.count(server.openCount())
                    + " cut off)");
        }
    }
}
