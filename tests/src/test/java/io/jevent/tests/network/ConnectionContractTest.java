package io.jevent.tests.network;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.backend.AcceptedSocket;
import io.jevent.backend.Direction;
import io.jevent.buffer.EvBuffer;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.bufferevent.Watermark;
import io.jevent.event.UdpSocket;
import io.jevent.listener.ConnectionListener;
import io.jevent.testkit.LoopRig;
import io.jevent.tests.backend.BackendUnderTest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every backend promises about connections and datagrams: one body, run on all of them. */
@Tag("socket")
@Timeout(120)
class ConnectionContractTest {
    private final List<String> log = new ArrayList<>();

    private static byte[] randomBytes(int count) {
        byte[] bytes = new byte[count];
        new SplittableRandom(count).nextBytes(bytes);
        return bytes;
    }

    private void logging(String name, SocketBufferEvent connection) {
        connection.onCondition((self, condition) -> log.add(name + " " + describe(condition)));
    }

    private static String describe(Condition condition) {
        return switch (condition) {
            case Condition.Connected _ -> "connected";
            case Condition.Eof eof -> "eof " + eof.direction();
            case Condition.TimedOut timedOut -> "timed out " + timedOut.direction();
            case Condition.Failed failed -> "failed " + failed.direction();
        };
    }

