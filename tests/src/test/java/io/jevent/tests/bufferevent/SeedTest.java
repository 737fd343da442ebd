package io.jevent.tests.bufferevent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.backend.Direction;
import io.jevent.buffer.EvBuffer;
import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.BufferEventOption;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.event.EventBase;
import io.jevent.event.LoopResult;
import io.jevent.testkit.ConnectAnswer;
import io.jevent.testkit.ScriptedBackend;
import io.jevent.tests.buffer.MemoryChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The first contract: what the page on socket-based buffer events says, sentence by sentence (S1 to S10). Over real
 * sockets on the loopback address, except where an exact answer of the system is needed.
 */
@Tag("socket")
@Timeout(60)
class SeedTest {
    private EventBase base;
    private ServerSocket server;
    private SocketAddress address;
    private final List<Condition> conditions = new ArrayList<>();
    private final List<String> log = new ArrayList<>();

    @BeforeEach
    void open() throws IOException {
        base = EventBase.create();
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        address = server.getLocalSocketAddress();
    }

    @AfterEach
    void close() throws IOException {
        base.close();
        server.close();
    }

    private SocketBufferEvent logged(SocketBufferEvent bufferEvent) {
        bufferEvent.onRead(_ -> log.add("read"));
        bufferEvent.onWrite(_ -> log.add("write"));
        bufferEvent.onCondition((_, condition) -> {
            conditions.add(condition);
            log.add(condition.getClass().getSimpleName());
        });
        return bufferEvent;
    }

    private static SocketAddress refusingAddress() throws IOException {
        try (ServerSocket gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return gone.getLocalSocketAddress();
        }
    }

    @Test
    void s1BytesMoveByVectorCallsNeverOneCallPerChunk() {
        var script = new ScriptedBackend();
        try (EventBase scripted = script.newBase()) {
            SocketBufferEvent client = SocketBufferEvent.create(scripted);
            client.connect(ScriptedBackend.ADDRESS);
            for (int i = 0; i < 20; i++) {
                client.write(new byte[5000]);
            }
            assertThat(client.output().peek(Long.MAX_VALUE)).hasSizeGreaterThan(5);
            scripted.dispatch();
            assertThat(script.peer(0).received()).hasSize(100_000);
            assertThat(script.peer(0).writeCount()).as("writes for 20 appends").isEqualTo(1);
        }
    }

    @Test
    void s1OneCallScattersIntoChunksAndOneGathersFromThem() throws IOException {
        var channel = new MemoryChannel();
        try (EvBuffer buffer = base.newBuffer()) {
            for (int i = 0; i < 20; i++) {
                buffer.add(new byte[5000]);
            }
            buffer.writeTo(channel, Long.MAX_VALUE);
            assertThat(channel.writeCalls()).as("writes from many chunks").isEqualTo(1);
            buffer.add(new byte[10]);
            assertThat(buffer.readFrom(channel, 60_000)).isEqualTo(60_000);
            assertThat(channel.readCalls()).as("reads into two chunks").isEqualTo(1);
        }
    }

    @Test
    void s2ABufferEventIsMadeOverAConnectedSocketAnUnconnectedOneOrNoneWhichMayBeSetLater() throws IOException {
        try (SocketChannel connected = SocketChannel.open(address);
                SocketChannel unconnected = SocketChannel.open();
                SocketChannel later = SocketChannel.open(address)) {
            SocketBufferEvent over = SocketBufferEvent.create(base, connected);
            SocketBufferEvent fresh = SocketBufferEvent.create(base, unconnected);
            SocketBufferEvent none = SocketBufferEvent.create(base);
            assertThat(over.channel()).contains(connected);
            assertThat(none.channel()).isEmpty();
            fresh.connect(address);
            none.socket(later);
            for (SocketBufferEvent bufferEvent : List.of(over, fresh, none)) {
                bufferEvent.write("hello".getBytes(UTF_8));
            }
            assertThat(base.dispatch()).isEqualTo(LoopResult.EMPTY);
            for (int i = 0; i < 3; i++) {
                try (Socket peer = server.accept()) {
                    assertThat(peer.getInputStream().readNBytes(5)).asString().isEqualTo("hello");
                }
            }
        }
    }

    @Test
    void s3OptionsDecideWhetherClosingClosesTheUsersSocket() throws IOException {
        Set<BufferEventOption> all = EnumSet.allOf(BufferEventOption.class);
        assertThat(all).containsExactly(BufferEventOption.CLOSE_ON_FREE, BufferEventOption.DEFER_CALLBACKS);
        try (SocketChannel kept = SocketChannel.open(address);
                SocketChannel owned = SocketChannel.open(address)) {
            SocketBufferEvent.create(base, kept).close();
            SocketBufferEvent.create(base, owned, BufferEventOption.CLOSE_ON_FREE)
                    .close();
            assertThat(kept.isOpen()).isTrue();
            assertThat(owned.isOpen()).isFalse();
            try (Socket peer = server.accept()) {
                base.dispatch(); // the selector lets go of it
                kept.configureBlocking(true);
                kept.write(ByteBuffer.wrap(new byte[] {7}));
                assertThat(peer.getInputStream().read()).isEqualTo(7);
            }
        }
    }

