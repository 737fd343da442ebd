package io.jevent.tests.buffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.buffer.ChangeRegistration;
import io.jevent.buffer.EvBuffer;
import io.jevent.event.EventBase;
import io.jevent.event.LoopOption;
import io.jevent.testkit.ScriptedBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** Change callbacks that run later. */
class DeferredChangeTest {
    private final List<String> log = new ArrayList<>();
    private final List<Runnable> tasks = new ArrayList<>();
    private final EvBuffer buffer = EvBuffer.create();

    private void observe() {
        buffer.addChangeCallback((self, before, added, drained) -> log.add(before + " +" + added + " -" + drained));
    }

    @Test
    void severalChangesAreToldAsOne() {
        observe();
        buffer.addAscii("ab");
        buffer.deferChangeCallbacks(tasks::add);
        buffer.addAscii("cde");
        buffer.drain(4);
        buffer.addAscii("f");
        assertThat(log).containsExactly("0 +2 -0");
        assertThat(tasks).hasSize(1);
        tasks.removeFirst().run();
        assertThat(log).containsExactly("0 +2 -0", "2 +4 -4");
        buffer.addAscii("g");
        tasks.removeFirst().run();
        assertThat(log).last().isEqualTo("2 +1 -0");
        buffer.close();
    }

    @Test
    void immediateCallbacksStillRunInsideTheChange() {
        observe();
        buffer.addChangeCallback((self, before, added, drained) -> log.add("at once +" + added))
                .immediate(true);
        buffer.deferChangeCallbacks(tasks::add);
        buffer.addAscii("ab");
        buffer.addAscii("c");
        assertThat(log).containsExactly("at once +2", "at once +1");
        tasks.removeFirst().run();
        assertThat(log).last().isEqualTo("0 +3 -0");
        assertThat(log).hasSize(3);
        buffer.close();
    }

    @Test
    void whatARefusingExecutorWasNotGivenIsToldWithTheNextChange() {
        observe();
        boolean[] refuses = {true};
        buffer.deferChangeCallbacks(task -> {
            if (refuses[0]) {
                throw new RejectedExecutionException("full");
            }
            tasks.add(task);
        });
        buffer.addAscii("ab");
        refuses[0] = false;
        buffer.addAscii("c");
        tasks.removeFirst().run();
        assertThat(log).containsExactly("0 +3 -0");
        buffer.close();
    }

    @Test
    void aClosedBufferTellsNothingMore() {
        observe();
        buffer.deferChangeCallbacks(tasks::add);
        buffer.addAscii("ab");
        buffer.close();
        tasks.forEach(Runnable::run);
        assertThat(log).isEmpty();
    }

    @Test
    void anEventBaseRunsThemInItsNextTurn() {
        var script = new ScriptedBackend();
        try (EventBase base = script.newBase();
                EvBuffer its = base.newBuffer()) {
            its.deferChangeCallbacks(base);
            its.addChangeCallback((self, before, added, drained) -> log.add("told"));
            its.addAscii("x");
            assertThat(log).isEmpty();
            base.loop(LoopOption.NONBLOCK);
            assertThat(log).containsExactly("told");
        }
    }

    @Test
    void anExceptionOfADeferredCallbackGoesToTheExecutorAndTheOthersRun() {
        observe();
        buffer.addChangeCallback((self, before, added, drained) -> {
            throw new IllegalStateException("on purpose");
        });
        buffer.deferChangeCallbacks(tasks::add);
        buffer.addAscii("x");
        assertThatThrownBy(tasks.removeFirst()::run).hasMessage("on purpose");
        assertThat(log).containsExactly("0 +1 -0");
        buffer.close();
    }

    @Test
    void callbacksThatRunAtOnceAreToldTheSameChangeThoughOneOfThemMakesAnother() {
        buffer.addAscii("ab");
        buffer.addChangeCallback((self, before, added, drained) -> log.add("older " + before + " +" + added));
        buffer.addChangeCallback((self, before, added, drained) -> {
            log.add("newer " + before + " +" + added);
            if (drained == 0) {
                self.drain(1);
            }
        });
        buffer.deferChangeCallbacks(tasks::add);
        buffer.addAscii("cde");
        tasks.removeFirst().run();
        assertThat(log).containsExactly("newer 2 +3", "older 2 +3");
        buffer.close();
    }

    @Test
    void aCallbackThatIsOnWhenTheyRunIsTold() {
        ChangeRegistration registration =
                buffer.addChangeCallback((self, before, added, drained) -> log.add(before + " +" + added));
        buffer.deferChangeCallbacks(tasks::add);
        registration.enabled(false);
        buffer.addAscii("abc");
        registration.enabled(true);
        tasks.removeFirst().run();
        assertThat(log).containsExactly("0 +3");
        buffer.close();
    }

    @Test
    void anExecutorThatThrowsIsAskedAgainWithTheNextChange() {
        boolean[] ready = {false};
        observe();
        buffer.deferChangeCallbacks(task -> {
            if (!ready[0]) {
                throw new IllegalStateException("not ready yet");
            }
            tasks.add(task);
        });
        assertThatThrownBy(() -> buffer.addAscii("abc")).hasMessage("not ready yet");
        ready[0] = true;
        buffer.addAscii("de");
        tasks.removeFirst().run();
        assertThat(log).containsExactly("0 +5 -0");
        buffer.close();
    }
}
