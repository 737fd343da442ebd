package io.jevent.tests.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.tests.tool.Launcher;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Against programs that others wrote: socat, ncat, and libevent's own buffer events. Each sends 0 bytes, 1 byte and 64 MiB
 * through our echo, and each echoes for our connect; what comes back has the same checksum. {@code .ci/run} installs them.
 */
@Tag("peer")
@Timeout(300)
class PeerTest {
    private static final long DEADLINE_SECONDS = 120;

    @TempDir
    static Path folder;

    private static Path libeventPeer;

    @BeforeAll
    static void compileTheLibeventPeer() throws IOException, InterruptedException {
        libeventPeer = folder.resolve("libevent_peer");
        Process compiler = new ProcessBuilder(
                        "cc",
                        "-O2",
                        "-Wall",
                        "-Werror",
                        "-o",
                        libeventPeer.toString(),
                        Path.of("src", "test", "c", "libevent_peer.c").toString(),
                        "-levent")
                .inheritIO()
                .start();
        assertThat(compiler.waitFor()).as("compiling the libevent peer").isZero();
    }

    static Stream<Arguments> peersAndSizes() {
        return Stream.of("socat", "ncat", "libevent")
                .flatMap(peer -> Stream.of(0, 1, 64 << 20).map(size -> Arguments.of(peer, size)));
    }

    /** ncat's own echo ({@code --exec cat}) blocks for good on large data, so each direction has its ncat. */
    static Stream<Arguments> echoingPeersAndSizes() {
        return peersAndSizes().filter(arguments -> !arguments.get()[0].equals("ncat"));
    }

    private static Path data(int size) throws IOException {
        Path file = folder.resolve("data-" + size);
        if (!Files.exists(file)) {
            byte[] bytes = new byte[size];
            new SplittableRandom(size).nextBytes(bytes);
            Files.write(file, bytes);
        }
        return file;
    }

