package io.jevent.tests.peer;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.jevent.tests.tool.Launcher;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Other programs through {@code jevent proxy}, and a proxy that has too few descriptors. */
@Tag("peer")
@Timeout(300)
class ProxyPeerTest {
    @TempDir
    private Path folder;

    private Path data(int size) throws IOException {
        byte[] bytes = new byte[size];
        new SplittableRandom(size).nextBytes(bytes);
        return Files.write(folder.resolve("data"), bytes);
    }

    private static void run(Path in, Path out, List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    static Stream<Arguments> peersAndSizes() {
        return Stream.of("socat", "ncat")
                .flatMap(peer -> Stream.of(0, 1, 16 << 20).map(size -> Arguments.of(peer, size)));
    }

    @ParameterizedTest
    @MethodSource("peersAndSizes")
    void whatAPeerSendsToAnEchoBehindTheProxyComesBackWhole(String peer, int size) throws Exception {
        Path in = data(size);
        Path out = folder.resolve("out");
        try (Launcher echo = Launcher.start("echo", "0");
                Launcher proxy = Launcher.start("proxy", "0", "" + echo.port())) {
            run(
                    in,
                    out,
                    peer.equals("socat")
                            ? List.of("socat", "-t", "60", "-", "TCP:127.0.0.1:" + proxy.port())
                            : List.of("ncat", "127.0.0.1", "" + proxy.port()));
            assertThat(Files.mismatch(in, out)).as("first wrong byte").isEqualTo(-1);
            assertThat(proxy.terminate().err()).contains("(0 failed, 0 refused, 0 cut off)");
        }
    }

    @Test
    void curlFetchesAndPostsThroughIt() throws Exception {
        byte[] page = Files.readAllBytes(data(1 << 20));
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            byte[] answer = exchange.getRequestMethod().equals("POST")
                    ? exchange.getRequestBody().readAllBytes()
                    : page;
            exchange.sendResponseHeaders(200, answer.length);
            try (OutputStream body = exchange.getResponseBody()) {
                body.write(answer);
            }
        });
        server.start();
        try (Launcher proxy =
                Launcher.start("proxy", "0", "localhost:" + server.getAddress().getPort())) {
            String url = "http://127.0.0.1:" + proxy.port() + "/";
            Path in = folder.resolve("data");
            Path out = folder.resolve("out");
            run(in, out, List.of("curl", "-sSf", "--noproxy", "*", url));
            assertThat(Files.mismatch(in, out)).as("first wrong byte fetched").isEqualTo(-1);
            run(in, out, List.of("curl", "-sSf", "--noproxy", "*", "--data-binary", "@" + in, url));
            assertThat(Files.mismatch(in, out)).as("first wrong byte posted").isEqualTo(-1);
            assertThat(proxy.terminate().err()).contains("on 2 connections").contains("(0 failed, 0 refused");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void withTooFewDescriptorsClientsWaitAndAllAreServed() throws Exception {
        List<String> limit = List.of("prlimit", "--nofile=48:48");
        try (Launcher echo = Launcher.start("echo", "0");
                Launcher proxy = Launcher.startUnder(limit, "proxy", "0", "" + echo.port())) {
            List<Socket> clients = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                Socket client = new Socket("127.0.0.1", proxy.port());
                client.setSoTimeout(60_000);
                client.getOutputStream().write(i);
                clients.add(client);
            }
            proxy.awaitErr("accepting pauses: .*too many open files");
            for (int i = 0; i < 60; i++) {
                try (Socket client = clients.get(i)) {
                    assertThat(client.getInputStream().read()).as("client " + i).isEqualTo(i);
                }
            }
            String err = proxy.terminate().err();
            assertThat(err.lines().filter(line -> line.contains("accepting pauses")))
                    .as("told once")
                    .hasSize(1);
            assertThat(err).contains("on 60 connections").contains("0 refused");
        }
    }
}