    @Test
    void s4ConnectMakesASocketForIpv4Ipv6AndUnixDomainAddresses(@TempDir Path folder) throws IOException {
        UnixDomainSocketAddress unix = UnixDomainSocketAddress.of(folder.resolve("socket"));
        try (ServerSocket six = new ServerSocket(0, 1, InetAddress.getByName("::1"));
                ServerSocketChannel local =
                        ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(unix)) {
            for (SocketAddress target : List.of(address, six.getLocalSocketAddress(), local.getLocalAddress())) {
                SocketBufferEvent bufferEvent = logged(SocketBufferEvent.create(base));
                bufferEvent.connect(target);
                base.dispatch();
                assertThat(bufferEvent.remoteAddress()).contains(target);
            }
        }
        assertThat(log).containsExactly("Connected", "Connected", "Connected");
    }

    @Test
    void s5ASocketThatIsSetIsConnectedAndNothingMovesBefore() throws IOException {
        try (SocketChannel unconnected = SocketChannel.open()) {
            SocketBufferEvent bufferEvent = logged(SocketBufferEvent.create(base, unconnected));
            bufferEvent.enableReading();
            bufferEvent.write("early".getBytes(UTF_8));
            assertThat(base.dispatch()).as("nothing to wait for yet").isEqualTo(LoopResult.EMPTY);
            assertThat(bufferEvent.output().length()).isEqualTo(5);
            bufferEvent.connect(address);
            bufferEvent.onWrite(_ -> {
                log.add("write");
                bufferEvent.disableReading();
            });
            base.dispatch();
            assertThat(log).containsExactly("Connected", "write");
            assertThat(bufferEvent.channel()).contains(unconnected);
        }
    }

    @Test
    void s6OutputWrittenBeforeTheConnectEndsIsSentRightAfterConnectedInOrder() throws IOException {
        SocketBufferEvent bufferEvent = logged(SocketBufferEvent.create(base));
        bufferEvent.write("one ".getBytes(UTF_8));
        bufferEvent.connect(address);
        bufferEvent.write("two ".getBytes(UTF_8));
        bufferEvent.onCondition((_, condition) -> bufferEvent.write("three".getBytes(UTF_8)));
        base.dispatch();
        assertThat(log).containsExactly("write");
        try (Socket peer = server.accept()) {
            assertThat(peer.getInputStream().readNBytes(13)).asString().isEqualTo("one two three");
        }
    }

    @Test
    void s7ALaunchThatFailsThrowsAndLeavesTheBufferEventUnconnected() {
        var script = new ScriptedBackend();
        script.connects(ConnectAnswer.NO_DESCRIPTOR);
        try (EventBase scripted = script.newBase()) {
            SocketBufferEvent bufferEvent = logged(SocketBufferEvent.create(scripted));
            bufferEvent.write("kept".getBytes(UTF_8));
            assertThatThrownBy(() -> bufferEvent.connect(ScriptedBackend.ADDRESS))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasRootCauseMessage("Too many open files");
            assertThat(scripted.dispatch()).isEqualTo(LoopResult.EMPTY);
            assertThat(conditions).isEmpty();
            bufferEvent.connect(ScriptedBackend.ADDRESS);
            scripted.dispatch();
            assertThat(script.peer(0).receivedText()).isEqualTo("kept");
        }
    }

    @Test
    void s7AnAddressOfAnUnknownFamilyIsALaunchError() {
        SocketBufferEvent bufferEvent = SocketBufferEvent.create(base);
        assertThatThrownBy(() -> bufferEvent.connect(ScriptedBackend.ADDRESS))
                .isInstanceOf(UncheckedIOException.class)
                .hasRootCauseMessage("address family not supported: io.jevent.testkit.ScriptedBackend$ScriptedAddress");
        bufferEvent.close();
    }

    @Test
    void s7ASocketOfTheWrongFamilyIsALaunchErrorAndTheBufferEventStaysUnconnected() throws IOException {
        try (SocketChannel four = SocketChannel.open(StandardProtocolFamily.INET)) {
            SocketBufferEvent bufferEvent = SocketBufferEvent.create(base, four);
            InetSocketAddress six = new InetSocketAddress(InetAddress.getByName("::1"), 9);
            assertThatThrownBy(() -> bufferEvent.connect(six)).isInstanceOf(UncheckedIOException.class);
            bufferEvent.connect(address);
            logged(bufferEvent);
            base.dispatch();
            assertThat(log).containsExactly("Connected");
        }
    }

