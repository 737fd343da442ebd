package io.jevent.tests.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A proxy between a fast writer and readers that stall: what it holds, and that every byte arrives. */
@Tag("socket")
@Timeout(600)
class ProxyMemoryTest {
    /** Each way; {@code -Djevent.proxy.mebibytes=1024} for the full size. */
    private static final long BYTES = Long.getLong("jevent.proxy.mebibytes", 64) << 20;

    private static final int TO_TARGET = 1;
    private static final int TO_CLIENT = 2;

    /** One connection; more than the proxy may hold for it, less than it was given to hold. */
    private static final long MOST_BUFFER_BYTES = 4 << 20;

    private static final long MOST_GROWTH_KIBIBYTES = 96 << 10;

    @Test
    @EnabledOnOs(OS.LINUX) // reads /proc
    void readersThatStallStopTheirWritersAndEveryByteArrives(TestReporter reporter) throws Exception {
        AtomicLong fromClient = new AtomicLong();
        AtomicLong fromTarget = new AtomicLong();
        try (Target target = new Target(socket -> {
                    if (socket.getInputStream().read() == 0) {
                        return; // The warming-up.
                    }
                    Thread writer = writing(socket, TO_CLIENT, fromTarget);
                    readInTwoParts(socket, TO_TARGET, fromClient);
                    writer.join();
                });
                Launcher proxy = Launcher.startWith(
                        List.of("-Xmx64m", "-XX:MaxDirectMemorySize=16m"), "proxy", "0", target.port(), "--json")) {
            try (Socket warming = new Socket("127.0.0.1", proxy.port())) {
                warming.getOutputStream().write(0);
                warming.getInputStream().readAllBytes();
            }
            long before = kibibytes(proxy, "VmRSS");
            try (Socket client = new Socket("127.0.0.1", proxy.port())) {
                client.setSoTimeout(60_000);
                client.getOutputStream().write(1);
                Thread writer = writing(client, TO_TARGET, fromClient);
                readInTwoParts(client, TO_CLIENT, fromTarget);
                writer.join();
                assertThat(client.getInputStream().read()).isEqualTo(-1);
            }
            long peak = kibibytes(proxy, "VmHWM");
            Launcher.Result result = proxy.terminate();
            assertThat(target.failures()).isEmpty();
            assertThat(result.out())
                    .contains("\"bytesToTarget\":" + (BYTES + 1) + ",\"bytesToClient\":" + BYTES + ",")
                    .contains("\"failed\":0,");
            Matcher buffers = Pattern.compile("\"peakBufferBytes\":(\\d+)").matcher(result.out());
            assertThat(buffers.find()).isTrue();
            assertThat(Long.parseLong(buffers.group(1))).isBetween(1L, MOST_BUFFER_BYTES);
            reporter.publishEntry(
                    "memory",
                    "resident %d KiB at first, %d KiB at most; in buffers %s bytes at most"
                            .formatted(before, peak, buffers.group(1)));
            assertThat(peak - before)
                    .as("KiB of memory more than %d at first", before)
                    .isLessThan(MOST_GROWTH_KIBIBYTES);
        }
    }

    private static Thread writing(Socket socket, int salt, AtomicLong written) {
        return Thread.ofPlatform().start(() -> {
            try {
                PositionPattern.write(socket.getOutputStream(), BYTES, salt, written);
                socket.shutdownOutput();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    private static void readInTwoParts(Socket socket, int salt, AtomicLong written)
            throws IOException, InterruptedException {
        PositionPattern.read(socket.getInputStream(), 0, BYTES / 4, salt);
        awaitStall(written);
        assertThat(written.get()).as("written while the reader stalls").isLessThan(BYTES);
        PositionPattern.read(socket.getInputStream(), BYTES / 4, BYTES, salt);
    }

    /** Until its writer could write no more for a while. */
    private static void awaitStall(AtomicLong written) throws InterruptedException {
        long last = -1;
        while (written.get() != last) {
            last = written.get();
            TimeUnit.MILLISECONDS.sleep(500);
        }
    }

    private static long kibibytes(Launcher proxy, String name) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc", "" + proxy.pid(), "status"))) {
            if (line.startsWith(name + ":")) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new AssertionError("no " + name);
    }
}
