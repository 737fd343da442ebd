package io.jevent.tests.bufferevent;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.backend.Direction;
import io.jevent.buffer.EvBuffer;
import io.jevent.bufferevent.BufferEventOption;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.FilterBufferEvent;
import io.jevent.bufferevent.MoveCallback;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.bufferevent.TriggerOption;
import io.jevent.bufferevent.Watermark;
import io.jevent.event.EventBase;
import io.jevent.event.EventBaseConfig;
import io.jevent.event.LoopOption;
import io.jevent.listener.ConnectionListener;
import io.jevent.listener.ListenerConfig;
import io.jevent.listener.ListenerLimits;
import io.jevent.testkit.Faults;
import io.jevent.testkit.ScriptedBackend;
import io.jevent.testkit.SimulatedNetwork;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What goes along when a connection moves to another base; both bases run here in turns, on one thread. */
@SuppressWarnings("try") // what closes earlier is what is tested
class MoveTest {
    private final SimulatedNetwork network = new SimulatedNetwork(1, Faults.none());
    private final List<Throwable> thrown = new ArrayList<>();
    private final EventBase here =
            network.newBase(EventBaseConfig.builder().errorHandler((source, error) -> thrown.add(error)));
    private final EventBase there =
            network.newBase(EventBaseConfig.builder().errorHandler((source, error) -> thrown.add(error)));
    private final List<String> log = new ArrayList<>();
    private SocketBufferEvent peer;
    private SocketBufferEvent moving;

    @BeforeEach
    void connect() throws IOException {
        connect(new BufferEventOption[0]);
    }

    private void connect(BufferEventOption... options) throws IOException {
        SocketBufferEvent[] accepted = new SocketBufferEvent[1];
        try (ConnectionListener listener = ConnectionListener.bind(here, network.address(80), (self, socket) -> {
            accepted[0] = SocketBufferEvent.create(here, socket, options);
            here.exit();
        })) {
            peer = SocketBufferEvent.create(here);
            peer.connect(network.address(80));
            here.dispatch();
            here.loop(LoopOption.NONBLOCK);
        }
        moving = accepted[0];
    }

    @AfterEach
    void nothingIsLeftOver() {
        here.close();
        there.close();
        assertThat(network.openCount()).as("connections still open").isZero();
        assertThat(thrown).isEmpty();
    }

    private void run(EventBase base) {
        base.exit(Duration.ofMillis(1));
        base.dispatch();
    }

    private SocketBufferEvent moved() {
        SocketBufferEvent[] moved = new SocketBufferEvent[1];
        moving.moveTo(there, it -> {
            assertThat(it.base()).isSameAs(there);
            it.onRead(self -> log.add("read " + self.input().length()));
            it.onCondition((self, condition) -> log.add(BufferEventCase.nameOf(condition)));
            moved[0] = it;
        });
        assertThat(moving.isClosed()).isTrue();
        assertThat(moved[0]).as("inside the call").isNull();
        run(there);
        return moved[0];
    }

    private void peerSends(String text) {
        peer.output().addAscii(text);
        run(here);
    }

    @Test
    void aListenerCountsAConnectionUntilItIsClosedWhereverItMoved() throws IOException {
        ListenerConfig config = ListenerConfig.of()
                .with(ListenerLimits.builder().maxConnections(5).build());
        List<SocketBufferEvent> accepted = new ArrayList<>();
        try (ConnectionListener listener = ConnectionListener.bind(
                here,
                network.address(90),
                config,
                (_, socket) -> accepted.add(SocketBufferEvent.create(here, socket)))) {
            SocketBufferEvent client = SocketBufferEvent.create(here);
            client.connect(network.address(90));
            run(here);
            moving.close();
            moving = accepted.getFirst();
            SocketBufferEvent moved = moved();
            run(here);
            assertThat(listener.openConnections()).isEqualTo(1);
            moved.close();
            run(there);
            run(here);
            assertThat(listener.openConnections()).isZero();
            client.close();
        }
    }

    @Test
    void bytesUnreadAndUnsentGoAlongInFrontOfThoseThatCome() {
        moving.enableReading();
        peerSends("one ");
        assertThat(moving.input().length()).isEqualTo(4);
        moving.output().addAscii("two ");
        peer.output().addAscii("three");
        peer.enableReading();
        SocketBufferEvent moved = moved();
        moved.output().addAscii("four");
        run(here);
        run(there);
        run(here);
        assertThat(moved.input().removeString(US_ASCII)).isEqualTo("one three");
        assertThat(peer.input().removeString(US_ASCII)).isEqualTo("two four");
        assertThat(log).containsExactly("read 4", "read 9");
        moved.close();
        peer.close();
        assertThat(here.bufferBytesInUse()).isZero();
        assertThat(there.bufferBytesInUse()).isZero();
    }

    @Test
    void settingsGoAlong() {
        moving.inputWatermark(new Watermark(3, 5));
        moving.outputWatermark(new Watermark(1, 2));
        moving.timeouts(Duration.ofMillis(30), Duration.ofSeconds(9));
        moving.maxOutputBytes(2_000);
        moving.enableReading();
        moving.disableWriting();
        moving.output().addAscii("beyond the high mark");
        peerSends("1234567");
        SocketBufferEvent moved = moved();
        assertThat(moved.inputWatermark()).isEqualTo(new Watermark(3, 5));
        assertThat(moved.outputWatermark()).isEqualTo(new Watermark(1, 2));
        assertThat(moved.isReadingEnabled()).isTrue();
        assertThat(moved.isWritingEnabled()).isFalse();
        assertThat(moved.isWritable()).isFalse();
        assertThat(moved.input().length()).as("paused at the high mark").isEqualTo(5);
        moved.input().drain(5);
        there.exit(Duration.ofSeconds(1));
        there.dispatch();
        assertThat(log).containsExactly("read 5", "TimedOut READING");
        moved.output().add(new byte[2_000]);
        run(there);
        assertThat(log).hasSize(3).last().asString().contains("unsent output passed 2000 bytes");
    }

