package io.jevent.tests.tool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.event.EventBase;
import io.jevent.tests.tool.Launcher.Result;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code jevent proxy} as a user meets it, between blocking sockets of this process. */
@Tag("socket")
@Timeout(120)
class ProxyTest {
    private static Socket connect(Launcher proxy) throws IOException, InterruptedException {
        Socket client = new Socket("127.0.0.1", proxy.port());
        client.setSoTimeout(60_000);
        return client;
    }

    private static void reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    private static int freePort() throws IOException {
        try (ServerSocket gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return gone.getLocalPort();
        }
    }

    @Test
    void halfClosesPassBothWays() throws Exception {
        try (Target target = new Target(client -> {
                    client.getOutputStream().write("greeting".getBytes(UTF_8));
                    client.shutdownOutput();
                    assertThat(client.getInputStream().readAllBytes())
                            .asString(UTF_8)
                            .isEqualTo("answer after the end");
                });
                Launcher proxy = Launcher.start("proxy", "0", target.port());
                Socket client = connect(proxy)) {
            assertThat(client.getInputStream().readAllBytes()).asString(UTF_8).isEqualTo("greeting");
            client.getOutputStream().write("answer after the end".getBytes(UTF_8));
            client.shutdownOutput();
            Result result = proxy.terminate();
            assertThat(result.exitCode()).isZero();
            assertThat(result.errLines()).hasSize(1);
            assertThat(result.err())
                    .contains("relayed 20 bytes out, 8 bytes back on 1 connection")
                    .contains("(0 failed, 0 refused, 0 cut off)");
            assertThat(target.failures()).isEmpty();
        }
    }

    @Test
    void aResetOfEitherSideResetsTheOther() throws Exception {
        CountDownLatch seen = new CountDownLatch(1);
        Throwable[] atTarget = {null};
        try (Target target = new Target(client -> {
                    if (client.getInputStream().read() == 'r') {
                        reset(client);
                        return;
                    }
                    try {
                        client.getInputStream().readAllBytes();
                    } catch (SocketException e) {
                        atTarget[0] = e;
                    }
                    seen.countDown();
                });
                Launcher proxy = Launcher.start("proxy", "0", target.port())) {
            try (Socket client = connect(proxy)) {
                client.getOutputStream().write('r');
                assertThatThrownBy(() -> client.getInputStream().read())
                        .isInstanceOf(SocketException.class)
                        .hasMessageContaining("reset");
            }
            Socket client = connect(proxy);
            client.getOutputStream().write('x');
            reset(client);
            seen.await();
            assertThat(atTarget[0]).isInstanceOf(SocketException.class).hasMessageContaining("reset");
            assertThat(proxy.terminate().err()).contains("(2 failed, 0 refused, 0 cut off)");
        }
    }

    @Test
    void aTargetThatIsDownResetsTheClientsAndIsToldInFewLines() throws Exception {
        try (Launcher proxy = Launcher.start("proxy", "0", "" + freePort())) {
            for (int i = 0; i < 40; i++) {
                try (Socket client = connect(proxy)) {
                    assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
                }
            }
            Result result = proxy.terminate();
            assertThat(result.exitCode()).isZero();
            assertThat(result.errLines().getFirst())
                    .matches("jevent: cannot connect to 127\\.0\\.0\\.1:\\d+: connection refused");
            assertThat(result.err()).contains("(0 failed, 40 refused, 0 cut off)");
            long told = 0;
            for (String line : result.errLines()) {
                Matcher more = Pattern.compile("jevent: (\\d+) more connections? likewise")
                        .matcher(line);
                told += more.matches() ? Long.parseLong(more.group(1)) : line.contains("cannot connect") ? 1 : 0;
            }
            assertThat(told).as("told or counted").isEqualTo(40);
        }
    }

