package io.jevent.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How to test a protocol: on a simulated network, without sockets, sleeping or luck. Copy it. */
class UpperCaseServerTest {
    @Test
    void everyLineIsAnsweredHoweverTheNetworkCutsIt() {
        for (long seed = 0; seed < 100; seed++) {
            try (LoopRig rig = LoopRig.simulated(seed, Faults.mild())) {
                LoopRig.Pair pair = rig.connectedPair();
                UpperCaseServer.serve(pair.far());
                pair.near().enableReading();
                pair.near().output().addAscii("hello\nworld\n");
                rig.runUntil(() -> pair.near().input().length() == 12);
                assertThat(pair.near().input().removeString(US_ASCII)).isEqualTo("HELLO\nWORLD\n");
            }
        }
    }

    @Test
    void aSilentClientIsDroppedAfterFiveMinutesWhichPassAtOnce() {
        try (LoopRig rig = LoopRig.simulated(1, Faults.none())) {
            LoopRig.Pair pair = rig.connectedPair();
            UpperCaseServer.serve(pair.far());
            rig.run(Duration.ofMinutes(4));
            assertThat(pair.far().isClosed()).isFalse();
            rig.run(Duration.ofMinutes(2));
            assertThat(pair.far().isClosed()).isTrue();
        }
    }

    @Test
    void anEndlessLineEndsTheConnection() {
        try (LoopRig rig = LoopRig.simulated(1, Faults.chopping())) {
            LoopRig.Pair pair = rig.connectedPair();
            UpperCaseServer.serve(pair.far());
            pair.near().output().addAscii("x".repeat(2000));
            rig.runUntil(pair.far()::isClosed);
        }
    }
}
