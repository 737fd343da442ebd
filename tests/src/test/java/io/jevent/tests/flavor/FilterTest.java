package io.jevent.tests.flavor;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.backend.Direction;
import io.jevent.buffer.EvBuffer;
import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.BufferEventOption;
import io.jevent.bufferevent.BufferFilter;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.FilterBufferEvent;
import io.jevent.bufferevent.FilterResult;
import io.jevent.bufferevent.FlushMode;
import io.jevent.bufferevent.PairBufferEvent;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.bufferevent.Watermark;
import io.jevent.listener.ConnectionListener;
import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is special about filters; what they share with all flavors is in FlavorContractTest. */
class FilterTest {
    private static final BufferEventOption CLOSES_BELOW = BufferEventOption.CLOSE_ON_FREE;

    private final LoopRig rig = LoopRig.simulated(1, Faults.none());
    private final PairBufferEvent below = PairBufferEvent.create(rig.base());
    private final PairBufferEvent far = below.partner().orElseThrow();
    private final List<String> log = new ArrayList<>();
    private final List<AutoCloseable> made = new ArrayList<>();

    @AfterEach
    void nothingIsLeftOver() throws Exception {
        for (AutoCloseable it : made.reversed()) {
            it.close();
        }
        below.close();
        far.close();
        rig.close();
    }

    private FilterBufferEvent on(BufferEvent lower, BufferFilter filter, BufferEventOption... options) {
        FilterBufferEvent it = FilterBufferEvent.create(lower, filter, options);
        made.add(it);
        logging(it);
        return it;
    }

    private void logging(BufferEvent it) {
        it.onRead(self -> log.add("read " + self.input().length()));
        it.onCondition((_, condition) -> log.add(
                switch (condition) {
                    case Condition.Connected _ -> "connected";
                    case Condition.Eof _ -> "eof";
                    case Condition.TimedOut timedOut -> "timed out " + timedOut.direction();
                    case Condition.Failed failed ->
                        "failed " + failed.direction() + ": " + failed.cause().getMessage();
                }));
    }

    private void settle() {
        rig.run(Duration.ofMillis(100));
    }

    private static BufferFilter onInput(BufferFilterInput input) {
        return new BufferFilter() {
            @Override
            public FilterResult input(EvBuffer source, EvBuffer target, long maxBytes, FlushMode mode)
                    throws IOException {
                return input.apply(source, target, mode);
            }
        };
    }

    private interface BufferFilterInput {
        FilterResult apply(EvBuffer source, EvBuffer target, FlushMode mode) throws IOException;
    }

    @Test
    void whatAFilterThrowsFailsItsDirectionOnceAndSaysWhy() {
        FilterBufferEvent filter = on(below, onInput((_, _, _) -> {
            throw new IOException("not what it has to be");
        }));
        filter.enableReading();
        far.output().addAscii("bad");
        far.output().addAscii("worse");
        settle();
        far.output().addAscii("still bad");
        settle();
        assertThat(log).containsExactly("failed READING: not what it has to be");
        assertThat(filter.isReadingEnabled()).isFalse();
    }

    @Test
    void aFilterWithABugIsReportedAndFails() {
        FilterBufferEvent filter = on(below, new BufferFilter() {
            @Override
            public FilterResult output(EvBuffer source, EvBuffer target, long maxBytes, FlushMode mode) {
                throw new IllegalStateException("a bug");
            }
        });
        filter.output().addAscii("x");
        settle();
        assertThat(rig.takeThrown()).hasSize(1);
        assertThat(log).hasSize(1);
        assertThat(log.getFirst())
                .startsWith("failed WRITING: the filter failed")
                .contains("a bug");
    }

    @Test
    void inputThatEndsInsideAUnitIsAFailureAndNotAnEnd() {
        FilterBufferEvent filter = on(below, new DoublingFilter());
        filter.enableReading();
        far.output().addAscii("aab");
        far.shutdownOutput();
        settle();
        assertThat(log).hasSize(2);
        assertThat(log.getFirst()).isEqualTo("read 1");
        assertThat(log.getLast()).startsWith("failed READING").contains("inside a unit");
        filter.input().drain(1);
    }

