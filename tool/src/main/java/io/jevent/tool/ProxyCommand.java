package io.jevent.tool;

import io.jevent.event.Event;
import io.jevent.event.EventBase;
import io.jevent.event.EventBaseGroup;
import io.jevent.event.EventOption;
import io.jevent.event.HandOverCallback;
import io.jevent.event.LoopOption;
import io.jevent.listener.AcceptCallback;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jevent proxy}: relays connections to another address. */
@Command(
        name = "proxy",
        mixinStandardHelpOptions = true,
        description = "Relay every connection to LISTEN to TARGET, bytes and half-closes as they are, both ways.",
        footer = {
            "",
            "LISTEN and TARGET are PORT (of 127.0.0.1), HOST:PORT, [v6]:PORT, unix:PATH or, on Linux, unix:@NAME.",
            "A slow reader slows down its writer: little is held in memory. A connection whose target cannot be",
            "reached, that breaks or falls silent is reset, so that no peer takes it for an end.",
            "At --max-connections, or when descriptors run out, clients wait in the system's backlog.",
            "",
            "Ends on SIGINT or SIGTERM: stops listening, lets connections finish within --grace, resets the rest.",
            "Exit codes: 0 ended by a signal, whether or not connections were cut off; 1 cannot listen; 2 wrong usage.",
            "",
            "Examples:",
            "  jevent proxy 8080 example.com:80",
            "  jevent proxy [::]:5432 unix:/run/postgresql/.s.PGSQL.5432 --max-connections 100",
            "  jevent proxy 7001 7000 --rate 64k --json > connections.json",
            "  jevent proxy 8443 8080 --tls --cert chain.pem --key key.pem --route sni:old.example.com=8081",
            "  jevent proxy 8080 example.com:443 --target-tls"
        })
final class ProxyCommand implements Callable<Integer>, ProxyLoop.Owner {
    private static final int DEFAULT_MAX_CONNECTIONS = 10_000;
    private static final Duration TICK = Duration.ofMillis(200);
    private static final long LAST_WAIT_SECONDS = 5;

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Mixin
    private ProxyOptions options = new ProxyOptions();

    @Parameters(
            index = "0",
            paramLabel = "LISTEN",
            description = "Where to listen; port 0 picks a free one.",
            converter = Endpoint.Local.class)
    private Endpoint listen = new Endpoint.Inet(Endpoint.LOOPBACK, 0);

    @Parameters(
            index = "1",
            paramLabel = "TARGET",
            description =
                    "Where each connection goes. A name is looked up each time, all its addresses are tried in turn.",
            converter = Endpoint.Remote.class)
    private Endpoint target = new Endpoint.Inet(Endpoint.LOOPBACK, 0);

    @Option(
            names = "--max-connections",
            paramLabel = "N",
            description = "Accepting pauses while so many are open. Default: ${DEFAULT-VALUE}.")
    private int maxConnections = DEFAULT_MAX_CONNECTIONS;

    @Option(
            names = "--grace",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            defaultValue = "5",
            description = "After SIGINT or SIGTERM, how long open connections may finish; a second signal ends at"
                    + " once. Default: ${DEFAULT-VALUE}.")
    private Duration grace = Duration.ofSeconds(5);

    @Option(
            names = "--loops",
            paramLabel = "N",
            converter = LoopCount.class,
            defaultValue = "1",
            description =
                    "Event loops, each on a thread of its own, that share the connections. Default: ${DEFAULT-VALUE}.")
    private int loopCount = 1;

    @Option(
            names = "--json",
            description = "Print on stdout one JSON object a line: when it starts, for each connection that has"
                    + " ended, and when it stops.")
    private boolean json;

    private @Nullable Server server;
    private @Nullable EventBase base;
    private List<ProxyLoop> loops = List.of();
    private final long startNanos = System.nanoTime();
    private long lastBytes;
    private long lastNanos = startNanos;
    private double rate;

    ProxyCommand() {}

    @Override
    public Integer call() {
        options.check();
        if (maxConnections < 1) {
            throw ToolFailure.usage(
                    "need --max-connections >= 1, got " + maxConnections, new IllegalArgumentException());
        }
        try (ServerLog log = new ServerLog(json);
                EventBase opened = common.newBase()) {
            base = opened;
            if (loopCount == 1) {
                ProxyLoop only = new ProxyLoop(opened, target, options, 1, log, this);
                loops = List.of(only);
                run(log, (_, socket) -> only.serve(socket));
                only.cutAll();
                report(log);
            } else {
                serveOnSeveral(log);
            }
            return 0;
        }
    }

    /** One loop accepts, the others relay. */
    private void serveOnSeveral(ServerLog log) {
        try (EventBaseGroup group = common.newGroup(loopCount)) {
            Map<EventBase, ProxyLoop> byBase = new LinkedHashMap<>();
            for (EventBase its : group.bases()) {
                byBase.put(its, new ProxyLoop(its, target, options, loopCount, log, this));
            }
            loops = List.copyOf(byBase.values());
            group.start();
            HandOverCallback serve =
                    (its, socket) -> Objects.requireNonNull(byBase.get(its)).serve(socket);
            run(log, (_, socket) -> {
                if (!group.handOver(socket, serve)) {
                    server().connectionEnded();
                }
            });
            onEach(ProxyLoop::cutAll);
            report(log);
        }
    }

