package io.jevent.benchmarks.network;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Measures the same echo on every server and through every proxy, in clear and over TLS, by turns; {@code benchmarks/run} builds and starts it. */
@Command(
        name = "benchmarks/run",
        description =
                "Measure the same echo, and the same through a proxy, in clear or over TLS, on jevent, libevent, Netty and"
                        + " others, by turns, and print tables.",
        footer = {
            "",
            "--list names rows and servers. docs/BENCHMARKS.md says what each row is.",
            "Exit codes: 0 done, 1 something could not be measured, 2 wrong usage.",
            "Results go to stdout, words to stderr.",
            "",
            "Examples: benchmarks/run --rounds 3 --servers libevent,jevent-epoll --rows echo-50x64,idle",
            "          benchmarks/run --rows proxy-50x64,proxy-stream,proxy-connect --write",
            "          benchmarks/run --rounds 3 --rows tls --write"
        })
public final class Comparison implements Callable<Integer> {
    private static final int USAGE = 2;

    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    @Option(names = "--rounds", paramLabel = "N", description = "How often each load runs on each server. Default: 5.")
    private int rounds = 5;

    @Option(names = "--quick", description = "Warm up and measure so shortly that only the program is tested.")
    private boolean quick;

    @Option(
            names = "--servers",
            split = ",",
            paramLabel = "NAME",
            description = "Only these. Default: all that run here.")
    private List<String> serverNames = List.of();

    @Option(
            names = "--rows",
            split = ",",
            paramLabel = "NAME",
            description = "Only these; echo, proxy and tls stand for all rows of that kind. Default: all.")
    private List<String> rowNames = List.of();

    @Option(names = "--json", paramLabel = "FILE", description = "Also write every single result to FILE.")
    private @Nullable Path json;

    @Option(
            names = "--write",
            arity = "0..1",
            fallbackValue = "docs",
            paramLabel = "FOLDER",
            description = "Also put the tables into BENCHMARKS.md there, and charts beside it. Default: docs.")
    private @Nullable Path write;

    @Option(names = "--list", description = "Print the names of rows and servers.")
    private boolean list;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Print this.")
    @SuppressWarnings("unused") // picocli reads it
    private boolean help;

    private final Measurements measured = new Measurements();
    private final Map<Role, List<String>> failures = new EnumMap<>(Role.class);

    private Comparison() {}

