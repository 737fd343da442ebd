package io.jevent.tests.tool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.tests.tool.Launcher.Result;
import io.jevent.tls.SelfSigned;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code --tls} and its letters, of every command that has them. */
@Tag("socket")
@Timeout(180)
class TlsToolTest {
    private static final byte[] HELLO = "hello\n".getBytes(UTF_8);

    @TempDir
    private Path folder;

    /** A certificate and its key, in one file. */
    private String identity(String name, String... hosts) throws IOException {
        SelfSigned made = SelfSigned.forHosts(hosts);
        return Files.writeString(folder.resolve(name), made.certificatePem() + made.keyPem())
                .toString();
    }

    private static Result connect(int port, String... letters) throws Exception {
        return connect(HELLO, port, letters);
    }

    private static Result connect(byte[] data, int port, String... letters) throws Exception {
        return Launcher.run(
                data,
                Stream.concat(Stream.of("connect", "localhost", "" + port), Arrays.stream(letters))
                        .toArray(String[]::new));
    }

    @Test
    void aThrowAwayCertificateIsEnoughToTryTlsOut() throws Exception {
        String authority = folder.resolve("ca.pem").toString();
        byte[] data = new byte[400_000];
        new SplittableRandom(1).nextBytes(data);
        try (Launcher echo =
                Launcher.start("echo", "0", "--tls", "--self-signed", "--cert-out", authority, "--loops", "2")) {
            echo.awaitErrText("TLS with a self-signed certificate");
            Result trusting = connect(data, echo.port(), "--tls", "--ca", authority);
            assertThat(trusting.exitCode()).as(trusting.err()).isZero();
            assertThat(Arrays.mismatch(trusting.outBytes(), data)).isEqualTo(-1);
            assertThat(trusting.err()).contains("TLS 1.3, TLS_AES_256_GCM_SHA384, for localhost");

            Result refusing = connect(echo.port(), "--tls");
            assertThat(refusing.exitCode()).isEqualTo(1);
            assertThat(refusing.errLines())
                    .singleElement()
                    .asString()
                    .startsWith("jevent: no TLS with localhost:" + echo.port()
                            + ": nobody trusted has signed the certificate; expected one for localhost, got"
                            + " CN=localhost for localhost, 127.0.0.1, ");
            echo.awaitErrText("the peer has refused: certificate_unknown (it does not trust the certificate");

            Result another = connect(echo.port(), "--tls", "--ca", authority, "--servername", "other.test");
            assertThat(another.err())
                    .contains("other.test found; expected one for other.test, got CN=localhost for localhost");

            Result insecure = connect(echo.port(), "--tls", "--insecure", "--verbose");
            assertThat(insecure.out()).isEqualTo("hello\n");
            assertThat(insecure.err())
                    .contains("\n  1  CN=localhost\n")
                    .contains("\n       for      localhost, 127.0.0.1, 0:0:0:0:0:0:0:1\n")
                    .contains("\n       issuer   itself\n")
                    .containsPattern("\n       valid    20.*, 29 days left\n")
                    .contains("\n       key      EC 256 bits, signed by SHA256withECDSA\n")
                    .containsPattern("\n       SHA-256  [0-9a-f]{2}(:[0-9a-f]{2}){31}\n");
        }
    }

    @Test
    void clientsShowCertificatesAndAgreeOnProtocols() throws Exception {
        String server = identity("server.pem", "localhost");
        String client = identity("client.pem", "client.test");
        try (Launcher listen = Launcher.start(
                "listen",
                "0",
                "--tls",
                "--cert",
                server,
                "--ca",
                client,
                "--alpn",
                "chat,echo",
                "--tls-min",
                "1.3",
                "--verbose")) {
            listen.stdin().close();
            Result refused = connect(listen.port(), "--tls", "--ca", server);
            assertThat(refused.exitCode()).as("without a certificate").isEqualTo(1);
            assertThat(refused.err()).contains("the peer has refused: ").contains("--cert and --key");
            Result good = connect(listen.port(), "--tls", "--ca", server, "--cert", client, "--alpn", "echo,h2");
            assertThat(good.exitCode()).as(good.err()).isZero();
            assertThat(good.err()).contains("TLS 1.3, TLS_AES_256_GCM_SHA384, ALPN echo, for localhost");
            listen.awaitErrText("1  CN=client.test");
            Result stranger = connect(listen.port(), "--tls", "--ca", server, "--alpn", "h2");
            assertThat(stranger.err()).contains("it knows none of the application protocols: --alpn");
        }
    }

    @Test
    void aProxyTerminatesAndOriginates() throws Exception {
        String inner = identity("inner.pem", "localhost");
        String outer = identity("outer.pem", "localhost");
        byte[] data = new byte[400_000];
        new SplittableRandom(2).nextBytes(data);
        try (Launcher echo = Launcher.start("echo", "0", "--tls", "--cert", inner);
                Launcher both = Launcher.start(
                        "proxy",
                        "0",
                        "localhost:" + echo.port(),
                        "--tls",
                        "--cert",
                        outer,
                        "--target-tls",
                        "--target-ca",
                        inner);
                Launcher originating =
                        Launcher.start("proxy", "0", "localhost:" + both.port(), "--target-tls", "--target-ca", outer);
                Launcher distrusting = Launcher.start("proxy", "0", "localhost:" + echo.port(), "--target-tls")) {
            Result passed = connect(data, both.port(), "--tls", "--ca", outer);
            assertThat(passed.exitCode()).as(passed.err()).isZero();
            assertThat(Arrays.mismatch(passed.outBytes(), data)).isEqualTo(-1);
            Result through = connect(data, originating.port());
            assertThat(Arrays.mismatch(through.outBytes(), data))
                    .as(through.err())
                    .isEqualTo(-1);
            Result plain = connect(both.port());
            assertThat(plain.out()).isEmpty();
            both.awaitErrText("the peer does not speak TLS: it sent \"hello\\n\"");
            Result distrusted = connect(distrusting.port());
            assertThat(distrusted.exitCode()).isEqualTo(1);
            distrusting.awaitErrText("nobody trusted has signed the certificate");
        }
    }

