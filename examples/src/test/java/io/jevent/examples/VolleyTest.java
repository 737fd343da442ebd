package io.jevent.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.bufferevent.BufferEventOption;
import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VolleyTest {
    @Test
    void callbacksThatFeedEachOtherDoNotNestDeferredOrNot() {
        try (LoopRig rig = LoopRig.simulated(1, Faults.none())) {
            List<Integer> depths = new ArrayList<>();
            Volley.play(rig.base(), 20_000, depths::add);
            rig.base().dispatch();
            Volley.play(rig.base(), 20_000, depths::add, BufferEventOption.DEFER_CALLBACKS);
            rig.base().dispatch();
            assertThat(depths).containsExactly(1, 1);
        }
    }
}