    @Test
    void whatAFilterKeepsBackComesBeforeTheEnd() {
        StringBuilder kept = new StringBuilder();
        FilterBufferEvent filter = on(below, onInput((source, target, mode) -> {
            kept.append(source.removeString(US_ASCII));
            if (mode == FlushMode.FINISHED && !kept.isEmpty()) {
                target.addAscii(kept.reverse().toString());
                kept.setLength(0);
            }
            return FilterResult.OK;
        }));
        filter.enableReading();
        far.output().addAscii("desserts");
        settle();
        assertThat(log).isEmpty();
        far.shutdownOutput();
        settle();
        assertThat(log).containsExactly("read 8", "eof");
        assertThat(filter.input().removeString(US_ASCII)).isEqualTo("stressed");
    }

    /** Sends two bytes at a time, and in the end a full stop. */
    private static final class TwoByTwo implements BufferFilter {
        private final boolean takesTheLast;

        TwoByTwo(boolean takesTheLast) {
            this.takesTheLast = takesTheLast;
        }

        @Override
        public FilterResult output(EvBuffer source, EvBuffer target, long maxBytes, FlushMode mode) {
            if (source.length() >= 2 || (mode == FlushMode.FINISHED && takesTheLast)) {
                source.moveTo(target, 2);
                if (mode == FlushMode.FINISHED && source.isEmpty() && target.length() % 2 == 1) {
                    target.addAscii(".");
                }
                return FilterResult.OK;
            }
            return FilterResult.NEEDS_MORE;
        }
    }

    @Test
    void whatAnOutputFilterHoldsBackLeavesBeforeTheEnd() {
        FilterBufferEvent filter = on(below, new TwoByTwo(true));
        far.enableReading();
        filter.output().addAscii("abc");
        settle();
        assertThat(far.input().length()).isEqualTo(2);
        assertThat(filter.unsent()).isEqualTo(1);
        filter.shutdownOutput();
        settle();
        assertThat(far.input().removeString(US_ASCII)).isEqualTo("abc.");
        assertThat(far.isReadingEnabled()).as("the end has come").isFalse();
    }

    @Test
    void outputThatEndsInsideAUnitIsAFailure() {
        FilterBufferEvent filter = on(below, new TwoByTwo(false));
        far.enableReading();
        filter.output().addAscii("abc");
        filter.shutdownOutput();
        settle();
        assertThat(log).hasSize(1);
        assertThat(log.getFirst()).startsWith("failed WRITING").contains("inside a unit");
        far.input().drain(2);
    }

    @Test
    void aFilterMayGiveOneUnitAtATime() {
        FilterBufferEvent filter = on(below, onInput((source, target, _) -> {
            if (!target.isEmpty()) {
                return FilterResult.NEEDS_DRAIN;
            }
            if (source.length() < 3) {
                return FilterResult.NEEDS_MORE;
            }
            source.moveTo(target, 3);
            return FilterResult.OK;
        }));
        List<String> units = new ArrayList<>();
        filter.onRead(it -> units.add(it.input().removeString(US_ASCII)));
        filter.enableReading();
        far.output().addAscii("onetwosixte");
        settle();
        far.output().addAscii("n");
        settle();
        assertThat(units).containsExactly("one", "two", "six", "ten");
        filter.onRead(_ -> log.add("kept"));
        far.output().addAscii("onetwo");
        settle();
        assertThat(log).containsExactly("kept");
        assertThat(filter.input().removeString(US_ASCII)).isEqualTo("one");
        settle();
        assertThat(filter.input().removeString(US_ASCII)).isEqualTo("two");
    }

    @Test
    void withoutClosingTheOneBelowItIsTheProgramsAgainWithWhatItHas() {
        FilterBufferEvent filter = on(below, new XorFilter());
        filter.enableReading();
        settle();
        filter.close();
        filter.close();
        assertThat(below.isClosed()).isFalse();
        logging(below);
        below.enableReading();
        far.output().addAscii("plain");
        settle();
        assertThat(log).containsExactly("read 5");
        assertThat(below.input().removeString(US_ASCII)).isEqualTo("plain");
        FilterBufferEvent next = on(below, new BufferFilter() {}, CLOSES_BELOW);
        next.close();
        assertThat(below.isClosed()).isTrue();
    }

    @Test
    void bytesThatWaitedBelowGoThroughTheFilterToo() {
        below.enableReading();
        far.output().addAscii("early");
        settle();
        FilterBufferEvent filter = on(below, new BufferFilter() {});
        filter.enableReading();
        settle();
        assertThat(filter.input().removeString(US_ASCII)).isEqualTo("early");
        far.shutdownOutput();
        settle();
        assertThat(log).containsExactly("read 5", "eof");
    }