    private static String checksum(Path file) throws IOException, NoSuchAlgorithmException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }

    /** Runs a command with files as its streams and returns its exit code. */
    private static int run(Path in, Path out, List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertThat(process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS))
                    .as("%s ended in time", command)
                    .isTrue();
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }

    private static List<String> client(String peer, int port) {
        return switch (peer) {
            case "socat" -> List.of("socat", "-t", "60", "-", "TCP:127.0.0.1:" + port);
            case "ncat" -> List.of("ncat", "127.0.0.1", "" + port);
            default -> List.of(libeventPeer.toString(), "send", "" + port);
        };
    }

    @ParameterizedTest
    @MethodSource("peersAndSizes")
    void whatAPeerSendsThroughOurEchoComesBackWhole(String peer, int size) throws Exception {
        Path in = data(size);
        Path out = folder.resolve("out-" + peer + size);
        try (Launcher echo = Launcher.start("echo", "0")) {
            assertThat(run(in, out, client(peer, echo.port()))).isZero();
            assertThat(checksum(out)).isEqualTo(checksum(in));
            Launcher.Result result = echo.terminate();
            assertThat(result.exitCode()).isZero();
            assertThat(result.err()).contains("on 1 connection ").contains("(0 failed, 0 cut off)");
        }
    }

    @ParameterizedTest
    @MethodSource("echoingPeersAndSizes")
    void whatWeSendThroughAPeersEchoComesBackWhole(String peer, int size) throws Exception {
        Path in = data(size);
        try (ListeningPeer server = ListeningPeer.echo(peer)) {
            Launcher.Result result = connectTo(server, in);
            assertThat(result.exitCode()).as(result.err()).isZero();
            Path out = folder.resolve("back-" + peer + size);
            Files.write(out, result.outBytes());
            assertThat(checksum(out)).isEqualTo(checksum(in));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 64 << 20})
    void whatWeSendToAListeningNcatArrivesWhole(int size) throws Exception {
        Path in = data(size);
        Path out = folder.resolve("ncat-received-" + size);
        try (ListeningPeer ncat = ListeningPeer.ncat("--recv-only", data(0), out)) {
            Launcher.Result result = connectTo(ncat, in);
            assertThat(result.exitCode()).as(result.err()).isZero();
            ncat.awaitEnd();
            assertThat(checksum(out)).isEqualTo(checksum(in));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 64 << 20})
    void whatAListeningNcatSendsArrivesWhole(int size) throws Exception {
        Path in = data(size);
        Path out = folder.resolve("ncat-sent-" + size);
        try (ListeningPeer ncat = ListeningPeer.ncat("--send-only", in, folder.resolve("nothing"))) {
            Launcher.Result result = connectTo(ncat, data(0));
            assertThat(result.exitCode()).as(result.err()).isZero();
            Files.write(out, result.outBytes());
            assertThat(checksum(out)).isEqualTo(checksum(in));
        }
    }

    private static Launcher.Result connectTo(ListeningPeer peer, Path in) throws IOException, InterruptedException {
        try (Launcher connect = Launcher.start("connect", "127.0.0.1", "" + peer.port())) {
            try (OutputStream stdin = connect.stdin()) {
                Files.copy(in, stdin);
            }
            return connect.await();
        }
    }

    /** A foreign server on a free port. */
    private static final class ListeningPeer implements AutoCloseable {
        private static final Pattern LISTENING = Pattern.compile("[Ll]istening on .*:(\\d+)");

        private final Process process;
        private final Path log;

        private ListeningPeer(ProcessBuilder builder, Path log) throws IOException {
            this.log = log;
            this.process = builder.start();
        }

        static ListeningPeer echo(String peer) throws IOException {
            List<String> command = peer.equals("socat")
                    ? List.of("socat", "-d", "-d", "-t", "60", "TCP-LISTEN:0,bind=127.0.0.1,reuseaddr", "EXEC:cat")
                    : List.of(libeventPeer.toString(), "echo");
            Path log = Files.createTempFile(folder, "peer", ".log");
            return new ListeningPeer(
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()), log);
        }

        static ListeningPeer ncat(String direction, Path in, Path out) throws IOException {
            // ncat does not say which port it got for 0.
            int port;
            try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                port = probe.getLocalPort();
            }
            Path log = Files.createTempFile(folder, "peer", ".log");
            return new ListeningPeer(
                    new ProcessBuilder("ncat", "-v", "-l", "127.0.0.1", "" + port, direction)
                            .redirectInput(in.toFile())
                            .redirectOutput(out.toFile())
                            .redirectError(log.toFile()),
                    log);
        }

        void awaitEnd() throws InterruptedException {
            assertThat(process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
        }

        int port() throws IOException, InterruptedException {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
            while (System.nanoTime() < deadline) {
                Matcher matcher = LISTENING.matcher(Files.readString(log, StandardCharsets.ISO_8859_1));
                if (matcher.find()) {
                    return Integer.parseInt(matcher.group(1));
                }
                TimeUnit.MILLISECONDS.sleep(20);
            }
            throw new AssertionError("the peer did not start: " + Files.readString(log));
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    @Test
    void atTheDescriptorLimitAcceptingPausesAndResumesAndNeverSpins() throws Exception {
        // The JVM raises the soft limit to the hard one, so both are set.
        List<String> limit = List.of("prlimit", "--nofile=48:48");
        try (Launcher echo = Launcher.startUnder(limit, "echo", "0")) {
            List<Socket> clients = new ArrayList<>();
            for (int i = 0; i < 80; i++) {
                Socket client = new Socket("127.0.0.1", echo.port());
                client.setSoTimeout(60_000);
                client.getOutputStream().write(i);
                clients.add(client);
            }
            TimeUnit.SECONDS.sleep(2); // a spinning loop would report thousands of times
            long pauses = echo.errSoFar()
                    .lines()
                    .filter(line -> line.contains("accepting pauses"))
                    .count();
            assertThat(pauses).isBetween(1L, 30L);
            for (int i = 0; i < 80; i++) {
                try (Socket client = clients.get(i)) {
                    assertThat(client.getInputStream().read()).as("client " + i).isEqualTo(i);
                }
            }
            assertThat(echo.terminate().err()).contains("on 80 connections").contains("(0 failed, 0 cut off)");
        }
    }
}
