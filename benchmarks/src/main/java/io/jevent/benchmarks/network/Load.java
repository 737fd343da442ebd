package io.jevent.benchmarks.network;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** load.c at work on a server. */
final class Load implements AutoCloseable {
    private final Process process;
    private final long limitMillis;

    private Load(Programs programs, List<String> arguments, long limitMillis) throws IOException {
        process = new ProcessBuilder(programs.load(arguments)).start();
        this.limitMillis = limitMillis;
    }

    /** Starts to load. */
    static Load start(Programs programs, ServerProcess server, Shape shape, long warmMillis, long measureMillis)
            throws IOException {
        List<String> arguments = shape.arguments(server.port(), server.pid(), warmMillis, measureMillis);
        return new Load(programs, arguments, warmMillis + measureMillis + 30_000);
    }

    /** Connects many, echoes once on each, and holds them until this is closed. */
    static Load hold(Programs programs, ServerProcess server, int connections) throws IOException {
        List<String> arguments = List.of(
                server.role() == Role.TLS ? "tls-idle" : "idle",
                Integer.toString(server.port()),
                Long.toString(server.pid()),
                Integer.toString(connections),
                "64");
        Load load = new Load(programs, arguments, 90_000);
        String line = load.process.inputReader(StandardCharsets.UTF_8).readLine();
        if (!"ready".equals(line)) {
            String complaint = load.complaint();
            load.close();
            throw new BenchmarkFailure(complaint);
        }
        return load;
    }

    /** Waits for the end of the window. */
    LoadResult result() throws IOException, InterruptedException {
        if (!process.waitFor(limitMillis, TimeUnit.MILLISECONDS)) {
            throw new BenchmarkFailure("load: no end after " + limitMillis + " ms");
        }
        if (process.exitValue() != 0) {
            throw new BenchmarkFailure(complaint());
        }
        return LoadResult.parse(process.inputReader(StandardCharsets.UTF_8).readLine());
    }

    private String complaint() throws IOException {
        String line = process.errorReader(StandardCharsets.UTF_8).readLine();
        return line == null ? "load: ended without a word" : line;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
