package io.jevent.tests.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.jevent.event.EventBase;
import io.jevent.examples.BuildMessage;
import io.jevent.examples.ConnectAndReport;
import io.jevent.examples.CountWords;
import io.jevent.examples.Countdown;
import io.jevent.examples.EchoServer;
import io.jevent.examples.HelloWorld;
import io.jevent.examples.HexFilter;
import io.jevent.examples.JobPair;
import io.jevent.examples.PeekAndWrite;
import io.jevent.examples.RateLimitMeter;
import io.jevent.examples.ReadFifo;
import io.jevent.examples.ReserveAndCommit;
import io.jevent.examples.Rot13Filter;
import io.jevent.examples.Socks4Request;
import io.jevent.examples.Volley;
import io.jevent.listener.ConnectionListener;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The examples run, and the README shows the first one as it is. */
@Tag("socket")
@Timeout(60)
class ExamplesTest {
    private static final Path README = Path.of("..", "README.md");

    private static String firstCodeBlock() throws IOException {
        String readme = Files.readString(README);
        int from = readme.indexOf("```java\n") + "```java\n".length();
        return readme.substring(from, readme.indexOf("```", from));
    }

    private static String outputOf(Runnable program) {
        PrintStream before = System.out;
        var captured = new ByteArrayOutputStream();
        System.setOut(new PrintStream(captured, true, UTF_8));
        try {
            program.run();
        } finally {
            System.setOut(before);
        }
        return captured.toString(UTF_8);
    }

