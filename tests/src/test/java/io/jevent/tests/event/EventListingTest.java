package io.jevent.tests.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.backend.Interest;
import io.jevent.event.Event;
import io.jevent.event.EventBaseConfig;
import io.jevent.event.EventCount;
import io.jevent.event.EventInfo;
import io.jevent.event.EventOption;
import io.jevent.event.Trigger;
import io.jevent.listener.ConnectionListener;
import io.jevent.testkit.ScriptedBackend;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Counting, visiting, dumping and activating the events of a base. */
class EventListingTest extends EventCase {
    EventListingTest() {
        super(EventBaseConfig.builder().priorityCount(3));
    }

    private List<Integer> counts() {
        return List.of(
                base.eventCount(EventCount.ADDED),
                base.eventCount(EventCount.ACTIVE),
                base.eventCount(EventCount.VIRTUAL));
    }

    @Test
    @Tag("parity") // regress.c: event_base_get_num_events
    void addedActiveAndVirtualOnesAreCountedApart() throws IOException {
        assertThat(counts()).containsExactly(0, 0, 0);
        Event timer = Event.timer(base, (event, triggers) -> log.add("" + counts()));
        timer.add(Duration.ofMillis(1));
        Event user = Event.user(base, (event, triggers) -> {});
        user.activate();
        assertThat(counts()).containsExactly(1, 1, 0);
        ConnectionListener listener = ConnectionListener.bind(base, ScriptedBackend.ADDRESS, (self, socket) -> {});
        assertThat(counts()).containsExactly(1, 1, 1);
        listener.close();
        base.dispatch();
        assertThat(log).as("inside the callback of a one-shot event").containsExactly("[0, 0, 0]");
        assertThat(counts()).containsExactly(0, 0, 0);
    }

    @Test
    @Tag("parity") // regress.c: event_base_get_max_events
    void theHighestCountStaysUntilItIsCleared() {
        List<Event> timers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Event timer = Event.timer(base, (event, triggers) -> {});
            timer.add(Duration.ofMillis(1));
            timers.add(timer);
        }
        timers.forEach(Event::remove);
        timers.forEach(Event::activate);
        base.exit(Duration.ofSeconds(1));
        assertThat(base.highestEventCount(EventCount.ADDED)).isEqualTo(5);
        assertThat(base.highestEventCount(EventCount.ACTIVE)).isEqualTo(5);
        assertThat(base.highestEventCount(EventCount.VIRTUAL)).isEqualTo(1);
        timers.getFirst().add(Duration.ofMillis(1));
        base.clearHighestEventCount(EventCount.ADDED);
        assertThat(base.highestEventCount(EventCount.ADDED)).isEqualTo(1);
    }

    @Test
    @Tag("parity") // regress.c: event_foreach
    void aVisitSeesEachAddedOrActiveEventOnceAndStopsWhenTold() {
        Event untouched = Event.user(base, (event, triggers) -> {});
        Event added = Event.timer(base, (event, triggers) -> {});
        added.add(Duration.ofMillis(1));
        Event both = Event.timer(base, (event, triggers) -> {});
        both.add(Duration.ofMillis(1));
        both.activate();
        Event active = Event.user(base, (event, triggers) -> {});
        active.priority(2);
        active.activate();
        List<Event> seen = new ArrayList<>();
        assertThat(base.forEachEvent(seen::add)).isTrue();
        assertThat(seen).containsExactly(added, both, active).doesNotContain(untouched);
        seen.clear();
        assertThat(base.forEachEvent(event -> {
                    seen.add(event);
                    return false;
                }))
                .isFalse();
        assertThat(seen).containsExactly(added);
    }

    @Test
    @Tag("parity") // test-dumpevents.c: main; check-dumpevents.py: main
    void aDumpListsWhatIsAddedAndWhatIsActive() {
        Event reader =
                Event.channel(base, pipe.source(), Set.of(Interest.READ), (event, triggers) -> {}, EventOption.PERSIST);
        reader.add();
        Event timer = Event.timer(base, (event, triggers) -> {});
        timer.priority(2);
        timer.add(Duration.ofSeconds(3));
        Event user = Event.user(base, (event, triggers) -> {});
        user.activate();
        assertThat(base.dump())
                .isEqualTo("added:\n  " + pipe.source() + " [READ] [PERSIST] priority 1\n"
                        + "  timer priority 2, expires 2026-01-01T00:00:03Z\n"
                        + "active:\n  user event priority 1, active [USER]\n");
        EventInfo info = base.events().get(1);
        assertThat(info.expiresAt()).contains(script.clock().wallTime().plusSeconds(3));
        assertThat(info.added()).isTrue();
        assertThat(info.active()).isEmpty();
    }

    @Test
    @Tag("parity") // regress.c: active_by_fd
    void activatingByChannelReachesItsEventsThatWaitForIt() {
        Event reader = Event.channel(
                base, pipe.source(), Set.of(Interest.READ), (event, triggers) -> log.add("reader" + triggers));
        Event timed = Event.channel(
                base, pipe.source(), Set.of(Interest.READ), (event, triggers) -> log.add("timed" + triggers));
        Event writer = Event.channel(
                base, pipe.sink(), Set.of(Interest.WRITE), (event, triggers) -> log.add("writer" + triggers));
        Event notAdded = Event.channel(base, pipe.source(), Set.of(Interest.READ), (event, triggers) -> log.add("no"));
        reader.add();
        timed.add(Duration.ofSeconds(1));
        writer.add();
        assertThat(base.activate(pipe.source(), Set.of(Trigger.WRITE))).isZero();
        assertThat(base.activate(pipe.source(), Set.of(Trigger.READ, Trigger.TIMEOUT)))
                .isEqualTo(2);
        assertThat(writer.isActive()).isFalse();
        assertThat(notAdded.isActive()).isFalse();
        writer.close();
        base.dispatch();
        assertThat(log).containsExactly("reader[READ]", "timed[TIMEOUT, READ]");
    }

    @Test
    void theRunningEventIsKnownWhileItRuns() {
        Event[] seen = new Event[1];
        Event event = Event.user(
                base, (self, triggers) -> seen[0] = base.runningEvent().orElseThrow());
        event.activate();
        assertThat(base.runningEvent()).isEmpty();
        base.dispatch();
        assertThat(seen[0]).isSameAs(event);
        assertThat(base.runningEvent()).isEmpty();
    }

    @Test
    void visitingSeesEachEventOnceThoughItIsAddedAnewMeanwhile() {
        for (int i = 0; i < 2; i++) {
            Event.timer(base, (event, triggers) -> {}).add(Duration.ofDays(1));
        }
        base.forEachEvent(event -> {
            event.remove();
            event.add(Duration.ofDays(1));
            log.add("visited");
            return log.size() < 100;
        });
        assertThat(log).hasSize(2);
    }
}
