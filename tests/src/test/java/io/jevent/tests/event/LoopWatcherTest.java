package io.jevent.tests.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.event.Event;
import io.jevent.event.EventBase;
import io.jevent.event.EventBaseConfig;
import io.jevent.event.LoopOption;
import io.jevent.event.LoopResult;
import io.jevent.event.LoopWatcher;
import io.jevent.testkit.ScriptedBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What runs just before and just after each poll. */
class LoopWatcherTest {
    private final ScriptedBackend script = new ScriptedBackend();
    private final EventBase base = script.newBase();
    private final List<String> log = new ArrayList<>();

    @AfterEach
    void close() {
        base.close();
    }

    @Test
    void prepareThenPollThenCheckThenCallbacksInEveryTurn() {
        LoopWatcher.check(base, watcher -> log.add("check 1"));
        LoopWatcher.prepare(base, (watcher, timeout) -> log.add("prepare 1"));
        LoopWatcher.prepare(base, (watcher, timeout) -> log.add("prepare 2"));
        LoopWatcher.check(base, watcher -> log.add("check 2"));
        script.onPoll(timeout -> log.add("poll"));
        Event.once(base, Duration.ofMillis(1), (event, triggers) -> log.add("timer"));
        base.dispatch();
        assertThat(log).containsExactly("prepare 1", "prepare 2", "poll", "check 1", "check 2", "timer");
    }

    @Test
    @Tag("parity") // regress_watch.c: timeout_unavailable
    void withoutATimerThePollIsSaidToBeForEver() {
        LoopWatcher.prepare(base, (watcher, timeoutNanos) -> log.add("" + timeoutNanos));
        base.loop(LoopOption.NONBLOCK, LoopOption.NO_EXIT_ON_EMPTY);
        script.after(Duration.ofMillis(1), () -> base.execute(base::exit));
        base.loop(LoopOption.NO_EXIT_ON_EMPTY);
        assertThat(log).startsWith("0", "" + LoopWatcher.FOREVER);
    }

    @Test
    void thePrepareWatcherIsToldHowLongThePollMayWait() {
        LoopWatcher.prepare(base, (watcher, timeoutNanos) -> log.add("" + timeoutNanos));
        Event.once(base, Duration.ofMillis(7), (event, triggers) -> {});
        Event.user(base, (event, triggers) -> {}).activate();
        base.dispatch();
        assertThat(log).containsExactly("0", "7000000");
    }

    @Test
    void whatAPrepareWatcherAddsOrActivatesCountsForTheSamePoll() {
        Event late = Event.user(base, (event, triggers) -> log.add("activated"));
        LoopWatcher.prepare(base, (watcher, timeoutNanos) -> {
            Event.once(base, Duration.ofMillis(3), (event, triggers) -> log.add("timer"));
            late.activate();
            watcher.close();
        });
        Event.once(base, Duration.ofMillis(9), (event, triggers) -> log.add("later"));
        base.dispatch();
        assertThat(log).containsExactly("activated", "timer", "later");
        assertThat(script.waits()).containsExactly(Duration.ofMillis(3), Duration.ofMillis(6));
    }

    @Test
    void aWatcherMayCloseItselfAndOthersWhileTheyRun() {
        LoopWatcher[] others = new LoopWatcher[1];
        LoopWatcher.check(base, watcher -> {
            log.add("first");
            watcher.close();
            others[0].close();
        });
        others[0] = LoopWatcher.check(base, watcher -> log.add("closed before its turn"));
        LoopWatcher.check(base, watcher -> log.add("last"));
        base.loop(LoopOption.NONBLOCK, LoopOption.NO_EXIT_ON_EMPTY);
        base.loop(LoopOption.NONBLOCK, LoopOption.NO_EXIT_ON_EMPTY);
        assertThat(log).containsExactly("first", "last", "last");
    }

    @Test
    void aWatcherThatThrowsIsReportedAndDoesNotKeepTheLoopRunning() {
        try (EventBase tolerant = script.newBase(
                EventBaseConfig.builder().errorHandler((source, thrown) -> log.add(source + " " + thrown)))) {
            LoopWatcher watcher = LoopWatcher.prepare(tolerant, (self, timeoutNanos) -> {
                throw new IllegalStateException("oops");
            });
            assertThat(watcher.base()).isSameAs(tolerant);
            tolerant.dispatch();
            assertThat(log).isEmpty();
            tolerant.loop(LoopOption.NONBLOCK, LoopOption.NO_EXIT_ON_EMPTY);
            assertThat(log).containsExactly("LoopWatcher[PREPARE] java.lang.IllegalStateException: oops");
        }
    }

    @Test
    void theTimeIsFreshInACheckWatcher() {
        long[] seen = new long[1];
        LoopWatcher.check(base, watcher -> seen[0] = base.nanoTime());
        Event.once(
                base,
                Duration.ofMillis(4),
                (event, triggers) -> assertThat(base.nanoTime()).isEqualTo(seen[0]));
        long before = base.nanoTime();
        base.dispatch();
        assertThat(seen[0] - before).isEqualTo(4_000_000);
    }

    @Test
    void aPrepareWatcherThatRemovesTheLastEventEndsTheLoop() {
        Event last = Event.timer(base, (event, triggers) -> {});
        last.add(Duration.ofDays(1));
        LoopWatcher.prepare(base, (watcher, timeoutNanos) -> last.close());
        assertThat(base.dispatch()).isEqualTo(LoopResult.EMPTY);
        assertThat(script.waits()).isEmpty();
    }

    @Test
    void aPrepareWatcherMayBreakTheLoop() {
        LoopWatcher.prepare(base, (watcher, timeoutNanos) -> base.breakLoop());
        assertThat(base.loop(LoopOption.NO_EXIT_ON_EMPTY)).isEqualTo(LoopResult.BREAK);
        assertThat(script.waits()).isEmpty();
    }

    @Test
    void aClosedWatcherIsNotRunAndSaysSo() {
        LoopWatcher watcher = LoopWatcher.check(base, self -> log.add("never"));
        assertThat(watcher).hasToString("LoopWatcher[CHECK]");
        watcher.close();
        watcher.close();
        assertThat(watcher).hasToString("LoopWatcher[CHECK, closed]");
        base.loop(LoopOption.NONBLOCK, LoopOption.NO_EXIT_ON_EMPTY);
        assertThat(log).isEmpty();
    }
}