    @Test
    void whileAFilterStandsOnItTheCallbacksBelowAreNotTheProgramsAndNothingElseMayStandOnIt() {
        FilterBufferEvent filter = on(below, new BufferFilter() {});
        assertThat(filter.underlying()).isSameAs(below);
        assertThatThrownBy(() -> below.onRead(_ -> {})).hasMessageContaining("stand on this one");
        assertThatThrownBy(() -> FilterBufferEvent.create(below, new BufferFilter() {}))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void closingTheOneBelowFailsTheFilterOnce() {
        FilterBufferEvent filter = on(below, new BufferFilter() {});
        filter.enableReading();
        below.close();
        settle();
        assertThat(log).containsExactly("failed READING: the buffer event below the filter was closed");
        filter.close();
    }

    @Test
    void theFilterIsClosedOnceWithItsBufferEvent() {
        int[] closed = new int[1];
        FilterBufferEvent filter = on(below, new BufferFilter() {
            @Override
            public void close() {
                closed[0]++;
            }
        });
        filter.close();
        filter.close();
        assertThat(closed[0]).isEqualTo(1);
    }

    @Test
    void outputThatCannotGoDownStaysAboveWithinTheMarks() {
        below.outputWatermark(new Watermark(0, 1_000));
        FilterBufferEvent filter = on(below, new XorFilter());
        filter.write(new byte[50_000]);
        settle();
        assertThat(below.output().length()).isLessThanOrEqualTo(1_000);
        assertThat(filter.output().length()).isGreaterThanOrEqualTo(49_000);
        far.enableReading();
        far.onRead(it -> it.input().drain(Long.MAX_VALUE));
        settle();
        assertThat(filter.unsent()).isZero();
    }

    @Test
    void aTimeoutBelowIsReportedAboveAndReadingCanGoOn() {
        below.timeouts(Duration.ofMillis(10), Duration.ZERO);
        FilterBufferEvent filter = on(below, new BufferFilter() {});
        filter.enableReading();
        settle();
        assertThat(log).containsExactly("timed out READING");
        assertThat(filter.isReadingEnabled()).isFalse();
        below.timeouts(Duration.ZERO, Duration.ZERO);
        filter.enableReading();
        far.output().addAscii("x");
        settle();
        assertThat(log).containsExactly("timed out READING", "read 1");
        filter.input().drain(1);
    }

    @Test
    @Tag("parity") // regress_bufferevent.c: bufferevent_socket_filter_inactive
    void aFilterMayStandOnASocketThatIsNotConnectedAndClose() {
        FilterBufferEvent filter = on(SocketBufferEvent.create(rig.base()), new BufferFilter() {}, CLOSES_BELOW);
        filter.output().addAscii("unsent");
        filter.close();
        settle();
        assertThat(log).isEmpty();
    }

    @Test
    void aFilterOnAConnectingSocketIsToldAndKeepsWhatWasWritten() throws IOException {
        List<SocketBufferEvent> accepted = new ArrayList<>();
        ConnectionListener listener = ConnectionListener.bind(rig.base(), rig.anyAddress(), (_, socket) -> {
            SocketBufferEvent server = SocketBufferEvent.create(rig.base(), socket);
            server.enableReading();
            accepted.add(server);
        });
        made.add(listener);
        SocketBufferEvent socket = SocketBufferEvent.create(rig.base());
        FilterBufferEvent filter = on(socket, new DoublingFilter(), CLOSES_BELOW);
        filter.output().addAscii("ab");
        socket.connect(listener.localAddress());
        rig.runUntil(() -> !accepted.isEmpty() && accepted.getFirst().input().length() == 4);
        assertThat(log).containsExactly("connected");
        assertThat(accepted.getFirst().input().removeString(US_ASCII)).isEqualTo("aabb");
        accepted.getFirst().close();
    }

    @Test
    void aFailedConnectIsToldAndTheSocketMayTryAgain() throws IOException {
        SocketAddress gone;
        try (ConnectionListener listener = ConnectionListener.bind(rig.base(), rig.anyAddress(), (_, _) -> {})) {
            gone = listener.localAddress();
        }
        SocketBufferEvent socket = SocketBufferEvent.create(rig.base());
        FilterBufferEvent filter = on(socket, new DoublingFilter(), CLOSES_BELOW);
        filter.output().addAscii("kept");
        socket.connect(gone);
        rig.runUntil(() -> !log.isEmpty());
        assertThat(log).hasSize(1);
        assertThat(log.getFirst()).startsWith("failed CONNECTING");
        StringBuilder got = new StringBuilder();
        List<SocketBufferEvent> accepted = new ArrayList<>();
        made.add(ConnectionListener.bind(rig.base(), gone, (_, accepting) -> {
            SocketBufferEvent server = SocketBufferEvent.create(rig.base(), accepting);
            server.onRead(it -> got.append(it.input().removeString(US_ASCII)));
            server.enableReading();
            accepted.add(server);
        }));
        socket.connect(gone);
        rig.runUntil(() -> got.length() == 8);
        assertThat(got).hasToString("kkeepptt");
        accepted.forEach(SocketBufferEvent::close);
    }

    @Test
    void aConnectThatTakesTooLongIsGivenUpBelowAndMayBeTriedAgain() throws IOException {
        try (LoopRig slow = LoopRig.simulated(2, Faults.builder().connectLost(1).build())) {
            SocketBufferEvent socket = SocketBufferEvent.create(slow.base());
            FilterBufferEvent filter = FilterBufferEvent.create(socket, new DoublingFilter(), CLOSES_BELOW);
            logging(filter);
            filter.timeouts(Duration.ZERO, Duration.ofSeconds(1));
            socket.connect(slow.network().orElseThrow().address(80));
            slow.run(Duration.ofSeconds(5));
            assertThat(log).containsExactly("timed out CONNECTING");
            assertThat(socket.remoteAddress()).isEmpty();
            socket.connect(slow.network().orElseThrow().address(80));
            filter.close();
        }
    }

    @Test
    @Tag("parity") // regress_bufferevent.c: bufferevent_filters_disable, bufferevent_pair_filters_disable
    void anOutputFilterMayDisableItsOwnBufferEvent() {
        FilterBufferEvent[] self = new FilterBufferEvent[1];
        int[] calls = new int[1];
        self[0] = on(below, new BufferFilter() {
            @Override
            public FilterResult output(EvBuffer source, EvBuffer target, long maxBytes, FlushMode mode) {
                calls[0]++;
                self[0].disableWriting();
                source.moveTo(target, 1);
                return FilterResult.OK;
            }
        });
        far.enableReading();
        self[0].output().addAscii("four");
        settle();
        assertThat(calls[0]).as("one call for each time it is enabled").isEqualTo(1);
        assertThat(far.input().length()).isEqualTo(1);
        self[0].enableWriting();
        settle();
        assertThat(far.input().length()).isEqualTo(2);
        far.input().drain(2);
    }

    @Test
    void aFilterMayCloseItsOwnBufferEvent() {
        FilterBufferEvent[] self = new FilterBufferEvent[1];
        self[0] = on(below, onInput((source, target, _) -> {
            source.moveTo(target, 1);
            self[0].close();
            return FilterResult.OK;
        }));
        self[0].enableReading();
        far.output().addAscii("four");
        settle();
        assertThat(log).isEmpty();
        assertThat(self[0].isClosed()).isTrue();
        below.input().drain(10);
    }

    @Test
    void flushingReadsThroughAllLayersWhateverTheMark() {
        FilterBufferEvent lower = FilterBufferEvent.create(below, new XorFilter(), CLOSES_BELOW);
        FilterBufferEvent upper = on(lower, new BufferFilter() {}, CLOSES_BELOW);
        made.add(lower);
        FilterBufferEvent peer = FilterBufferEvent.create(far, new XorFilter(), CLOSES_BELOW);
        made.add(peer);
        upper.inputWatermark(new Watermark(0, 2));
        upper.enableReading();
        peer.output().addAscii("0123456789");
        settle();
        assertThat(upper.input().length()).isEqualTo(2);
        assertThat(upper.flush(Direction.READING, FlushMode.FLUSH)).isTrue();
        assertThat(upper.input().length()).isGreaterThan(2);
        while (upper.input().length() > 0) {
            log.add(upper.input().removeString(US_ASCII));
            settle();
        }
        assertThat(String.join(
                        "", log.stream().filter(it -> !it.startsWith("read")).toList()))
                .isEqualTo("0123456789");
    }
}
