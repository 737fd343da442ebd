package io.jevent.tests.flavor;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.bufferevent.BufferEvent;
import io.jevent.event.EventBase;
import io.jevent.event.LoopWatcher;
import io.jevent.tests.flavor.BufferEventFlavor.Ends;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What stays in memory moves within the turn, and yet does not keep the loop from polling. */
class MemoryFlavorTurnTest {
    private static final int HOPS = 100;

    /** Sends the message back as often as there are hops. */
    private static void passBack(BufferEvent end, AtomicInteger left) {
        if (left.decrementAndGet() > 0) {
            end.write(end.input());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"PAIR", "FILTER_ON_PAIR", "FILTER_ON_FILTER_ON_PAIR"})
    void aMessageToAndFroTakesFewTurns(BufferEventFlavor flavor) {
        try (Ends ends = flavor.open()) {
            AtomicInteger left = new AtomicInteger(HOPS);
            AtomicInteger turns = new AtomicInteger();
            ends.near().onRead(it -> passBack(it, left));
            ends.far().onRead(it -> passBack(it, left));
            ends.near().enableReading();
            ends.far().enableReading();
            try (LoopWatcher _ = LoopWatcher.prepare(ends.rig().base(), (_, _) -> turns.incrementAndGet())) {
                ends.near().output().addAscii("there and back");
                ends.rig().base().dispatch();
            }
            assertThat(left).hasValue(0);
            assertThat(turns).hasValueLessThan(HOPS / 10);
            assertThat(ends.near().input().removeString(US_ASCII)).isEqualTo("there and back");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"PAIR", "FILTER_ON_PAIR", "FILTER_ON_FILTER_ON_PAIR"})
    void anEndlessMessageLetsTheLoopPoll(BufferEventFlavor flavor) {
        try (Ends ends = flavor.open()) {
            EventBase base = ends.rig().base();
            AtomicInteger turns = new AtomicInteger();
            ends.near().onRead(it -> it.write(it.input()));
            ends.far().onRead(it -> it.write(it.input()));
            ends.near().enableReading();
            ends.far().enableReading();
            try (LoopWatcher _ = LoopWatcher.prepare(base, (_, _) -> {
                if (turns.incrementAndGet() == 3) {
                    base.exit();
                }
            })) {
                ends.near().output().addAscii("for ever");
                base.dispatch();
            }
            assertThat(turns).hasValue(3);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"PAIR", "FILTER_ON_PAIR"})
    void severalWritesOfOneCallbackAreOneForTheReader(BufferEventFlavor flavor) {
        try (Ends ends = flavor.open()) {
            AtomicInteger reads = new AtomicInteger();
            ends.far().onRead(it -> reads.incrementAndGet());
            ends.far().enableReading();
            ends.rig().base().execute(() -> {
                ends.near().output().addAscii("one ");
                ends.near().output().addAscii("two ");
                ends.near().output().addAscii("three");
            });
            ends.rig().base().dispatch();
            assertThat(ends.far().input().removeString(US_ASCII)).isEqualTo("one two three");
            assertThat(reads).hasValue(1);
        }
    }
}
