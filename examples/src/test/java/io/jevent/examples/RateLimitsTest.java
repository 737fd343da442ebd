package io.jevent.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import io.jevent.bufferevent.TokenBucketConfig;
import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RateLimitsTest {
    @Test
    void aLimitedServerTakesItsTimeAndLosesNothingAtTheEnd() {
        try (LoopRig rig = LoopRig.simulated(1, Faults.none())) {
            LoopRig.Pair pair = rig.connectedPair();
            RateLimitedServer.serve(pair.far(), TokenBucketConfig.ofBytesPerSecond(1000));
            pair.near().enableReading();
            pair.near().output().addAscii("x".repeat(100_000));
            pair.near().shutdownOutput();
            rig.run(Duration.ofSeconds(50));
            assertThat(pair.near().input().length()).isCloseTo(50_000, withPercentage(5));
            rig.run(Duration.ofSeconds(49));
            assertThat(pair.near().input().length()).isLessThan(100_000);
            rig.run(Duration.ofSeconds(5));
            assertThat(pair.near().input().length()).isEqualTo(100_000);
            assertThat(pair.far().isClosed()).isTrue();
        }
    }

    private static RateLimitMeter.Report measure(Optional<TokenBucketConfig> each) throws Exception {
        try (LoopRig rig = LoopRig.simulated(1, Faults.none());
                RateLimitMeter meter = new RateLimitMeter(
                        rig.base(), rig.anyAddress(), 30, TokenBucketConfig.ofBytesPerSecond(300_000), each)) {
            rig.run(Duration.ofMinutes(1));
            return meter.report(Duration.ofMinutes(1));
        }
    }

    @Test
    void aGroupsMembersShareItsRateEvenly() throws Exception {
        RateLimitMeter.Report report = measure(Optional.empty());
        assertThat(report.rates()).hasSize(30);
        assertThat(report.total()).isCloseTo(300_000, withPercentage(2));
        assertThat(report.mean()).isCloseTo(10_000, withPercentage(2));
        assertThat(report.deviation()).isLessThan(1000);
    }

    @Test
    void theLowerOfTwoLimitsHolds() throws Exception {
        RateLimitMeter.Report report = measure(Optional.of(TokenBucketConfig.ofBytesPerSecond(2000)));
        assertThat(report.rates()).allSatisfy(it -> assertThat(it).isCloseTo(2000.0, withPercentage(5)));
    }
}
