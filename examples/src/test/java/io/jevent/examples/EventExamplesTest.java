package io.jevent.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.buffer.EvBuffer;
import io.jevent.event.Event;
import io.jevent.event.EventOption;
import io.jevent.event.LoopResult;
import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import io.jevent.testkit.ManualClock;
import java.io.ByteArrayInputStream;
import java.nio.channels.Channels;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The examples for events alone. */
class EventExamplesTest {
    private static List<Duration> laps(Set<EventOption> options) {
        try (LoopRig rig = LoopRig.simulated(1, Faults.none())) {
            ManualClock clock = rig.network().orElseThrow().clock();
            List<Duration> laps = new ArrayList<>();
            Event timer = PeriodicTimer.start(rig.base(), Duration.ofSeconds(2), options, lap -> {
                laps.add(lap);
                clock.advance(Duration.ofMillis(100)); // As long as the callback takes.
                rig.base().updateCachedTime();
            });
            rig.run(Duration.ofSeconds(9));
            timer.close();
            return laps.subList(0, 3);
        }
    }

    @Test
    void aPersistentTimerKeepsItsRhythmAndOneThatIsAddedAgainDoesNot() {
        assertThat(laps(Set.of(EventOption.PERSIST)))
                .containsExactly(Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofSeconds(2));
        assertThat(laps(Set.of()))
                .containsExactly(Duration.ofSeconds(2), Duration.ofMillis(2100), Duration.ofMillis(2100));
    }

    @Test
    void afterTheThirdSignalTheLoopHasNothingLeftToWaitFor() {
        try (LoopRig rig = LoopRig.simulated(1, Faults.none())) {
            List<Integer> signals = new ArrayList<>();
            ThirdSignalEnds.watch(rig.base(), "HUP", signals::add);
            for (int i = 1; i <= 3; i++) {
                Event.once(
                        rig.base(), Duration.ofSeconds(i), (_, _) -> rig.base().activateSignal("HUP"));
            }
            assertThat(rig.base().dispatch()).isEqualTo(LoopResult.EMPTY);
            assertThat(signals).containsExactly(1, 2, 3);
        }
    }

    @Test
    void aPipeIsReadUntilItsEnd() {
        try (LoopRig rig = LoopRig.simulated(1, Faults.none());
                EvBuffer buffer = rig.base().newBuffer()) {
            var channel = Channels.newChannel(new ByteArrayInputStream(new byte[] {'a', '\n'}));
            Event readable = Event.user(rig.base(), (self, _) -> ReadFifo.read(self, channel, buffer));
            readable.activate();
            rig.base().dispatch();
            readable.activate();
            rig.base().dispatch();
            assertThat(buffer.isEmpty()).isTrue();
        }
    }

    private static void advance(LoopRig rig, long millis) {
        rig.network().orElseThrow().clock().advance(Duration.ofMillis(millis));
    }

    @Test
    void aSlowCallbackShowsInTheMedianOfTheTurns() {
        List<String> log = new ArrayList<>();
        try (LoopRig rig = LoopRig.simulated(1, Faults.none());
                LoopLatency _ = new LoopLatency(rig.base(), Duration.ofSeconds(1), log::add);
                Event slow = Event.timer(rig.base(), (_, _) -> advance(rig, 3), EventOption.PERSIST)) {
            slow.add(Duration.ofMillis(10));
            rig.run(Duration.ofMillis(1500));
            assertThat(log).first().asString().startsWith("work 3000 µs (95 %: 3000 µs), late 0 µs");
        }
    }
}
