package io.jevent.tests.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.backend.Interest;
import io.jevent.event.CommonTimeout;
import io.jevent.event.Event;
import io.jevent.event.EventBase;
import io.jevent.event.EventOption;
import io.jevent.testkit.ScriptedBackend;
import java.io.IOException;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Timeouts that many events share behave as timeouts do. */
class CommonTimeoutTest {
    private final ScriptedBackend script = new ScriptedBackend();
    private final EventBase base = script.newBase();
    private final List<String> log = new ArrayList<>();

    @AfterEach
    void close() {
        base.close();
    }

    private Event timer(String name, EventOption... options) {
        return Event.timer(
                base,
                (event, triggers) ->
                        log.add(name + "@" + script.clock().elapsed().toMillis()),
                options);
    }

    private void at(long millis, Runnable action) {
        Event.once(base, Duration.ofMillis(millis), (event, triggers) -> action.run());
    }

    @Test
    @Tag("parity") // regress.c: common_timeout
    void aHundredEventsOnSharedTimeoutsExpireOnTimeAndMayBeRemovedFromTheMiddle() {
        CommonTimeout tenth = base.commonTimeout(Duration.ofMillis(100));
        CommonTimeout fifth = base.commonTimeout(Duration.ofMillis(200));
        List<Event> events = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Event event = timer("" + i);
            events.add(event);
            event.add(i % 2 == 0 ? tenth : fifth);
        }
        events.get(50).remove();
        events.get(0).remove();
        events.get(99).remove();
        base.dispatch();
        assertThat(log).hasSize(97);
        for (int i = 1; i < 99; i++) {
            if (i != 50) {
                assertThat(log).contains(i + "@" + (i % 2 == 0 ? 100 : 200));
            }
        }
    }

    @Test
    void theSameDurationIsTheSameTimeoutAndTheirNumberIsBounded() {
        assertThat(base.commonTimeout(Duration.ofSeconds(1))).isSameAs(base.commonTimeout(Duration.ofSeconds(1L)));
        for (int i = 1; i < EventBase.MAX_COMMON_TIMEOUTS; i++) {
            base.commonTimeout(Duration.ofNanos(i));
        }
        assertThatThrownBy(() -> base.commonTimeout(Duration.ofHours(1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("256");
        assertThatThrownBy(() -> base.commonTimeout(Duration.ofNanos(-1))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aTimeoutOfAnotherBaseIsRefused() {
        try (EventBase other = script.newBase()) {
            assertThatThrownBy(() -> timer("x").add(other.commonTimeout(Duration.ofSeconds(1))))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void addingAgainMovesToTheBackAndSwitchingKindsLeavesOneTimeout() {
        CommonTimeout common = base.commonTimeout(Duration.ofMillis(100));
        Event again = timer("again");
        Event plain = timer("plain");
        again.add(common);
        plain.add(common);
        at(50, () -> {
            again.add(common);
            plain.add(Duration.ofMillis(20));
        });
        base.dispatch();
        assertThat(log).containsExactly("plain@70", "again@150");
    }

    @Test
    void aRepeatingTimerKeepsItsRhythmAmongOthers() {
        CommonTimeout common = base.commonTimeout(Duration.ofMillis(10));
        Event repeating = Event.timer(
                base,
                (event, triggers) -> {
                    log.add("tick@" + script.clock().elapsed().toMillis());
                    script.clock().advance(Duration.ofMillis(3));
                    if (log.size() == 4) {
                        event.close();
                    }
                },
                EventOption.PERSIST);
        repeating.add(common);
        at(12, () -> timer("other").add(common));
        base.dispatch();
        assertThat(log).containsExactly("tick@10", "tick@20", "other@23", "tick@30");
    }

    @Test
    void randomUseAgreesWithPlainTimeouts() {
        Random random = new Random(42);
        CommonTimeout common = base.commonTimeout(Duration.ofMillis(50));
        List<String> plain = new ArrayList<>();
        List<String> shared = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            String name = "" + i;
            Event one = Event.timer(
                    base,
                    (event, triggers) -> plain.add(name + "@" + script.clock().elapsed()));
            Event two = Event.timer(
                    base,
                    (event, triggers) -> shared.add(name + "@" + script.clock().elapsed()));
            for (int j = 0; j < 3; j++) {
                boolean removes = random.nextInt(4) == 0;
                at(random.nextInt(300), () -> {
                    if (removes) {
                        one.remove();
                        two.remove();
                    } else {
                        one.add(Duration.ofMillis(50));
                        two.add(common);
                    }
                });
            }
        }
        base.dispatch();
        assertThat(shared).isEqualTo(plain).hasSizeGreaterThan(100);
    }

    @Test
    void aRepeatingTimerThatIsLateDropsWhatItHasMissed() {
        CommonTimeout common = base.commonTimeout(Duration.ofMillis(10));
        Event repeating = Event.timer(
                base,
                (event, triggers) -> {
                    log.add("tick@" + script.clock().elapsed().toMillis());
                    script.clock().advance(Duration.ofMillis(25));
                    if (log.size() == 3) {
                        event.close();
                    }
                },
                EventOption.PERSIST);
        repeating.add(common);
        base.dispatch();
        assertThat(log).containsExactly("tick@10", "tick@35", "tick@60");
    }

    @Test
    void anEventOnAChannelMayHaveOne() throws IOException {
        Pipe pipe = Pipe.open();
        CommonTimeout common = base.commonTimeout(Duration.ofMillis(10));
        Event event =
                Event.channel(base, pipe.source(), Set.of(Interest.READ), (self, triggers) -> log.add("" + triggers));
        event.add(common);
        script.after(Duration.ofMillis(5), () -> script.ready(pipe.source(), Interest.READ));
        base.dispatch();
        assertThat(log).containsExactly("[READ]");
        event.add(common);
        base.dispatch();
        assertThat(log).containsExactly("[READ]", "[TIMEOUT]");
        pipe.source().close();
        pipe.sink().close();
    }

    @Test
    void itSaysHowLongItIs() {
        CommonTimeout common = base.commonTimeout(Duration.ofMillis(10));
        assertThat(common.duration()).isEqualTo(Duration.ofMillis(10));
        assertThat(common).hasToString("CommonTimeout[PT0.01S]");
    }
}
