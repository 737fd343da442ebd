package io.jevent.benchmarks.network;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** A server that runs, until it is closed or this JVM ends. */
final class ServerProcess implements AutoCloseable {
    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    private static final Duration START_LIMIT = Duration.ofSeconds(20);

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroy)));
    }

    private final Server server;
    private final Process process;
    private final BufferedReader answers;
    private final BufferedWriter questions;

    /** Holds what the server says on standard error. */
    private final Path complaints;

    private final int port;

    /** Starts a server and waits for its port. */
    ServerProcess(Programs programs, Server server, List<String> jvmOptions) throws IOException {
        this.server = server;
        complaints = Files.createTempFile("jevent-benchmark", ".err");
        process = new ProcessBuilder(programs.server(server, jvmOptions))
                .redirectError(complaints.toFile())
                .start();
        RUNNING.add(process);
        answers = process.inputReader(StandardCharsets.UTF_8);
        questions = process.outputWriter(StandardCharsets.UTF_8);
        try {
            port = Integer.parseInt(readLine());
        } catch (NumberFormatException | BenchmarkFailure e) {
            close();
            throw e instanceof BenchmarkFailure failure ? failure : new BenchmarkFailure(server.id() + ": no port", e);
        }
    }

    int port() {
        return port;
    }

    long pid() {
        return process.pid();
    }

    /** {@return the line that its {@link Probe} answers to a question} */
    String ask(String question) throws IOException {
        questions.write(question);
        questions.newLine();
        questions.flush();
        return readLine();
    }

    private String readLine() throws IOException {
        Thread watchdog = Thread.startVirtualThread(() -> {
            if (!sleptThrough(START_LIMIT)) {
                return;
            }
            process.destroyForcibly();
        });
        String line = answers.readLine();
        watchdog.interrupt();
        if (line == null) {
            throw new BenchmarkFailure(server.id() + " ended: " + complaint());
        }
        return line;
    }

    private static boolean sleptThrough(Duration span) {
        try {
            Thread.sleep(span);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    /** {@return what it last complained of, on one line} */
    private String complaint() throws IOException {
        List<String> lines = Files.readString(complaints)
                .lines()
                .filter(line -> !line.isBlank())
                // Where it was says less than what it was.
                .filter(line -> !line.startsWith("\tat ") && !line.startsWith("\t..."))
                .toList();
        return lines.isEmpty() ? "it said nothing" : lines.getLast().strip();
    }

    /** Sends one byte there and back. */
    void echoOneByte() throws IOException {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.setSoTimeout((int) START_LIMIT.toMillis());
            client.getOutputStream().write('!');
            InputStream input = client.getInputStream();
            if (input.read() != '!') {
                throw new BenchmarkFailure(server.id() + " did not echo a byte");
            }
        }
    }

    /** Ends the server and waits for its end; a JVM may have a cache to write first. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            Files.deleteIfExists(complaints);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        } catch (IOException e) {
            // A file more in the folder for temporary ones.
        }
        RUNNING.remove(process);
    }
}