    @ParameterizedTest
    @EnumSource(BackendUnderTest.class)
    void bytesArriveWholeAndInOrderBothWays(BackendUnderTest backend) {
        byte[] there = randomBytes(backend == BackendUnderTest.SIMULATED_CHOPPING ? 3_000 : 300_000);
        byte[] back = randomBytes(there.length / 2);
        try (LoopRig rig = backend.open()) {
            LoopRig.Pair pair = rig.connectedPair();
            pair.near().output().add(there);
            pair.far().output().add(back);
            pair.near().enableReading();
            pair.far().enableReading();
            rig.runUntil(() -> pair.far().input().length() == there.length
                    && pair.near().input().length() == back.length);
            assertThat(Arrays.mismatch(pair.far().input().removeAll(), there)).isEqualTo(-1);
            assertThat(Arrays.mismatch(pair.near().input().removeAll(), back)).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @EnumSource(BackendUnderTest.class)
    void theEndOfOutputComesBehindTheBytesAndTheOtherDirectionGoesOn(BackendUnderTest backend) {
        try (LoopRig rig = backend.open()) {
            LoopRig.Pair pair = rig.connectedPair();
            logging("far", pair.far());
            logging("near", pair.near());
            pair.near().output().addAscii("last words");
            pair.near().shutdownOutput();
            pair.near().enableReading();
            pair.far().enableReading();
            rig.runUntil(() -> !log.isEmpty());
            assertThat(log).containsExactly("far eof READING");
            assertThat(pair.far().input().removeString(US_ASCII)).isEqualTo("last words");
            pair.far().output().addAscii("answer");
            rig.runUntil(() -> pair.near().input().length() == 6);
            pair.far().shutdownOutput();
            rig.runUntil(() -> log.size() == 2);
            assertThat(log).containsExactly("far eof READING", "near eof READING");
            assertThat(pair.near().input().removeString(US_ASCII)).isEqualTo("answer");
        }
    }

    @ParameterizedTest
    @EnumSource(BackendUnderTest.class)
    void aRefusedConnectIsReportedOnce(BackendUnderTest backend) throws IOException {
        try (LoopRig rig = backend.open()) {
            InetSocketAddress gone;
            try (ConnectionListener listener =
                    ConnectionListener.bind(rig.base(), rig.anyAddress(), (self, socket) -> socket.close())) {
                gone = (InetSocketAddress) listener.localAddress();
            }
            try (SocketBufferEvent client = SocketBufferEvent.create(rig.base())) {
                logging("client", client);
                client.connect(gone);
                rig.runUntil(() -> !log.isEmpty());
                rig.run(Duration.ofMillis(2));
            }
        }
        assertThat(log).containsExactly("client failed CONNECTING");
    }

    @ParameterizedTest
    @EnumSource(BackendUnderTest.class)
    void aPeerThatClosesWithBytesUnreadEndsEachDirectionOnce(BackendUnderTest backend) {
        try (LoopRig rig = backend.open()) {
            LoopRig.Pair pair = rig.connectedPair();
            logging("near", pair.near());
            pair.near().enableReading();
            pair.far().inputWatermark(new Watermark(0, 1));
            pair.far().enableReading();
            pair.near().output().addAscii("never read");
            rig.runUntil(() -> pair.far().input().length() == 1);
            rig.run(Duration.ofMillis(20));
            pair.far().close();
            rig.runUntil(() -> !log.isEmpty());
            pair.near().output().addAscii("more");
            rig.run(Duration.ofMillis(2));
            // On nio the end arrives before the reset: a closed channel first ends its output.
            assertThat(log).isIn(List.of("near failed READING"), List.of("near eof READING", "near failed WRITING"));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = BackendUnderTest.class,
            names = {"NIO", "EPOLL", "IO_URING"})
    void theAnswerOfAPeerThatStoppedReadingIsReadWholeThoughSendingFailed(BackendUnderTest backend) {
        for (int i = 0; i < 20; i++) {
            StringBuilder received = new StringBuilder();
            log.clear();
            try (LoopRig rig = backend.open()) {
                LoopRig.Pair pair = rig.connectedPair();
                logging("near", pair.near());
                pair.near().output().addAscii("never read");
                rig.run(Duration.ofMillis(5));
                pair.near().inputWatermark(new Watermark(0, 4));
                pair.near().onRead(near -> {
                    received.append(near.input().removeString(US_ASCII));
                    near.output().addAscii("more");
                });
                pair.near().enableReading();
                pair.far().output().addAscii("the whole answer");
                pair.far().closeAfterFlush(Duration.ofSeconds(10));
                rig.runUntil(() -> !log.isEmpty());
            }
            assertThat(received).hasToString("the whole answer");
            assertThat(log).hasSize(1);
        }
    }

    @ParameterizedTest
    @EnumSource(BackendUnderTest.class)
    void aHighMarkHoldsTheSenderBackAndNothingIsLost(BackendUnderTest backend) {
        byte[] bytes = randomBytes(backend == BackendUnderTest.SIMULATED_CHOPPING ? 2_000 : 200_000);
        try (LoopRig rig = backend.open()) {
            LoopRig.Pair pair = rig.connectedPair();
            pair.far().inputWatermark(new Watermark(0, 1000));
            pair.near().output().add(bytes);
            pair.far().enableReading();
            try (EvBuffer all = rig.base().newBuffer()) {
                pair.far().onRead(far -> {
                    assertThat(far.input().length()).isLessThanOrEqualTo(1000);
                    far.input().moveTo(all, Long.MAX_VALUE);
                });
                rig.runUntil(() -> all.length() == bytes.length);
                assertThat(Arrays.mismatch(all.removeAll(), bytes)).isEqualTo(-1);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(BackendUnderTest.class)
    void closingAfterTheFlushSendsEverythingFirst(BackendUnderTest backend) {
        byte[] bytes = randomBytes(backend == BackendUnderTest.SIMULATED_CHOPPING ? 2_000 : 200_000);
        try (LoopRig rig = backend.open()) {
            LoopRig.Pair pair = rig.connectedPair();
            logging("far", pair.far());
            pair.near().output().add(bytes);
            pair.near().closeAfterFlush(Duration.ofSeconds(60));
            pair.far().enableReading();
            rig.runUntil(() -> !log.isEmpty());
            assertThat(log).containsExactly("far eof READING");
            assertThat(Arrays.mismatch(pair.far().input().removeAll(), bytes)).isEqualTo(-1);
            pair.far().close();
            rig.run(Duration.ofMillis(20));
        }
    }

    @ParameterizedTest
    @EnumSource(BackendUnderTest.class)
    void aSilentPeerTimesOutAndTheConnectionGoesOn(BackendUnderTest backend) {
        try (LoopRig rig = backend.open()) {
            LoopRig.Pair pair = rig.connectedPair();
            logging("near", pair.near());
            pair.near().timeouts(Duration.ofMillis(30), Duration.ZERO);
            pair.near().enableReading();
            rig.runUntil(() -> !log.isEmpty());
            assertThat(log).containsExactly("near timed out " + Direction.READING);
            pair.near().timeouts(Duration.ZERO, Duration.ZERO);
            pair.near().enableReading();
            pair.far().output().addAscii("late");
            rig.runUntil(() -> pair.near().input().length() == 4);
            pair.near().input().drain(4);
        }
    }

    @ParameterizedTest
    @EnumSource(BackendUnderTest.class)
    void aPausedListenerLeavesConnectionsInTheBacklog(BackendUnderTest backend) throws IOException {
        try (LoopRig rig = backend.open()) {
            List<AcceptedSocket> accepted = new ArrayList<>();
            try (ConnectionListener listener = ConnectionListener.bind(rig.base(), rig.anyAddress(), (self, socket) -> {
                        accepted.add(socket);
                        self.pause();
                    });
                    SocketBufferEvent one = SocketBufferEvent.create(rig.base());
                    SocketBufferEvent two = SocketBufferEvent.create(rig.base())) {
                logging("client", one);
                logging("client", two);
                one.connect(listener.localAddress());
                two.connect(listener.localAddress());
                rig.runUntil(() -> log.size() == 2 && accepted.size() == 1);
                rig.run(Duration.ofMillis(5));
                assertThat(accepted).hasSize(1);
                listener.resume();
                rig.runUntil(() -> accepted.size() == 2);
                accepted.forEach(AcceptedSocket::close);
            }
            assertThat(log).containsOnly("client connected");
        }
    }

    @ParameterizedTest
    @EnumSource(BackendUnderTest.class)
    void anAddressCanBeBoundOnceAtATime(BackendUnderTest backend) throws IOException {
        try (LoopRig rig = backend.open()) {
            InetSocketAddress address;
            try (ConnectionListener listener =
                    ConnectionListener.bind(rig.base(), rig.anyAddress(), (self, socket) -> socket.close())) {
                address = (InetSocketAddress) listener.localAddress();
                assertThatThrownBy(() -> ConnectionListener.bind(rig.base(), address, (self, socket) -> socket.close()))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("in use");
            }
            ConnectionListener.bind(rig.base(), address, (self, socket) -> socket.close())
                    .close();
        }
    }

    @ParameterizedTest
    @EnumSource(BackendUnderTest.class)
    void datagramsArriveWholeWithTheirSenders(BackendUnderTest backend) throws IOException {
        try (LoopRig rig = backend.open();
                UdpSocket server = UdpSocket.bind(rig.base(), rig.anyAddress(), (self, datagram, from) -> {
                    datagram.addAscii("!");
                    self.send(datagram, (InetSocketAddress) from);
                });
                UdpSocket client = UdpSocket.bind(rig.base(), rig.anyAddress(), (self, datagram, from) -> {
                    assertThat(from).isEqualTo(server.localAddress().orElseThrow());
                    log.add(datagram.removeString(US_ASCII));
                })) {
            for (String text : List.of("", "one", "x".repeat(20_000))) {
                try (EvBuffer datagram = rig.base().newBuffer()) {
                    datagram.addAscii(text);
                    assertThat(client.send(datagram, (InetSocketAddress)
                                    server.localAddress().orElseThrow()))
                            .isTrue();
                }
            }
            rig.runUntil(() -> log.size() == 3);
            assertThat(log).containsExactly("!", "one!", "x".repeat(20_000) + "!");
        }
    }

    @ParameterizedTest
    @EnumSource(BackendUnderTest.class)
    void aConnectedDatagramSocketHearsThatNobodyIsThere(BackendUnderTest backend) throws IOException {
        try (LoopRig rig = backend.open()) {
            UdpSocket gone = UdpSocket.bind(rig.base(), rig.anyAddress(), (self, datagram, from) -> {});
            InetSocketAddress address = (InetSocketAddress) gone.localAddress().orElseThrow();
            gone.close();
            try (UdpSocket client = UdpSocket.bind(rig.base(), rig.anyAddress(), (self, datagram, from) -> {});
                    EvBuffer datagram = rig.base().newBuffer()) {
                client.onError((self, direction, peer, cause) ->
                        log.add(peer + " " + cause.getClass().getSimpleName()));
                client.connect(address);
                datagram.addAscii("anybody?");
                client.send(datagram);
                rig.runUntil(() -> !log.isEmpty());
            }
            assertThat(log).containsExactly(address + " PortUnreachableException");
        }
    }
}
