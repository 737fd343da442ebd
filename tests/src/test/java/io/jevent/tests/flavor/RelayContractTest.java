package io.jevent.tests.flavor;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.buffer.EvBuffer;
import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.PairBufferEvent;
import io.jevent.bufferevent.Relay;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.bufferevent.Watermark;
import io.jevent.event.EventBase;
import io.jevent.listener.ConnectionListener;
import io.jevent.testkit.LoopRig;
import io.jevent.tests.backend.BackendUnderTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Client and server with a relay between them, over sockets of every backend. */
@Tag("socket")
@Timeout(120)
class RelayContractTest {
    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private final List<String> log = new ArrayList<>();
    private final List<Relay.End> ended = new ArrayList<>();

    /** The ends of two connections, the inner ones of which are coupled. */
    private record Line(LoopRig rig, BufferEvent client, BufferEvent server, Relay relay) implements AutoCloseable {
        void settle() {
            rig.run(rig.network().isPresent() ? Duration.ofSeconds(1) : Duration.ofMillis(30));
        }

        @Override
        public void close() {
            client.close();
            server.close();
            relay.close();
            rig.close();
        }
    }

    private Line open(BackendUnderTest backend) {
        LoopRig rig = backend.open();
        LoopRig.Pair one = rig.connectedPair();
        LoopRig.Pair two = rig.connectedPair();
        Relay relay = Relay.between(one.far(), two.near(), DEADLINE, (_, end) -> ended.add(end));
        logging("client", one.near());
        logging("server", two.far());
        return new Line(rig, one.near(), two.far(), relay);
    }

    private void logging(String name, BufferEvent bufferEvent) {
        bufferEvent.onCondition((_, condition) -> log.add(name + " "
                + switch (condition) {
                    case Condition.Connected _ -> "connected";
                    case Condition.Eof _ -> "eof";
                    case Condition.TimedOut timedOut -> "timed out " + timedOut.direction();
                    case Condition.Failed failed -> "failed " + failed.direction();
                }));
    }

