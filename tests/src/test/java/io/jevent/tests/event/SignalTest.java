package io.jevent.tests.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.event.Event;
import io.jevent.event.EventBase;
import io.jevent.event.EventOption;
import io.jevent.event.LoopOption;
import io.jevent.event.Trigger;
import io.jevent.testkit.ScriptedBackend;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Signals of the process, raised by the system's kill command. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Isolated
class SignalTest {
    private final List<String> log = new ArrayList<>();

    private static void raise(String name) {
        try {
            new ProcessBuilder(
                            "kill",
                            "-" + name,
                            Long.toString(ProcessHandle.current().pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aRaisedSignalCallsBackAndTheEventStays() {
        try (EventBase base = EventBase.create()) {
            Event event = Event.signal(base, "WINCH", (self, triggers) -> {
                log.add("" + triggers);
                if (log.size() == 1) {
                    raise("WINCH");
                } else {
                    self.close();
                }
            });
            assertThat(event.signal()).contains("WINCH");
            assertThat(event.options()).containsExactly(EventOption.PERSIST);
            event.add();
            assertThat(event.pendingTriggers()).containsExactly(Trigger.SIGNAL);
            raise("WINCH");
            base.dispatch();
        }
        assertThat(log).containsExactly("[SIGNAL]", "[SIGNAL]");
    }

    @Test
    void severalEventsAndBasesMayWatchOneSignal() {
        try (EventBase one = EventBase.create();
                EventBase two = EventBase.create()) {
            Event.signal(one, "WINCH", (event, triggers) -> {
                        log.add("one");
                        event.close();
                    })
                    .add();
            Event.signal(one, "WINCH", (event, triggers) -> {
                        log.add("another of one");
                        event.close();
                    })
                    .add();
            Event.signal(two, "WINCH", (event, triggers) -> {
                        log.add("two");
                        event.close();
                    })
                    .add();
            raise("WINCH");
            one.dispatch();
            two.dispatch();
        }
        assertThat(log).containsExactlyInAnyOrder("one", "another of one", "two");
    }

    @Test
    void removeWithdrawsASignalThatArrivedAlready() {
        try (EventBase one = EventBase.create();
                EventBase two = EventBase.create()) {
            Event removed = Event.signal(one, "WINCH", (event, triggers) -> log.add("removed"));
            removed.add();
            // Bases hear of a signal in the order in which they began to watch it.
            Event.signal(two, "WINCH", (event, triggers) -> {
                        log.add("heard");
                        event.close();
                    })
                    .add();
            raise("WINCH");
            two.dispatch();
            removed.remove();
            one.loop(LoopOption.NONBLOCK);
        }
        assertThat(log).containsExactly("heard");
    }

    @Test
    void theLastWatcherGivesTheSignalBackSoThatItsOldHandlerRunsAgain(@TempDir Path folder)
            throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        Process child = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path") + ":" + System.getProperty("jdk.module.path", ""),
                        SignalProgram.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(child.waitFor()).as("ended by the signal: 128 + 15").isEqualTo(143);
            assertThat(output).hasContent("caught TERM\n");
        } finally {
            child.destroyForcibly();
        }
    }

    @Test
    void whatCannotBeWatchedIsRefusedInPlainWords() {
        try (EventBase base = EventBase.create()) {
            assertThatThrownBy(() -> Event.signal(base, "NOSUCH", (event, triggers) -> {}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("no signal is named NOSUCH on this system");
            for (String kept : new String[] {"SEGV", "FPE", "KILL", "STOP", "QUIT"}) {
                Event event = Event.signal(base, kept, (self, triggers) -> {});
                assertThatThrownBy(event::add)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("the JVM keeps signal " + kept + " for itself");
                assertThat(event.isPending()).isFalse();
            }
        }
    }

    @Test
    void aSignalEventMayHaveATimeoutAndBeActivatedByName() {
        try (EventBase base = new ScriptedBackend().newBase()) {
            Event event = Event.signal(base, "WINCH", (self, triggers) -> {
                log.add("" + triggers);
                if (triggers.contains(Trigger.TIMEOUT)) {
                    self.close();
                }
            });
            event.add(Duration.ofMillis(5));
            assertThat(base.activateSignal("WINCH")).isEqualTo(1);
            assertThat(base.activateSignal("HUP")).isZero();
            base.dispatch();
        }
        assertThat(log).containsExactly("[SIGNAL]", "[TIMEOUT]");
    }
}
