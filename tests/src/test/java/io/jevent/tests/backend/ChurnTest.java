package io.jevent.tests.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.examples.EchoServer;
import io.jevent.listener.ConnectionListener;
import io.jevent.testkit.LoopRig;
import io.jevent.tests.tool.Launcher;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Connections come and go, and heap, native memory and descriptors stay as they were. Each backend runs for {@code
 * jevent.churn.seconds}, 6 unless told otherwise; 1200 is what a release runs.
 */
@Tag("socket")
@Timeout(2000)
class ChurnTest {
    private static final int SAMPLES = 12;
    private static final int SECONDS = Integer.getInteger("jevent.churn.seconds", 6);

    /**
     * What a collector or an allocator may keep for itself: live heap and memory in KiB; and descriptors, of which how many
     * are open depends on who is just connecting.
     */
    private static final long[] SLACK = {1024, 8 * 1024, 2 * 32 + 8};

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll", "io_uring"})
    void leavesNothingBehindAndThePortFree(String backend) throws Exception {
        Excuses.abortIfExcused(backend);
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Djevent.backend=" + backend,
                        "-XX:+UseSerialGC",
                        "-Xms96m",
                        "-Xmx96m",
                        "-XX:+AlwaysPreTouch",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        Launcher.classPathWith(ChurnProgram.class, EchoServer.class),
                        ChurnProgram.class.getName(),
                        "" + SECONDS,
                        "" + SAMPLES)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        assertThat(process.waitFor(SECONDS + 60, TimeUnit.SECONDS)).isTrue();
        List<String> lines = Files.readAllLines(out);
        System.out.println(String.join("\n", lines));
        assertThat(Files.readString(err)).isEmpty();
        assertThat(process.exitValue()).isZero();
        String[] start = lines.getFirst().split(" ", -1);
        assertThat(start[0]).isEqualTo(backend);
        long[][] samples = lines.stream()
                .skip(1)
                .map(line -> Arrays.stream(line.split(" ", -1))
                        .mapToLong(Long::parseLong)
                        .toArray())
                .toArray(long[][]::new);
        assertThat(samples).hasNumberOfRows(SAMPLES);
        assertThat(samples[SAMPLES - 1][0]).as("connections").isGreaterThan(SECONDS * 50L);
        for (int column = 1; column <= 3; column++) {
            long early = highest(samples, column, SAMPLES / 4, SAMPLES / 2);
            long late = highest(samples, column, SAMPLES - SAMPLES / 4, SAMPLES);
            assertThat(late).as("column %d of%n%s", column, lines).isLessThanOrEqualTo(early + SLACK[column - 1]);
        }
        try (LoopRig rig = LoopRig.real(backend);
                ConnectionListener listener = ConnectionListener.bind(
                        rig.base(),
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(start[1])),
                        (_, socket) -> socket.close())) {
            assertThat(listener.isPaused()).as("listens where that program did").isFalse();
        }
    }

    /** The place of the test classes, which are patched into the place of their module. */
    private static long highest(long[][] samples, int column, int from, int to) {
        long highest = 0;
        for (int i = from; i < to; i++) {
            highest = Math.max(highest, samples[i][column]);
        }
        return highest;
    }
}