    private static byte[] randomBytes(BackendUnderTest backend, int count) {
        byte[] bytes = new byte[backend == BackendUnderTest.SIMULATED_CHOPPING ? 3_000 : count];
        new SplittableRandom(1).nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @EnumSource
    void bytesPassBothWaysAndEachEndPassesBehindThem(BackendUnderTest backend) {
        byte[] question = randomBytes(backend, 200_000);
        try (Line line = open(backend)) {
            line.client().write(question);
            line.client().shutdownOutput();
            line.client().enableReading();
            line.server().enableReading();
            line.rig().runUntil(() -> !log.isEmpty());
            assertThat(log).containsExactly("server eof");
            byte[] got = line.server().input().removeAll();
            assertThat(Arrays.mismatch(got, question)).isEqualTo(-1);
            assertThat(ended).as("the answer is still to come").isEmpty();
            line.server().output().addAscii("answer");
            line.server().shutdownOutput();
            line.rig().runUntil(() -> log.size() == 2 && !ended.isEmpty());
            assertThat(log).containsExactly("server eof", "client eof");
            assertThat(line.client().input().removeString(US_ASCII)).isEqualTo("answer");
            assertThat(ended).containsExactly(new Relay.End(question.length, 6, Relay.Reason.ENDED, ""));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aReaderThatStallsHoldsTheWriterBackInBoundedMemory(BackendUnderTest backend) {
        boolean simulated = backend.name().startsWith("SIMULATED");
        byte[] piece = randomBytes(backend, 100_000);
        int pieces = backend == BackendUnderTest.SIMULATED_CHOPPING ? 500 : simulated ? 20 : 300;
        try (Line line = open(backend);
                EvBuffer all = line.rig().base().newBuffer()) {
            BufferEvent client = line.client();
            int[] written = new int[1];
            client.outputWatermark(new Watermark(0, piece.length));
            client.onWritable(_ -> fill(client, piece, written, pieces));
            fill(client, piece, written, pieces);
            line.settle();
            line.settle();
            long heldBytes = line.rig().base().bufferBytesInUse() - client.unsent();
            assertThat(heldBytes).as("held by the relay").isLessThan(1_500_000);
            assertThat(written[0]).as("the writer is told to wait").isLessThan(pieces);
            byte[] got = new byte[piece.length];
            int[] checked = new int[1];
            line.server().onRead(server -> {
                server.input().moveTo(all, Long.MAX_VALUE);
                while (all.length() >= piece.length) {
                    all.remove(got, 0, got.length);
                    assertThat(Arrays.mismatch(got, piece)).isEqualTo(-1);
                    checked[0]++;
                }
            });
            line.server().enableReading();
            line.rig().runUntil(() -> checked[0] == pieces);
        }
    }

    private static void fill(BufferEvent client, byte[] piece, int[] written, int pieces) {
        while (client.isWritable() && written[0] < pieces) {
            client.write(piece);
            written[0]++;
        }
    }

    @ParameterizedTest
    @EnumSource
    void aResetIsPassedOnAsAResetAndNotAsAnEnd(BackendUnderTest backend) {
        try (Line line = open(backend)) {
            line.client().enableReading();
            line.server().inputWatermark(new Watermark(0, 1));
            line.server().enableReading();
            line.server().output().addAscii("half of an answer");
            line.client().output().addAscii("unread, so closing resets");
            line.rig()
                    .runUntil(() -> line.client().input().length() == 17
                            && line.server().input().length() == 1);
            line.settle();
            line.server().close();
            line.rig().runUntil(() -> !log.isEmpty() || !ended.isEmpty());
            for (int i = 0; i < 100 && ended.isEmpty(); i++) {
                line.client().output().addAscii("more");
                line.rig().run(Duration.ofMillis(5));
            }
            line.settle();
            assertThat(ended).hasSize(1);
            assertThat(ended.getFirst().failed()).isTrue();
            assertThat(ended.getFirst().cause()).contains("failed");
            assertThat(line.client().input().removeString(US_ASCII)).isEqualTo("half of an answer");
        }
    }

    @ParameterizedTest
    @EnumSource
    void closingTheRelayClosesBothAndSaysSoOnce(BackendUnderTest backend) {
        try (Line line = open(backend)) {
            line.client().enableReading();
            line.server().enableReading();
            line.client().output().addAscii("x");
            line.rig().runUntil(() -> line.server().input().length() == 1);
            line.relay().close();
            line.relay().close();
            assertThat(ended).containsExactly(new Relay.End(1, 0, Relay.Reason.CLOSED, "closed"));
            line.rig().runUntil(() -> log.size() == 2);
            assertThat(log)
                    .as("no peer takes it for an end")
                    .containsExactlyInAnyOrder("client failed READING", "server failed READING");
            line.server().input().drain(1);
        }
    }

    @ParameterizedTest
    @EnumSource(names = "SIMULATED")
    void whatWasReadBeforeGoesFirstAndAConnectMayBeUnderWay(BackendUnderTest backend) throws Exception {
        try (LoopRig rig = backend.open()) {
            EventBase base = rig.base();
            LoopRig.Pair inbound = rig.connectedPair();
            inbound.near().output().addAscii("early");
            inbound.far().enableReading();
            rig.runUntil(() -> inbound.far().input().length() == 5);
            StringBuilder got = new StringBuilder();
            List<SocketBufferEvent> accepted = new ArrayList<>();
            try (var listener = ConnectionListener.bind(base, rig.anyAddress(), (_, socket) -> {
                SocketBufferEvent server = SocketBufferEvent.create(base, socket);
                server.onRead(it -> got.append(it.input().removeString(US_ASCII)));
                server.enableReading();
                accepted.add(server);
            })) {
                SocketBufferEvent outbound = SocketBufferEvent.create(base);
                outbound.connect(listener.localAddress());
                Relay relay = Relay.between(inbound.far(), outbound, DEADLINE, (_, end) -> ended.add(end));
                rig.runUntil(() -> got.length() == 5);
                relay.close();
                accepted.forEach(SocketBufferEvent::close);
            }
            assertThat(got).hasToString("early");
        }
    }

    @ParameterizedTest
    @EnumSource(names = "SIMULATED")
    void pairsAndOneAndTheSameAreTreatedAsTheyShould(BackendUnderTest backend) {
        try (LoopRig rig = backend.open()) {
            PairBufferEvent one = PairBufferEvent.create(rig.base());
            PairBufferEvent two = PairBufferEvent.create(rig.base());
            assertThatThrownBy(() -> Relay.between(one, one, DEADLINE, (_, _) -> {}))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> Relay.between(one, two, Duration.ZERO, (_, _) -> {}))
                    .isInstanceOf(IllegalArgumentException.class);
            BufferEvent left = one.partner().orElseThrow();
            BufferEvent right = two.partner().orElseThrow();
            Relay.between(one, two, DEADLINE, (_, end) -> ended.add(end));
            left.output().addAscii("through two pairs");
            left.shutdownOutput();
            right.enableReading();
            rig.runUntil(() -> right.input().length() == 17);
            right.shutdownOutput();
            rig.runUntil(() -> !ended.isEmpty());
            assertThat(ended).containsExactly(new Relay.End(17, 0, Relay.Reason.ENDED, ""));
            left.close();
            right.close();
        }
    }
}
