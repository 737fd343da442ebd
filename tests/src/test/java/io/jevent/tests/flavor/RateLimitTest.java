package io.jevent.tests.flavor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.PairBufferEvent;
import io.jevent.bufferevent.RateLimitGroup;
import io.jevent.bufferevent.RateLimits;
import io.jevent.bufferevent.TokenBucketConfig;
import io.jevent.event.EventBase;
import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rates in the long run, and who gets what, on simulated time. */
@Timeout(120)
class RateLimitTest {
    private static final Duration TICK = Duration.ofMillis(100);

    /** A sender that never runs dry, and a reader that counts. */
    private static final class Flow implements AutoCloseable {
        final BufferEvent reader;
        final BufferEvent sender;
        long byteCount;

        Flow(EventBase base) {
            PairBufferEvent near = PairBufferEvent.create(base);
            reader = near;
            sender = near.partner().orElseThrow();
            reader.onRead(it -> byteCount += it.input().drain(Long.MAX_VALUE));
            sender.onWrite(it -> it.write(new byte[20_000]));
            reader.enableReading();
        }

        void start() {
            sender.write(new byte[20_000]);
        }

        @Override
        public void close() {
            reader.close();
            sender.close();
        }
    }

    private static void closeAll(List<Flow> flows) {
        flows.forEach(Flow::close);
        flows.clear();
    }

    private static double fairness(List<Flow> flows) {
        double sum = flows.stream().mapToDouble(flow -> flow.byteCount).sum();
        double squares = flows.stream()
                .mapToDouble(flow -> (double) flow.byteCount * flow.byteCount)
                .sum();
        return sum * sum / (flows.size() * squares);
    }

    @Test
    @Tag("parity") // test-ratelim.c: main
    void inTheLongRunALimitIsKeptWithinOneBurst() {
        SplittableRandom random = new SplittableRandom(11);
        for (int i = 0; i < 50; i++) {
            long rate = 1 + random.nextLong(50_000);
            long burst = rate + random.nextLong(2 * rate);
            boolean reading = random.nextBoolean();
            try (LoopRig rig = LoopRig.simulated(i, Faults.none());
                    Flow flow = new Flow(rig.base())) {
                TokenBucketConfig config = new TokenBucketConfig(rate, burst, rate, burst, TICK);
                (reading ? flow.reader : flow.sender).rateLimits().limit(config);
                flow.start();
                rig.run(TICK.multipliedBy(200));
                assertThat(flow.byteCount)
                        .as("rate %s burst %s reading %s", rate, burst, reading)
                        .isBetween(200 * rate - burst, 200 * rate + burst);
            }
        }
    }

    @Test
    void aGroupKeepsItsLimitAndFavoursNobody() {
        for (long rate : new long[] {100, 1_000, 10_000, 1_000_000}) {
            List<Flow> flows = new ArrayList<>();
            try (LoopRig rig = LoopRig.simulated(rate, Faults.none());
                    RateLimitGroup group = RateLimitGroup.create(
                            rig.base(), new TokenBucketConfig(rate, 2 * rate, rate, 2 * rate, TICK))) {
                for (int i = 0; i < 100; i++) {
                    Flow flow = new Flow(rig.base());
                    flow.reader.rateLimits().join(group);
                    flows.add(flow);
                }
                flows.forEach(Flow::start);
                int ticks = rate == 100 ? 20_000 : 2_000;
                rig.run(TICK.multipliedBy(ticks));
                long total = flows.stream().mapToLong(flow -> flow.byteCount).sum();
                assertThat(total).as("at rate %s", rate).isBetween(ticks * rate - 4 * rate, ticks * rate + 4 * rate);
                assertThat(group.totalRead()).isEqualTo(total);
                assertThat(fairness(flows)).as("fairness at rate %s", rate).isGreaterThanOrEqualTo(0.95);
                assertThat(flows).as("nobody starves").allMatch(flow -> flow.byteCount > 0);
                closeAll(flows);
                assertThat(group.memberCount()).isZero();
            }
        }
    }

    @Test
    void writersOfAGroupShareToo() {
        List<Flow> flows = new ArrayList<>();
        try (LoopRig rig = LoopRig.simulated(5, Faults.none());
                RateLimitGroup group =
                        RateLimitGroup.create(rig.base(), new TokenBucketConfig(5_000, 5_000, 5_000, 5_000, TICK))) {
            for (int i = 0; i < 20; i++) {
                Flow flow = new Flow(rig.base());
                flow.sender.rateLimits().join(group);
                flows.add(flow);
            }
            flows.forEach(Flow::start);
            rig.run(TICK.multipliedBy(1_000));
            assertThat(group.totalWritten()).isBetween(4_980_000L, 5_020_000L);
            assertThat(fairness(flows)).isGreaterThanOrEqualTo(0.95);
            group.resetTotals();
            assertThat(group.totalWritten()).isZero();
            closeAll(flows);
        }
    }

