package io.jevent.tests.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.event.BaseOption;
import io.jevent.event.Event;
import io.jevent.event.EventBase;
import io.jevent.event.EventBaseConfig;
import io.jevent.event.EventCount;
import io.jevent.event.EventOption;
import io.jevent.event.LoopOption;
import io.jevent.event.LoopResult;
import io.jevent.testkit.ScriptedBackend;
import io.jevent.tests.logging.LogCapture;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How the loop turns, stops and survives. Time is the script's. */
@Timeout(30)
class EventBaseTest {
    private final ScriptedBackend script = new ScriptedBackend();
    private final EventBase base = script.newBase();
    private final List<String> log = new ArrayList<>();

    @AfterEach
    void close() {
        base.close();
    }

    private Event timer(String name, Duration delay, EventOption... options) {
        Event timer = Event.timer(
                base,
                (event, triggers) ->
                        log.add(name + "@" + script.clock().elapsed().toMillis()),
                options);
        timer.add(delay);
        return timer;
    }

    private Event user(String name) {
        return Event.user(base, (event, triggers) -> log.add(name));
    }

    // ---- when it stops ----

    @Test
    void anEmptyLoopReturnsAtOnce() {
        assertThat(base.dispatch()).isEqualTo(LoopResult.EMPTY);
        assertThat(script.waits()).isEmpty();
    }

    @Test
    void theLoopRunsUntilNothingIsPending() {
        timer("a", Duration.ofMillis(20));
        timer("b", Duration.ofMillis(10));
        assertThat(base.dispatch()).isEqualTo(LoopResult.EMPTY);
        assertThat(log).containsExactly("b@10", "a@20");
    }

    @Test
    void aBreakAskedForBeforeTheLoopRunsIsForgottenAndAnExitHolds() {
        timer("a", Duration.ofMillis(10));
        base.breakLoop();
        assertThat(base.dispatch()).isEqualTo(LoopResult.EMPTY);
        timer("b", Duration.ofMillis(10));
        base.exit();
        assertThat(base.dispatch()).isEqualTo(LoopResult.EXIT);
        assertThat(base.gotExit()).isTrue();
        assertThat(log).containsExactly("a@10");
    }

    @Test
    @Tag("parity") // regress.c: loopbreak
    void breakStopsAfterTheRunningCallbackAndExitAfterThoseThatAreActive() {
        Event first = Event.user(base, (event, triggers) -> {
            log.add("first");
            base.breakLoop();
        });
        Event second = user("second");
        first.activate();
        second.activate();
        assertThat(base.dispatch()).isEqualTo(LoopResult.BREAK);
        assertThat(base.gotBreak()).isTrue();
        assertThat(log).containsExactly("first");

        base.exit();
        user("third").activate();
        assertThat(base.dispatch()).isEqualTo(LoopResult.EXIT);
        assertThat(log).containsExactly("first", "second", "third");
    }

    @Test
    @Tag("parity") // regress.c: loopexit, loopexit_multiple
    void anExitAfterADelayIsATimerThatKeepsTheLoopRunning() {
        timer("tick", Duration.ofMillis(10), EventOption.PERSIST);
        base.exit(Duration.ofMillis(35));
        base.exit(Duration.ofMillis(55));
        assertThat(base.dispatch()).isEqualTo(LoopResult.EXIT);
        assertThat(log).containsExactly("tick@10", "tick@20", "tick@30");
        assertThat(base.dispatch()).as("the second exit was still due").isEqualTo(LoopResult.EXIT);
        assertThat(log).hasSize(5);
    }

    @Test
    void nonBlockingRunsWhatIsReadyAndWaitsForNothing() {
        timer("later", Duration.ofMillis(10));
        user("now").activate();
        assertThat(base.loop(LoopOption.NONBLOCK)).isEqualTo(LoopResult.DONE);
        assertThat(log).containsExactly("now");
        assertThat(script.waits()).isEmpty();
    }

    @Test
    void onceWaitsUntilSomethingRuns() {
        timer("a", Duration.ofMillis(10));
        timer("b", Duration.ofMillis(20));
        assertThat(base.loop(LoopOption.ONCE)).isEqualTo(LoopResult.DONE);
        assertThat(log).containsExactly("a@10");
    }