    @Test
    void s7ARefusalEvenAnInstantOneIsReportedLaterAndOnlyOnce() throws IOException {
        var script = new ScriptedBackend();
        script.connects(ConnectAnswer.REFUSED_AT_ONCE, ConnectAnswer.SUCCEEDS_AT_ONCE);
        try (EventBase scripted = script.newBase()) {
            SocketBufferEvent bufferEvent = logged(SocketBufferEvent.create(scripted));
            bufferEvent.connect(ScriptedBackend.ADDRESS);
            assertThat(conditions).as("inside the call").isEmpty();
            scripted.dispatch();
            assertThat(log).containsExactly("Failed");
            bufferEvent.connect(ScriptedBackend.ADDRESS);
            assertThat(log).as("inside the call").hasSize(1);
            scripted.dispatch();
            assertThat(log).containsExactly("Failed", "Connected");
        }
    }

    @Test
    void s8TheConditionIsConnectedOrFailedWithItsCause() throws IOException {
        SocketBufferEvent good = logged(SocketBufferEvent.create(base));
        good.connect(address);
        base.dispatch();
        SocketBufferEvent bad = logged(SocketBufferEvent.create(base));
        bad.connect(refusingAddress());
        base.dispatch();
        assertThat(conditions).hasSize(2);
        assertThat(conditions.get(0)).isInstanceOf(Condition.Connected.class);
        Condition.Failed failed = (Condition.Failed) conditions.get(1);
        assertThat(failed.direction()).isEqualTo(Direction.CONNECTING);
        assertThat(failed.cause()).isInstanceOf(ConnectException.class).hasMessageContaining("refused");
    }

    @Test
    void s9TheLoopEndsWhenAnOpenBufferEventNeitherReadsNorHasOutput() {
        SocketBufferEvent bufferEvent = logged(SocketBufferEvent.create(base));
        bufferEvent.connect(address);
        assertThat(base.dispatch()).isEqualTo(LoopResult.EMPTY);
        assertThat(log).containsExactly("Connected");
        assertThat(bufferEvent.isClosed()).isFalse();
    }

    @Test
    void s10AConnectThatTheUserLaunchedShowsAsAWriteAndNotAsConnected() throws IOException {
        try (SocketChannel connecting = SocketChannel.open()) {
            connecting.configureBlocking(false);
            connecting.connect(address);
            logged(SocketBufferEvent.create(base, connecting));
            base.dispatch();
            assertThat(log).containsExactly("write");
            assertThat(connecting.isConnected()).isTrue();
        }
    }

    @Test
    void s10OutputWrittenDuringTheUsersConnectIsSentWhenItEnds() throws IOException {
        try (SocketChannel connecting = SocketChannel.open()) {
            connecting.configureBlocking(false);
            connecting.connect(address);
            SocketBufferEvent bufferEvent = logged(SocketBufferEvent.create(base, connecting));
            bufferEvent.write("sent".getBytes(UTF_8));
            bufferEvent.shutdownOutput();
            base.dispatch();
            assertThat(log).doesNotContain("Connected");
            try (Socket peer = server.accept()) {
                assertThat(peer.getInputStream().readAllBytes()).asString().isEqualTo("sent");
            }
        }
    }

    @Test
    void s10ConnectWithoutAnAddressAdoptsTheUsersConnectAndReportsConnected() throws IOException {
        try (SocketChannel connecting = SocketChannel.open();
                SocketChannel connected = SocketChannel.open(address);
                SocketChannel refused = SocketChannel.open()) {
            connecting.configureBlocking(false);
            connecting.connect(address);
            refused.configureBlocking(false);
            for (SocketChannel channel : List.of(connecting, connected)) {
                SocketBufferEvent bufferEvent = logged(SocketBufferEvent.create(base, channel));
                bufferEvent.connect();
                assertThat(log).as("inside the call").doesNotContain("Connected");
                base.dispatch();
                assertThat(log).containsExactly("Connected");
                log.clear();
            }
            if (!refused.connect(refusingAddress())) {
                SocketBufferEvent bufferEvent = logged(SocketBufferEvent.create(base, refused));
                bufferEvent.connect();
                base.dispatch();
                assertThat(log).containsExactly("Failed");
            }
        }
    }

    @Test
    void connectingWhatCannotBeConnectedIsAMistakeOfTheProgram() {
        SocketBufferEvent bufferEvent = SocketBufferEvent.create(base);
        assertThatThrownBy(bufferEvent::connect).isInstanceOf(IllegalStateException.class);
        InetSocketAddress unresolved = InetSocketAddress.createUnresolved("nowhere", 1);
        assertThatThrownBy(() -> bufferEvent.connect(unresolved)).isInstanceOf(IllegalArgumentException.class);
        bufferEvent.connect(address);
        assertThatThrownBy(() -> bufferEvent.connect(address)).isInstanceOf(IllegalStateException.class);
        base.dispatch();
        assertThatThrownBy(() -> bufferEvent.connect(address)).isInstanceOf(IllegalStateException.class);
        BufferEvent closed = bufferEvent;
        closed.close();
        assertThatThrownBy(() -> bufferEvent.connect(address)).hasMessageContaining("closed");
    }
}