    /** Runs the command and exits with its code. */
    public static void main(String[] args) {
        CommandLine line = new CommandLine(new Comparison());
        line.setUsageHelpWidth(100);
        line.setParameterExceptionHandler((wrong, _) -> {
            System.err.println("run: " + wrong.getMessage() + " (see benchmarks/run --help)");
            return USAGE;
        });
        line.setExecutionExceptionHandler((thrown, _, _) -> {
            System.err.println("run: " + (thrown instanceof BenchmarkFailure ? thrown.getMessage() : thrown));
            return 1;
        });
        System.exit(line.execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (list) {
            rowIds().forEach(row -> System.out.println("row " + row));
            Server.ids().forEach(server -> System.out.println("server " + server));
            return 0;
        }
        checkNames();
        List<Shape> shapes = Arrays.stream(Shape.values())
                .filter(shape -> isWanted(shape.id(), shape.role()))
                .toList();
        List<Extra> extras = Arrays.stream(Extra.values())
                .filter(extra -> Arrays.stream(Role.values()).anyMatch(role -> isWanted(extra, role)))
                .toList();
        Pace pace = quick ? Pace.QUICK : Pace.FULL;
        Programs programs = programs();
        checkTools(extras, pace);
        Bench bench = new Bench(programs, pace);
        String started = Instant.now().toString();
        List<Server> servers = serversThatRun(bench, shapes, extras);
        long expectedMillis = expectedMillis(shapes, extras, servers, pace);
        System.err.println("run: this takes about " + Progress.words(expectedMillis) + "; leave the machine alone");
        Progress progress = new Progress(expectedMillis);
        runLoads(bench, progress, shapes, servers, pace);
        for (Extra extra : extras) {
            runExtra(bench, progress, extra, servers, pace);
        }
        progress.clear();
        publish(programs, started, servers);
        return failures.isEmpty() ? 0 : 1;
    }

    // ---- what to do ----

    private static List<String> rowIds() {
        return Stream.concat(
                        Arrays.stream(Shape.values()).map(Shape::id),
                        Arrays.stream(Extra.values()).map(Extra::id))
                .toList();
    }

    /** Whether a row of a role is, by its own name or with all of the role. */
    private boolean isWanted(String row, Role role) {
        return rowNames.isEmpty() || rowNames.contains(row) || rowNames.contains(role.id());
    }

    private boolean isWanted(Extra extra, Role role) {
        return extra.isFor(role) && isWanted(extra.id(), role);
    }

    private void checkNames() {
        if (rounds < 1) {
            throw wrong("need --rounds of at least 1, got " + rounds);
        }
        List<String> known = Stream.concat(
                        rowIds().stream(), Arrays.stream(Role.values()).map(Role::id))
                .toList();
        for (String name : rowNames) {
            if (!known.contains(name)) {
                throw wrong("there is no row " + name + "; --list names them all");
            }
        }
        for (String name : serverNames) {
            if (!Server.ids().contains(name)) {
                throw wrong("there is no server " + name + "; --list names them all");
            }
        }
    }

    private ParameterException wrong(String message) {
        if (spec == null) {
            throw new IllegalStateException(message);
        }
        return new ParameterException(spec.commandLine(), message);
    }

    private static Programs programs() throws IOException {
        List<Integer> cores = Machine.cores();
        if (cores.size() < 2) {
            throw new BenchmarkFailure("need two cores, one for the server and one for the load; there is one");
        }
        Path target = Path.of(System.getProperty("jevent.benchmarks.top", "."), "benchmarks", "target");
        // With three or more the server behind a proxy has a core for itself.
        int behind = cores.get(cores.size() > 2 ? 1 : 0);
        return new Programs(target.toAbsolutePath(), cores.getLast(), cores.getFirst(), behind);
    }

    private static void checkTools(List<Extra> extras, Pace pace) throws IOException, InterruptedException {
        if (extras.contains(Extra.SYSTEM_CALLS)) {
            try {
                new ProcessBuilder("strace", "-V")
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor();
            } catch (IOException e) {
                throw new BenchmarkFailure(
                        "the row syscalls needs strace: apt-get install -y strace, or leave it out with --rows", e);
            }
        }
        long needed = pace.idleConnections() + 100L;
        if (extras.contains(Extra.IDLE) && Machine.openFiles() < needed) {
            throw new BenchmarkFailure("the row idle needs " + needed
                    + " open files: raise the hard limit (ulimit -Hn) as root, or leave it out with --rows");
        }
    }

    /** Leaves out who has nothing to do, and who cannot run here, unless they were asked for by name. */
    private List<Server> serversThatRun(Bench bench, List<Shape> shapes, List<Extra> extras) throws IOException {
        List<Server> servers = new ArrayList<>();
        for (Server server : Server.values()) {
            boolean busy = shapes.stream().anyMatch(shape -> shape.role() == server.role())
                    || extras.stream().anyMatch(extra -> isWanted(extra, server.role()));
            if (!busy || !(serverNames.isEmpty() || serverNames.contains(server.id()))) {
                continue;
            }
            try {
                bench.check(server);
                servers.add(server);
            } catch (BenchmarkFailure failure) {
                if (!serverNames.isEmpty()) {
                    throw failure;
                }
                System.err.println("run: left out, as it does not run here: " + failure.getMessage());
            }
        }
        if (servers.isEmpty()) {
            throw wrong("none of these servers has anything to do in these rows");
        }
        return servers;
    }

    private long expectedMillis(List<Shape> shapes, List<Extra> extras, List<Server> servers, Pace pace) {
        long millis = 0;
        for (Server server : servers) {
            millis += shapes.stream()
                    .filter(shape -> shape.role() == server.role())
                    .mapToLong(shape -> rounds * pace.loadMillis(shape, server))
                    .sum();
            for (Extra extra : extras) {
                millis += isWanted(extra, server.role()) ? pace.extraMillis(extra, server) : 0;
            }
        }
        return millis;
    }

    // ---- measuring ----

    /** Servers by turns within each round, every round beginning with another one. */
    private void runLoads(Bench bench, Progress progress, List<Shape> shapes, List<Server> servers, Pace pace)
            throws InterruptedException {
        List<Server> order = new ArrayList<>(servers);
        for (int round = 1; round <= rounds; round++) {
            for (Shape shape : shapes) {
                for (Server server : order) {
                    if (server.role() != shape.role()) {
                        continue;
                    }
                    String heading = "round " + round + " of " + rounds + ", " + shape.id();
                    progress.step(heading, server, pace.loadMillis(shape, server));
                    int present = round;
                    measure(
                            progress,
                            heading,
                            server,
                            () -> measured.add(shape, server, present, bench.load(shape, server)));
                }
            }
            Collections.rotate(order, -1);
        }
    }

    private void runExtra(Bench bench, Progress progress, Extra extra, List<Server> servers, Pace pace)
            throws InterruptedException {
        List<Server> asked = servers.stream()
                .filter(server -> isWanted(extra, server.role()))
                .toList();
        if (extra == Extra.START) {
            runStarts(bench, progress, asked, pace);
            return;
        }
        for (Server server : asked) {
            if (extra == Extra.ALLOCATION && !server.isJava()) {
                continue;
            }
            progress.step(extra.id(), server, pace.extraMillis(extra, server));
            measure(progress, extra.id(), server, () -> {
                switch (extra) {
                    case SYSTEM_CALLS -> measured.systemCalls.put(server, bench.systemCalls(server));
                    case ALLOCATION -> measured.allocation.put(server, bench.allocation(server));
                    case IDLE -> measured.idle.put(server, bench.idle(server));
                    case START -> throw new AssertionError();
                }
            });
        }
    }

    private void runStarts(Bench bench, Progress progress, List<Server> servers, Pace pace)
            throws InterruptedException {
        Map<Server, List<String>> caches = new LinkedHashMap<>();
        for (Server server : servers) {
            if (server.isJava()) {
                progress.step("start, training", server, 3000);
                measure(progress, "AOT cache", server, () -> caches.put(server, bench.trainedCache(server)));
            }
        }
        for (int spawn = 0; spawn < pace.spawns(); spawn++) {
            for (Server server : servers) {
                progress.step("start", server, (pace.extraMillis(Extra.START, server) - 3000) / pace.spawns());
                measure(
                        progress,
                        "start",
                        server,
                        () -> measured.starts
                                .computeIfAbsent(server, _ -> new ArrayList<>())
                                .add(bench.start(server, List.of())));
                if (caches.containsKey(server)) {
                    measure(
                            progress,
                            "start",
                            server,
                            () -> measured.cachedStarts
                                    .computeIfAbsent(server, _ -> new ArrayList<>())
                                    .add(bench.start(server, caches.getOrDefault(server, List.of()))));
                }
            }
        }
    }

    /** One measurement. */
    private interface Step {
        void run() throws IOException, InterruptedException;
    }

    /** What fails is noted and the rest goes on: the whole takes long. */
    private void measure(Progress progress, String what, Server server, Step step) throws InterruptedException {
        try {
            step.run();
        } catch (IOException | BenchmarkFailure | IllegalArgumentException e) {
            String failure = what + ", " + server.id() + ": " + e.getMessage();
            failures.computeIfAbsent(server.role(), _ -> new ArrayList<>()).add(failure);
            progress.say(failure);
        }
    }

    // ---- saying ----

    private void publish(Programs programs, String started, List<Server> servers) throws IOException {
        for (Role role : Role.values()) {
            List<Server> ofRole =
                    servers.stream().filter(server -> server.role() == role).toList();
            if (ofRole.isEmpty()) {
                continue;
            }
            List<String> failed = failures.getOrDefault(role, List.of());
            String origin = origin(programs, role, ofRole);
            System.out.print(origin + Report.of(measured, role, "", failed));
            if (write != null) {
                Documentation page = Documentation.of(role);
                page.write(write, origin + Report.of(measured, role, page.charts(), failed), measured);
            }
        }
        if (json != null) {
            Map<String, Object> members = new LinkedHashMap<>();
            members.put("started", started);
            members.put("machine", Machine.hardware());
            members.put("versions", Machine.versions(programs, servers));
            members.put("rounds", rounds);
            List<String> all = failures.values().stream().flatMap(List::stream).toList();
            Files.writeString(json, Results.json(members, measured, all), StandardCharsets.UTF_8);
        }
    }

    private String origin(Programs programs, Role role, List<Server> servers) throws IOException {
        String cores = switch (role) {
            case ECHO -> "server on core " + programs.serverCore() + ", load on core " + programs.loadCore();
            case PROXY, TLS ->
                "proxy on core " + programs.serverCore() + ", load on core " + programs.loadCore()
                        + ", the echo server behind the proxy on core " + programs.behindCore();
        };
        return LocalDate.now(ZoneOffset.UTC) + ", `" + command() + "`, " + Machine.hardware() + "; "
                + Machine.versions(programs, servers) + "; " + cores + ".\n\n";
    }

    /** The command again, without where its results go. */
    private String command() {
        StringBuilder command = new StringBuilder("benchmarks/run --rounds ").append(rounds);
        if (quick) {
            command.append(" --quick");
        }
        if (!serverNames.isEmpty()) {
            command.append(" --servers ").append(String.join(",", serverNames));
        }
        if (!rowNames.isEmpty()) {
            command.append(" --rows ").append(String.join(",", rowNames));
        }
        return command.toString();
    }
}
