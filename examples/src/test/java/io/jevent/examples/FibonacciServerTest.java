package io.jevent.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.bufferevent.Condition;
import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FibonacciServerTest {
    @Test
    void theNumbersComeInOrderAndThenTheEnd() {
        try (LoopRig rig = LoopRig.simulated(1, Faults.chopping())) {
            LoopRig.Pair pair = rig.connectedPair();
            FibonacciServer.serve(pair.far(), 10);
            List<Condition> ends = new ArrayList<>();
            pair.near().onCondition((_, condition) -> ends.add(condition));
            pair.near().enableReading();
            rig.runUntil(() -> ends.size() == 1);
            assertThat(ends).hasOnlyElementsOfType(Condition.Eof.class);
            assertThat(pair.near().input().removeString(US_ASCII)).isEqualTo("0\n1\n1\n2\n3\n5\n8\n13\n21\n34\n");
        }
    }

    @Test
    void aClientThatDoesNotReadCostsLittleAndOneThatReadsLaterMissesNothing() {
        try (LoopRig rig = LoopRig.simulated(1, Faults.mild())) {
            LoopRig.Pair pair = rig.connectedPair();
            FibonacciServer.serve(pair.far(), 2000);
            rig.run(Duration.ofSeconds(30));
            assertThat(pair.far().output().length()).isLessThan(66 * 1024);
            long[] lines = {0};
            pair.near().onRead(it -> {
                while (it.input().readLine(io.jevent.buffer.LineEnd.LF).isPresent()) {
                    lines[0]++;
                }
            });
            pair.near().enableReading();
            rig.runUntil(() -> lines[0] == 2000);
        }
    }

    @Test
    void aClientThatGoesAwayIsNoticed() {
        try (LoopRig rig = LoopRig.simulated(1, Faults.none())) {
            LoopRig.Pair pair = rig.connectedPair();
            FibonacciServer.serve(pair.far(), 1_000_000);
            rig.run(Duration.ofSeconds(1));
            pair.near().close();
            rig.runUntil(pair.far()::isClosed);
        }
    }
}