    @Test
    void aNameThatIsUnknownIsToldAndHarmsNobody() throws Exception {
        try (Launcher proxy = Launcher.start("proxy", "0", "no-such-host.invalid:80");
                Socket client = connect(proxy)) {
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
            assertThat(proxy.terminate().errLines().getFirst()).isEqualTo("jevent: unknown host: no-such-host.invalid");
        }
    }

    @Test
    void whereItCannotListenIsOneClearLine() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Result inUse = Launcher.run("proxy", "" + taken.getLocalPort(), "9");
            assertThat(inUse.exitCode()).isEqualTo(1);
            assertThat(inUse.err().strip())
                    .isEqualTo(
                            "jevent: cannot listen on 127.0.0.1:" + taken.getLocalPort() + ": address already in use");
        }
        Result noFolder = Launcher.run("proxy", "unix:/no/such/folder/socket", "9");
        assertThat(noFolder.exitCode()).isEqualTo(1);
        assertThat(noFolder.err().strip()).startsWith("jevent: cannot listen on unix:/no/such/folder/socket: ");
        assertThat(noFolder.errLines()).hasSize(1);
    }

    @Test
    void tcpAndUnixSocketsAreRelayedToEachOther(@TempDir Path folder) throws Exception {
        String socket = "unix:" + folder.resolve("s");
        byte[] data = new byte[1_000_000];
        new SplittableRandom(3).nextBytes(data);
        try (Target target = new Target(Target.ECHO);
                Launcher inner = Launcher.start("proxy", socket, "localhost:" + target.port());
                Launcher outer = Launcher.start("proxy", "0", socket)) {
            inner.awaitErr("listening on " + socket);
            try (Socket client = connect(outer)) {
                Thread.ofVirtual().start(() -> {
                    try {
                        client.getOutputStream().write(data);
                        client.shutdownOutput();
                    } catch (IOException e) {
                        target.failures().add(e);
                    }
                });
                byte[] back = client.getInputStream().readAllBytes();
                assertThat(Arrays.mismatch(back, data)).as("first wrong byte").isEqualTo(-1);
            }
            assertThat(outer.terminate().err()).contains("(0 failed, 0 refused, 0 cut off)");
            assertThat(inner.terminate().err()).contains("(0 failed, 0 refused, 0 cut off)");
            assertThat(target.failures()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aThousandConnectionsAtOnceKeepTheirBytesApart(int loops) throws Exception {
        try (Launcher echo = Launcher.start("echo", "0");
                Launcher proxy = Launcher.start("proxy", "0", "" + echo.port(), "--loops", "" + loops);
                EventBase base = EventBase.create()) {
            int[] complete = {0};
            for (int i = 0; i < 1000; i++) {
                byte[] sent = new byte[3000];
                new SplittableRandom(i).nextBytes(sent);
                SocketBufferEvent client = SocketBufferEvent.create(base);
                client.write(sent);
                client.shutdownOutput();
                client.enableReading();
                client.onCondition((bufferEvent, condition) -> {
                    if (condition instanceof Condition.Eof) {
                        assertThat(Arrays.equals(bufferEvent.input().removeAll(), sent))
                                .isTrue();
                        complete[0]++;
                        bufferEvent.close();
                    } else {
                        assertThat(condition).isInstanceOf(Condition.Connected.class);
                    }
                });
                client.connect(new InetSocketAddress("127.0.0.1", proxy.port()));
            }
            base.dispatch();
            assertThat(complete[0]).isEqualTo(1000);
            assertThat(proxy.terminate().err())
                    .contains("on 1,000 connections")
                    .contains("(0 failed, 0 refused, 0 cut off)");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--rate", "--rate-total"})
    void aRateIsKept(String option) throws Exception {
        try (Target target = new Target(client -> client.getOutputStream().write(new byte[300 << 10]));
                Launcher proxy = Launcher.start("proxy", "0", target.port(), option, "100k");
                Socket client = connect(proxy)) {
            long start = System.nanoTime();
            client.shutdownOutput();
            assertThat(client.getInputStream().readAllBytes()).hasSize(300 << 10);
            assertThat(System.nanoTime() - start)
                    .as("three seconds less what the burst of one saves, and room")
                    .isGreaterThan(TimeUnit.MILLISECONDS.toNanos(1500));
        }
    }

    @Test
    void beyondTheMostConnectionsClientsWait() throws Exception {
        try (Target target = new Target(Target.ECHO);
                Launcher proxy = Launcher.start("proxy", "0", target.port(), "--max-connections", "1");
                Socket first = connect(proxy);
                Socket second = connect(proxy)) {
            first.getOutputStream().write(1);
            assertThat(first.getInputStream().read()).isEqualTo(1);
            second.getOutputStream().write(2);
            second.setSoTimeout(300);
            assertThatThrownBy(() -> second.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
            first.shutdownOutput();
            assertThat(first.getInputStream().read()).isEqualTo(-1);
            second.setSoTimeout(60_000);
            assertThat(second.getInputStream().read()).isEqualTo(2);
        }
    }

    @Test
    void whatFallsSilentIsReset() throws Exception {
        try (Target target = new Target(Target.ECHO);
                Launcher proxy = Launcher.start("proxy", "0", target.port(), "--idle", "300ms", "--json");
                Socket client = connect(proxy)) {
            client.getOutputStream().write(1);
            assertThat(client.getInputStream().read()).isEqualTo(1);
            assertThatThrownBy(() -> client.getInputStream().read())
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
            assertThat(proxy.terminate().out()).contains("\"end\":\"timed out\"");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void onTerminationConnectionsFinishWithinTheGrace(int loops) throws Exception {
        try (Target target = new Target(Target.ECHO);
                Launcher proxy = Launcher.start("proxy", "0", target.port(), "--grace", "30", "--loops", "" + loops);
                Socket client = connect(proxy)) {
            client.getOutputStream().write(1);
            InputStream in = client.getInputStream();
            assertThat(in.read()).isEqualTo(1);
            proxy.signal();
            client.getOutputStream().write(2);
            assertThat(in.read()).as("still relayed").isEqualTo(2);
            client.shutdownOutput();
            assertThat(in.read()).isEqualTo(-1);
            Result result = proxy.await();
            assertThat(result.exitCode()).isZero();
            assertThat(result.err()).contains("relayed 2 bytes out, 2 bytes back on 1 connection");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void eachConnectionIsAnEventAndWhatIsCutOffIsReset(int loops) throws Exception {
        try (Target target = new Target(Target.ECHO);
                Launcher proxy = Launcher.start(
                        "proxy", "0", target.port(), "--grace", "0.2", "--json", "--loops", "" + loops)) {
            try (Socket first = connect(proxy)) {
                first.getOutputStream().write(new byte[3]);
                first.shutdownOutput();
                assertThat(first.getInputStream().readAllBytes()).hasSize(3);
            }
            try (Socket second = connect(proxy)) {
                second.getOutputStream().write(1);
                assertThat(second.getInputStream().read()).isEqualTo(1);
                proxy.signal();
                assertThatThrownBy(() -> second.getInputStream().read()).isInstanceOf(SocketException.class);
            }
            Result result = proxy.await();
            assertThat(result.exitCode()).isZero();
            List<String> lines = result.out().lines().toList();
            assertThat(lines).hasSize(4);
            assertThat(lines.get(0)).contains("\"event\":\"start\"", "\"target\":\"127.0.0.1:" + target.port() + "\"");
            assertThat(lines.get(1))
                    .contains("\"event\":\"connection\"", "\"opened\":", "\"closed\":", "\"peer\":\"127.0.0.1:")
                    .contains("\"bytesToTarget\":3,\"bytesToClient\":3,", "\"end\":\"done\"");
            assertThat(lines.get(2)).contains("\"end\":\"cut off\"");
            assertThat(lines.get(3))
                    .contains("\"event\":\"stop\"", "\"connections\":2,\"failed\":0,\"refused\":0,\"cut\":1");
        }
    }
}
