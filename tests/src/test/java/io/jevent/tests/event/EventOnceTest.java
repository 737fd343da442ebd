package io.jevent.tests.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.backend.Interest;
import io.jevent.event.Event;
import io.jevent.event.EventCount;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Events that nobody holds, and last calls of events. */
class EventOnceTest extends EventCase {
    @Test
    @Tag("parity") // regress.c: event_once
    void aTimerAnImmediateOneAndAReadinessRunOnceEach() {
        Event.once(base, Duration.ofMillis(5), (event, triggers) -> log.add("timer " + triggers));
        Event.once(base, Duration.ZERO, (event, triggers) -> log.add("now " + triggers));
        Event.once(base, pipe.source(), Set.of(Interest.READ), (event, triggers) -> log.add("read " + triggers));
        Event.once(
                base,
                pipe.sink(),
                Set.of(Interest.WRITE),
                Duration.ofMillis(3),
                (event, triggers) -> log.add("write or timeout " + triggers));
        script.after(Duration.ofMillis(1), () -> script.ready(pipe.source(), Interest.READ));
        base.dispatch();
        assertThat(log)
                .containsExactly("now [TIMEOUT]", "read [READ]", "write or timeout [TIMEOUT]", "timer [TIMEOUT]");
        assertThat(base.eventCount(EventCount.ADDED)).isZero();
        assertThatThrownBy(() -> Event.once(base, Duration.ofMillis(-1), (event, triggers) -> {}))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Event.once(base, pipe.source(), Set.of(), (event, triggers) -> {}))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(base.eventCount(EventCount.ADDED))
                .as("nothing is left of the refused")
                .isZero();
    }

    @Test
    @Tag("parity") // regress.c: event_once_never
    void oneThatHasNotFiredWhenTheBaseClosesNeverRuns() {
        Event.once(base, Duration.ofMillis(5), (event, triggers) -> log.add("never"));
        base.close();
        assertThat(log).isEmpty();
    }

    @Test
    @Tag("parity") // regress_finalize.c: cb_invoked
    void theLastCallRunsOnTheLoopAndTheTimerNever() {
        Event timer = Event.timer(base, (event, triggers) -> log.add("timer"));
        timer.add(Duration.ofMillis(5));
        timer.close(event -> log.add("last of " + (event == timer)));
        assertThat(log).as("not inside close").isEmpty();
        base.dispatch();
        assertThat(log).containsExactly("last of true");
        assertThatThrownBy(timer::add).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> timer.close(event -> {})).isInstanceOf(IllegalStateException.class);
    }

    @Test
    @Tag("parity") // regress_finalize.c: debug_use_after_free
    void aLastCallMayMakeANewEventWhichHasALastCallOfItsOwn() {
        Event first = Event.timer(base, (event, triggers) -> log.add("never"));
        first.close(event -> {
            log.add("first");
            Event second = Event.timer(base, (self, triggers) -> log.add("never"));
            second.add(Duration.ofMillis(1));
            second.close(self -> log.add("second"));
        });
        base.dispatch();
        assertThat(log).containsExactly("first", "second");
    }

    @Test
    void theBaseRunsLastCallsThatAreDueWhenItCloses() {
        Event event = Event.user(base, (self, triggers) -> log.add("never"));
        event.activate();
        event.close(self -> log.add("last"));
        base.close();
        base.close();
        assertThat(log).containsExactly("last");
    }

    @Test
    @Tag("parity") // regress.c: free_active_base
    void aBaseMayCloseWithEventsAddedAndActive() {
        Event added = Event.channel(base, pipe.source(), Set.of(Interest.READ), (event, triggers) -> log.add("never"));
        added.add(Duration.ofSeconds(1));
        Event active = Event.user(base, (event, triggers) -> log.add("never"));
        active.activate();
        base.close();
        assertThat(log).isEmpty();
        added.close();
        active.close();
    }

    @Test
    void aLastCallMayCloseAnotherEventWhileTheBaseCloses() {
        Event other = Event.user(base, (self, triggers) -> log.add("never"));
        Event event = Event.user(base, (self, triggers) -> log.add("never"));
        event.close(self -> {
            log.add("first");
            other.close(its -> log.add("second"));
        });
        base.close();
        assertThat(log).containsExactly("first", "second");
    }

    @Test
    void oneThatIsAddedAgainInItsCallbackStaysUntilItIsNot() {
        Event.once(base, Duration.ofMillis(5), (event, triggers) -> {
            log.add("timer");
            if (log.size() < 3) {
                event.add(Duration.ofMillis(5));
            }
        });
        Event.once(base, Duration.ZERO, (event, triggers) -> {
            log.add("now");
            if (log.size() == 1) {
                event.activate(triggers);
            }
        });
        base.dispatch();
        assertThat(log).containsExactly("now", "now", "timer");
    }

    @Test
    void oneThatHasRunIsClosed() {
        Event[] forgotten = new Event[1];
        Event.once(base, Duration.ofMillis(5), (event, triggers) -> forgotten[0] = event);
        base.dispatch();
        assertThatThrownBy(() -> forgotten[0].add()).hasMessage("this event is closed");
    }
}