    private void run(ServerLog log, AcceptCallback onAccept) {
        EventBase its = Objects.requireNonNull(base);
        server = new Server(its, address(), grace, onAccept)
                .announce(options.tls().clients().announcement() + ", relaying to " + target
                        + (options.tls().targets().isOn() ? " in TLS" : ""));
        server.mostOpen(maxConnections);
        server.onWords(log::say);
        server.endOnSignals();
        options.tls().clients().watch(its, log::say);
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("event", "start");
        members.put("time", Instant.now());
        members.put("listen", Words.of(server.localAddress()));
        members.put("target", target);
        members.put("backend", its.backend());
        members.put("loops", loopCount);
        members.put("tls", options.tls().clients().isOn());
        members.put("targetTls", options.tls().targets().isOn());
        log.event(members);
        Event ticker = Event.timer(its, (_, _) -> tick(log), EventOption.PERSIST);
        ticker.add(TICK);
        // Look-ups and other loops are nothing this loop knows to wait for.
        its.loop(LoopOption.NO_EXIT_ON_EMPTY);
    }

    private SocketAddress address() {
        return switch (listen) {
            case Endpoint.Unix unix -> unix.address();
            case Endpoint.Inet inet ->
                new InetSocketAddress(ConnectCommand.resolve(inet.host()).getFirst(), inet.port());
        };
    }

    // ---- what the loops tell ----

    @Override
    public void onEnded() {
        tell(() -> server().connectionEnded());
    }

    @Override
    public void onShortage(IOException cause) {
        tell(() -> server().rest(cause));
    }

    private void tell(Runnable task) {
        EventBase its = Objects.requireNonNull(base);
        if (loopCount == 1) {
            task.run();
            return;
        }
        try {
            its.execute(task);
        } catch (RejectedExecutionException _) {
            // The command has ended; nobody counts any more.
        }
    }

    private Server server() {
        return Objects.requireNonNull(server, "no server yet");
    }

    /** Does something on every loop, and waits for it. */
    private void onEach(Consumer<ProxyLoop> task) {
        CountDownLatch done = new CountDownLatch(loops.size());
        for (ProxyLoop loop : loops) {
            try {
                loop.base.execute(() -> {
                    task.accept(loop);
                    done.countDown();
                });
            } catch (RejectedExecutionException _) {
                done.countDown();
            }
        }
        try {
            done.await(LAST_WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- what is said ----

    private ProxyTally tally() {
        return loops.stream().map(ProxyLoop::published).reduce(ProxyTally.NONE, ProxyTally::plus);
    }

    private void tick(ServerLog log) {
        for (ProxyLoop loop : loops) {
            try {
                loop.base.execute(loop::publish);
            } catch (RejectedExecutionException _) {
                // That loop has ended.
            }
        }
        log.tellUntold();
        if (!log.isTerminal()) {
            return;
        }
        ProxyTally tally = tally();
        long present = System.nanoTime();
        if (present - lastNanos >= TimeUnit.SECONDS.toNanos(1)) {
            rate = (tally.bytes() - lastBytes) * 1e9 / (present - lastNanos);
            lastBytes = tally.bytes();
            lastNanos = present;
        }
        log.status(String.format(
                Locale.ROOT,
                "%s  %s out  %s back  %s/s  %,d refused",
                Words.counted(tally.open(), "connection"),
                Words.bytes(tally.toTarget()),
                Words.bytes(tally.toClients()),
                Words.bytes((long) rate),
                tally.refused()));
    }

    private void report(ServerLog log) {
        ProxyTally tally = tally();
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        if (json) {
            Map<String, Object> members = new LinkedHashMap<>();
            members.put("event", "stop");
            members.put("time", Instant.now());
            members.put("connections", server().acceptedCount());
            members.put("failed", tally.failed());
            members.put("refused", tally.refused());
            members.put("cut", tally.cut());
            members.put("bytesToTarget", tally.toTarget());
            members.put("bytesToClients", tally.toClients());
            members.put("seconds", seconds);
            members.put("peakBufferBytes", tally.peakBufferBytes());
            members.put("droppedLines", log.droppedCount());
            log.event(members);
        } else {
            log.status("");
            log.say("relayed " + Words.bytes(tally.toTarget()) + " out, " + Words.bytes(tally.toClients())
                    + " back on " + Words.counted(server().acceptedCount(), "connection") + " in "
                    + String.format(Locale.ROOT, "%.2f s", seconds) + " (" + Words.count(tally.failed())
                    + " failed, " + Words.count(tally.refused()) + " refused, " + Words.count(tally.cut())
                    + " cut off)");
        }
    }
}
