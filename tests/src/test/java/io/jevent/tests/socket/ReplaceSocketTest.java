package io.jevent.tests.socket;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.bufferevent.BufferEventOption;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.ConnectPacing;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.testkit.LoopRig;
import io.jevent.tests.backend.BackendUnderTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Another socket under the same buffer event. */
@Tag("socket")
@Timeout(60)
@SuppressWarnings("try") // what closes earlier is what is tested
class ReplaceSocketTest {
    private final List<Condition> conditions = new ArrayList<>();
    private ServerSocket server;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    private SocketChannel connected() throws IOException {
        return SocketChannel.open(server.getLocalSocketAddress());
    }

    private static String nextBytes(Socket from, int count) throws IOException {
        return new String(from.getInputStream().readNBytes(count), US_ASCII);
    }

    @ParameterizedTest
    @EnumSource(names = {"NIO", "EPOLL", "IO_URING"})
    void theOldSocketIsClosedAlthoughTheUserMadeItAndBuffersAndDirectionsStay(BackendUnderTest backend)
            throws IOException {
        try (LoopRig rig = backend.open();
                SocketChannel first = connected();
                Socket firstPeer = server.accept();
                SocketChannel second = connected();
                Socket secondPeer = server.accept();
                SocketBufferEvent client = SocketBufferEvent.create(rig.base(), first)) {
            client.onCondition((self, condition) -> conditions.add(condition));
            client.enableReading();
            firstPeer.getOutputStream().write("one".getBytes(US_ASCII));
            rig.runUntil(() -> client.input().length() == 3);
            client.output().addAscii("two");
            client.replaceSocket(second);
            assertThat(first.isOpen()).isFalse();
            assertThat(firstPeer.getInputStream().read()).as("end of the first").isEqualTo(-1);
            secondPeer.getOutputStream().write("three".getBytes(US_ASCII));
            rig.runUntil(() -> client.input().length() == 8 && client.output().isEmpty());
            assertThat(client.input().removeString(US_ASCII)).isEqualTo("onethree");
            assertThat(nextBytes(secondPeer, 3)).isEqualTo("two");
            assertThat(conditions).isEmpty();
            client.close();
            assertThat(second.isOpen())
                    .as("the user's, as without CLOSE_ON_FREE")
                    .isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"NIO", "EPOLL", "IO_URING"})
    void connectsUnderWayAreGivenUp(BackendUnderTest backend) throws IOException {
        List<String> log = new ArrayList<>();
        try (LoopRig rig = backend.open();
                SocketBufferEvent client = SocketBufferEvent.create(rig.base(), BufferEventOption.CLOSE_ON_FREE)) {
            client.onCondition((self, condition) -> conditions.add(condition));
            client.connect((base, host, callback) -> () -> log.add("cancelled"), "host", 1, ConnectPacing.DEFAULT);
            client.replaceSocket(connected());
            assertThat(log).containsExactly("cancelled");
            server.accept().close();
            client.close();
        }
        try (LoopRig rig = backend.open();
                SocketBufferEvent client = SocketBufferEvent.create(rig.base(), BufferEventOption.CLOSE_ON_FREE)) {
            client.onCondition((self, condition) -> conditions.add(condition));
            client.connect(server.getLocalSocketAddress());
            client.replaceSocket(connected());
            client.output().addAscii("hi");
            rig.runUntil(() -> client.output().isEmpty());
        }
        assertThat(conditions).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"NIO", "EPOLL", "IO_URING"})
    void theSameSocketIsRefusedAndOneThatIsClosedLeavesItUnconnected(BackendUnderTest backend) throws IOException {
        try (LoopRig rig = backend.open();
                SocketChannel first = connected();
                SocketChannel closed = connected();
                SocketBufferEvent client = SocketBufferEvent.create(rig.base(), first)) {
            assertThatThrownBy(() -> client.replaceSocket(first)).isInstanceOf(IllegalArgumentException.class);
            assertThat(first.isOpen()).isTrue();
            closed.close();
            assertThatThrownBy(() -> client.replaceSocket(closed)).isInstanceOf(UncheckedIOException.class);
            assertThat(first.isOpen()).isFalse();
            client.replaceSocket(connected());
            assertThat(client.channel()).isPresent();
            client.channel().orElseThrow().close();
        }
    }
}
