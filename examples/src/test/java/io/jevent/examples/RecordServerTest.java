package io.jevent.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.bufferevent.BufferEvent;
import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RecordServerTest {
    private static void send(BufferEvent to, String text) {
        to.write(ByteBuffer.allocate(4).putInt(text.length()).array());
        to.output().addAscii(text);
    }

    @Test
    void everyRecordComesBackReversedHoweverTheNetworkCutsIt() throws Exception {
        for (long seed = 0; seed < 30; seed++) {
            try (LoopRig rig = LoopRig.simulated(seed, Faults.mild())) {
                LoopRig.Pair pair = rig.connectedPair();
                RecordServer.serve(pair.far());
                pair.near().enableReading();
                send(pair.near(), "abc");
                send(pair.near(), "");
                send(pair.near(), "x".repeat(RecordServer.MAX_RECORD_BYTES - 1) + "y");
                pair.near().shutdownOutput();
                rig.runUntil(() -> pair.near().input().length() == 3 * 4 + 3 + RecordServer.MAX_RECORD_BYTES);
                assertThat(new String(RecordServer.next(pair.near().input()).orElseThrow(), US_ASCII))
                        .isEqualTo("cba");
                assertThat(RecordServer.next(pair.near().input()).orElseThrow()).isEmpty();
                assertThat(RecordServer.next(pair.near().input()).orElseThrow()[0])
                        .isEqualTo((byte) 'y');
            }
        }
    }

    @Test
    void aClientThatReadsLateGetsAllAnswers() {
        try (LoopRig rig = LoopRig.simulated(1, Faults.mild())) {
            LoopRig.Pair pair = rig.connectedPair();
            RecordServer.serve(pair.far());
            for (int i = 0; i < 100; i++) {
                send(pair.near(), "x".repeat(10_000));
            }
            pair.near().shutdownOutput();
            rig.run(Duration.ofMinutes(1));
            assertThat(pair.far().output().length()).isLessThan(75_000);
            pair.near().enableReading();
            rig.runUntil(() -> pair.near().input().length() == 100 * 10_004);
        }
    }

    @Test
    void aLengthThatIsTooLargeOrNegativeEndsTheConnection() {
        for (int length : new int[] {RecordServer.MAX_RECORD_BYTES + 1, -1}) {
            try (LoopRig rig = LoopRig.simulated(1, Faults.none())) {
                LoopRig.Pair pair = rig.connectedPair();
                RecordServer.serve(pair.far());
                pair.near().write(ByteBuffer.allocate(4).putInt(length).array());
                rig.runUntil(pair.far()::isClosed);
            }
        }
    }
}
