package io.jevent.tests.flavor;

import io.jevent.testkit.Faults;
import io.jevent.testkit.PropertyRunner;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Random stacks on random networks; {@code -Djevent.stacks.runs} says how many of each of the three, 700 by default. */
@Timeout(3600)
class RandomStackTest {
    private static final int RUNS = Integer.getInteger("jevent.stacks.runs", 700);

    @Test
    void randomStacksHoldTheirInvariantsOnAPerfectNetwork() {
        new PropertyRunner(RUNS, 60)
                .run(seed -> new RandomStackProgram(seed, Faults.none(), /* losesConnections= */ false));
    }

    @Test
    @Tag("parity") // regress_openssl.c: bufferevent_wm_defer, bufferevent_wm_filter_defer
    void randomStacksHoldTheirInvariantsOnASlowNetworkThatChops() {
        new PropertyRunner(RUNS, 60)
                .run(seed -> new RandomStackProgram(seed, Faults.mild(), /* losesConnections= */ false));
    }

    /** TLS on TLS, of which the lower one decrypts the last records and the end inside a flush of the upper one. */
    @Test
    void whatComesWithTheEndWhileALayerFlushesDownwardsIsReadBeforeTheEnd() {
        new PropertyRunner(1, 60)
                .runSeed(
                        seed -> new RandomStackProgram(seed, Faults.mild(), /* losesConnections= */ false),
                        33_733_447_314_411L);
    }

    @Test
    void randomStacksHoldTheirInvariantsWhenAnythingGoesWrong() {
        new PropertyRunner(RUNS, 60)
                .run(seed -> new RandomStackProgram(seed, Faults.harsh(), /* losesConnections= */ true));
    }
}
