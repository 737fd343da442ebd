package io.jevent.benchmarks.network;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;

/** Measures one thing of one server at a time, each in a process of its own. */
final class Bench {
    private static final List<String> PROBE = List.of("-Djevent.benchmarks.probe=true");

    private static final double NANOS_PER_MILLI = 1e6;

    private final Programs programs;
    private final Pace pace;

    Bench(Programs programs, Pace pace) {
        this.programs = programs;
        this.pace = pace;
    }

    /** Starts the server, has one byte echoed, and ends it. */
    void check(Server server) throws IOException {
        try (ServerProcess process = ServerProcess.start(programs, server, List.of())) {
            process.echoOneByte();
        }
    }

    LoadResult load(Shape shape, Server server) throws IOException, InterruptedException {
        try (ServerProcess process = ServerProcess.start(programs, server, List.of())) {
            return load(process, shape, pace.warmMillis(shape, server), pace.measureMillis());
        }
    }

    private LoadResult load(ServerProcess process, Shape shape, long warmMillis, long measureMillis)
            throws IOException, InterruptedException {
        try (Load load = Load.start(programs, process, shape, warmMillis, measureMillis)) {
            return load.result();
        }
    }

    /** Counts from outside, after the warm-up: tracing slows everything. The 50 connections made meanwhile count, too. */
    SystemCalls systemCalls(Server server) throws IOException, InterruptedException {
        Path table = Files.createTempFile("jevent-benchmark", ".strace");
        try (ServerProcess process = ServerProcess.start(programs, server, List.of())) {
            load(process, server.role().small(), pace.warmMillis(server), 100);
            Process strace = new ProcessBuilder(
                            "strace", "-f", "-c", "-o", table.toString(), "-p", Long.toString(process.pid()))
                    .start();
            try (BufferedReader words = strace.errorReader(StandardCharsets.UTF_8)) {
                String attached = words.readLine();
                if (attached == null || !attached.contains("attached")) {
                    throw new BenchmarkFailure("strace: " + (attached == null ? "ended" : attached));
                }
                LoadResult traced = load(process, server.role().small(), 0, pace.measureMillis());
                strace.destroy();
                strace.waitFor(10, TimeUnit.SECONDS);
                return SystemCalls.parse(Files.readString(table), traced.messages());
            } finally {
                strace.destroy();
            }
        } finally {
            Files.deleteIfExists(table);
        }
    }

    /** Bytes on the heap for each message, in the middle of the window so that no connecting counts. */
    double allocation(Server server) throws IOException, InterruptedException {
        try (ServerProcess process = ServerProcess.start(programs, server, PROBE)) {
            process.ask("allocated");
            try (Load load = Load.start(
                    programs, process, server.role().small(), pace.warmMillis(server), pace.measureMillis())) {
                Thread.sleep(pace.warmMillis(server) + pace.measureMillis() / 5);
                long firstNanos = System.nanoTime();
                long first = Long.parseLong(process.ask("allocated"));
                Thread.sleep(pace.measureMillis() / 2);
                long nanos = System.nanoTime() - firstNanos;
                long bytes = Long.parseLong(process.ask("allocated")) - first;
                return bytes / (load.result().messagesPerNano() * nanos);
            }
        }
    }

    /** What one of many silent connections costs: what there is with them less what there was before the first of them. */
    IdleMemory idle(Server server) throws IOException, InterruptedException {
        try (ServerProcess process = ServerProcess.start(programs, server, server.isJava() ? PROBE : List.of())) {
            // Fifty handshakes take a JVM that has not compiled anything longer than the window.
            load(process, server.role().small(), server.role() == Role.TLS ? pace.warmMillis(server) : 0, 500);
            Thread.sleep(200); // the server has to notice that those connections have ended
            Memory before = memory(server, process);
            int count = pace.idleConnections(server.role());
            try (Load _ = Load.hold(programs, process, count)) {
                Memory after = memory(server, process);
                return new IdleMemory(
                        difference(server, after.heap - before.heap, count),
                        difference(server, after.buffers - before.buffers, count),
                        (after.resident - before.resident) / (double) count);
            }
        }
    }

    private static OptionalDouble difference(Server server, long bytes, int count) {
        return server.isJava() ? OptionalDouble.of((double) bytes / count) : OptionalDouble.empty();
    }

    private record Memory(long heap, long buffers, long resident) {}

    private static Memory memory(Server server, ServerProcess process) throws IOException {
        if (!server.isJava()) {
            return new Memory(0, 0, residentBytes(process.pid()));
        }
        String[] words = process.ask("memory").split(" ", -1);
        return new Memory(Long.parseLong(words[0]), Long.parseLong(words[1]), residentBytes(process.pid()));
    }

    /** Its own pages, and its share of those that others have, too. */
    private static long residentBytes(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(pid), "smaps_rollup")).stream()
                .filter(line -> line.startsWith("Pss:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                .sum();
    }

    /** Milliseconds from spawning to the first byte echoed. */
    double start(Server server, List<String> jvmOptions) throws IOException {
        long startNanos = System.nanoTime();
        try (ServerProcess process = ServerProcess.start(programs, server, jvmOptions)) {
            process.echoOneByte();
            return (System.nanoTime() - startNanos) / NANOS_PER_MILLI;
        }
    }

    /** Trains an AOT cache on one echoed byte and returns the options that use it. */
    List<String> trainedCache(Server server) throws IOException {
        Path cache = programs.target().resolve("network", server.id() + ".aot");
        Files.deleteIfExists(cache);
        try (ServerProcess process =
                ServerProcess.start(programs, server, List.of("-XX:AOTCacheOutput=" + cache, "-Xlog:aot=off"))) {
            process.echoOneByte();
        }
        if (!Files.exists(cache)) {
            throw new BenchmarkFailure(server.id() + " left no AOT cache");
        }
        return List.of("-XX:AOTCache=" + cache);
    }
}
