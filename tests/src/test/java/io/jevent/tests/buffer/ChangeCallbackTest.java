package io.jevent.tests.buffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.buffer.ChangeRegistration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Callbacks inside each change of a buffer's length. */
class ChangeCallbackTest extends BufferCase {
    @Test
    void changeCallbacksRunNewestFirstWithTheCounts() {
        List<String> calls = new ArrayList<>();
        buffer.addChangeCallback(
                (b, before, added, drained) -> calls.add("old " + before + "+" + added + "-" + drained));
        ChangeRegistration newer = buffer.addChangeCallback(
                (b, before, added, drained) -> calls.add("new " + before + "+" + added + "-" + drained));
        buffer.addAscii("abc");
        buffer.drain(2);
        newer.enabled(false);
        buffer.drain(0);
        buffer.addAscii("d");
        newer.close();
        newer.close();
        buffer.drain(9);
        assertThat(calls).containsExactly("new 0+3-0", "old 0+3-0", "new 3+0-2", "old 3+0-2", "old 1+1-0", "old 2+0-2");
    }

    @Test
    void aChangeCallbackMayRemoveItself() {
        AtomicReference<ChangeRegistration> self = new AtomicReference<>();
        List<String> calls = new ArrayList<>();
        self.set(buffer.addChangeCallback((b, before, added, drained) -> {
            calls.add("once");
            self.get().close();
        }));
        buffer.addAscii("a");
        buffer.addAscii("b");
        assertThat(calls).containsExactly("once");
    }

    @Test
    void aChangeCallbackThatThrowsLeavesTheChangeCompleteAndTheOthersCalled() {
        List<String> calls = new ArrayList<>();
        buffer.addChangeCallback((b, before, added, drained) -> calls.add("other"));
        buffer.addChangeCallback((b, before, added, drained) -> {
            throw new IllegalArgumentException("mine");
        });
        assertThatThrownBy(() -> buffer.addAscii("abc")).hasMessage("mine");
        assertThat(textOf(buffer)).isEqualTo("abc");
        assertThat(calls).containsExactly("other");
    }

    @Test
    void noCallbackRunsOnAClosedBuffer() {
        List<String> calls = new ArrayList<>();
        buffer.addChangeCallback((b, before, added, drained) -> calls.add("older"));
        buffer.addChangeCallback((b, before, added, drained) -> b.close());
        buffer.addAscii("abc");
        assertThat(calls).isEmpty();
    }

    @Test
    void aRemovedCallbackIsNotCalledAndSettingsMayBeChained() {
        List<String> calls = new ArrayList<>();
        ChangeRegistration registration = buffer.addChangeCallback((b, before, added, drained) -> calls.add("called"));
        assertThat(registration.immediate(true)).isSameAs(registration);
        buffer.addAscii("a");
        registration.close();
        buffer.addAscii("b");
        assertThat(calls).containsExactly("called");
    }

    @Test
    void whatSeveralCallbacksThrowArrivesTogether() {
        for (String name : List.of("older", "newer")) {
            buffer.addChangeCallback((b, before, added, drained) -> {
                throw new IllegalStateException(name);
            });
        }
        assertThatThrownBy(() -> buffer.addAscii("abc"))
                .hasMessage("newer")
                .satisfies(it -> assertThat(it.getSuppressed())
                        .singleElement()
                        .satisfies(other -> assertThat(other).hasMessage("older")));
    }
}
