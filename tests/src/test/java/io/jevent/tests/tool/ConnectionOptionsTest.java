package io.jevent.tests.tool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.jevent.tests.tool.Launcher.Result;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code --unix}, {@code --rate} and {@code --hexdump} of the commands that serve or make connections. */
@Tag("socket")
@Timeout(120)
class ConnectionOptionsTest {
    @Test
    void unixSocketsStandForHostAndPort(@TempDir Path folder) throws Exception {
        roundTrip(folder.resolve("echo").toString());
        assertThat(folder.resolve("echo")).as("gone with its listener").doesNotExist();
    }

    @Test
    void abstractNamesDoSoOnLinux() throws Exception {
        assumeThat(Launcher.BACKEND).isNotEqualTo("nio");
        roundTrip("@jevent-test-" + ProcessHandle.current().pid());
    }

    private static void roundTrip(String name) throws Exception {
        byte[] data = new byte[500_000];
        new SplittableRandom(5).nextBytes(data);
        try (Launcher echo = Launcher.start("echo", "--unix", name, "--loops", "2")) {
            echo.awaitErr("listening on unix:");
            Result result = Launcher.run(data, "connect", "--unix", name);
            assertThat(result.exitCode()).as(result.err()).isZero();
            assertThat(Arrays.mismatch(result.outBytes(), data)).isEqualTo(-1);
            assertThat(echo.terminate().exitCode()).isZero();
        }
        Result gone = Launcher.run("connect", "--unix", name);
        assertThat(gone.exitCode()).isEqualTo(1);
        assertThat(gone.err().strip()).startsWith("jevent: cannot connect to unix:" + name + ": ");
    }

    @Test
    void aHexDumpShowsBothDirectionsAndChangesNoByte() throws Exception {
        try (Launcher echo = Launcher.start("echo", "0", "--hexdump")) {
            byte[] data = "0123456789abcdefhello\n".getBytes(UTF_8);
            Result result = Launcher.run(data, "connect", "--hexdump", "127.0.0.1", "" + echo.port());
            assertThat(result.exitCode()).as(result.err()).isZero();
            assertThat(result.outBytes()).isEqualTo(data);
            assertThat(result.err())
                    .contains("> 00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|\n")
                    .contains("> 00000010  68 65 6c 6c 6f 0a                                 |hello.|\n")
                    .contains("< 00000010  68 65 6c 6c 6f 0a ");
            assertThat(echo.terminate().err())
                    .containsPattern("127\\.0\\.0\\.1:\\d+ < 00000000  30 31")
                    .containsPattern("127\\.0\\.0\\.1:\\d+ > 00000000  30 31")
                    .contains("echoed 22 bytes on 1 connection");
        }
    }

    @Test
    void aDumpOfMuchIsWhole() throws Exception {
        byte[] data = new byte[300_000];
        new SplittableRandom(6).nextBytes(data);
        try (Launcher echo = Launcher.start("echo", "0")) {
            Result result = Launcher.run(data, "connect", "--hexdump", "127.0.0.1", "" + echo.port());
            assertThat(Arrays.mismatch(result.outBytes(), data)).isEqualTo(-1);
            assertThat(result.err()).contains("sent 293.0 KiB, received 293.0 KiB");
        }
    }

    @Test
    void aRateIsKept() throws Exception {
        try (Launcher echo = Launcher.start("echo", "0", "--rate", "100k")) {
            long start = System.nanoTime();
            Result result = Launcher.run(new byte[300 << 10], "connect", "127.0.0.1", "" + echo.port());
            assertThat(result.outBytes()).hasSize(300 << 10);
            assertThat(System.nanoTime() - start).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(1500));
        }
    }
}
