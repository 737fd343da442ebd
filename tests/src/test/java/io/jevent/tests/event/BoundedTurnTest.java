package io.jevent.tests.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.backend.BackendFeature;
import io.jevent.event.BaseOption;
import io.jevent.event.Event;
import io.jevent.event.EventBase;
import io.jevent.event.EventBaseConfig;
import io.jevent.event.LoopWatcher;
import io.jevent.testkit.ScriptedBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a base may be told about its turns, its time and its backend. */
class BoundedTurnTest {
    private final ScriptedBackend script = new ScriptedBackend();
    private final List<String> log = new ArrayList<>();

    /** Activates ten events of a priority; each takes a millisecond. */
    private void tenSlowOnes(EventBase base, int priority) {
        script.onPoll(timeout -> log.add("poll"));
        for (int i = 0; i < 10; i++) {
            Event event = Event.user(base, (self, triggers) -> {
                log.add("call");
                script.clock().advance(Duration.ofMillis(1));
            });
            event.priority(priority);
            event.activate();
        }
        base.dispatch();
    }

    private List<Integer> callsPerTurn() {
        List<Integer> counts = new ArrayList<>();
        for (String entry : log) {
            if (entry.equals("poll")) {
                counts.add(0);
            } else {
                counts.set(counts.size() - 1, counts.getLast() + 1);
            }
        }
        return counts;
    }

    @Test
    void aTurnIsBoundedByTheNumberOfItsCallbacks() {
        try (EventBase base = script.newBase(EventBaseConfig.builder().maxCallbacksPerTurn(4))) {
            tenSlowOnes(base, 0);
        }
        assertThat(callsPerTurn()).containsExactly(4, 4, 2);
    }

    @Test
    void aTurnIsBoundedByTheTimeOfItsCallbacks() {
        try (EventBase base = script.newBase(EventBaseConfig.builder().maxTimePerTurn(Duration.ofMillis(3)))) {
            tenSlowOnes(base, 0);
        }
        assertThat(callsPerTurn()).containsExactly(3, 3, 3, 1);
    }

    @Test
    void theBoundsLeaveBetterPrioritiesAlone() {
        EventBaseConfig.Builder config = EventBaseConfig.builder()
                .priorityCount(2)
                .maxCallbacksPerTurn(4)
                .boundedFromPriority(1);
        try (EventBase base = script.newBase(config)) {
            tenSlowOnes(base, 0);
            assertThat(callsPerTurn()).containsExactly(10);
            log.clear();
            tenSlowOnes(base, 1);
            assertThat(callsPerTurn()).containsExactly(4, 4, 2);
        }
    }

    @Test
    @Tag("parity") // regress.c: priorities
    void aBusyPriorityStarvesThoseBehindIt() {
        try (EventBase base = script.newBase(EventBaseConfig.builder().priorityCount(2))) {
            Event better = Event.user(base, (self, triggers) -> {
                log.add("better");
                if (log.size() < 3) {
                    self.activate();
                }
            });
            better.priority(0);
            Event worse = Event.user(base, (self, triggers) -> {
                log.add("worse");
                if (log.size() < 6) {
                    self.activate();
                }
            });
            worse.priority(1);
            worse.activate();
            better.activate();
            base.dispatch();
        }
        assertThat(log).containsExactly("better", "better", "better", "worse", "worse", "worse");
    }

    // ---- time ----

    @Test
    @Tag("parity") // regress.c: gettimeofday_cached_disabled, gettimeofday_cached_disabled_nosleep
    void withoutTheCacheTheTimeIsAlwaysThePresentOne() {
        try (EventBase base = script.newBase(EventBaseConfig.builder().options(BaseOption.NO_TIME_CACHE))) {
            Event.once(base, Duration.ZERO, (event, triggers) -> {
                long before = base.nanoTime();
                assertThat(base.nanoTime()).isEqualTo(before);
                script.clock().advance(Duration.ofMillis(5));
                assertThat(base.nanoTime() - before).isEqualTo(5_000_000);
                log.add("called");
            });
            base.dispatch();
        }
        assertThat(log).containsExactly("called");
    }

    @Test
    @Tag("parity") // regress_timer_timeout.c: precise_clock
    void aPreciseTimerIsNeverEarlyAndItsWaitsAreNotRoundedUp() {
        try (EventBase base = EventBase.create(EventBaseConfig.builder()
                .backend("nio")
                .options(BaseOption.PRECISE_TIMERS)
                .build())) {
            List<Long> waits = new ArrayList<>();
            LoopWatcher.prepare(base, (watcher, timeoutNanos) -> waits.add(timeoutNanos));
            long start = System.nanoTime();
            Event.once(
                    base,
                    Duration.ofNanos(2_200_000),
                    (event, triggers) -> assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(2_200_000));
            base.dispatch();
            assertThat(waits)
                    .as("whole milliseconds, rounded down, and none for the rest")
                    .allMatch(wait -> wait == 2_000_000 || wait == 1_000_000 || wait == 0);
        }
    }

    // ---- choosing the backend ----

    @Test
    @Tag("parity") // regress.c: base_features
    void aBackendWithoutTheRequiredFeaturesIsRefusedAndNamed() {
        assertThatThrownBy(() -> EventBase.create(EventBaseConfig.builder()
                        .backend("nio")
                        .requireFeatures(BackendFeature.CONSTANT_COST, BackendFeature.EDGE_TRIGGERED)
                        .build()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("backend nio lacks [EDGE_TRIGGERED]");
        try (EventBase base = EventBase.create(EventBaseConfig.builder()
                .requireFeatures(BackendFeature.EDGE_TRIGGERED)
                .requireFeatures(BackendFeature.CONSTANT_COST)
                .build())) {
            assertThat(base.features()).contains(BackendFeature.CONSTANT_COST);
        }
        assertThatThrownBy(() -> EventBase.create(EventBaseConfig.builder()
                        .backend(script)
                        .clock(script.clock())
                        .requireFeatures(BackendFeature.CONSTANT_COST)
                        .build()))
                .hasMessage("backend scripted lacks [CONSTANT_COST]");
    }

    @Test
    void anAvoidedBackendIsNotChosen() {
        EventBaseConfig.Builder avoidsAll = EventBaseConfig.builder();
        EventBase.backends().forEach(status -> avoidsAll.avoidBackend(status.name()));
        assertThatThrownBy(() -> EventBase.create(avoidsAll.build()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("no backend can run here without [");
    }

    @Test
    void everyDefaultIsWhatItsDocumentationSays() {
        EventBaseConfig config = EventBaseConfig.builder().build();
        assertThat(config.maxTimePerTurn()).isZero();
        assertThat(config.boundedFromPriority()).isZero();
        assertThat(config.options()).isEmpty();
        assertThat(config.avoidedBackends()).isEmpty();
        assertThat(config.requiredFeatures()).isEmpty();
        assertThat(config.slowCallbackThreshold())
                .isEqualTo(EventBaseConfig.DEFAULT_SLOW_CALLBACK_THRESHOLD)
                .isEqualTo(Duration.ofMillis(500));
    }
}
