package io.jevent.tests.peer;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.backend.AcceptedSocket;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.event.EventBase;
import io.jevent.listener.ConnectionListener;
import io.jevent.listener.InheritedSocket;
import io.jevent.listener.InheritedSockets;
import io.jevent.listener.ListenerConfig;
import io.jevent.listener.ListenerOption;
import io.jevent.tests.backend.BackendUnderTest;
import io.jevent.tests.tool.Launcher;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A program that is started with sockets which listen already, as systemd and inetd start one. */
@Tag("peer")
@Timeout(120)
class InheritedSocketsPeerTest {
    @TempDir
    static Path folder;

    private static Path launcher;

    /** Answers one connection of each socket that it inherits with the socket's name, and ends. */
    static final class Program {
        private Program() {}

        public static void main(String[] args) throws IOException {
            ListenerConfig config = ListenerConfig.of(ListenerOption.CLOSE_ON_FREE);
            try (EventBase base = EventBase.create()) {
                for (InheritedSocket socket : InheritedSockets.listening()) {
                    ConnectionListener.over(base, socket.descriptor(), config, (self, accepted) -> {
                        answer(base, accepted, socket.name());
                        self.close();
                    });
                }
                if (InheritedSockets.channel().isPresent()) {
                    ConnectionListener.over(
                            base, InheritedSockets.channel().orElseThrow(), config, (self, accepted) -> {
                                answer(base, accepted, "descriptor 0");
                                self.close();
                            });
                }
                base.dispatch();
            }
        }

        private static void answer(EventBase base, AcceptedSocket accepted, String name) {
            SocketBufferEvent connection = SocketBufferEvent.create(base, accepted);
            connection.write((base.backend() + " " + name).getBytes(US_ASCII));
            connection.closeAfterFlush(Duration.ofSeconds(30));
        }
    }

    @BeforeAll
    static void compileTheLauncher() throws IOException, InterruptedException {
        launcher = folder.resolve("socket_launcher");
        Process compiler = new ProcessBuilder(
                        "cc",
                        "-O2",
                        "-Wall",
                        "-Werror",
                        "-o",
                        launcher.toString(),
                        Path.of("src", "test", "c", "socket_launcher.c").toString())
                .inheritIO()
                .start();
        assertThat(compiler.waitFor()).as("compiling the launcher").isZero();
    }

    private static Process start(String backend, String mode, String names) throws IOException {
        BackendUnderTest.valueOf(backend.toUpperCase(Locale.ROOT)).open().close();
        return new ProcessBuilder(
                        launcher.toString(),
                        mode,
                        names,
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Djevent.backend=" + backend,
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        Launcher.classPathWith(Program.class),
                        Program.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static void assertEachAnswers(Process process, List<String> expected) throws Exception {
        try (BufferedReader out = process.inputReader(US_ASCII)) {
            for (String answer : expected) {
                String line = out.readLine();
                assertThat(line).startsWith("port ");
                // It listens from before the program was there.
                try (Socket client = new Socket("127.0.0.1", Integer.parseInt(line.substring(5)))) {
                    client.setSoTimeout(60_000);
                    client.shutdownOutput();
                    assertThat(client.getInputStream().readAllBytes())
                            .asString()
                            .isEqualTo(answer);
                }
            }
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "io_uring"})
    void socketsThatSystemdPassesAreServedByName(String backend) throws Exception {
        assertEachAnswers(start(backend, "systemd", "http:https"), List.of(backend + " http", backend + " https"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll", "io_uring"})
    void theSocketThatInetdPassesIsServedOnEveryBackend(String backend) throws Exception {
        assertEachAnswers(start(backend, "inetd", "-"), List.of(backend + " descriptor 0"));
    }
}
