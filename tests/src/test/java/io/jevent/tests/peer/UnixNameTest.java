package io.jevent.tests.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.event.EventBase;
import io.jevent.listener.ConnectionListener;
import io.jevent.tests.backend.BackendUnderTest;
import io.jevent.tests.tool.Launcher;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Peers on Unix-domain sockets whose own paths have characters that the locale of our process has not. */
@Tag("peer")
@Timeout(60)
class UnixNameTest {
    @TempDir
    private Path folder;

    /** Prints the address of each peer. */
    static final class Program {
        private Program() {}

        public static void main(String[] args) throws IOException {
            try (EventBase base = EventBase.create();
                    ConnectionListener listener =
                            ConnectionListener.bind(base, UnixDomainSocketAddress.of(args[0]), (self, socket) -> {
                                System.out.println("peer [" + socket.remoteAddress() + "]");
                                socket.close();
                            })) {
                System.out.println(base.backend() + " at " + listener.localAddress());
                base.dispatch();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "io_uring"})
    void areAcceptedWithoutAName(String backend) throws Exception {
        BackendUnderTest.valueOf(backend.toUpperCase(Locale.ROOT)).open().close();
        String server = folder.resolve("server").toString();
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Djevent.backend=" + backend,
                "-cp",
                Launcher.classPathWith(Program.class),
                Program.class.getName(),
                server);
        builder.environment().put("LC_ALL", "C");
        Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (BufferedReader out = process.inputReader()) {
            assertThat(out.readLine()).isEqualTo(backend + " at " + server);
            connectFrom("caf\\303\\251", server);
            assertThat(out.readLine()).isEqualTo("peer []");
            connectFrom("plain", server);
            assertThat(out.readLine()).endsWith("plain]");
        } finally {
            process.destroy();
            process.waitFor();
        }
    }

    /** Connects from a path whose last part is told as the shell's {@code printf} takes it. */
    private void connectFrom(String name, String server) throws Exception {
        Process socat = new ProcessBuilder(
                        "sh",
                        "-c",
                        "exec socat -u UNIX-CONNECT:\"$1\",bind=\"$2/$(printf \"$3\")\" STDOUT",
                        "sh",
                        server,
                        folder.toString(),
                        name)
                .inheritIO()
                .start();
        assertThat(socat.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(socat.exitValue()).isZero();
    }
}