    @Test
    void aProxyChoosesTheTargetByNameAndProtocol() throws Exception {
        String certificate = identity("all.pem", "localhost", "one.test", "two.test", "deep.two.test");
        try (Launcher usual = Launcher.start("echo", "0", "--json");
                Launcher other = Launcher.start("listen", "0");
                Launcher proxy = Launcher.start(
                        "proxy",
                        "0",
                        "" + usual.port(),
                        "--tls",
                        "--cert",
                        certificate,
                        "--json",
                        "--route",
                        "sni:One.test=" + other.port(),
                        "--route",
                        "sni:*.two.test=" + other.port(),
                        "--route",
                        "alpn:other=" + other.port())) {
            other.stdin().close();
            String[] trusting = {"--tls", "--ca", certificate};
            assertThat(connect(proxy.port(), trusting).out()).isEqualTo("hello\n");
            assertThat(connect(proxy.port(), with(trusting, "--servername", "one.test"))
                            .out())
                    .isEmpty();
            assertThat(connect(proxy.port(), with(trusting, "--servername", "two.test"))
                            .out())
                    .isEqualTo("hello\n");
            assertThat(connect(proxy.port(), with(trusting, "--servername", "deep.two.test"))
                            .out())
                    .isEmpty();
            assertThat(connect(proxy.port(), with(trusting, "--alpn", "other")).out())
                    .isEmpty();
            assertThat(other.terminate().out()).isEqualTo("hello\n".repeat(3));
            assertThat(proxy.terminate().out())
                    .contains("\"protocol\":\"TLSv1.3\",\"serverName\":\"one.test\"")
                    .contains("\"serverName\":\"localhost\",\"alpn\":\"other\"");
        }
    }

    private static String[] with(String[] letters, String... more) {
        return Stream.concat(Arrays.stream(letters), Arrays.stream(more)).toArray(String[]::new);
    }

    @Test
    void aHangUpReadsTheCertificateAgain() throws Exception {
        String certificate = identity("changing.pem", "localhost");
        String first =
                Files.copy(Path.of(certificate), folder.resolve("first.pem")).toString();
        try (Launcher proxy = Launcher.start("proxy", "0", "1", "--tls", "--cert", certificate)) {
            assertThat(connect(proxy.port(), "--tls", "--ca", first).err()).contains("TLS 1.3");
            identity("changing.pem", "localhost");
            proxy.signal("HUP");
            proxy.awaitErrText("read the certificate again; new connections get it");
            assertThat(connect(proxy.port(), "--tls", "--ca", first).err()).doesNotContain("TLS 1.3");
            assertThat(connect(proxy.port(), "--tls", "--ca", certificate).err())
                    .contains("TLS 1.3");
            String second = Files.copy(Path.of(certificate), folder.resolve("second.pem"))
                    .toString();
            Files.writeString(Path.of(certificate), "nothing");
            proxy.signal("HUP");
            proxy.awaitErrText(
                    "jevent: the certificate stays as it was: " + certificate + ": there is no certificate in it");
            assertThat(connect(proxy.port(), "--tls", "--ca", second).err()).contains("TLS 1.3");
        }
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                Arguments.of("echo 0 --tls", "need --cert and --key, or --self-signed"),
                Arguments.of("echo 0 --cert x", "need --tls with --cert"),
                Arguments.of("echo 0 --tls --self-signed --cert x", "need --cert or --self-signed, got both"),
                Arguments.of("echo 0 --tls --self-signed --key x", "need --cert with --key"),
                Arguments.of("echo 0 --tls --cert x --cert-out y", "need --self-signed with --cert-out"),
                Arguments.of("echo 0 --tls --cert x --key y --key z", "need one --key for each --cert, got 2 for 1"),
                Arguments.of("listen 0 --client-auth needed", "need --tls with --client-auth"),
                Arguments.of("listen 0 --tls --cert nowhere", "cannot set TLS up: nowhere: there is no such file"),
                Arguments.of("connect localhost 1 --alpn h2", "need --tls with --alpn"),
                Arguments.of("connect localhost 1 --tls --insecure --ca x", "need --ca or --insecure, got both"),
                Arguments.of("connect localhost 1 --tls --key x", "need --cert with --key"),
                Arguments.of("connect localhost 1 --tls --tls-min 1.1", "need 1.2 or 1.3, got 1.1"),
                Arguments.of("proxy 0 1 --target-ca x", "need --target-tls with --target-ca"),
                Arguments.of("proxy 0 1 --route sni:a=1", "need --tls with --route"),
                Arguments.of("proxy 0 1 --tls --route a=1", "need sni:NAME=TARGET or alpn:NAME=TARGET, got a=1"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void mistakesAreToldInOneLine(String line, String told) throws Exception {
        Result result = Launcher.run(List.of(line.split(" ")).toArray(String[]::new));
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err().lines())
                .singleElement()
                .asString()
                .startsWith("jevent: ")
                .contains(told);
    }
}
