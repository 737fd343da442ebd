package io.jevent.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class JobPairTest {
    @Test
    void everyOrderIsWorkedOffInOrderAndThenBothPartsEnd() {
        try (LoopRig rig = LoopRig.simulated(1, Faults.none())) {
            List<String> orders =
                    IntStream.range(0, 50_000).mapToObj(it -> "order " + it).toList();
            List<String> results = new ArrayList<>();
            JobPair.run(rig.base(), orders, results::add);
            rig.base().dispatch();
            assertThat(results)
                    .hasSize(orders.size())
                    .startsWith("ORDER 0", "ORDER 1")
                    .endsWith("ORDER 49999");
        }
    }

    @Test
    void theWorkerWorksOverANetworkAsItIs() {
        try (LoopRig rig = LoopRig.simulated(1, Faults.mild())) {
            LoopRig.Pair pair = rig.connectedPair();
            JobPair.work(pair.far());
            pair.near().enableReading();
            pair.near().output().addAscii("a\nb\n");
            pair.near().shutdownOutput();
            rig.runUntil(() -> pair.near().input().length() == 4);
        }
    }

    @Test
    void anOrderThatNeverEndsEndsTheConnection() {
        try (LoopRig rig = LoopRig.simulated(1, Faults.chopping())) {
            LoopRig.Pair pair = rig.connectedPair();
            JobPair.work(pair.far());
            pair.near().output().addAscii("x".repeat(2000));
            rig.runUntil(pair.far()::isClosed);
        }
    }
}