    @Test
    void noExitOnEmptyWaitsForTheScriptsNextStep() {
        script.after(Duration.ofSeconds(1), () -> base.execute(base::exit));
        assertThat(base.loop(LoopOption.NO_EXIT_ON_EMPTY)).isEqualTo(LoopResult.EXIT);
        assertThat(script.clock().elapsed()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void theLoopCannotBeEnteredFromACallback() {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Event.user(base, (event, triggers) -> {
                    try {
                        base.dispatch();
                    } catch (IllegalStateException e) {
                        thrown.set(e);
                    }
                })
                .activate();
        base.dispatch();
        assertThat(thrown.get()).hasMessageContaining("already runs");
    }

    // ---- order ----

    @Test
    void onlyTheBestPriorityRunsBeforeTheLoopLooksAgain() {
        try (EventBase three = script.newBase(EventBaseConfig.builder().priorityCount(3))) {
            for (int priority = 2; priority >= 0; priority--) {
                int mine = priority;
                Event event = Event.user(three, (e, triggers) -> log.add("p" + mine));
                event.priority(priority);
                event.activate();
            }
            int before = script.pollCount();
            three.dispatch();
            assertThat(log).containsExactly("p0", "p1", "p2");
            assertThat(script.pollCount() - before)
                    .as("one poll for each priority")
                    .isEqualTo(3);
        }
    }

    @Test
    @Tag("parity") // regress.c: priority_active_inversion
    void activatingABetterPriorityPutsOffTheRestOfTheQueue() {
        try (EventBase two = script.newBase(EventBaseConfig.builder().priorityCount(2))) {
            Event urgent = Event.user(two, (event, triggers) -> log.add("urgent"));
            urgent.priority(0);
            Event first = Event.user(two, (event, triggers) -> {
                log.add("first");
                urgent.activate();
            });
            Event second = Event.user(two, (event, triggers) -> log.add("second"));
            first.activate();
            second.activate();
            two.dispatch();
            assertThat(log).containsExactly("first", "urgent", "second");
        }
    }

    @Test
    void aCallbackThatActivatesItselfDoesNotKeepTheLoopFromPolling() {
        try (EventBase bounded = script.newBase(EventBaseConfig.builder().maxCallbacksPerTurn(10))) {
            int[] runs = {0};
            Event[] self = new Event[1];
            self[0] = Event.user(bounded, (event, triggers) -> {
                if (++runs[0] < 100) {
                    self[0].activate();
                }
            });
            self[0].activate();
            bounded.dispatch();
            assertThat(runs[0]).isEqualTo(100);
            assertThat(script.pollCount()).isGreaterThanOrEqualTo(10);
        }
    }

    @Test
    void pollsDoNotWaitWhileSomethingIsActive() {
        List<Long> timeouts = new ArrayList<>();
        script.onPoll(timeouts::add);
        timer("a", Duration.ofMillis(10));
        user("now").activate();
        base.dispatch();
        assertThat(timeouts).startsWith(0L, Duration.ofMillis(10).toNanos());
    }

    // ---- errors ----

    @Test
    void aCallbackThatThrowsGoesToTheErrorHandlerAndTheLoopGoesOn() {
        List<Object> sources = new ArrayList<>();
        EventBaseConfig.Builder config = EventBaseConfig.builder().errorHandler((source, thrown) -> {
            sources.add(source);
            log.add(thrown.getMessage());
        });
        try (EventBase tolerant = script.newBase(config)) {
            Event bad = Event.user(tolerant, (event, triggers) -> {
                throw new IllegalStateException("mine");
            });
            bad.activate();
            Event.user(tolerant, (event, triggers) -> log.add("next")).activate();
            tolerant.execute(() -> {
                throw new IllegalStateException("task");
            });
            assertThat(tolerant.dispatch()).isEqualTo(LoopResult.EMPTY);
            assertThat(log).containsExactly("task", "mine", "next");
            assertThat(sources).contains(bad);
        }
    }

    @Test
    void anErrorEndsTheLoopWhichCanRunAgain() {
        Event.user(base, (event, triggers) -> {
                    throw new StackOverflowError("mine");
                })
                .activate();
        user("next").activate();
        assertThatThrownBy(base::dispatch).isInstanceOf(StackOverflowError.class);
        assertThat(base.dispatch()).isEqualTo(LoopResult.EMPTY);
        assertThat(log).containsExactly("next");
    }

    // ---- threads ----

    @Test
    void callsFromAnotherThreadThrowExceptThroughTheDoors() throws InterruptedException {
        base.dispatch();
        List<Throwable> thrown = new ArrayList<>();
        Event user = user("user");
        Thread other = Thread.ofPlatform().start(() -> {
            for (Runnable call : List.<Runnable>of(
                    base::exit, base::breakLoop, base::dispatch, base::nanoTime, user::remove, () -> user("no"))) {
                try {
                    call.run();
                } catch (WrongThreadException e) {
                    thrown.add(e);
                }
            }
            assertThat(base.isInLoop()).isFalse();
            base.execute(() -> log.add("task"));
            user.activate();
        });
        other.join();
        assertThat(thrown).hasSize(6);
        base.dispatch();
        assertThat(log).containsExactly("task", "user");
    }

    @Test
    void aSleepingLoopIsWokenByATask() throws InterruptedException {
        try (EventBase real = EventBase.create()) {
            var running = new CountDownLatch(1);
            AtomicReference<LoopResult> result = new AtomicReference<>();
            Thread loop = Thread.ofPlatform().start(() -> {
                real.execute(running::countDown);
                result.set(real.loop(LoopOption.NO_EXIT_ON_EMPTY));
            });
            running.await();
            for (int i = 0; i < 1000; i++) {
                var ran = new CountDownLatch(1);
                real.execute(ran::countDown);
                ran.await();
            }
            real.execute(real::exit);
            loop.join();
            assertThat(result.get()).isEqualTo(LoopResult.EXIT);
        }
    }

    @Test
    void theTaskQueueIsBoundedAndAClosedBaseRefusesTasks() {
        try (EventBase small = script.newBase(EventBaseConfig.builder().taskCapacity(2))) {
            small.execute(() -> log.add("1"));
            small.execute(() -> log.add("2"));
            assertThatThrownBy(() -> small.execute(() -> log.add("3"))).isInstanceOf(RejectedExecutionException.class);
            small.dispatch();
            assertThat(log).containsExactly("1", "2");
        }
        base.close();
        assertThatThrownBy(() -> base.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void tasksHandedOverInATaskWaitForTheNextTurn() {
        base.execute(() -> {
            log.add("first");
            base.execute(() -> log.add("second"));
            user("event").activate();
        });
        base.dispatch();
        assertThat(log).containsExactly("first", "event", "second");
    }

    // ---- time and configuration ----

    @Test
    @Tag("parity") // regress.c: gettimeofday_cached, gettimeofday_cached_sleep, gettimeofday_cached_reset
    void theTimeIsCachedWhileCallbacksRun() {
        List<Long> times = new ArrayList<>();
        Event.user(base, (event, triggers) -> {
                    times.add(base.nanoTime());
                    script.clock().advance(Duration.ofMillis(5));
                    times.add(base.nanoTime());
                    base.updateCachedTime();
                    times.add(base.nanoTime());
                })
                .activate();
        base.dispatch();
        assertThat(times.get(1) - times.get(0)).isZero();
        assertThat(times.get(2) - times.get(1)).isEqualTo(Duration.ofMillis(5).toNanos());
    }

    @Test
    void everyDefaultIsWhatItsDocumentationSays() {
        EventBaseConfig config = EventBaseConfig.builder().build();
        assertThat(config.priorityCount())
                .isEqualTo(EventBaseConfig.DEFAULT_PRIORITY_COUNT)
                .isEqualTo(1);
        assertThat(config.maxCallbacksPerTurn())
                .isEqualTo(EventBaseConfig.DEFAULT_MAX_CALLBACKS_PER_TURN)
                .isEqualTo(1024);
        assertThat(config.taskCapacity())
                .isEqualTo(EventBaseConfig.DEFAULT_TASK_CAPACITY)
                .isEqualTo(65_536);
        assertThat(config.maxBufferBytes())
                .isEqualTo(EventBaseConfig.DEFAULT_MAX_BUFFER_BYTES)
                .isEqualTo(1L << 30);
        assertThat(config.backendName()).isEmpty();
        assertThatThrownBy(() -> EventBaseConfig.builder().priorityCount(256))
                .hasMessage("need 1 <= priorityCount <= 255, got 256");
    }

    @Test
    void aBackendThatDoesNotExistIsAnErrorThatNamesThoseThatDo() {
        assertThatThrownBy(() -> EventBase.create(
                        EventBaseConfig.builder().backend("kqueue").build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("kqueue")
                .hasMessageContaining("nio");
        assertThat(EventBase.backends())
                .anyMatch(status -> status.name().equals("nio")
                        && status.unavailableBecause().isEmpty());
    }

    @Test
    void aClosedBaseRefusesToRunAndClosingTwiceIsHarmless() {
        base.close();
        base.close();
        assertThatThrownBy(base::dispatch).hasMessageContaining("closed");
    }

    // ---- the rest of the requests and questions ----

    @Test
    void continuePutsTheRestOfTheCallbacksOffUntilTheLoopHasLookedAgain() {
        Event first = Event.user(base, (event, triggers) -> {
            log.add("first");
            base.continueLoop();
        });
        first.activate();
        user("second").activate();
        script.onPoll(timeout -> log.add("poll"));
        base.dispatch();
        assertThat(log).containsExactly("poll", "first", "poll", "second");
    }

    @Test
    void anExitWithoutADelayIsAnExitAtOnce() {
        timer("late", Duration.ofMillis(1));
        base.exit(Duration.ZERO);
        assertThat(base.dispatch()).isEqualTo(LoopResult.EXIT);
        assertThat(base.gotExit()).isTrue();
        assertThat(log).isEmpty();
        assertThat(base.loop(LoopOption.ONCE)).isEqualTo(LoopResult.DONE);
        assertThat(log).containsExactly("late@1");
        assertThat(base.gotExit()).as("in the new run").isFalse();
        assertThat(base.gotBreak()).isFalse();
        base.breakLoop();
        assertThat(base.gotBreak()).isTrue();
    }

    @Test
    void anExitThatIsOverKeepsNothingRunning() {
        base.exit(Duration.ofMillis(5));
        assertThat(base.eventCount(EventCount.VIRTUAL)).isEqualTo(1);
        assertThat(base.dispatch()).isEqualTo(LoopResult.EXIT);
        assertThat(base.eventCount(EventCount.VIRTUAL)).isZero();
        assertThat(base.dispatch()).isEqualTo(LoopResult.EMPTY);
    }

    @Test
    void theTimeOfDayIsThatOfTheCachedTime() {
        List<Instant> times = new ArrayList<>();
        Event.user(base, (event, triggers) -> {
                    times.add(base.now());
                    script.clock().advance(Duration.ofMillis(5));
                    times.add(base.now());
                    base.updateCachedTime();
                    times.add(base.now());
                })
                .activate();
        base.dispatch();
        assertThat(times.get(0)).isEqualTo(times.get(1));
        assertThat(Duration.between(times.get(1), times.get(2))).isEqualTo(Duration.ofMillis(5));
        assertThat(base.now()).isEqualTo(script.clock().wallTime());
    }

    @Test
    void aBaseSaysWhatItIs() {
        assertThat(base.backend()).isEqualTo("scripted");
        assertThat(base).hasToString("EventBase[scripted]");
        base.execute(() -> log.add(base.toString()));
        base.dispatch();
        assertThat(log).containsExactly("EventBase[scripted, running]");
        base.close();
        assertThat(base).hasToString("EventBase[scripted, closed]");
        try (EventBase ranked = script.newBase(EventBaseConfig.builder().priorityCount(7))) {
            assertThat(ranked.priorityCount()).isEqualTo(7);
        }
    }

    @Test
    void onlyItsThreadIsInTheLoop() throws InterruptedException {
        List<Boolean> answers = new ArrayList<>();
        Thread other = Thread.ofPlatform().start(() -> answers.add(base.isInLoop()));
        other.join();
        answers.add(base.isInLoop());
        assertThat(answers).containsExactly(false, true);
    }

    @Test
    void anErrorHandlerThatThrowsIsLoggedWithBothExceptions() {
        try (LogCapture captured = new LogCapture("io.jevent");
                EventBase careless = script.newBase(EventBaseConfig.builder().errorHandler((source, thrown) -> {
                    throw new IllegalStateException("in the handler");
                }))) {
            careless.execute(() -> {
                throw new IllegalStateException("in the callback");
            });
            careless.dispatch();
            assertThat(captured.records()).singleElement().satisfies(it -> {
                assertThat(it.getMessage()).startsWith("the error handler threw");
                assertThat(it.getThrown()).hasMessage("in the handler");
                assertThat(it.getThrown().getSuppressed())
                        .singleElement()
                        .satisfies(inner -> assertThat(inner).hasMessage("in the callback"));
            });
        }
    }

    @Test
    void numbersOutsideTheirRangeAreRefusedByName() {
        EventBaseConfig.Builder config = EventBaseConfig.builder();
        assertThatThrownBy(() -> config.priorityCount(0)).hasMessage("need 1 <= priorityCount <= 255, got 0");
        assertThat(config.priorityCount(255).priorityCount(1).build().priorityCount())
                .isEqualTo(1);
        assertThatThrownBy(() -> config.maxCallbacksPerTurn(0)).hasMessageContaining("maxCallbacksPerTurn");
        assertThatThrownBy(() -> config.taskCapacity(0)).hasMessageContaining("taskCapacity");
        assertThatThrownBy(() -> config.maxBufferBytes(65_535)).hasMessageContaining("maxBufferBytes");
        assertThatThrownBy(() -> config.boundedFromPriority(-1)).hasMessageContaining("boundedFromPriority");
        assertThatThrownBy(() -> config.boundedFromPriority(256)).hasMessageContaining("boundedFromPriority");
        EventBaseConfig built = config.maxBufferBytes(65_536)
                .boundedFromPriority(3)
                .avoidBackend("none")
                .options(BaseOption.NO_TIME_CACHE)
                .clock(script.clock())
                .build();
        assertThat(built.boundedFromPriority()).isEqualTo(3);
        assertThat(built.options()).containsExactly(BaseOption.NO_TIME_CACHE);
        assertThat(built.clock()).isSameAs(script.clock());
    }
}
