package io.jevent.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.bufferevent.Condition;
import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HelloWorldTest {
    @Test
    void aClientThatTalksIsGreetedTooAndSeesAnEndAndNoFailure() {
        for (long seed = 0; seed < 50; seed++) {
            try (LoopRig rig = LoopRig.simulated(seed, Faults.mild())) {
                LoopRig.Pair pair = rig.connectedPair();
                List<Condition> conditions = new ArrayList<>();
                pair.near().onCondition((self, condition) -> {
                    conditions.add(condition);
                    assertThat(self.input().removeString(US_ASCII)).isEqualTo(HelloWorld.GREETING);
                    self.close();
                });
                pair.near().enableReading();
                pair.near().output().addAscii("I am talking, too\n");
                int[] flushed = new int[1];
                HelloWorld.greet(pair.far(), () -> flushed[0]++);
                rig.runUntil(() -> !conditions.isEmpty() && pair.far().isClosed());
                assertThat(flushed[0]).isEqualTo(1);
                assertThat(conditions).singleElement().isInstanceOf(Condition.Eof.class);
            }
        }
    }

    @Test
    void aClientThatNeverReadsIsGivenUp() {
        try (LoopRig rig = LoopRig.simulated(1, Faults.builder().socketBytes(5).build())) {
            LoopRig.Pair pair = rig.connectedPair();
            HelloWorld.greet(pair.far(), () -> {});
            rig.runUntil(pair.far()::isClosed);
        }
    }
}