    @Test
    void idleMembersLeaveTheirShareToTheOthers() {
        List<Flow> flows = new ArrayList<>();
        try (LoopRig rig = LoopRig.simulated(6, Faults.none());
                RateLimitGroup group = RateLimitGroup.create(
                        rig.base(), new TokenBucketConfig(10_000, 10_000, 10_000, 10_000, TICK))) {
            for (int i = 0; i < 50; i++) {
                Flow flow = new Flow(rig.base());
                flow.reader.rateLimits().join(group);
                flows.add(flow);
            }
            flows.getFirst().start();
            rig.run(TICK.multipliedBy(500));
            assertThat(flows.getFirst().byteCount).isGreaterThan(4_900_000);
            closeAll(flows);
        }
    }

    @Test
    void aMemberThatLeavesGoesOnWithoutLimitAndAnOverdrawnOneIsPaused() {
        try (LoopRig rig = LoopRig.simulated(7, Faults.none());
                Flow flow = new Flow(rig.base());
                RateLimitGroup group = RateLimitGroup.create(
                        rig.base(), new TokenBucketConfig(100, 100, 100, 100, Duration.ofHours(1)))) {
            RateLimits limits = flow.reader.rateLimits();
            group.minShare(1);
            limits.join(group);
            flow.sender.onWrite(_ -> {});
            flow.start();
            rig.run(TICK);
            assertThat(flow.byteCount).isEqualTo(100);
            group.chargeReading(-50);
            rig.run(TICK);
            assertThat(flow.byteCount).as("put back by hand").isEqualTo(150);
            assertThat(group.readTokens()).isZero();
            assertThatThrownBy(group::close).hasMessageContaining("without members");
            limits.leave();
            rig.run(TICK);
            assertThat(flow.byteCount).isEqualTo(20_000);
            assertThat(limits.group()).isEmpty();
        }
    }

    @Test
    void whatWasMovedInAnotherWayCountsToo() {
        try (LoopRig rig = LoopRig.simulated(8, Faults.none());
                Flow flow = new Flow(rig.base())) {
            RateLimits limits = flow.reader.rateLimits();
            assertThat(limits.readTokens()).isEqualTo(RateLimits.UNLIMITED);
            assertThat(limits.maxToRead()).isEqualTo(RateLimits.UNLIMITED);
            limits.limit(new TokenBucketConfig(1_000, 1_000, 1_000, 1_000, TICK));
            limits.chargeReading(1_500);
            assertThat(limits.readTokens()).isEqualTo(-500);
            assertThat(limits.maxToRead()).isZero();
            assertThat(limits.writeTokens()).isEqualTo(1_000);
            flow.start();
            rig.run(TICK.minusNanos(1));
            assertThat(flow.byteCount).isZero();
            rig.run(Duration.ofNanos(2));
            assertThat(flow.byteCount).isEqualTo(500);
            flow.sender.onWrite(_ -> {});
            limits.removeLimit();
            rig.run(TICK);
            assertThat(flow.byteCount).isGreaterThan(1_000);
        }
    }

    @Test
    void extremeRatesAreAsGoodAsNone() {
        long max = TokenBucketConfig.MAX;
        try (LoopRig rig = LoopRig.simulated(9, Faults.none());
                Flow flow = new Flow(rig.base());
                RateLimitGroup group =
                        RateLimitGroup.create(rig.base(), new TokenBucketConfig(max, max, max, max, TICK))) {
            flow.reader.rateLimits().limit(new TokenBucketConfig(max, max, max, max, Duration.ofDays(1)));
            flow.reader.rateLimits().join(group);
            flow.sender.onWrite(_ -> {});
            flow.start();
            rig.run(TICK);
            assertThat(flow.byteCount).isEqualTo(20_000);
            group.chargeReading(Long.MIN_VALUE);
            group.chargeReading(Long.MAX_VALUE);
            group.chargeReading(Long.MAX_VALUE);
            assertThat(group.readTokens()).isNegative();
            flow.reader.rateLimits().leave();
        }
    }

    @Test
    void theSmallestShareIsBoundedByTheRate() {
        try (LoopRig rig = LoopRig.simulated(10, Faults.none());
                RateLimitGroup group =
                        RateLimitGroup.create(rig.base(), new TokenBucketConfig(500, 500, 20, 20, TICK))) {
            assertThat(group.minShare()).isEqualTo(20);
            group.limit(new TokenBucketConfig(500, 500, 400, 400, TICK));
            assertThat(group.minShare()).isEqualTo(RateLimitGroup.DEFAULT_MIN_SHARE);
            group.minShare(1);
            assertThat(group.minShare()).isEqualTo(1);
            assertThatThrownBy(() -> group.minShare(0)).isInstanceOf(IllegalArgumentException.class);
            assertThat(LongStream.of(group.readTokens(), group.writeTokens())).allMatch(tokens -> tokens > 0);
        }
    }

    @Test
    void aPausedDirectionDoesNotTimeOut() {
        try (LoopRig rig = LoopRig.simulated(12, Faults.none());
                Flow flow = new Flow(rig.base())) {
            List<Object> conditions = new ArrayList<>();
            flow.reader.onCondition((_, condition) -> conditions.add(condition));
            flow.reader.rateLimits().limit(new TokenBucketConfig(10, 10, 10, 10, Duration.ofSeconds(10)));
            flow.reader.timeouts(Duration.ofSeconds(1), Duration.ZERO);
            flow.start();
            rig.run(Duration.ofSeconds(95));
            assertThat(conditions).isEmpty();
            assertThat(flow.byteCount).isEqualTo(100);
        }
    }
}
