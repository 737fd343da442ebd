package io.jevent.tests.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.backend.Interest;
import io.jevent.event.Event;
import io.jevent.event.EventBase;
import io.jevent.event.EventBaseConfig;
import io.jevent.event.EventCallback;
import io.jevent.event.EventCount;
import io.jevent.event.EventOption;
import io.jevent.event.LoopOption;
import io.jevent.event.LoopResult;
import io.jevent.event.Trigger;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Events for timers, channels and activation by hand. Time is the script's. */
class EventTest extends EventCase {
    private void note(Event event, Set<Trigger> triggers) {
        log.add(triggers + "@" + script.clock().elapsed().toMillis());
    }

    // ---- asking ----

    @Test
    @Tag("parity") // regress.c: get_assignment
    void anEventTellsWhatItWasMadeOf() {
        EventCallback callback = this::note;
        Event event = Event.channel(base, pipe.source(), Set.of(Interest.READ), callback, EventOption.PERSIST);
        assertThat(event.base()).isSameAs(base);
        assertThat(event.channel()).contains(pipe.source());
        assertThat(event.interest()).containsExactly(Interest.READ);
        assertThat(event.options()).containsExactly(EventOption.PERSIST);
        assertThat(event.callback()).isSameAs(callback);
        assertThat(event.signal()).isEmpty();
        assertThat(event.priority()).isZero();
    }

    @Test
    @Tag("parity") // regress.c: event_new_selfarg
    void aCallbackIsGivenItsOwnEvent() {
        List<Event> given = new ArrayList<>();
        Event event = Event.user(base, (self, triggers) -> given.add(self));
        event.activate();
        base.dispatch();
        assertThat(given).containsExactly(event);
    }

    @Test
    @Tag("parity") // regress.c: event_pending
    void pendingTriggersAreWhatItWaitsForAndWhatHasHappened() {
        Event event = Event.channel(base, pipe.source(), Set.of(Interest.READ), this::note);
        assertThat(event.pendingTriggers()).isEmpty();
        event.add(Duration.ofSeconds(5));
        assertThat(event.pendingTriggers()).containsExactly(Trigger.TIMEOUT, Trigger.READ);
        assertThat(event.expiresAt()).contains(script.clock().wallTime().plusSeconds(5));
        event.removeTimeout();
        assertThat(event.pendingTriggers()).containsExactly(Trigger.READ);
        assertThat(event.expiresAt()).isEmpty();
        event.remove();
        event.activate();
        assertThat(event.pendingTriggers()).containsExactly(Trigger.USER);
        base.dispatch();
        assertThat(event.pendingTriggers()).isEmpty();
    }