    @Test
    void theReadmesProgramCompilesByItself(@TempDir Path folder) throws IOException {
        Path source = Files.writeString(folder.resolve("ConnectAndReport.java"), firstCodeBlock());
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, UTF_8)) {
            String core = Path.of(EventBase.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .getPath())
                    .toString();
            boolean compiled = compiler.getTask(
                            null,
                            files,
                            null,
                            List.of("-cp", core, "-d", folder.toString(), "--release", "25"),
                            null,
                            files.getJavaFileObjects(source))
                    .call();
            assertThat(compiled).isTrue();
        }
        assertThat(folder.resolve("ConnectAndReport.class")).exists();
    }

    @Test
    void theReadmesProgramIsExampleNumberOne() throws IOException {
        Path example =
                Path.of("..", "examples", "src", "main", "java", "io", "jevent", "examples", "ConnectAndReport.java");
        String withoutPackage = Files.readString(example).replaceFirst("(?s)^package [^;]+;\\s+", "");
        assertThat(firstCodeBlock()).isEqualTo(withoutPackage);
    }

    @Test
    void theReadmesTestIsInTheExamplesTests() throws IOException {
        String readme = Files.readString(README);
        int from = readme.indexOf("```java\n", readme.indexOf("## Testing your own protocol")) + "```java\n".length();
        String shown = readme.substring(from, readme.indexOf("```", from));
        Path test = Path.of(
                "..", "examples", "src", "test", "java", "io", "jevent", "examples", "UpperCaseServerTest.java");
        assertThat(Files.readString(test)).contains(shown.indent(12));
    }

    @Test
    void theTestingGuideShowsWhatItsTestRuns() throws IOException {
        String guide = Files.readString(Path.of("..", "docs", "TESTING.md"));
        String test = Files.readString(
                Path.of("..", "examples", "src", "test", "java", "io", "jevent", "examples", "TestingGuideTest.java"));
        int count = 0;
        for (int from = guide.indexOf("```java\n"); from >= 0; from = guide.indexOf("```java\n", from)) {
            from += "```java\n".length();
            String shown = guide.substring(from, guide.indexOf("```", from));
            assertThat(test.replaceAll("\\s+", " ")).contains(shown.strip().replaceAll("\\s+", " "));
            count++;
        }
        assertThat(count).isEqualTo(5);
    }

    @Test
    void theReadmesProgramConnectsOrSaysWhyNot() throws IOException {
        int port;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = server.getLocalPort();
            assertThat(outputOf(() -> ConnectAndReport.main(new String[] {"" + port}))
                            .strip())
                    .isEqualTo("connected");
        }
        assertThat(outputOf(() -> ConnectAndReport.main(new String[] {"" + port}))
                        .strip())
                .isEqualTo("failed: Connection refused");
    }

    @Test
    void theEchoServerGivesAClientThatHalfClosesAndReadsSlowlyEveryByteBack() throws Exception {
        byte[] data = new byte[8 << 20];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) ((i * 31) >>> 3);
        }
        try (EventBase base = EventBase.create()) {
            ConnectionListener listener =
                    EchoServer.listen(base, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            int port = ((InetSocketAddress) listener.localAddress()).getPort();
            Thread loop = Thread.ofPlatform().start(base::dispatch);
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
                client.setSoTimeout(30_000);
                Thread writer = Thread.ofPlatform().start(() -> writeAll(client, data));
                writer.join(300); // by then the server has stopped reading: nobody has read yet
                byte[] back = client.getInputStream().readAllBytes();
                assertThat(back).hasSize(data.length);
                assertThat(Arrays.mismatch(back, data)).isEqualTo(-1);
                writer.join();
            }
            base.execute(base::exit);
            loop.join();
        }
    }

    @Test
    void programsThatEndByThemselvesShowWhatTheyAreFor() {
        String[] none = {};
        assertThat(outputOf(() -> Countdown.main(new String[] {"4"})))
                .isEqualTo("written  4  3  2  1 \nread     4  3  2  1 \nwritten  0 \nend      0 \n");
        assertThat(outputOf(() -> Rot13Filter.main(none))).isEqualTo("below Uryyb, Jbeyq\nabove Hello, World\n");
        assertThat(outputOf(() -> HexFilter.main(none)))
                .startsWith("below: 14 bytes\n")
                .contains("Grüße\nEof");
        assertThat(outputOf(() -> JobPair.main(none))).isEqualTo("ONE\nTWO\nTHREE\n");
        assertThat(outputOf(() -> Volley.main(new String[] {"1000"}))).contains("at once:  1 deep", "deferred: 1 deep");
        assertThat(outputOf(() -> BuildMessage.main(none))).startsWith("LENGTH 33\r\n\r\n  1 first\n");
        assertThat(outputOf(() -> ReserveAndCommit.main(none))).startsWith("filled in place: 2048\nrefused: ");
        assertThat(outputOf(() -> run(Socks4Request::main))).endsWith("target=/192.0.2.7:80, user=me]\n");
        assertThat(outputOf(() -> run(CountWords::main))).isEqualTo("first line: GET /fruit\nbehind it:  4\n");
        assertThat(outputOf(() -> run(PeekAndWrite::main))).contains("exactly 4096:  4096\n", "waiting still: 180000");
        assertThat(outputOf(() -> run(arguments -> RateLimitMeter.main(new String[] {"3", "1", "100000", "20000"}))))
                .contains(" mean, ", " tokens left\n");
    }

    /** A main that may fail to open something. */
    @FunctionalInterface
    private interface Program {
        void main(String... arguments) throws IOException;
    }

    private static void run(Program program) {
        try {
            program.main();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Process start(Class<?> program, ProcessBuilder.Redirect input, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path") + ":" + System.getProperty("jdk.module.path", ""),
                program.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectInput(input)
                .redirectErrorStream(true)
                .start();
    }

    private static void interrupt(Process process) throws Exception {
        new ProcessBuilder("kill", "-INT", Long.toString(process.pid()))
                .inheritIO()
                .start()
                .waitFor();
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void theGreetingServerGreetsAndLeavesOnAnInterrupt() throws Exception {
        Process process = start(HelloWorld.class, ProcessBuilder.Redirect.PIPE, "0");
        try (BufferedReader output = process.inputReader(UTF_8)) {
            String listening = output.readLine();
            int port = Integer.parseInt(listening.substring(listening.lastIndexOf(':') + 1));
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
                client.setSoTimeout(30_000);
                assertThat(client.getInputStream().readAllBytes())
                        .asString(UTF_8)
                        .isEqualTo("Hello, World!\n");
            }
            assertThat(output.readLine()).isEqualTo("flushed");
            interrupt(process);
            assertThat(output.readLine()).startsWith("interrupted");
            assertThat(output.readLine()).isEqualTo("done");
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aNamedPipeIsPrintedUntilItsWriterClosesIt(@TempDir Path folder) throws Exception {
        Path pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        // Open for both, so that neither end waits for the other.
        FileChannel held = FileChannel.open(pipe, StandardOpenOption.READ, StandardOpenOption.WRITE);
        Process process = start(ReadFifo.class, ProcessBuilder.Redirect.from(pipe.toFile()));
        try (BufferedReader output = process.inputReader(UTF_8)) {
            try (held) {
                held.write(ByteBuffer.wrap("one\n".getBytes(UTF_8)));
                String first = output.readLine();
                assumeThat(first).doesNotStartWith("need epoll");
                assertThat(first).isEqualTo("one");
                held.write(ByteBuffer.wrap("two\n".getBytes(UTF_8)));
                assertThat(output.readLine()).isEqualTo("two");
            }
            assertThat(output.readLine()).isEqualTo("the writer has closed");
            assertThat(process.waitFor()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void everyProgramIsInTheTable() throws IOException {
        String table = Files.readString(Path.of("..", "examples", "README.md"));
        Path sources = Path.of("..", "examples", "src", "main", "java", "io", "jevent", "examples");
        try (Stream<Path> files = Files.list(sources)) {
            assertThat(files.map(it -> it.getFileName().toString()).filter(it -> !it.equals("package-info.java")))
                    .allSatisfy(it -> assertThat(table).contains("(src/main/java/io/jevent/examples/" + it + ")"));
        }
    }

    private static void writeAll(Socket client, byte[] data) {
        try {
            client.getOutputStream().write(data);
            client.shutdownOutput();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
