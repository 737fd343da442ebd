package io.jevent.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadUntilMarkTest {
    @Test
    void whatIsBelowTheMarkIsFoundAtTheEnd() {
        try (LoopRig rig = LoopRig.simulated(1, Faults.chopping())) {
            LoopRig.Pair pair = rig.connectedPair();
            List<ReadUntilMark.Count> counts = new ArrayList<>();
            ReadUntilMark.count(pair.near(), counts::add);
            pair.far().output().addAscii("x".repeat(300));
            pair.far().shutdownOutput();
            rig.runUntil(() -> !counts.isEmpty());
            assertThat(counts).containsExactly(new ReadUntilMark.Count(300, 2, 300 - 2 * 128));
        }
    }

    @Test
    void silenceEndsIt() {
        try (LoopRig rig = LoopRig.simulated(1, Faults.none())) {
            LoopRig.Pair pair = rig.connectedPair();
            ReadUntilMark.count(pair.near(), count -> {
                throw new AssertionError(count.toString());
            });
            rig.run(Duration.ofSeconds(61));
            assertThat(pair.near().isClosed()).isTrue();
        }
    }
}
