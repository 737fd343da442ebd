package io.jevent.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CountdownTest {
    @Test
    void theMarksDecideWhoIsCalledWhenAndTheEndBringsTheRest() {
        try (LoopRig rig = LoopRig.simulated(1, Faults.none())) {
            List<String> log = new ArrayList<>();
            Countdown.run(rig.base(), 8, log::add);
            rig.base().dispatch();
            assertThat(log)
                    .containsExactly(
                            "written  8  7  6  5 ",
                            "read     8  7  6  5 ",
                            "written  4  3  2  1 ",
                            "read     4  3  2  1 ",
                            "written  0 ",
                            "end      0 ");
        }
    }
}
