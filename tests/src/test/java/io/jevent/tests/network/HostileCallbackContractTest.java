package io.jevent.tests.network;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.buffer.EvBuffer;
import io.jevent.buffer.FileSegment;
import io.jevent.buffer.FileSegmentOption;
import io.jevent.bufferevent.Condition;
import io.jevent.event.EventBaseConfig;
import io.jevent.event.LoopWatcher;
import io.jevent.event.UdpSocket;
import io.jevent.testkit.LoopRig;
import io.jevent.tests.backend.BackendUnderTest;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every backend survives: callbacks that throw or close, files that shrink, memory that is short. */
@Tag("socket")
@Timeout(60)
class HostileCallbackContractTest {
    private static final int MEMORY_BYTES = 256 * 1024;

    @TempDir
    private Path folder;

    private final List<String> log = new ArrayList<>();

    private Path fileOf(int byteCount) throws IOException {
        Path path = folder.resolve("file");
        Files.write(path, new byte[byteCount]);
        return path;
    }

    /** A buffer that holds nearly all memory of the rig's base. */
    private static EvBuffer hog(LoopRig rig) {
        EvBuffer hog = rig.base().newBuffer();
        while (rig.base().bufferBytesInUse() < MEMORY_BYTES) {
            try (EvBuffer piece = rig.base().newBuffer()) {
                piece.add(new byte[1000]); // Chunks of 1 KiB each, however large the buffer has become.
                hog.addBuffer(piece);
            }
        }
        return hog;
    }

    @ParameterizedTest
    @EnumSource(BackendUnderTest.class)
    void bytesAreSentThoughAChangeCallbackThrows(BackendUnderTest backend) {
        try (LoopRig rig = backend.open()) {
            LoopRig.Pair pair = rig.connectedPair();
            pair.near().output().addChangeCallback((self, before, added, drained) -> {
                if (drained > 0 && log.isEmpty()) {
                    log.add("thrown");
                    throw new IllegalStateException("mine");
                }
            });
            pair.far().enableReading();
            pair.near().output().addAscii("hello");
            rig.runUntil(() -> pair.far().input().length() == 5);
            assertThat(rig.takeThrown())
                    .singleElement()
                    .satisfies(it -> assertThat(it).hasMessage("mine"));
        }
    }

    @ParameterizedTest
    @EnumSource(BackendUnderTest.class)
    void theReadCallbackRunsThoughAChangeCallbackThrows(BackendUnderTest backend) {
        StringBuilder received = new StringBuilder();
        try (LoopRig rig = backend.open()) {
            LoopRig.Pair pair = rig.connectedPair();
            pair.far().input().addChangeCallback((self, before, added, drained) -> {
                if (added > 0) {
                    throw new IllegalStateException("mine");
                }
            });
            pair.far().onRead(it -> received.append(it.input().removeString(US_ASCII)));
            pair.far().enableReading();
            pair.near().output().addAscii("hello");
            rig.runUntil(() -> received.length() == 5);
            assertThat(rig.takeThrown())
                    .isNotEmpty()
                    .allSatisfy(it -> assertThat(it).hasMessage("mine"));
        }
        assertThat(received).hasToString("hello");
    }

    @ParameterizedTest
    @EnumSource(BackendUnderTest.class)
    void aCleanUpMayCloseItsConnectionWhichHasMoreToSend(BackendUnderTest backend) {
        try (LoopRig rig = backend.open()) {
            LoopRig.Pair pair = rig.connectedPair();
            pair.near().output().addReference(MemorySegment.ofArray(new byte[10]), memory -> {
                log.add("cleaned up");
                pair.near().close();
            });
            pair.near().output().add(new byte[1000]);
            pair.far()
                    .onCondition(
                            (self, condition) -> log.add(condition.getClass().getSimpleName()));
            pair.far().enableReading();
            rig.runUntil(() -> log.size() == 2);
            assertThat(log.getFirst()).isEqualTo("cleaned up");
            assertThat(pair.far().input().length()).isGreaterThanOrEqualTo(10);
        }
    }

