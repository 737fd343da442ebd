package io.jevent.tests.flavor;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.backend.Direction;
import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.FlushMode;
import io.jevent.bufferevent.PairBufferEvent;
import io.jevent.bufferevent.Watermark;
import io.jevent.event.LoopResult;
import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is special about pairs; what they share with all flavors is in FlavorContractTest. */
class PairTest {
    private final LoopRig rig = LoopRig.simulated(1, Faults.none());
    private final PairBufferEvent near = PairBufferEvent.create(rig.base());
    private final PairBufferEvent far = near.partner().orElseThrow();
    private final List<String> log = new ArrayList<>();

    @AfterEach
    void nothingIsLeftOver() {
        near.close();
        far.close();
        rig.close();
    }

    private void logging(String name, BufferEvent end) {
        end.onRead(it -> log.add(name + " read " + it.input().length()));
        end.onWrite(it -> log.add(name + " write " + it.output().length()));
        end.onCondition((_, condition) -> log.add(name + " " + condition));
    }

    @Test
    void eachEndKnowsTheOtherUntilOneCloses() {
        assertThat(near.partner()).containsSame(far);
        assertThat(far.partner()).containsSame(near);
        far.close();
        assertThat(near.partner()).isEmpty();
        assertThat(far.partner()).isEmpty();
    }

    @Test
    @Tag("parity") // regress_bufferevent.c: bufferevent_pair_release_lock
    void theEndsMayCloseInAnyOrderAndInsideEachOthersCallbacks() {
        far.onRead(_ -> near.close());
        far.enableReading();
        near.output().addAscii("x");
        rig.run(Duration.ofMillis(1));
        assertThat(near.isClosed()).isTrue();
        far.close();
        PairBufferEvent one = PairBufferEvent.create(rig.base());
        PairBufferEvent other = one.partner().orElseThrow();
        other.onCondition((self, _) -> self.close());
        other.enableReading();
        one.close();
        rig.run(Duration.ofMillis(1));
        assertThat(other.isClosed()).isTrue();
    }

    @Test
    void aLoopDoesNotWaitForAPairThatWaitsForItself() {
        near.enableReading();
        far.enableReading();
        near.output().addAscii("delivered first");
        assertThat(rig.base().dispatch()).isEqualTo(LoopResult.EMPTY);
        assertThat(far.input().removeString(US_ASCII)).isEqualTo("delivered first");
        far.timeouts(Duration.ofMinutes(1), Duration.ZERO);
        logging("far", far);
        assertThat(rig.base().dispatch())
                .as("a timeout is something to wait for")
                .isEqualTo(LoopResult.EMPTY);
        assertThat(log).containsExactly("far TimedOut[direction=READING]");
    }

    @Test
    @Tag("parity") // regress_bufferevent.c: bufferevent_pair_flush_normal
    void aNormalFlushMovesNothingByItself() {
        far.enableReading();
        near.output().addAscii("later");
        assertThat(near.flush(Direction.WRITING, FlushMode.NORMAL)).isFalse();
        assertThat(far.input().length()).isZero();
        rig.run(Duration.ofMillis(1));
        assertThat(far.input().removeString(US_ASCII)).isEqualTo("later");
    }

    @Test
    void aFlushPassesTheHighMarkOfTheOtherEnd() {
        logging("near", near);
        logging("far", far);
        far.inputWatermark(new Watermark(0, 2));
        far.enableReading();
        near.output().addAscii("0123456789");
        rig.run(Duration.ofMillis(1));
        assertThat(far.input().length()).isEqualTo(2);
        log.clear();
        far.input().drain(1);
        assertThat(near.flush(Direction.WRITING, FlushMode.FLUSH)).isTrue();
        assertThat(far.input().length()).isEqualTo(9);
        assertThat(log).as("nobody is called back inside").isEmpty();
        rig.run(Duration.ofMillis(1));
        assertThat(log).containsExactlyInAnyOrder("far read 9", "near write 0");
        assertThat(far.flush(Direction.READING, FlushMode.FLUSH))
                .as("nothing left")
                .isFalse();
        far.input().drain(9);
    }

    @Test
    void aFlushMovesNothingToAnEndThatDoesNotRead() {
        near.output().addAscii("kept");
        assertThat(near.flush(Direction.WRITING, FlushMode.FLUSH)).isFalse();
        assertThat(near.unsent()).isEqualTo(4);
    }

    @Test
    @Tag("parity") // regress_bufferevent.c: bufferevent_pair_flush_finished, bufferevent_pair_flush
    void finishingPushesTheBytesAndThenTheEnd() {
        logging("far", far);
        far.enableReading();
        near.output().addAscii("last");
        assertThat(near.flush(Direction.WRITING, FlushMode.FINISHED)).isTrue();
        rig.run(Duration.ofMillis(1));
        assertThat(log).containsExactly("far read 4", "far Eof[direction=READING]");
        assertThat(far.input().removeString(US_ASCII)).isEqualTo("last");
        assertThat(far.isWritingEnabled()).isTrue();
    }

    @Test
    void whatWasNotTakenBeforeTheOtherEndClosedIsLostAndSaidSo() {
        logging("near", near);
        near.output().addAscii("nobody reads this");
        rig.run(Duration.ofMillis(1));
        far.close();
        rig.run(Duration.ofMillis(1));
        assertThat(log).hasSize(1);
        assertThat(log.getFirst()).startsWith("near Failed[direction=WRITING").contains("closed");
    }

    @Test
    void aChangeCallbackThatClosesEitherEndIsSafe() {
        far.input().addChangeCallback((_, _, _, _) -> near.close());
        far.enableReading();
        near.output().addAscii("moved");
        rig.run(Duration.ofMillis(1));
        assertThat(far.input().removeString(US_ASCII)).isEqualTo("moved");
        PairBufferEvent one = PairBufferEvent.create(rig.base());
        PairBufferEvent other = one.partner().orElseThrow();
        other.input().addChangeCallback((_, _, _, _) -> other.close());
        other.enableReading();
        one.output().addAscii("dropped");
        rig.run(Duration.ofMillis(1));
        assertThat(other.isClosed()).isTrue();
        one.close();
    }
}
