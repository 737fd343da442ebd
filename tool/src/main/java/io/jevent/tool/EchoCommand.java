package io.jevent.tool;

import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.event.EventBase;
import io.jevent.event.EventBaseGroup;
import io.jevent.event.HandOverCallback;
import io.jevent.listener.AcceptCallback;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code jevent echo}: an echo server. */
@Command(
        name = "echo",
        mixinStandardHelpOptions = true,
        description = "Listen, and send back to every client what it sends.",
        footer = {
            "",
            "Ends on SIGINT or SIGTERM with a one-line summary.",
            "",
            "Examples:",
            "  jevent echo 7000 --loops 2",
            "  jevent echo --unix echo.sock --rate 64k --hexdump",
            "  jevent echo 7000 --tls --self-signed"
        })
final class EchoCommand implements Callable<Integer> {
    @Mixin
    private CommonOptions common = new CommonOptions();

    @Mixin
    private ServerOptions options = new ServerOptions();

    @Mixin
    private ConnectionOptions connections = new ConnectionOptions();

    @Mixin
    private ServerTls tls = new ServerTls();

    private @Nullable Server server;

    @Option(
            names = "--loops",
            paramLabel = "N",
            converter = LoopCount.class,
            defaultValue = "1",
            description =
                    "Event loops, each on a thread of its own, that share the connections. Default: ${DEFAULT-VALUE}.")
    private int loopCount = 1;

    @Option(names = "--json", description = "Print the summary as JSON on stdout.")
    private boolean json;

    EchoCommand() {}

    @Override
    public Integer call() {
        tls.setUp(List.of());
        try (ServerLog log = new ServerLog(false);
                EventBase base = common.newBase()) {
            long start = System.nanoTime();
            if (loopCount == 1) {
                EchoService service = serveOn(base, log);
                report(base, List.of(service), System.nanoTime() - start);
            } else {
                List<EchoService> services = serveOnSeveral(base, log);
                report(base, services, System.nanoTime() - start);
            }
            return 0;
        }
    }

    private EchoService serveOn(EventBase base, ServerLog log) {
        EchoService service = newService(base, log, () -> server().connectionEnded());
        runServer(base, log, (_, socket) -> service.serve(socket));
        return service;
    }

    /** One loop accepts, the others serve. */
    private List<EchoService> serveOnSeveral(EventBase base, ServerLog log) {
        try (EventBaseGroup group = common.newGroup(loopCount)) {
            Map<EventBase, EchoService> services = new LinkedHashMap<>();
            for (EventBase its : group.bases()) {
                services.put(its, newService(its, log, () -> tell(base, server()::connectionEnded)));
            }
            group.start();
            HandOverCallback serve =
                    (its, socket) -> Objects.requireNonNull(services.get(its)).serve(socket);
            runServer(base, log, (_, socket) -> {
                if (!group.handOver(socket, serve)) {
                    server().connectionEnded();
                }
            });
            return List.copyOf(services.values());
        }
    }

    private EchoService newService(EventBase base, ServerLog log, Runnable onEnded) {
        Consumer<String> complaints = tls.isOn() ? log::complain : _ -> {};
        return new EchoService(
                socket -> {
                    String label = Words.of(socket.remoteAddress()) + " "; // Not known to it once it is taken over.
                    return connections.applyTo(tls.on(SocketBufferEvent.create(base, socket)), label);
                },
                complaints,
                onEnded);
    }

    private static void tell(EventBase base, Runnable task) {
        try {
            base.execute(task);
        } catch (RejectedExecutionException _) {
            // The command has ended; nobody counts any more.
        }
    }

    private void runServer(EventBase base, ServerLog log, AcceptCallback onAccept) {
        server = new Server(base, options.address(), options.grace(), onAccept).announce(tls.announcement());
        server.endOnSignals();
        tls.watch(base, log::say);
        base.dispatch();
    }

    private Server server() {
        return Objects.requireNonNull(server, "no server yet");
    }

    private void report(EventBase base, List<EchoService> services, long nanos) {
        long byteCount = services.stream().mapToLong(EchoService::byteCount).sum();
        long failureCount =
                services.stream().mapToLong(EchoService::failureCount).sum();
        if (json) {
            Map<String, Object> figures = new LinkedHashMap<>();
            figures.put("backend", base.backend());
            figures.put("loops", loopCount);
            figures.put("connections", server().acceptedCount());
            figures.put("failed", failureCount);
            figures.put("cut", server().openCount());
            figures.put("bytes", byteCount);
            figures.put("seconds", nanos / 1e9);
            System.out.println(Json.object(figures));
        } else {
            System.err.println("echoed " + Words.bytes(byteCount) + " on "
                    + Words.counted(server().acceptedCount(), "connection") + " in " + Words.seconds(nanos)
                    + " (" + Words.count(failureCount) + " failed, " + Words.count(server().openCount())
                    + " cut off)");
        }
    }
}
