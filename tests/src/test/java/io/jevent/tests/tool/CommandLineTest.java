package io.jevent.tests.tool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The jevent command as a user meets it: a process with arguments, streams, signals and an exit code. */
@Tag("socket")
@Timeout(120)
class CommandLineTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "connect localhost 99999 | need a port from 1 to 65535, got 99999",
                "connect localhost zero  | need a port from 1 to 65535, got zero",
                "connect --bogus h 1     | Unknown option: '--bogus'",
                "connect --timeout 0 h 1 | need a timeout above 0 seconds",
                "connect --timeout x h 1 | need seconds from 0 to a billion, got x",
                "echo                    | Missing required parameter: 'PORT'",
                "echo 0 --unix /x        | need PORT or --unix PATH, got both",
                "connect                 | Missing required parameters: 'HOST', 'PORT' (or --unix PATH)",
                "connect h               | Missing required parameter: 'PORT'",
                "connect --unix /x h 1   | need HOST PORT or --unix PATH, got both",
                "connect --unix @ h 1    | need a path or @NAME of a Unix-domain socket",
                "echo -- -1              | need a port from 0 to 65535, got -1",
                "echo 0 --grace -1       | need seconds from 0 to a billion, got -1",
                "echo 0 --loops 0        | need a number of loops from 1 to 1024, got 0",
                "echo 0 --loops many     | need a number of loops from 1 to 1024, got many",
                "demo --size 0           | need 1 <= --size <= 16777216, got 0",
                "demo --backend kqueue   | no backend is named kqueue",
                "proxy 0                 | Missing required parameter: 'TARGET'",
                "proxy a:b:c 1           | need PORT, HOST:PORT, [v6]:PORT or unix:PATH, got a:b:c",
                "proxy 0 [::1]:0         | need a port from 1 to 65535, got 0",
                "proxy 0 unix:           | need a path or @NAME of a Unix-domain socket",
                "proxy 0 9 --rate 9      | need bytes per second, at least 10, such as 1500, 64k, 10M or 1G, got 9",
                "proxy 0 9 --idle 5x     | need seconds from 0 to a billion, got 5x",
                "proxy 0 9 --connect-timeout 0 | need a connect timeout above 0 seconds",
                "proxy 0 9 --max-connections 0 | need --max-connections >= 1, got 0",
                "frobnicate              | frobnicate",
                "''                      | need a command"
            })
    void wrongUsageIsOneClearLineAndExitCode2(String arguments, String message) throws Exception {
        Result result = Launcher.run(arguments.isEmpty() ? new String[0] : arguments.split(" "));
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.errLines()).hasSize(1);
        assertThat(result.err()).startsWith("jevent: ").contains(message);
        assertThat(result.out()).isEmpty();
    }

    @Test
    void aNetworkThatFailsIsOneClearLineAndExitCode1() throws Exception {
        int closedPort;
        try (ServerSocket gone = new ServerSocket(0)) {
            closedPort = gone.getLocalPort();
        }
        Result refused = Launcher.run("connect", "127.0.0.1", "" + closedPort);
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err().strip())
                .isEqualTo("jevent: cannot connect to 127.0.0.1:" + closedPort + ": connection refused");
        Result unknown = Launcher.run("connect", "no-such-host.invalid", "80");
        assertThat(unknown.exitCode()).isEqualTo(1);
        assertThat(unknown.err().strip()).isEqualTo("jevent: unknown host: no-such-host.invalid");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Result inUse = Launcher.run("echo", "" + taken.getLocalPort());
            assertThat(inUse.exitCode()).isEqualTo(1);
            assertThat(inUse.err().strip()).endsWith(": address already in use");
        }
        Result verbose = Launcher.run("connect", "--verbose", "127.0.0.1", "" + closedPort);
        assertThat(verbose.err()).contains("\tat io.jevent.tool");
    }

    @Test
    void theDemoChecksEveryByteAndPrintsFigures() throws Exception {
        Result text =
                Launcher.run("demo", "--connections", "5", "--messages", "200", "--size", "100", "--in-flight", "3");
        assertThat(text.exitCode()).isZero();
        assertThat(text.out())
                .contains("backend")
                .contains("1,000 of 100 bytes, 3 in flight")
                .contains("p99");
        Result json = Launcher.run("demo", "--connections", "2", "--messages", "50", "--json");
        assertThat(json.out().strip())
                .startsWith("{\"backend\":\"" + Launcher.BACKEND + "\",\"connections\":2,\"messages\":100,")
                .endsWith("}");
    }

    @Test
    void connectSendsStdinAndPrintsWhatComesBackByteForByte() throws Exception {
        byte[] data = new byte[3_000_000];
        new SplittableRandom(7).nextBytes(data);
        try (Launcher echo = Launcher.start("echo", "0")) {
            Result result = Launcher.run(data, "connect", "127.0.0.1", "" + echo.port());
            assertThat(result.exitCode()).isZero();
            assertThat(Arrays.mismatch(result.outBytes(), data))
                    .as("first wrong byte")
                    .isEqualTo(-1);
            assertThat(result.err()).contains("connected to 127.0.0.1:" + echo.port() + " (" + Launcher.BACKEND + ")");
            assertThat(Launcher.run(new byte[0], "connect", "127.0.0.1", "" + echo.port())
                            .outBytes())
                    .isEmpty();
            Result ended = echo.terminate();
            assertThat(ended.exitCode()).isZero();
            assertThat(ended.errLines()).hasSize(1);
            assertThat(ended.err()).contains("on 2 connections").contains("(0 failed, 0 cut off)");
        }
    }

    @Test
    void aSilentServerTimesOut() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Result result = Launcher.run("connect", "--timeout", "0.3", "127.0.0.1", "" + silent.getLocalPort());
            assertThat(result.exitCode()).isEqualTo(1);
            assertThat(result.err()).contains("timed out");
        }
    }

    @Test
    void aPeerThatResetsIsReportedInOneLine() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
                Launcher connect = Launcher.start("connect", "127.0.0.1", "" + server.getLocalPort())) {
            connect.stdin().write('x');
            connect.stdin().flush();
            Socket peer = server.accept();
            assertThat(peer.getInputStream().read()).isEqualTo('x');
            peer.setSoLinger(true, 0);
            peer.close();
            Result result = connect.await();
            assertThat(result.exitCode()).isEqualTo(1);
            assertThat(result.err()).contains("jevent: connection lost: connection reset");
        }
    }

    @Test
    void listenCouplesOneClientWithStdinAndStdout() throws Exception {
        try (Launcher listen = Launcher.start("listen", "--once", "0")) {
            listen.stdin().write("to the client".getBytes(UTF_8));
            listen.stdin().close();
            try (Socket client = new Socket("127.0.0.1", listen.port())) {
                client.getOutputStream().write("from the client".getBytes(UTF_8));
                client.shutdownOutput();
                assertThat(client.getInputStream().readAllBytes())
                        .asString(UTF_8)
                        .isEqualTo("to the client");
            }
            Result result = listen.await();
            assertThat(result.exitCode()).isZero();
            assertThat(result.out()).isEqualTo("from the client");
            assertThat(result.err()).contains("received 15 bytes, sent 13 bytes on 1 connection");
        }
    }

    @Test
    void aClientThatIsLostDoesNotStallStdinForTheNext() throws Exception {
        try (Launcher listen = Launcher.start("listen", "0")) {
            Thread feeder = Thread.ofPlatform().start(() -> {
                try {
                    listen.stdin().write(new byte[20 << 20]);
                    listen.stdin().close();
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            try (Socket lost = new Socket("127.0.0.1", listen.port())) {
                assertThat(lost.getInputStream().readNBytes(1000)).hasSize(1000);
                lost.setSoLinger(true, 0);
            }
            try (Socket next = new Socket("127.0.0.1", listen.port())) {
                next.setSoTimeout(30_000);
                next.shutdownOutput();
                assertThat(next.getInputStream().readAllBytes().length).isPositive();
            }
            feeder.join();
            assertThat(listen.terminate().err()).contains("connection lost").contains("on 2 connections");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void onTerminationOpenConnectionsMayFinishWithinTheGrace(int loops) throws Exception {
        try (Launcher echo = Launcher.start("echo", "0", "--grace", "30", "--loops", "" + loops);
                Socket client = new Socket("127.0.0.1", echo.port())) {
            client.setSoTimeout(30_000);
            client.getOutputStream().write(1);
            InputStream in = client.getInputStream();
            assertThat(in.read()).isEqualTo(1);
            echo.signal();
            client.getOutputStream().write(2);
            assertThat(in.read()).as("still served").isEqualTo(2);
            client.shutdownOutput();
            assertThat(in.read()).isEqualTo(-1);
            Result result = echo.await();
            assertThat(result.exitCode()).isZero();
            assertThat(result.err()).contains("echoed 2 bytes on 1 connection");
        }
    }

    @Test
    void whenTheGraceIsOverOpenConnectionsAreCutOff() throws Exception {
        try (Launcher echo = Launcher.start("echo", "0", "--grace", "0.2", "--json");
                Socket client = new Socket("127.0.0.1", echo.port())) {
            client.getOutputStream().write(1);
            assertThat(client.getInputStream().read()).isEqualTo(1);
            Result result = echo.terminate();
            assertThat(result.exitCode()).isZero();
            assertThat(result.out()).contains("\"cut\":1").contains("\"bytes\":1,");
        }
    }

    @Test
    void helpTeachesAndBackendsSaysWhatRunsHere() throws Exception {
        Result help = Launcher.run("--help");
        assertThat(help.exitCode()).isZero();
        assertThat(help.out()).contains("demo", "connect", "listen", "echo", "backends", "Exit codes");
        Result backends = Launcher.run("backends", "--json");
        assertThat(backends.out()).contains("{\"name\":\"nio\",\"available\":true}");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aThousandClientsAtOnceGetEveryByteBack(int loops) throws Exception {
        try (Launcher echo = Launcher.start("echo", "0", "--loops", "" + loops);
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
                client.connect(new InetSocketAddress("127.0.0.1", echo.port()));
            }
            base.dispatch();
            assertThat(complete[0]).isEqualTo(1000);
            assertThat(echo.terminate().err()).contains("on 1,000 connections").contains("(0 failed, 0 cut off)");
        }
    }

    private static final List<String> TO_A_FULL_DISK = List.of("/bin/sh", "-c", "exec \"$@\" >/dev/full", "sh");
    private static final List<String> FROM_A_FOLDER = List.of("/bin/sh", "-c", "exec \"$@\" </", "sh");

    @Test
    @EnabledOnOs(OS.LINUX) // needs /dev/full
    void aFullDiskBehindStdoutIsAnErrorNotAClosedPipe() throws Exception {
        try (Launcher echo = Launcher.start("echo", "0");
                Launcher connect = Launcher.startUnder(TO_A_FULL_DISK, "connect", "127.0.0.1", "" + echo.port())) {
            connect.stdin().write(1);
            connect.stdin().flush();
            Result result = connect.await();
            assertThat(result.exitCode()).isEqualTo(1);
            assertThat(result.err()).contains("jevent: cannot write to stdout: no space left on device");
        }
        try (Launcher backends = Launcher.startUnder(TO_A_FULL_DISK, "backends")) {
            Result result = backends.await();
            assertThat(result.exitCode()).isEqualTo(1);
            assertThat(result.err().strip()).isEqualTo("jevent: cannot write to stdout: no space left on device");
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void stdinThatCannotBeReadIsAnErrorNotAnEnd() throws Exception {
        try (Launcher echo = Launcher.start("echo", "0");
                Launcher connect = Launcher.startUnder(FROM_A_FOLDER, "connect", "127.0.0.1", "" + echo.port())) {
            Result result = connect.await();
            assertThat(result.exitCode()).isEqualTo(1);
            assertThat(result.err()).contains("jevent: cannot read stdin: is a directory");
        }
    }

    @Test
    void aClosedPipeEndsTheCommandQuietly() throws Exception {
        try (Launcher echo = Launcher.start("echo", "0");
                Launcher connect = Launcher.start("connect", "127.0.0.1", "" + echo.port())) {
            connect.closeStdout();
            byte[] piece = new byte[100_000];
            try {
                for (int i = 0; i < 1000; i++) {
                    connect.stdin().write(piece);
                }
            } catch (IOException _) {
                // It has ended, as it should.
            }
            Result result = connect.await();
            assertThat(result.exitCode()).isZero();
            assertThat(result.err()).doesNotContain("jevent:").doesNotContain("Exception");
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX) // counts descriptors in /proc
    void clientsThatAreKilledInTheMiddleLeakNoDescriptorAndHarmNobody() throws IOException, InterruptedException {
        try (Launcher echo = Launcher.start("echo", "0")) {
            Launcher.run(new byte[1], "connect", "127.0.0.1", "" + echo.port());
            long before = echo.descriptorCount();
            for (int round = 0; round < 5; round++) {
                Launcher victim = Launcher.start("connect", "127.0.0.1", "" + echo.port());
                victim.stdin().write(new byte[100_000]);
                victim.stdin().flush();
                victim.kill();
            }
            try (Socket survivor = new Socket("127.0.0.1", echo.port())) {
                survivor.setSoTimeout(30_000);
                survivor.getOutputStream().write(9);
                assertThat(survivor.getInputStream().read()).isEqualTo(9);
            }
            echo.awaitDescriptors(before);
            assertThat(echo.terminate().exitCode()).isZero();
        }
    }
}