    @Test
    @Tag("parity") // regress.c: manipulate_active_events
    void activatingAgainAddsToWhatIsTold() {
        Event event = Event.user(base, this::note);
        event.activate(Set.of(Trigger.READ));
        assertThat(event.isPending()).isTrue();
        event.activate(Set.of(Trigger.WRITE, Trigger.TIMEOUT));
        base.dispatch();
        assertThat(log).containsExactly("[TIMEOUT, READ, WRITE]@0");
        assertThatThrownBy(() -> event.activate(Set.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @Tag("parity") // regress.c: nonpersist_readd
    void oneShotEventsMayAddAndRemoveEachOther() {
        Event[] pair = new Event[2];
        for (int i = 0; i < 2; i++) {
            int other = 1 - i;
            pair[i] = Event.channel(base, pipe.source(), Set.of(Interest.READ), (event, triggers) -> {
                event.add();
                pair[other].remove();
                log.add("called");
            });
            pair[i].add();
        }
        script.ready(pipe.source(), Interest.READ);
        base.loop(LoopOption.NONBLOCK);
        assertThat(log).as("the second was removed before its turn").containsExactly("called");
        assertThat(pair[0].isPending() ^ pair[1].isPending()).isTrue();
    }

    @Test
    @Tag("parity") // regress.c: active_later
    void eventsThatActivateEachOtherForEverDoNotStarveIo() {
        Event[] pair = new Event[2];
        Event io = Event.channel(base, pipe.source(), Set.of(Interest.READ), (event, triggers) -> base.breakLoop());
        io.add();
        for (int i = 0; i < 2; i++) {
            int other = 1 - i;
            pair[i] = Event.user(base, (event, triggers) -> pair[other].activate());
        }
        pair[0].activate();
        script.after(Duration.ZERO, () -> script.ready(pipe.source(), Interest.READ));
        assertThat(base.dispatch()).isEqualTo(LoopResult.BREAK);
    }

    @Test
    @Tag("parity") // regress.c: persistent_active_timeout
    void activationByHandRestartsThePeriodOfARepeatingTimer() {
        Event timer = Event.timer(
                base,
                (event, triggers) -> {
                    note(event, triggers);
                    if (log.size() == 3) {
                        event.close();
                    }
                },
                EventOption.PERSIST);
        timer.add(Duration.ofMillis(200));
        Event.once(base, Duration.ofMillis(100), (event, triggers) -> timer.activate());
        base.dispatch();
        assertThat(log).containsExactly("[USER]@100", "[TIMEOUT]@300", "[TIMEOUT]@500");
    }

    // ---- timers ----

    @Test
    void aOneShotTimerFiresOnceAndIsNoLongerPending() {
        Event timer = Event.timer(base, this::note);
        timer.add(Duration.ofMillis(10));
        assertThat(timer.isPending()).isTrue();
        base.dispatch();
        assertThat(log).containsExactly("[TIMEOUT]@10");
        assertThat(timer.isPending()).isFalse();
    }

    @Test
    void aOneShotTimerMayAddItselfAgainFromItsCallback() {
        Event timer = Event.timer(base, (event, triggers) -> {
            note(event, triggers);
            if (log.size() < 3) {
                event.add(Duration.ofMillis(5));
            }
        });
        timer.add(Duration.ofMillis(10));
        base.dispatch();
        assertThat(log).containsExactly("[TIMEOUT]@10", "[TIMEOUT]@15", "[TIMEOUT]@20");
    }

    @Test
    void aPersistentTimerKeepsItsRhythmHoweverLongItsCallbackTakes() {
        Event timer = Event.timer(
                base,
                (event, triggers) -> {
                    note(event, triggers);
                    script.clock().advance(Duration.ofMillis(4));
                    if (log.size() == 3) {
                        event.remove();
                    }
                },
                EventOption.PERSIST);
        timer.add(Duration.ofMillis(10));
        base.dispatch();
        assertThat(log).containsExactly("[TIMEOUT]@10", "[TIMEOUT]@20", "[TIMEOUT]@30");
    }

    @Test
    @Tag("parity") // regress.c: persistent_timeout_jump
    void aPersistentTimerDropsThePeriodsItMissed() {
        Event timer = Event.timer(
                base,
                (event, triggers) -> {
                    note(event, triggers);
                    if (log.size() == 1) {
                        script.clock().advance(Duration.ofMillis(35));
                    }
                    if (log.size() == 3) {
                        event.remove();
                    }
                },
                EventOption.PERSIST);
        timer.add(Duration.ofMillis(10));
        base.dispatch();
        assertThat(log).containsExactly("[TIMEOUT]@10", "[TIMEOUT]@45", "[TIMEOUT]@55");
    }

    @Test
    void addingAgainReplacesTheTimeoutAndAddingWithoutOneKeepsIt() {
        Event timer = Event.timer(base, this::note);
        timer.add(Duration.ofMillis(50));
        timer.add(Duration.ofMillis(10));
        timer.add();
        base.dispatch();
        assertThat(log).containsExactly("[TIMEOUT]@10");
    }

    @Test
    void addingWithATimeoutWithdrawsOneThatHasExpired() {
        Event late = Event.timer(base, this::note);
        Event early = Event.timer(base, (event, triggers) -> late.add(Duration.ofMillis(20)));
        early.add(Duration.ofMillis(10));
        late.add(Duration.ofMillis(10));
        base.dispatch();
        assertThat(log).containsExactly("[TIMEOUT]@30");
    }

    @Test
    void removingATimeoutLeavesNothingToWaitFor() {
        Event timer = Event.timer(base, this::note);
        timer.add(Duration.ofMillis(10));
        assertThat(timer.deadlineNanos()).hasValue(script.clock().nanoTime() + 10_000_000);
        timer.removeTimeout();
        assertThat(timer.deadlineNanos()).isEmpty();
        base.dispatch();
        assertThat(log).isEmpty();
        assertThat(script.waits()).isEmpty();
    }

    @Test
    void timersOfOneInstantFireInTheOrderTheyWereAdded() {
        for (int i = 0; i < 20; i++) {
            int mine = i;
            Event.timer(base, (event, triggers) -> log.add("" + mine)).add(Duration.ofMillis(10));
        }
        base.dispatch();
        assertThat(log).containsExactly("0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19".split(" "));
    }

    @Test
    void aNegativeTimeoutIsRefusedAndAnEndlessOneIsNot() {
        Event timer = Event.timer(base, this::note);
        assertThatThrownBy(() -> timer.add(Duration.ofNanos(-1))).isInstanceOf(IllegalArgumentException.class);
        assertThat(timer.isPending()).isFalse();
        timer.add(Duration.ofSeconds(Long.MAX_VALUE));
        assertThat(timer.isPending()).isTrue();
    }

    // ---- channels ----

    @Test
    void aReadyChannelCallsBackAndAOneShotEventIsRemovedFirst() {
        Event event = Event.channel(base, pipe.source(), Set.of(Interest.READ), (e, triggers) -> {
            note(e, triggers);
            assertThat(e.isPending()).isFalse();
        });
        event.add();
        script.after(Duration.ofMillis(7), () -> script.ready(pipe.source(), Interest.READ));
        base.dispatch();
        assertThat(log).containsExactly("[READ]@7");
    }

    @Test
    void aPersistentChannelEventsTimeoutStartsOverWithEachReadiness() {
        Event event = Event.channel(base, pipe.source(), Set.of(Interest.READ), this::note, EventOption.PERSIST);
        event.add(Duration.ofMillis(10));
        script.after(Duration.ofMillis(6), () -> script.ready(pipe.source(), Interest.READ));
        base.exit(Duration.ofMillis(30));
        base.dispatch();
        assertThat(log).containsExactly("[READ]@6", "[TIMEOUT]@16", "[TIMEOUT]@26");
    }

    @Test
    void severalEventsMayWatchOneChannel() throws IOException {
        try (EventBase real = EventBase.create()) {
            Event first = Event.channel(real, pipe.source(), Set.of(Interest.READ), (e, triggers) -> log.add("first"));
            Event second =
                    Event.channel(real, pipe.source(), Set.of(Interest.READ), (e, triggers) -> log.add("second"));
            first.add();
            second.add();
            pipe.sink().write(ByteBuffer.wrap(new byte[1]));
            real.dispatch();
            assertThat(log).containsExactlyInAnyOrder("first", "second");
        }
    }

    @Test
    void anEventIsCalledAgainWhileItsChannelStaysReady() throws IOException {
        try (EventBase real = EventBase.create()) {
            Event event = Event.channel(
                    real,
                    pipe.source(),
                    Set.of(Interest.READ),
                    (e, triggers) -> {
                        log.add("ready");
                        if (log.size() == 3) {
                            e.close();
                        }
                    },
                    EventOption.PERSIST);
            event.add();
            pipe.sink().write(ByteBuffer.wrap(new byte[1]));
            real.dispatch();
            assertThat(log).hasSize(3);
            assertThat(pipe.source().isOpen()).as("the channel is the caller's").isTrue();
        }
    }

    @Test
    void whatTheBackendCannotWatchIsRefusedWithItsName() {
        try (EventBase real =
                EventBase.create(EventBaseConfig.builder().backend("nio").build())) {
            assertThatThrownBy(() -> Event.channel(real, pipe.source(), Set.of(Interest.CLOSED), this::note))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("nio");
            assertThatThrownBy(() -> Event.channel(
                            real, pipe.source(), Set.of(Interest.READ), this::note, EventOption.EDGE_TRIGGERED))
                    .isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> Event.channel(real, pipe.source(), Set.of(), this::note))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    @Tag("parity") // regress_et.c: et_mix_error
    void oneChannelIsWatchedEitherEdgeOrLevelTriggered() {
        Event level = Event.channel(base, pipe.source(), Set.of(Interest.READ), this::note);
        Event edge = Event.channel(base, pipe.source(), Set.of(Interest.READ), this::note, EventOption.EDGE_TRIGGERED);
        level.add();
        assertThatThrownBy(edge::add).isInstanceOf(IllegalStateException.class);
        assertThat(level.isPending()).isTrue();
        assertThat(edge.isPending()).isFalse();
    }

    @Test
    @Tag("parity") // regress.c: simpleclose_close, simpleclose_close_et, simpleclose_close_persist,
    // simpleclose_shutdown_et,
    // simpleclose_shutdown_persist; test-closed.c: main
    void thePeersCloseIsReportedWhereTheBackendSeesIt() {
        Event once = Event.channel(base, pipe.source(), Set.of(Interest.CLOSED), this::note);
        Event edge = Event.channel(
                base,
                pipe.sink(),
                Set.of(Interest.CLOSED),
                (event, triggers) -> {
                    note(event, triggers);
                    event.close();
                },
                EventOption.PERSIST,
                EventOption.EDGE_TRIGGERED);
        once.add();
        edge.add();
        script.after(Duration.ofMillis(5), () -> {
            script.ready(pipe.source(), Interest.CLOSED);
            script.ready(pipe.sink(), Interest.CLOSED);
        });
        base.dispatch();
        assertThat(log).containsExactly("[CLOSED]@5", "[CLOSED]@5");
    }

    // ---- by hand ----

    @Test
    void severalActivationsBeforeTheCallbackAreOne() {
        Event event = Event.user(base, this::note);
        event.activate();
        event.activate();
        assertThat(event.isActive()).isTrue();
        base.dispatch();
        assertThat(log).containsExactly("[USER]@0");
    }

    @Test
    void whatHappensTogetherIsReportedTogether() {
        Event event = Event.channel(base, pipe.source(), Set.of(Interest.READ), this::note);
        event.add(Duration.ZERO);
        event.activate();
        script.ready(pipe.source(), Interest.READ);
        base.dispatch();
        assertThat(log).containsExactly("[TIMEOUT, READ, USER]@0");
    }

    @Test
    void removingWithdrawsACallbackThatIsDue() {
        Event victim = Event.user(base, this::note);
        Event remover = Event.user(base, (event, triggers) -> victim.remove());
        remover.activate();
        victim.activate();
        base.dispatch();
        assertThat(log).isEmpty();
    }

    @Test
    void activationFromManyThreadsIsNeverLost() throws InterruptedException {
        try (EventBase real = EventBase.create()) {
            int[] calls = {0};
            Event event = Event.user(real, (e, triggers) -> calls[0]++);
            Thread loop = Thread.ofPlatform().start(() -> real.loop(LoopOption.NO_EXIT_ON_EMPTY));
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                threads.add(Thread.ofPlatform().start(() -> {
                    for (int n = 0; n < 10_000; n++) {
                        event.activate();
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            settle(real);
            int before = calls[0];
            assertThat(before).isBetween(1, 40_000);
            event.activate();
            settle(real);
            assertThat(calls[0]).as("the last activation was not lost").isEqualTo(before + 1);
            real.execute(real::exit);
            loop.join();
        }
    }

    /** Waits until the loop has run every callback that is due now. */
    private static void settle(EventBase loop) throws InterruptedException {
        for (int turn = 0; turn < 2; turn++) {
            var done = new CountDownLatch(1);
            loop.execute(done::countDown);
            done.await();
        }
    }

    // ---- settings ----

    @Test
    void priorityIsCheckedAndFixedWhileActive() {
        Event event = Event.user(base, this::note);
        assertThatThrownBy(() -> event.priority(1)).hasMessage("need 0 <= priority < 1, got 1");
        event.activate();
        assertThatThrownBy(() -> event.priority(0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aClosedEventRefusesToBeAdded() {
        Event event = Event.timer(base, this::note);
        event.add(Duration.ofMillis(1));
        event.close();
        event.close();
        assertThatThrownBy(event::add).hasMessageContaining("closed");
        base.dispatch();
        assertThat(log).isEmpty();
    }

    @Test
    void addingIsAllOrNothing() throws IOException {
        Event event = Event.channel(EventBase.create(), pipe.source(), Set.of(Interest.READ), this::note);
        pipe.source().close();
        assertThatThrownBy(() -> event.add(Duration.ofMillis(1))).isInstanceOf(RuntimeException.class);
        assertThat(event.isPending()).isFalse();
        assertThat(event.deadlineNanos()).isEmpty();
        event.base().close();
    }

    @Test
    void removeWithdrawsAnActivationFromAnotherThread() throws InterruptedException {
        Event event = Event.user(base, this::note);
        Thread other = Thread.ofPlatform().start(event::activate);
        other.join();
        event.remove();
        base.loop(LoopOption.NONBLOCK);
        assertThat(log).isEmpty();
    }

    @Test
    void anEventSaysWhatItWaitsFor() {
        Event timer = Event.timer(base, this::note);
        assertThat(timer).hasToString("Event[no channel]");
        timer.add(Duration.ofDays(1));
        assertThat(timer).hasToString("Event[no channel, pending]");
        timer.close();
        assertThat(timer).hasToString("Event[no channel, closed]");
        Event channel = Event.channel(base, pipe.source(), Set.of(Interest.READ), this::note);
        assertThat(channel.toString()).startsWith("Event[" + pipe.source()).endsWith("[READ]]");
        assertThat(Event.signal(base, "HUP", this::note)).hasToString("Event[signal HUP]");
        assertThat(Event.signal(base, "HUP", this::note).info()).hasToString("signal HUP [PERSIST] priority 0");
    }

    @Test
    void closingTheBaseClosesItsEventsAndGivesTheirChannelsBack() {
        Event event = Event.channel(base, pipe.source(), Set.of(Interest.READ), this::note);
        event.add();
        assertThat(script.watchCount()).isEqualTo(1);
        base.close();
        assertThat(event).asString().endsWith("closed]");
        assertThat(script.watchCount()).isZero();
    }

    @Test
    void aRepeatingTimerIsDueExactlyNowAndKeepsItsRhythm() {
        Event timer = Event.timer(
                base,
                (event, triggers) -> {
                    note(event, triggers);
                    script.clock().advance(Duration.ofMillis(10));
                    if (log.size() == 3) {
                        event.close();
                    }
                },
                EventOption.PERSIST);
        timer.add(Duration.ofMillis(10));
        base.dispatch();
        assertThat(log).containsExactly("[TIMEOUT]@10", "[TIMEOUT]@20", "[TIMEOUT]@30");
    }

    @Test
    void theLongestTimeoutIsLongerThanAnyProgram() {
        Event timer = Event.timer(base, this::note);
        timer.add(Duration.ofSeconds(Long.MAX_VALUE));
        assertThat(timer.deadlineNanos().orElseThrow() - base.nanoTime()).isEqualTo(Long.MAX_VALUE / 2);
    }

    /** Against a list. */
    @Test
    void whateverIsActivatedAndWithdrawnTheRestRunsInTheOrderOfActivation() {
        Random random = new Random(7);
        for (int round = 0; round < 300; round++) {
            List<Event> events = new ArrayList<>();
            List<Integer> ran = new ArrayList<>();
            List<Integer> expected = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                int number = i;
                events.add(Event.user(base, (event, triggers) -> ran.add(number)));
            }
            int steps = random.nextInt(400);
            for (int i = 0; i < steps; i++) {
                int number = random.nextInt(events.size());
                if (random.nextInt(3) > 0) {
                    events.get(number).activate();
                    if (!expected.contains(number)) {
                        expected.add(number);
                    }
                } else {
                    events.get(number).remove();
                    expected.removeIf(it -> it == number);
                }
                assertThat(base.eventCount(EventCount.ACTIVE)).isEqualTo(expected.size());
            }
            base.dispatch();
            assertThat(ran).isEqualTo(expected);
        }
    }
}
