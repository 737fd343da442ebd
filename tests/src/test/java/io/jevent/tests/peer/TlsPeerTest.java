package io.jevent.tests.peer;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.backend.Direction;
import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.TlsBufferEvent;
import io.jevent.event.Event;
import io.jevent.event.EventBase;
import io.jevent.event.EventBaseConfig;
import io.jevent.listener.ConnectionListener;
import io.jevent.tls.SelfSigned;
import io.jevent.tls.TlsContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * TLS against implementations that others wrote: OpenSSL's own tools, GnuTLS's, socat and ncat in both roles, and curl as a
 * client, over every backend and both versions. {@code .ci/run} installs them.
 */
@Tag("peer")
@Timeout(120)
class TlsPeerTest {
    private static final int BYTES = 300_000;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    static Path folder;

    private static TlsContext.Builder serving;
    private static TlsContext.Builder trusting;
    private static Path certificate;
    private static Path key;

    /** Text, since some peers treat lines; no letter at the start of a line means something to one of them. */
    private static byte[] text;

    @BeforeAll
    static void makeFiles() throws Exception {
        SelfSigned identity = SelfSigned.forHosts("localhost", "127.0.0.1");
        certificate =
                pem("certificate.pem", "CERTIFICATE", identity.certificate().getEncoded());
        Path own = pem("own.pem", "PRIVATE KEY", identity.key().getEncoded());
        key = folder.resolve("key.pem"); // With the public key in it, which GnuTLS wants and the JDK leaves out.
        Process openssl = new ProcessBuilder("openssl", "ec", "-in", own.toString(), "-out", key.toString()).start();
        assertThat(openssl.waitFor()).isZero();
        serving = TlsContext.builder().certificate(certificate, key);
        trusting = TlsContext.builder().trust(certificate);
        SplittableRandom random = new SplittableRandom(1);
        text = new byte[BYTES];
        for (int i = 0; i < BYTES; i++) {
            text[i] = (byte) (i % 60 == 59 ? '\n' : random.nextInt('a', 'f'));
        }
    }

    private static Path pem(String name, String label, byte[] content) throws IOException {
        String body = Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(content);
        return Files.writeString(
                folder.resolve(name), "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n");
    }

    private static Stream<Arguments> runs(String... peers) {
        return Stream.of("nio", "epoll", "io_uring")
                .flatMap(backend -> Stream.of("TLSv1.3", "TLSv1.2")
                        .flatMap(protocol -> Stream.of(peers).map(peer -> Arguments.of(backend, protocol, peer))));
    }

    static Stream<Arguments> clients() {
        return runs("openssl", "gnutls", "socat", "ncat");
    }

    static Stream<Arguments> servers() {
        return runs("openssl", "gnutls", "socat", "ncat");
    }

    static Stream<Arguments> curls() {
        return runs("curl");
    }

    private static List<String> words(String command) {
        return List.of(command.replace("$certificate", certificate.toString())
                .replace("$key", key.toString())
                .split(" "));
    }

    private static List<String> client(String peer, int port) {
        return words(
                switch (peer) {
                    case "openssl" ->
                        "openssl s_client -quiet -verify_return_error -servername localhost -CAfile $certificate -connect"
                                + " 127.0.0.1:" + port;
                    case "gnutls" ->
                        "gnutls-cli --logfile=" + folder.resolve("gnutls.log") + " --x509cafile=$certificate -p " + port
                                + " localhost";
                    case "socat" -> "socat - OPENSSL:127.0.0.1:" + port + ",cafile=$certificate,commonname=localhost";
                    default -> "ncat -4 --ssl-verify --ssl-trustfile $certificate localhost " + port;
                });
    }

    /** These end all of TLS with their own input, and the answer with it. */
    private static boolean needsItsInputOpen(String peer) {
        return peer.equals("socat") || peer.equals("ncat");
    }

    /** ncat does not say close_notify in turn while its standard input is open. */
    private static boolean answersTheEnd(String peer) {
        return !peer.equals("ncat");
    }

    private static List<String> server(String peer, int port) {
        return words(
                switch (peer) {
                    case "openssl" ->
                        "openssl s_server -quiet -rev -naccept 1 -cert $certificate -key $key -accept " + port;
                    case "gnutls" -> "gnutls-serv --echo -q --x509certfile=$certificate --x509keyfile=$key -p " + port;
                    case "socat" ->
                        "socat OPENSSL-LISTEN:" + port + ",bind=127.0.0.1,verify=0,cert=$certificate,key=$key EXEC:cat";
                    default -> "ncat -l --ssl --ssl-cert $certificate --ssl-key $key 127.0.0.1 " + port;
                });
    }

