package io.jevent.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class Rot13ServerTest {
    @Test
    void linesComeBackRotatedHoweverTheNetworkCutsThem() {
        for (long seed = 0; seed < 50; seed++) {
            try (LoopRig rig = LoopRig.simulated(seed, Faults.mild())) {
                LoopRig.Pair pair = rig.connectedPair();
                Rot13Server.serve(pair.far());
                pair.near().enableReading();
                pair.near().output().addAscii("Hello, World!\nabcxyz\n");
                rig.runUntil(() -> pair.near().input().length() == 21);
                assertThat(pair.near().input().removeString(US_ASCII)).isEqualTo("Uryyb, Jbeyq!\nnopklm\n");
            }
        }
    }

    @Test
    void aLineIsAnsweredWhenItIsComplete() {
        try (LoopRig rig = LoopRig.simulated(1, Faults.none())) {
            LoopRig.Pair pair = rig.connectedPair();
            Rot13Server.serve(pair.far());
            pair.near().enableReading();
            pair.near().output().addAscii("abc");
            rig.run(Duration.ofSeconds(1));
            assertThat(pair.near().input().length()).isZero();
            pair.near().output().addAscii("\n");
            rig.runUntil(() -> pair.near().input().length() == 4);
        }
    }

    @Test
    void aLastLineWithoutAnEndIsAnsweredAndTheConnectionClosed() {
        try (LoopRig rig = LoopRig.simulated(1, Faults.chopping())) {
            LoopRig.Pair pair = rig.connectedPair();
            Rot13Server.serve(pair.far());
            pair.near().onCondition((self, _) -> {
                assertThat(self.input().removeString(US_ASCII)).isEqualTo("nop");
                self.close();
            });
            pair.near().enableReading();
            pair.near().output().addAscii("abc");
            pair.near().shutdownOutput();
            rig.runUntil(() -> pair.near().isClosed() && pair.far().isClosed());
        }
    }

    @Test
    void aLineThatIsTooLongPassesInPiecesToWhichNothingIsAdded() {
        try (LoopRig rig = LoopRig.simulated(1, Faults.mild())) {
            LoopRig.Pair pair = rig.connectedPair();
            Rot13Server.serve(pair.far());
            pair.near().enableReading();
            pair.near().output().addAscii("a".repeat(40_000) + "\n");
            rig.runUntil(() -> pair.near().input().length() == 40_001);
            assertThat(pair.near().input().removeString(US_ASCII)).isEqualTo("n".repeat(40_000) + "\n");
        }
    }

    @Test
    void aClientThatDoesNotReadIsNotReadEitherAndLosesNothing() {
        try (LoopRig rig = LoopRig.simulated(1, Faults.mild())) {
            LoopRig.Pair pair = rig.connectedPair();
            Rot13Server.serve(pair.far());
            pair.near().output().addAscii("abcdefg\n".repeat(50_000));
            pair.near().shutdownOutput();
            rig.run(Duration.ofMinutes(1));
            assertThat(pair.far().input().length()).isLessThanOrEqualTo(Rot13Server.MAX_LINE_BYTES);
            assertThat(pair.far().output().length()).isBetween(64L * 1024, 66L * 1024);
            pair.near().enableReading();
            rig.runUntil(() -> pair.near().input().length() == 400_000);
            assertThat(pair.near().input().removeString(US_ASCII)).isEqualTo("nopqrst\n".repeat(50_000));
        }
    }
}
