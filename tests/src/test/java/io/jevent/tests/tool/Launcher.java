package io.jevent.tests.tool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.event.EventBase;
import io.jevent.tool.Main;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A running jevent command, as a process of its own. */
public final class Launcher implements AutoCloseable {
    /** What commands run on. */
    public static final String BACKEND = System.getProperty(
            "jevent.backend",
            EventBase.backends().stream()
                    .filter(it -> it.unavailableBecause().isEmpty())
                    .findFirst()
                    .orElseThrow()
                    .name());

    private static final long DEADLINE_SECONDS = 60;
    private static final Pattern LISTENING = Pattern.compile("listening on .*:(\\d+) \\(");

    private final Process process;
    private final Collector out;
    private final Collector err;

    /** How a command ended. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    public record Result(int exitCode, byte[] outBytes, String err) {
        public String out() {
            return new String(outBytes, UTF_8);
        }

        public List<String> errLines() {
            return err.lines().filter(line -> !line.startsWith("listening on")).toList();
        }
    }

    /** Gathers one stream of the process on a thread of its own. */
    private static final class Collector {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final Thread thread;

        Collector(InputStream in) {
            thread = Thread.ofPlatform().daemon().start(() -> {
                byte[] piece = new byte[65536];
                try {
                    for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                        synchronized (bytes) {
                            bytes.write(piece, 0, count);
                            bytes.notifyAll();
                        }
                    }
                } catch (IOException _) {
                    // The process was killed.
                }
            });
        }

        byte[] all() throws InterruptedException {
            thread.join(TimeUnit.SECONDS.toMillis(DEADLINE_SECONDS));
            return bytes.toByteArray();
        }

        Matcher await(Pattern pattern) throws InterruptedException {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
            synchronized (bytes) {
                while (System.nanoTime() < deadline) {
                    Matcher matcher = pattern.matcher(bytes.toString(UTF_8));
                    if (matcher.find()) {
                        return matcher;
                    }
                    bytes.wait(1000);
                }
            }
            throw new AssertionError("nothing like " + pattern + " in: " + bytes.toString(UTF_8));
        }
    }

    private Launcher(List<String> prefix, List<String> jvmOptions, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED"));
        command.add("-Djevent.backend=" + BACKEND);
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", classPath()));
        command.add(Main.class.getName());
        command.addAll(List.of(arguments));
        process = new ProcessBuilder(command).start();
        out = new Collector(process.getInputStream());
        err = new Collector(process.getErrorStream());
    }

    /** The class path of the tool. */
    public static String classPath() throws IOException {
        return String.join(
                File.pathSeparator,
                placesOf(Main.class, EventBase.class, picocli.CommandLine.class, org.HdrHistogram.Histogram.class));
    }

    /** The class path of the tool, and where classes of tests and others are. */
    public static String classPathWith(Class<?>... others) throws IOException {
        List<String> places = new ArrayList<>();
        for (String place : placesOf(others)) {
            places.add(place);
            places.add(Path.of(place).resolveSibling("test-classes").toString());
        }
        return classPath() + File.pathSeparator + String.join(File.pathSeparator, places);
    }

    private static List<String> placesOf(Class<?>... types) throws IOException {
        List<String> places = new ArrayList<>();
        try {
            for (Class<?> type : types) {
                places.add(Path.of(type.getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toURI())
                        .toString());
            }
        } catch (URISyntaxException e) {
            throw new IOException(e);
        }
        return places;
    }

    public static Launcher start(String... arguments) throws IOException {
        return new Launcher(List.of(), List.of(), arguments);
    }

    /** Starts it with options for the JVM. */
    static Launcher startWith(List<String> jvmOptions, String... arguments) throws IOException {
        return new Launcher(List.of(), jvmOptions, arguments);
    }

    /** Starts it under another command, such as one that sets limits. */
    public static Launcher startUnder(List<String> prefix, String... arguments) throws IOException {
        return new Launcher(prefix, List.of(), arguments);
    }

    static Result run(String... arguments) throws IOException, InterruptedException {
        try (Launcher launcher = start(arguments)) {
            return launcher.await();
        }
    }

    static Result run(byte[] stdin, String... arguments) throws IOException, InterruptedException {
        try (Launcher launcher = start(arguments)) {
            launcher.stdin().write(stdin);
            launcher.stdin().close();
            return launcher.await();
        }
    }

    public OutputStream stdin() {
        return process.getOutputStream();
    }

    /** Closes our end of its standard output, as a reader that has seen enough would. */
    void closeStdout() throws IOException {
        process.getInputStream().close();
    }

    long pid() {
        return process.pid();
    }

    /** The port it listens on; waits until it does. */
    public int port() throws InterruptedException {
        return Integer.parseInt(err.await(LISTENING).group(1));
    }

    /** Waits until it has printed something like that on stderr. */
    public void awaitErr(String pattern) throws InterruptedException {
        err.await(Pattern.compile(pattern));
    }

    /** Waits until it has printed that on stderr. */
    void awaitErrText(String text) throws InterruptedException {
        err.await(Pattern.compile(Pattern.quote(text)));
    }

    public String errSoFar() {
        synchronized (err.bytes) {
            return err.bytes.toString(UTF_8);
        }
    }

    /** Sends SIGTERM; by id, because ending the Process object would close our ends of its streams. */
    void signal() {
        ProcessHandle.of(process.pid()).ifPresent(ProcessHandle::destroy);
    }

    /** Sends a signal by its name, without SIG. */
    void signal(String name) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-" + name, "" + pid()).start().waitFor())
                .isZero();
    }

    /** Sends SIGKILL, and waits for the end. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    public Result terminate() throws InterruptedException {
        signal();
        return await();
    }

    public Result await() throws InterruptedException {
        assertThat(process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS))
                .as("ended in time")
                .isTrue();
        return new Result(process.exitValue(), out.all(), new String(err.all(), UTF_8));
    }

    long descriptorCount() throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc", "" + pid(), "fd"))) {
            return descriptors.count();
        }
    }

    /** Waits until it holds no more descriptors than that. */
    void awaitDescriptors(long most) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (descriptorCount() > most && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        assertThat(descriptorCount()).isLessThanOrEqualTo(most);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
