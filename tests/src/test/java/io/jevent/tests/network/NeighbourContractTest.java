package io.jevent.tests.network;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.buffer.FileSegment;
import io.jevent.testkit.LoopRig;
import io.jevent.tests.backend.BackendUnderTest;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What one connection receives and keeps is no other connection's business. */
@Tag("socket")
@Timeout(60)
class NeighbourContractTest {
    private static final int MUCH = 1 << 20;

    /** What the readiness backends receive into when little is expected. */
    private static final long PAGE_BYTES = 4096;

    @TempDir
    private Path folder;

    private static byte[] randomBytes(int byteCount, long seed) {
        byte[] bytes = new byte[byteCount];
        new SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @EnumSource(BackendUnderTest.class)
    void whoKeepsMuchUnreadStarvesNobody(BackendUnderTest backend) {
        try (LoopRig rig = backend.open()) {
            List<LoopRig.Pair> slow = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                LoopRig.Pair pair = rig.connectedPair();
                pair.far().enableReading();
                pair.near().output().add(randomBytes(MUCH, i));
                slow.add(pair);
            }
            rig.runUntil(() -> slow.stream().allMatch(it -> it.far().input().length() == MUCH));
            LoopRig.Pair quick = rig.connectedPair();
            quick.far().onRead(it -> it.output().addBuffer(it.input()));
            quick.far().enableReading();
            quick.near().enableReading();
            for (int i = 0; i < 50; i++) {
                quick.near().output().addAscii("ping");
                rig.runUntil(() -> quick.near().input().length() == 4);
                assertThat(quick.near().input().removeString(US_ASCII)).isEqualTo("ping");
            }
            for (int i = 0; i < slow.size(); i++) {
                assertThat(Arrays.equals(slow.get(i).far().input().removeAll(), randomBytes(MUCH, i)))
                        .isTrue();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(BackendUnderTest.class)
    void aFewBytesThatStayKeepNoLargeBuffer(BackendUnderTest backend) {
        int connections = 20;
        try (LoopRig rig = backend.open()) {
            List<LoopRig.Pair> pairs = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                LoopRig.Pair pair = rig.connectedPair();
                pair.far().enableReading();
                pair.near().output().add(new byte[64]);
                pairs.add(pair);
            }
            rig.runUntil(() -> pairs.stream().allMatch(it -> it.far().input().length() == 64));
            assertThat(rig.base().bufferBytesInUse()).isLessThanOrEqualTo(connections * PAGE_BYTES);
        }
    }

    @ParameterizedTest
    @EnumSource(BackendUnderTest.class)
    void aFileArrivesWholeBetweenBytesOfMemory(BackendUnderTest backend) throws IOException {
        byte[] bytes = randomBytes(3 * MUCH, 5);
        Path path = folder.resolve("file");
        Files.write(path, bytes);
        try (LoopRig rig = backend.open();
                FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
                FileSegment segment = FileSegment.of(file, 0, bytes.length)) {
            LoopRig.Pair pair = rig.connectedPair();
            pair.far().enableReading();
            pair.near().output().addAscii("head");
            pair.near().output().addFileSegment(segment, 1, bytes.length - 1L);
            pair.near().output().addAscii("tail");
            rig.runUntil(() -> pair.far().input().length() == bytes.length - 1 + 8);
            byte[] got = pair.far().input().removeAll();
            assertThat(new String(got, 0, 4, US_ASCII)).isEqualTo("head");
            assertThat(Arrays.equals(got, 4, got.length - 4, bytes, 1, bytes.length))
                    .isTrue();
            assertThat(new String(got, got.length - 4, 4, US_ASCII)).isEqualTo("tail");
        }
    }
}
