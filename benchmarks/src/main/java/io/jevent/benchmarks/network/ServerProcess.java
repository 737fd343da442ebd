package io.jevent.benchmarks.network;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A server that runs, with the one behind it if it is a proxy, until it is closed or this JVM ends. */
final class ServerProcess implements AutoCloseable {
    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    private static final Duration START_LIMIT = Duration.ofSeconds(20);
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(5);

    /** What every proxy stands before. */
    private static final Server BEHIND = Server.C_EPOLL;

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroy)));
    }

    private final Server server;
    private final Process process;
    private final BufferedReader answers;
    private final BufferedWriter questions;

    /** Holds what the server says on standard error, and the configuration of one that needs it. */
    private final Path folder;

    /** What a proxy passes its connections on to; null for others. */
    private final @Nullable ServerProcess behind;

    private final int port;

    private ServerProcess(Server server, List<String> command, Path folder, @Nullable ServerProcess behind, int port)
            throws IOException {
        this.server = server;
        this.folder = folder;
        this.behind = behind;
        process =
                new ProcessBuilder(command).redirectError(complaints().toFile()).start();
        RUNNING.add(process);
        answers = process.inputReader(StandardCharsets.UTF_8);
        questions = process.outputWriter(StandardCharsets.UTF_8);
        try {
            this.port = port > 0 ? awaited(port) : Integer.parseInt(readLine());
        } catch (NumberFormatException | BenchmarkFailure e) {
            close();
            throw e instanceof BenchmarkFailure failure ? failure : new BenchmarkFailure(server.id() + ": no port", e);
        }
    }

    /** Starts a server, and before a proxy the one behind it, and waits for its port. */
    static ServerProcess start(Programs programs, Server server, List<String> jvmOptions) throws IOException {
        Path folder = Files.createTempDirectory("jevent-benchmark");
        if (server.role() == Role.ECHO) {
            return new ServerProcess(server, programs.server(server, jvmOptions), folder, null, 0);
        }
        // Before anything is started, as it may not be there.
        server.installed().ifPresent(InstalledProxy::path);
        ServerProcess behind = new ServerProcess(
                BEHIND, programs.serverBehind(BEHIND), Files.createTempDirectory("jevent-benchmark"), null, 0);
        boolean success = false;
        try {
            ServerProcess proxy = startProxy(programs, server, jvmOptions, folder, behind);
            success = true;
            return proxy;
        } finally {
            if (!success) {
                behind.close();
            }
        }
    }

    private static ServerProcess startProxy(
            Programs programs, Server server, List<String> jvmOptions, Path folder, ServerProcess behind)
            throws IOException {
        if (server.installed().isEmpty()) {
            List<String> command = new ArrayList<>(programs.server(server, jvmOptions));
            command.add(Integer.toString(behind.port()));
            tls(server).ifPresent(files -> command.addAll(files.arguments()));
            return new ServerProcess(server, command, folder, behind, 0);
        }
        InstalledProxy proxy = server.installed().get();
        int port = freePort();
        Path configuration = folder.resolve("configuration");
        Files.writeString(configuration, proxy.configuration(port, behind.port(), folder, tls(server)));
        return new ServerProcess(server, programs.installed(proxy, configuration), folder, behind, port);
    }

    private static Optional<TlsFiles> tls(Server server) throws IOException {
        return server.role() == Role.TLS ? Optional.of(TlsFiles.shared()) : Optional.empty();
    }

    /** {@return a port that nobody has; for programs that have to be told theirs} */
    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Waits until somebody listens on a port. */
    private int awaited(int port) throws IOException {
        long startNanos = System.nanoTime();
        while (System.nanoTime() - startNanos < START_LIMIT.toNanos() && process.isAlive()) {
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return client.getPort();
            } catch (ConnectException e) {
                if (!sleptThrough(BETWEEN_TRIES)) {
                    break;
                }
            }
        }
        throw new BenchmarkFailure(server.id() + " does not listen: " + complaint());
    }

    private Path complaints() {
        return folder.resolve("complaints");
    }

    int port() {
        return port;
    }

    Role role() {
        return server.role();
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
        List<String> lines = Files.readString(complaints())
                .lines()
                .filter(line -> !line.isBlank())
                // Where it was says less than what it was.
                .filter(line -> !line.startsWith("\tat ") && !line.startsWith("\t..."))
                .toList();
        return lines.isEmpty() ? "it said nothing" : lines.getLast().strip();
    }

    /** Sends one byte there and back. */
    void echoOneByte() throws IOException {
        try (Socket client = client()) {
            client.setSoTimeout((int) START_LIMIT.toMillis());
            client.getOutputStream().write('!');
            InputStream input = client.getInputStream();
            if (input.read() != '!') {
                throw new BenchmarkFailure(server.id() + " did not echo a byte");
            }
        }
    }

    private Socket client() throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        return server.role() == Role.TLS ? TlsFiles.shared().client(loopback, port) : new Socket(loopback, port);
    }

    /** Ends the server and waits for its end; a JVM may have a cache to write first. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            deleteFolder();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        } catch (IOException e) {
            // A folder more among the temporary ones.
        }
        RUNNING.remove(process);
        if (behind != null) {
            behind.close();
        }
    }

    private void deleteFolder() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(folder);
    }
}
