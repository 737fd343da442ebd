package io.jevent.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.bufferevent.BufferEventOption;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.FilterBufferEvent;
import io.jevent.bufferevent.Watermark;
import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FiltersTest {
    @Test
    void lettersTurnOnTheWayDownAndBackOnTheWayUp() {
        try (LoopRig rig = LoopRig.simulated(2, Faults.mild())) {
            LoopRig.Pair pair = rig.connectedPair();
            FilterBufferEvent near =
                    FilterBufferEvent.create(pair.near(), new Rot13Filter(), BufferEventOption.CLOSE_ON_FREE);
            near.enableReading();
            pair.far().enableReading();
            near.output().addAscii("Hello!");
            rig.runUntil(() -> pair.far().input().length() == 6);
            assertThat(pair.far().input().removeString(US_ASCII)).isEqualTo("Uryyb!");
            pair.far().output().addAscii("Uryyb!");
            rig.runUntil(() -> near.input().length() == 6);
            assertThat(near.input().removeString(US_ASCII)).isEqualTo("Hello!");
            near.close();
        }
    }

    @Test
    void theMarkAboveHoldsToTheByte() {
        try (LoopRig rig = LoopRig.simulated(2, Faults.mild())) {
            LoopRig.Pair pair = rig.connectedPair();
            FilterBufferEvent near =
                    FilterBufferEvent.create(pair.near(), new Rot13Filter(), BufferEventOption.CLOSE_ON_FREE);
            near.inputWatermark(new Watermark(0, 100));
            near.enableReading();
            pair.far().output().addAscii("a".repeat(1000));
            rig.run(Duration.ofSeconds(1));
            assertThat(near.input().length()).isEqualTo(100);
            near.close();
        }
    }

    @Test
    void bytesPassAsDigitsHoweverTheNetworkCutsThem() {
        for (long seed = 0; seed < 30; seed++) {
            try (LoopRig rig = LoopRig.simulated(seed, seed == 0 ? Faults.chopping() : Faults.mild())) {
                LoopRig.Pair pair = rig.connectedPair();
                FilterBufferEvent near =
                        FilterBufferEvent.create(pair.near(), new HexFilter(), BufferEventOption.CLOSE_ON_FREE);
                FilterBufferEvent far =
                        FilterBufferEvent.create(pair.far(), new HexFilter(), BufferEventOption.CLOSE_ON_FREE);
                List<Condition> conditions = new ArrayList<>();
                far.onCondition((_, condition) -> conditions.add(condition));
                far.enableReading();
                near.output().addUtf8("Grüße".repeat(1000));
                near.shutdownOutput();
                rig.runUntil(() -> !conditions.isEmpty());
                assertThat(conditions).singleElement().isInstanceOf(Condition.Eof.class);
                assertThat(far.input().removeString(UTF_8)).isEqualTo("Grüße".repeat(1000));
                near.close();
                far.close();
            }
        }
    }

    @Test
    void nonsenseAndALoneDigitAreFailures() {
        for (String sent : List.of("4a4x", "4a4")) {
            try (LoopRig rig = LoopRig.simulated(1, Faults.chopping())) {
                LoopRig.Pair pair = rig.connectedPair();
                FilterBufferEvent near =
                        FilterBufferEvent.create(pair.near(), new HexFilter(), BufferEventOption.CLOSE_ON_FREE);
                List<Condition> conditions = new ArrayList<>();
                near.onCondition((_, condition) -> conditions.add(condition));
                near.enableReading();
                pair.far().output().addAscii(sent);
                pair.far().shutdownOutput();
                rig.runUntil(() -> !conditions.isEmpty());
                assertThat(conditions).as(sent).singleElement().isInstanceOf(Condition.Failed.class);
                assertThat(near.input().removeString(US_ASCII)).isEqualTo("J");
                near.close();
            }
        }
    }
}