    @Test
    void theEndOfTheInputIsNotReportedTwice() {
        moving.enableReading();
        peer.shutdownOutput();
        moving.onCondition((self, condition) -> log.add("here " + BufferEventCase.nameOf(condition)));
        run(here);
        SocketBufferEvent moved = moved();
        moved.enableReading();
        run(there);
        assertThat(log).containsExactly("here Eof READING");
        moved.output().addAscii("still");
        peer.enableReading();
        run(there);
        run(here);
        assertThat(peer.input().length()).isEqualTo(5);
    }

    @Test
    void theEndOfTheOutputGoesAlongBehindTheBytes() {
        moving.output().addAscii("last");
        moving.shutdownOutput();
        peer.enableReading();
        peer.onCondition((self, condition) -> log.add("peer " + BufferEventCase.nameOf(condition)));
        SocketBufferEvent moved = moved();
        assertThat(moved.output().isFrozen(EvBuffer.End.END)).isTrue();
        run(here);
        run(here);
        assertThat(peer.input().removeString(US_ASCII)).isEqualTo("last");
        assertThat(log).containsExactly("peer Eof READING");
    }

    @Test
    void conditionsThatWereDueAreReportedThereAndCallbacksHereNoMore() throws IOException {
        peer.close();
        connect(BufferEventOption.DEFER_CALLBACKS);
        moving.onRead(self -> {
            log.add("here read");
            moving.moveTo(there, it -> {
                it.onRead(that -> log.add("there read"));
                it.onCondition((that, condition) -> log.add("there " + BufferEventCase.nameOf(condition)));
                it.enableReading();
            });
        });
        moving.onCondition((self, condition) -> log.add("here " + BufferEventCase.nameOf(condition)));
        moving.enableReading();
        moving.trigger(Direction.READING, TriggerOption.IGNORE_WATERMARKS);
        moving.triggerCondition(new Condition.TimedOut(Direction.READING));
        run(here);
        run(there);
        assertThat(log).containsExactly("here read", "there TimedOut READING");
    }

    private static byte[] removeOne(EvBuffer from) {
        byte[] one = new byte[1];
        from.remove(one, 0, 1);
        return one;
    }

    @Test
    void movingInsideTheReadCallbackAndBackLosesNothing() {
        StringBuilder got = new StringBuilder();
        MoveCallback[] serve = new MoveCallback[1];
        serve[0] = it -> {
            it.onRead(self -> {
                got.append(new String(removeOne(self.input()), US_ASCII));
                it.moveTo(it.base() == here ? there : here, serve[0]);
            });
            it.enableReading();
        };
        serve[0].onMoved(moving);
        peer.output().addAscii("0123456789");
        for (int i = 0; i < 12; i++) {
            run(here);
            run(there);
        }
        assertThat(got).hasToString("0123456789");
    }

    @Test
    void aCallbackThatThrowsClosesTheConnection() {
        moving.moveTo(there, it -> {
            throw new IllegalStateException("not welcome");
        });
        run(there);
        assertThat(thrown).extracting(Throwable::getMessage).containsExactly("not welcome");
        thrown.clear();
        assertThat(network.openCount()).as("the peer").isEqualTo(1);
    }

    @Test
    void aBaseThatIsClosedOrClosesMeanwhileClosesTheConnection() throws IOException {
        moving.output().addAscii("unsent");
        moving.moveTo(there, it -> log.add("moved"));
        assertThat(network.openCount()).isEqualTo(2);
        there.close();
        assertThat(network.openCount()).as("the peer").isEqualTo(1);
        peer.close();
        connect();
        moving.moveTo(there, it -> log.add("moved"));
        assertThat(network.openCount()).as("the peer").isEqualTo(1);
        assertThat(log).isEmpty();
    }

    @Test
    void onlyAnOpenConnectionWithNothingOnItMovesAndOnlyToAnotherBaseOfTheSameKind() throws IOException {
        MoveCallback never = it -> log.add("moved");
        SocketBufferEvent unconnected = SocketBufferEvent.create(here);
        assertThatThrownBy(() -> unconnected.moveTo(there, never))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("need an open connection to move, got UNCONNECTED");
        unconnected.connect(network.address(9));
        assertThatThrownBy(() -> unconnected.moveTo(there, never)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> moving.moveTo(here, never)).isInstanceOf(IllegalArgumentException.class);
        ScriptedBackend other = new ScriptedBackend();
        try (EventBase elsewhere = other.newBase()) {
            assertThatThrownBy(() -> moving.moveTo(elsewhere, never)).isInstanceOf(IllegalArgumentException.class);
        }
        FilterBufferEvent.create(moving, new HostConnectEndTest.Passing());
        assertThatThrownBy(() -> moving.moveTo(there, never)).isInstanceOf(IllegalStateException.class);
        moving.close();
        assertThatThrownBy(() -> moving.moveTo(there, never)).isInstanceOf(IllegalStateException.class);
        assertThat(log).isEmpty();
    }
}
