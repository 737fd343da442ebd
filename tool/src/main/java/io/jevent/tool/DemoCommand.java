package io.jevent.tool;

import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.event.Event;
import io.jevent.event.EventBase;
import io.jevent.event.EventOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code jevent demo}: an echo server in one loop, its clients in another, every byte checked. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = "Run an echo server and its clients in this process and check every byte that comes back.",
        footer = {"", "A lost or wrong byte exits with 1.", "", "Example: jevent demo --connections 1000 --messages 500"
        })
final class DemoCommand implements Callable<Integer> {
    private static final long NANOS_PER_MICRO = 1000;

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Option(names = "--connections", paramLabel = "N", description = "Clients at once. Default: ${DEFAULT-VALUE}.")
    private int connections = 50;

    @Option(names = "--messages", paramLabel = "N", description = "Messages of each client. Default: ${DEFAULT-VALUE}.")
    private int messages = 20_000;

    @Option(names = "--size", paramLabel = "BYTES", description = "Bytes of a message. Default: ${DEFAULT-VALUE}.")
    private int size = 64;

    @Option(
            names = "--in-flight",
            paramLabel = "N",
            description = "Messages a client sends before it waits for an answer. Default: ${DEFAULT-VALUE}.")
    private int inFlight = 1;

    @Option(names = "--json", description = "Print the result as one JSON object.")
    private boolean json;

    DemoCommand() {}

    @Override
    public Integer call() {
        checkRange("--connections", connections, 1, 100_000);
        checkRange("--messages", messages, 1, 1_000_000_000);
        checkRange("--size", size, 1, 16 << 20);
        checkRange("--in-flight", inFlight, 1, 65_536);
        try (EventBase serverBase = common.newBase();
                EventBase base = common.newBase()) {
            SocketAddress address = startServer(serverBase);
            DemoLoad load = new DemoLoad(base, connections, messages, size, inFlight);
            long start = System.nanoTime();
            Progress progress = new Progress(load, start);
            Event ticker = Event.timer(base, (event, triggers) -> progress.show(), EventOption.PERSIST);
            ticker.add(progress.interval());
            load.start(address);
            base.dispatch();
            progress.clear();
            long nanos = System.nanoTime() - start;
            stopServer(serverBase);
            if (load.failure().isPresent()) {
                throw ToolFailure.network(
                        load.failure().get(),
                        new IllegalStateException(load.failure().get()));
            }
            report(base, load, nanos);
            return 0;
        }
    }

    private static void checkRange(String option, long value, long least, long most) {
        if (value < least || value > most) {
            String message = "need " + least + " <= " + option + " <= " + most + ", got " + value;
            throw ToolFailure.usage(message, new IllegalArgumentException(message));
        }
    }

    private final CompletableFuture<Void> serverEnd = new CompletableFuture<>();

    private SocketAddress startServer(EventBase serverBase) {
        EchoService service =
                new EchoService(socket -> SocketBufferEvent.create(serverBase, socket), _ -> {}, () -> {});
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        Server server =
                new Server(serverBase, anyPort, Duration.ZERO, (_, socket) -> service.serve(socket)).announce("");
        Thread.ofPlatform().name("jevent echo server").start(() -> {
            try {
                serverBase.dispatch();
                serverEnd.complete(null);
            } catch (RuntimeException | Error e) {
                serverEnd.completeExceptionally(e);
                throw e;
            }
        });
        return server.localAddress();
    }

    private void stopServer(EventBase serverBase) {
        serverBase.execute(serverBase::exit);
        try {
            serverEnd.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException("the server's loop failed", e);
        }
    }

    private void report(EventBase base, DemoLoad load, long nanos) {
        long count = load.messageCount();
        double mebibytes = load.byteCount() / 1048576.0;
        double rate = count / (nanos / 1e9);
        double p50 = load.latencyNanos(50) / (double) NANOS_PER_MICRO;
        double p99 = load.latencyNanos(99) / (double) NANOS_PER_MICRO;
        if (json) {
            Map<String, Object> figures = new LinkedHashMap<>();
            figures.put("backend", base.backend());
            figures.put("connections", connections);
            figures.put("messages", count);
            figures.put("size", size);
            figures.put("inFlight", inFlight);
            figures.put("mebibytes", mebibytes);
            figures.put("seconds", nanos / 1e9);
            figures.put("messagesPerSecond", rate);
            figures.put("p50Micros", p50);
            figures.put("p99Micros", p99);
            System.out.println(Json.object(figures));
            return;
        }
        line("backend", base.backend());
        line("connections", Words.count(connections));
        line("messages", Words.count(count) + " of " + Words.bytes(size) + ", " + inFlight + " in flight");
        line("data", String.format(Locale.ROOT, "%.1f MiB each way, every byte checked", mebibytes));
        line("time", Words.seconds(nanos));
        line("messages/s", Words.count(Math.round(rate)));
        line("latency", String.format(Locale.ROOT, "p50 %.0f µs, p99 %.0f µs", p50, p99));
    }

    private static void line(String name, String value) {
        System.out.println(String.format(Locale.ROOT, "%-12s %s", name, value));
    }
}
