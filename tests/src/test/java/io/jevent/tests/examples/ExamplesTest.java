package io.jevent.tests.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.event.EventBase;
import io.jevent.examples.ConnectAndReport;
import io.jevent.examples.EchoServer;
import io.jevent.listener.ConnectionListener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
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

    private static void writeAll(Socket client, byte[] data) {
        try {
            client.getOutputStream().write(data);
            client.shutdownOutput();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