    /** Gives a process what it is to send, and leaves its input open. */
    private static void feed(Process process, byte[] bytes) {
        Thread.ofVirtual().start(() -> {
            try {
                process.getOutputStream().write(bytes);
                process.getOutputStream().flush();
            } catch (IOException _) {
                // It has ended, and the test will say what is missing.
            }
        });
    }

    /** Makes an echo of a process that only has an input and an output; its own {@code --exec cat} blocks on much data. */
    private static void turnBack(Process process) {
        Thread.ofVirtual().start(() -> {
            byte[] piece = new byte[8192];
            try {
                for (int count; (count = process.getInputStream().read(piece)) > 0; ) {
                    process.getOutputStream().write(piece, 0, count);
                    process.getOutputStream().flush();
                }
            } catch (IOException _) {
                // It has ended.
            }
        });
    }

    private static EventBase newBase(String backend) {
        return EventBase.create(EventBaseConfig.builder().backend(backend).build());
    }

    @ParameterizedTest
    @MethodSource("clients")
    void theirClientsGetBackWhatTheySent(String backend, String protocol, String peer) throws Exception {
        Path in = Files.write(folder.resolve("in"), text);
        Path out = folder.resolve("out");
        List<String> log = new ArrayList<>();
        TlsContext context = context(serving, protocol);
        try (EventBase base = newBase(backend);
                ConnectionListener listener = ConnectionListener.bind(
                        base, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), (self, socket) -> {
                            TlsBufferEvent connection = TlsBufferEvent.accept(base, socket, context);
                            long[] left = {BYTES};
                            connection.onRead(it -> {
                                left[0] -= it.input().length();
                                it.write(it.input());
                                if (left[0] == 0) {
                                    it.closeAfterFlush(answersTheEnd(peer) ? PATIENCE : Duration.ofMillis(500));
                                    self.close();
                                }
                            });
                            connection.onCondition((_, condition) -> note(log, base, condition));
                            connection.enableReading();
                        })) {
            int port = ((InetSocketAddress) listener.localAddress()).getPort();
            ProcessBuilder builder = new ProcessBuilder(client(peer, port))
                    .redirectOutput(out.toFile())
                    .redirectError(folder.resolve("err").toFile());
            if (!needsItsInputOpen(peer)) {
                builder.redirectInput(in.toFile());
            }
            Process process = builder.start();
            if (needsItsInputOpen(peer)) {
                feed(process, text);
            }
            try {
                base.dispatch(); // Until the connection has closed.
                if (needsItsInputOpen(peer)) {
                    process.getOutputStream().close();
                }
                assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .isTrue();
            } finally {
                process.destroyForcibly();
            }
        }
        assertThat(log).containsOnly("Connected");
        assertThat(Files.readAllBytes(out))
                .as(Files.readString(folder.resolve("err")))
                .isEqualTo(text);
    }

    private static TlsContext context(TlsContext.Builder builder, String protocol) throws IOException {
        return builder.protocols(protocol).build();
    }

    private static void note(List<String> log, EventBase base, Condition condition) {
        log.add(
                condition instanceof Condition.Failed failed
                        ? failed.toString()
                        : condition.getClass().getSimpleName());
        if (!(condition instanceof Condition.Connected)) {
            base.exit();
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void theirServersSendBackWhatWeSend(String backend, String protocol, String peer) throws Exception {
        int port = freePort();
        byte[] sent =
                peer.equals("ncat") ? Arrays.copyOf(text, 10_000) : text; // It stops reading while it cannot write.
        ProcessBuilder builder = new ProcessBuilder(server(peer, port))
                .redirectError(folder.resolve("err").toFile());
        if (!peer.equals("ncat")) {
            builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
        }
        Process process = builder.start();
        if (peer.equals("ncat")) {
            turnBack(process);
        }
        List<String> log = new ArrayList<>();
        byte[] back;
        try (EventBase base = newBase(backend)) {
            List<TlsBufferEvent> last = new ArrayList<>();
            connect(base, context(trusting, protocol), port, log, last, sent);
            base.exit(PATIENCE);
            base.dispatch();
            back = last.getLast().input().removeAll();
        } finally {
            process.destroyForcibly();
        }
        assertThat(log).as(Files.readString(folder.resolve("err"))).containsOnly("Connected");
        assertThat(back).hasSameSizeAs(sent);
        if (!peer.equals("openssl")) { // That one turns each line round.
            assertThat(back).isEqualTo(sent);
        }
    }

    /** Tries again while the server is not there yet. */
    private static void connect(
            EventBase base, TlsContext context, int port, List<String> log, List<TlsBufferEvent> last, byte[] sent) {
        TlsBufferEvent connection = TlsBufferEvent.connect(base, context, "localhost", port);
        last.add(connection);
        connection.write(sent);
        connection.onRead(it -> {
            if (it.input().length() == sent.length) {
                base.exit();
            }
        });
        connection.onCondition((it, condition) -> {
            if (condition instanceof Condition.Failed failed
                    && failed.direction() == Direction.CONNECTING
                    && String.valueOf(failed.cause().getMessage()).contains("refused")) {
                it.close();
                Event.timer(base, (_, _) -> connect(base, context, port, log, last, sent))
                        .add(Duration.ofMillis(50));
            } else {
                note(log, base, condition);
            }
        });
        connection.enableReading();
    }

    private static void answer(BufferEvent connection) {
        connection.output().addAscii("HTTP/1.1 200 OK\r\nContent-Length: " + BYTES + "\r\nConnection: close\r\n\r\n");
        connection.write(text);
        connection.closeAfterFlush(PATIENCE);
    }

    @ParameterizedTest
    @MethodSource("curls")
    void curlReadsOverHttps(String backend, String protocol, String peer) throws Exception {
        Path out = folder.resolve("out");
        TlsContext context = context(serving, protocol);
        try (EventBase base = newBase(backend);
                ConnectionListener listener = ConnectionListener.bind(
                        base, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), (self, socket) -> {
                            TlsBufferEvent connection = TlsBufferEvent.accept(base, socket, context);
                            connection.onRead(it -> {
                                answer(it);
                                self.close();
                            });
                            connection.enableReading();
                        })) {
            int port = ((InetSocketAddress) listener.localAddress()).getPort();
            Process process = new ProcessBuilder(
                            peer, "-sS", "-4", "--cacert", certificate.toString(), "https://localhost:" + port + "/")
                    .redirectOutput(out.toFile())
                    .redirectError(folder.resolve("err").toFile())
                    .start();
            try {
                base.dispatch(); // Until the connection has closed.
                assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .isTrue();
            } finally {
                process.destroyForcibly();
            }
        }
        assertThat(Files.readAllBytes(out))
                .as(Files.readString(folder.resolve("err")))
                .isEqualTo(text);
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    static Stream<String> backends() {
        return Stream.of("nio", "epoll", "io_uring");
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aClientThatRenegotiatesIsRefused(String backend) throws Exception {
        TlsContext context = context(serving, "TLSv1.2");
        List<String> log = new ArrayList<>();
        Process[] process = new Process[1];
        try (EventBase base = newBase(backend);
                ConnectionListener listener = ConnectionListener.bind(
                        base, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), (_, socket) -> {
                            TlsBufferEvent connection = TlsBufferEvent.accept(base, socket, context);
                            connection.onRead(it -> {
                                log.add(it.input().removeString(US_ASCII));
                                feed(process[0], "R\n".getBytes(US_ASCII)); // A command, of this client's.
                            });
                            connection.onCondition((_, condition) -> note(log, base, condition));
                            connection.enableReading();
                        })) {
            int port = ((InetSocketAddress) listener.localAddress()).getPort();
            process[0] = new ProcessBuilder(words("openssl s_client -CAfile $certificate -connect 127.0.0.1:" + port))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(folder.resolve("err").toFile())
                    .start();
            feed(process[0], "hello\n".getBytes(US_ASCII));
            try {
                base.exit(PATIENCE);
                base.dispatch();
            } finally {
                process[0].destroyForcibly();
            }
        }
        assertThat(log)
                .hasSize(3)
                .startsWith("Connected", "hello\n")
                .last()
                .asString()
                .contains("the peer asks for another handshake (renegotiation), which is refused");
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aServerThatRenegotiatesIsRefused(String backend) throws Exception {
        int port = freePort();
        Process process = new ProcessBuilder(
                        words("openssl s_server -naccept 1 -cert $certificate -key $key -accept " + port))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(folder.resolve("err").toFile())
                .start();
        List<String> log = new ArrayList<>();
        try (EventBase base = newBase(backend)) {
            List<TlsBufferEvent> last = new ArrayList<>();
            connect(base, context(trusting, "TLSv1.2"), port, log, last, "hello\n".getBytes(US_ASCII));
            Event.timer(base, (self, _) -> {
                        if (log.isEmpty()) {
                            self.add(Duration.ofMillis(50));
                        } else {
                            feed(process, "r\n".getBytes(US_ASCII)); // A command, of this server's.
                        }
                    })
                    .add(Duration.ofMillis(50));
            base.exit(PATIENCE);
            base.dispatch();
        } finally {
            process.destroyForcibly();
        }
        assertThat(log)
                .as(Files.readString(folder.resolve("err")))
                .hasSize(2)
                .startsWith("Connected")
                .last()
                .asString()
                .contains("the peer asks for another handshake (renegotiation), which is refused");
    }
}