    @ParameterizedTest
    @EnumSource(BackendUnderTest.class)
    void aFileThatBecomesShorterFailsItsConnectionOnce(BackendUnderTest backend) throws IOException {
        Path path = fileOf(1000);
        try (LoopRig rig = backend.open()) {
            LoopRig.Pair pair = rig.connectedPair();
            List<Condition> conditions = new ArrayList<>();
            pair.near().onCondition((self, condition) -> conditions.add(condition));
            try (FileSegment segment = FileSegment.open(path)) {
                pair.near().output().addFileSegment(segment);
            }
            try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
                file.truncate(10);
            }
            pair.far().enableReading();
            rig.runUntil(() -> !conditions.isEmpty());
            rig.run(Duration.ofMillis(5));
            assertThat(conditions).singleElement().isInstanceOf(Condition.Failed.class);
        }
    }

    @ParameterizedTest
    @EnumSource(BackendUnderTest.class)
    void aFileThatFindsNoMemoryWaitsForItWithoutSpinning(BackendUnderTest backend) throws IOException {
        Path path = fileOf(20_000);
        try (LoopRig rig = backend.open(EventBaseConfig.builder().maxBufferBytes(MEMORY_BYTES))) {
            LoopRig.Pair pair = rig.connectedPair();
            try (EvBuffer hog = hog(rig);
                    FileSegment segment = FileSegment.of(
                            FileChannel.open(path),
                            0,
                            20_000,
                            FileSegmentOption.NO_TRANSFER,
                            FileSegmentOption.CLOSE_ON_FREE)) {
                assertThat(hog.length()).isPositive();
                pair.near().output().addFileSegment(segment);
                assertThat(turnsIn20Millis(rig)).isLessThan(1000);
            }
            pair.far().enableReading();
            rig.runUntil(() -> pair.far().input().length() == 20_000);
        }
    }

    @ParameterizedTest
    @EnumSource(BackendUnderTest.class)
    void aFileThatIsLongerThanAllMemoryArrivesWhole(BackendUnderTest backend) throws IOException {
        int byteCount = backend == BackendUnderTest.SIMULATED_CHOPPING ? 70_000 : 100_000;
        Path path = fileOf(byteCount);
        try (LoopRig rig = backend.open(EventBaseConfig.builder().maxBufferBytes(64 * 1024))) {
            LoopRig.Pair pair = rig.connectedPair();
            long[] received = {0};
            pair.far().onRead(far -> received[0] += far.input().drain(Long.MAX_VALUE));
            pair.far().enableReading();
            pair.near().output().addAscii("x");
            try (FileSegment segment = FileSegment.of(
                    FileChannel.open(path),
                    0,
                    byteCount,
                    FileSegmentOption.NO_TRANSFER,
                    FileSegmentOption.CLOSE_ON_FREE)) {
                pair.near().output().addFileSegment(segment);
            }
            rig.runUntil(() -> received[0] == byteCount + 1);
        }
    }

    @ParameterizedTest
    @EnumSource(BackendUnderTest.class)
    void aDatagramThatFindsNoMemoryWaitsForItWithoutSpinning(BackendUnderTest backend) throws IOException {
        try (LoopRig rig = backend.open(EventBaseConfig.builder().maxBufferBytes(MEMORY_BYTES));
                UdpSocket server = UdpSocket.bind(
                        rig.base(),
                        rig.anyAddress(),
                        (self, datagram, from) -> log.add(datagram.removeString(US_ASCII)));
                UdpSocket client = UdpSocket.bind(rig.base(), rig.anyAddress(), (self, datagram, from) -> {});
                EvBuffer datagram = EvBuffer.create()) {
            InetSocketAddress address =
                    (InetSocketAddress) server.localAddress().orElseThrow();
            datagram.addAscii("patient");
            try (EvBuffer hog = hog(rig)) {
                assertThat(hog.length()).isPositive();
                client.send(datagram, address);
                assertThat(turnsIn20Millis(rig)).isLessThan(1000);
                assertThat(log).isEmpty();
            }
            rig.runUntil(() -> !log.isEmpty());
            assertThat(log).containsExactly("patient");
        }
    }

    private static int turnsIn20Millis(LoopRig rig) {
        int[] turns = {0};
        LoopWatcher counter = LoopWatcher.check(rig.base(), watcher -> {
            if (++turns[0] == 1000) {
                rig.base().breakLoop();
            }
        });
        rig.run(Duration.ofMillis(20));
        counter.close();
        return turns[0];
    }
}
