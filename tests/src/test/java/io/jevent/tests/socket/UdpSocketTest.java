package io.jevent.tests.socket;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jevent.backend.Direction;
import io.jevent.buffer.EvBuffer;
import io.jevent.event.EventBase;
import io.jevent.event.EventBaseConfig;
import io.jevent.event.EventCount;
import io.jevent.event.UdpSocket;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Datagrams over real loopback sockets. */
@Tag("socket")
@Timeout(60)
class UdpSocketTest {
    private final EventBase base = EventBase.create();
    private final List<String> log = new ArrayList<>();

    @AfterEach
    void close() {
        base.close();
    }

    private UdpSocket bound() throws IOException {
        return UdpSocket.bind(base, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), (_, datagram, _) -> {
            log.add(new String(datagram.removeAll(), US_ASCII));
        });
    }

    private EvBuffer bytes(String text) {
        EvBuffer buffer = base.newBuffer();
        buffer.addAscii(text);
        return buffer;
    }

    private static InetSocketAddress addressOf(UdpSocket socket) {
        return (InetSocketAddress) socket.localAddress().orElseThrow();
    }

    /** Runs the loop until so many entries are in the log. */
    private void runUntilLogged(int count) {
        for (int i = 0; i < 10_000 && log.size() < count; i++) {
            base.exit(Duration.ofMillis(1));
            base.dispatch();
        }
        assertThat(log).hasSizeGreaterThanOrEqualTo(count);
    }

    @Test
    void eachDatagramArrivesWholeAndWithItsSender() throws IOException {
        UdpSocket server = bound();
        UdpSocket client = bound();
        server.onDatagram((socket, datagram, from) -> {
            assertThat(from).isEqualTo(addressOf(client));
            log.add("server " + datagram.length());
            datagram.addAscii("!");
            socket.send(datagram, (InetSocketAddress) from);
        });
        assertThat(client.send(bytes("one"), addressOf(server))).isTrue();
        assertThat(client.send(bytes("three"), addressOf(server))).isTrue();
        runUntilLogged(4);
        assertThat(log).containsExactly("server 3", "server 5", "one!", "three!");
    }

    @Test
    void aDatagramMayBeEmpty() throws IOException {
        UdpSocket server = bound();
        bound().send(base.newBuffer(), addressOf(server));
        runUntilLogged(1);
        assertThat(log).containsExactly("");
    }

    @Test
    void aDatagramOfManyChunksIsSentWhole() throws IOException {
        UdpSocket server = bound();
        server.onDatagram((_, datagram, _) -> log.add("" + datagram.length()));
        EvBuffer large = base.newBuffer();
        for (int i = 0; i < 60; i++) {
            large.addBuffer(bytes("x".repeat(1000)));
        }
        bound().send(large, addressOf(server));
        runUntilLogged(1);
        assertThat(log).containsExactly("60000");
    }

    @Test
    void aConnectedSocketHearsThatThePeersPortIsClosed() throws IOException {
        UdpSocket gone = bound();
        InetSocketAddress address = addressOf(gone);
        gone.close();
        UdpSocket client = bound();
        client.onError((_, direction, peer, cause) -> {
            assertThat(direction).isIn(Direction.READING, Direction.WRITING);
            log.add(peer + " " + cause.getClass().getSimpleName());
        });
        client.connect(address);
        client.send(bytes("anybody?"));
        runUntilLogged(1);
        assertThat(log).containsExactly(address + " PortUnreachableException");
        assertThat(client.remoteAddress()).contains(address);
    }

    @Test
    void aDatagramTooLongForTheSystemIsReportedAndTheNextOneLeaves() throws IOException {
        UdpSocket server = bound();
        UdpSocket client = bound();
        client.onError((_, direction, peer, _) -> log.add(direction + " " + peer.equals(addressOf(server))));
        EvBuffer tooLong = base.newBuffer();
        tooLong.add(new byte[65_520]);
        client.send(tooLong, addressOf(server));
        client.send(bytes("next"), addressOf(server));
        runUntilLogged(2);
        assertThat(log).containsExactlyInAnyOrder("WRITING true", "next");
    }

    @Test
    void aFullQueueRefusesAndTellsWhenItIsEmpty() throws IOException {
        UdpSocket server = bound();
        server.onDatagram((_, _, _) -> {});
        UdpSocket client = bound();
        client.onWritable(socket -> log.add("writable " + socket.queuedCount()));
        int taken = 0;
        while (client.send(bytes("datagram"), addressOf(server))) {
            taken++;
        }
        assertThat(taken).isEqualTo(UdpSocket.MAX_QUEUED_DATAGRAMS);
        EvBuffer refused = bytes("kept");
        assertThat(client.send(refused, addressOf(server))).isFalse();
        assertThat(refused.length()).isEqualTo(4);
        runUntilLogged(1);
        assertThat(log).containsExactly("writable 0");
    }

    @Test
    void whatCannotBeADatagramIsRefusedAtOnce() throws IOException {
        UdpSocket client = bound();
        EvBuffer tooLong = base.newBuffer();
        tooLong.add(new byte[65_536]);
        assertThatThrownBy(() -> client.send(tooLong, addressOf(client)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("need at most 65535 bytes in a datagram, got 65536");
        assertThat(tooLong.length()).isEqualTo(65_536);
        assertThatThrownBy(() -> client.send(bytes("x"), InetSocketAddress.createUnresolved("host.invalid", 1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> client.send(bytes("x"))).isInstanceOf(IllegalStateException.class);
        client.connect(addressOf(client));
        assertThatThrownBy(() -> client.send(bytes("x"), new InetSocketAddress("127.0.0.1", 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("connected to");
    }

    @Test
    void aPausedSocketLeavesDatagramsInTheSystem() throws IOException {
        UdpSocket server = bound();
        UdpSocket client = bound();
        server.onDatagram((socket, datagram, _) -> {
            log.add(new String(datagram.removeAll(), US_ASCII));
            socket.pause();
        });
        client.send(bytes("a"), addressOf(server));
        client.send(bytes("b"), addressOf(server));
        runUntilLogged(1);
        base.exit(Duration.ofMillis(20));
        base.dispatch();
        assertThat(log).containsExactly("a");
        server.resume();
        runUntilLogged(2);
        assertThat(log).containsExactly("a", "b");
    }

    @Test
    void theLoopEndsWhenEverySocketIsPausedAndHasNothingToSend() throws IOException {
        UdpSocket server = bound();
        UdpSocket client = bound();
        server.pause();
        client.pause();
        client.send(bytes("last"), addressOf(server));
        base.dispatch();
        server.resume();
        runUntilLogged(1);
        assertThat(log).containsExactly("last");
    }

    @Test
    void aThrowingCallbackGoesToTheErrorHandlerAndTheSocketGoesOn() throws IOException {
        try (EventBase tolerant = EventBase.create(EventBaseConfig.builder()
                        .errorHandler((_, thrown) -> log.add(thrown.getMessage()))
                        .build());
                UdpSocket server = UdpSocket.bind(
                        tolerant, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), (socket, datagram, _) -> {
                            if (log.size() == 1) {
                                socket.close();
                            }
                            throw new IllegalStateException("on " + datagram.length());
                        })) {
            UdpSocket client = bound();
            client.pause();
            client.send(bytes("x"), addressOf(server));
            client.send(bytes("yy"), addressOf(server));
            base.dispatch();
            tolerant.dispatch();
            assertThat(log).containsExactly("on 1", "on 2");
        }
    }

    @Test
    void aUsersChannelStaysOpen() throws IOException {
        try (DatagramChannel channel = DatagramChannel.open().bind(new InetSocketAddress("127.0.0.1", 0))) {
            UdpSocket server = UdpSocket.over(base, channel, (_, datagram, _) -> log.add("" + datagram.length()));
            bound().send(bytes("four"), addressOf(server));
            runUntilLogged(1);
            server.close();
            assertThat(channel.isOpen()).isTrue();
        }
        assertThat(log).containsExactly("4");
    }

    @Test
    void aSocketSaysWhatItIs() throws IOException {
        UdpSocket socket = bound();
        assertThat(socket.base()).isSameAs(base);
        assertThat(socket.isPaused()).isFalse();
        assertThat(socket).hasToString("UdpSocket[" + addressOf(socket) + ", RECEIVING]");
        socket.pause();
        assertThat(socket.isPaused()).isTrue();
        EvBuffer two = bytes("two");
        assertThat(socket.send(two, addressOf(socket))).isTrue();
        assertThat(socket.send(two, addressOf(socket))).as("an empty one").isTrue();
        assertThat(socket.queuedCount()).isEqualTo(2);
        socket.close();
        assertThat(socket.toString()).endsWith(", CLOSED]");
        assertThat(base.bufferBytesInUse()).as("what was queued is dropped").isZero();
    }

    @Test
    void theLongestDatagramIsTaken() throws IOException {
        UdpSocket client = bound();
        EvBuffer longest = base.newBuffer();
        longest.add(new byte[65_535]);
        assertThat(client.send(longest, addressOf(client))).isTrue();
        client.close();
    }

    @Test
    void anAddressThatIsNotResolvedIsRefused() throws IOException {
        InetSocketAddress unresolved = InetSocketAddress.createUnresolved("host.invalid", 1);
        assertThatThrownBy(() -> UdpSocket.bind(base, unresolved, (_, _, _) -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("resolved");
        UdpSocket client = bound();
        assertThatThrownBy(() -> client.connect(unresolved))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("resolved");
    }

    @Test
    void anAddressInUseIsAnErrorOfBindAndLeavesNothingOpen() throws IOException {
        InetSocketAddress taken = addressOf(bound());
        assertThatThrownBy(() -> UdpSocket.bind(base, taken, (_, _, _) -> {}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("in use");
        assertThat(base.eventCount(EventCount.VIRTUAL)).isEqualTo(1);
    }

    @Test
    void anIpv6SocketIsBoundWhereThereIsIpv6() throws IOException {
        assumeTrue(NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .anyMatch(it -> it instanceof Inet6Address && it.isLoopbackAddress()));
        InetSocketAddress address = new InetSocketAddress(InetAddress.getByName("::1"), 0);
        UdpSocket socket = UdpSocket.bind(base, address, (_, datagram, _) -> log.add("" + datagram.length()));
        socket.send(bytes("six"), addressOf(socket));
        runUntilLogged(1);
        assertThat(addressOf(socket).getAddress()).isInstanceOf(Inet6Address.class);
    }

    @Test
    void anErrorCallbackThatThrowsGoesToTheErrorHandler() throws IOException {
        try (EventBase tolerant = EventBase.create(EventBaseConfig.builder()
                .errorHandler(
                        (source, thrown) -> log.add(source.getClass().getSimpleName() + " " + thrown.getMessage()))
                .build())) {
            UdpSocket client = UdpSocket.bind(
                    tolerant, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), (_, _, _) -> {});
            client.onError((_, direction, _, _) -> {
                tolerant.exit();
                throw new IllegalStateException("on " + direction);
            });
            EvBuffer tooLong = tolerant.newBuffer();
            tooLong.add(new byte[65_535]);
            client.send(tooLong, addressOf(client));
            tolerant.dispatch();
        }
        assertThat(log).containsExactly("UdpSocket on WRITING");
    }

    @Test
    void aClosedSocketIsToldNothingMore() throws IOException {
        UdpSocket server = bound();
        UdpSocket other = bound();
        UdpSocket client = bound();
        client.send(bytes("a"), addressOf(server));
        client.send(bytes("b"), addressOf(other));
        server.onDatagram((_, _, _) -> {
            log.add("server");
            other.close();
            client.pause();
        });
        other.onDatagram((_, _, _) -> {
            log.add("other");
            server.close();
            client.pause();
        });
        runUntilLogged(1);
        server.close();
        other.close();
        base.dispatch();
        assertThat(log).hasSize(1);
    }
}
