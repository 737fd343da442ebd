package io.jevent.tests.socket;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.ConnectPacing;
import io.jevent.bufferevent.HostResolver;
import io.jevent.bufferevent.LookupResult;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.listener.ConnectionListener;
import io.jevent.testkit.LoopRig;
import io.jevent.tests.backend.BackendUnderTest;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Connecting by name over sockets of the system. */
@Tag("socket")
@Timeout(60)
class HostConnectSocketTest {
    private final List<Condition> conditions = new ArrayList<>();

    private SocketBufferEvent client(LoopRig rig) {
        SocketBufferEvent client = SocketBufferEvent.create(rig.base());
        client.onCondition((self, condition) -> conditions.add(condition));
        return client;
    }

    @ParameterizedTest
    @EnumSource(names = {"NIO", "EPOLL", "IO_URING"})
    void localhostIsConnectedToWhicheverFamilyListensAndBytesFlow(BackendUnderTest backend) throws IOException {
        InetSocketAddress loopback = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
        try (LoopRig rig = backend.open();
                ConnectionListener listener = ConnectionListener.bind(rig.base(), loopback, (self, socket) -> {
                    SocketBufferEvent far = SocketBufferEvent.create(rig.base(), socket);
                    far.onRead(echo -> echo.output().addBuffer(echo.input()));
                    far.onCondition((echo, condition) -> echo.close());
                    far.enableReading();
                });
                SocketBufferEvent client = client(rig)) {
            client.enableReading();
            client.output().addAscii("by name");
            client.connect("localhost", ((InetSocketAddress) listener.localAddress()).getPort());
            rig.runUntil(() -> client.input().length() == 7);
            assertThat(conditions).containsExactly(new Condition.Connected());
            assertThat(client.input().removeString(US_ASCII)).isEqualTo("by name");
            client.shutdownOutput();
            rig.runUntil(() -> conditions.size() == 2);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"NIO", "EPOLL", "IO_URING"})
    void theFirstOfSeveralAddressesThatAnswersIsTaken(BackendUnderTest backend) throws IOException {
        try (LoopRig rig = backend.open();
                ServerSocket server = new ServerSocket(0, 5, InetAddress.ofLiteral("127.0.0.3"));
                SocketBufferEvent client = client(rig)) {
            HostResolver three = (base, host, callback) -> {
                base.execute(() -> callback.onResolved(new LookupResult.Addresses(
                        List.of(
                                InetAddress.ofLiteral("::1"),
                                InetAddress.ofLiteral("127.0.0.2"),
                                InetAddress.ofLiteral("127.0.0.3")),
                        true)));
                return () -> {};
            };
            client.connect(three, "three", server.getLocalPort(), ConnectPacing.DEFAULT);
            rig.runUntil(() -> !conditions.isEmpty());
            assertThat(conditions).containsExactly(new Condition.Connected());
            assertThat(client.remoteAddress()).contains(server.getLocalSocketAddress());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"NIO", "EPOLL", "IO_URING"})
    void whereNobodyListensAndForNamesThatDoNotExistItFails(BackendUnderTest backend) throws IOException {
        int port;
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.ofLiteral("127.0.0.1"))) {
            port = server.getLocalPort();
        }
        try (LoopRig rig = backend.open();
                SocketBufferEvent client = client(rig)) {
            client.connect("127.0.0.1", port);
            rig.runUntil(() -> conditions.size() == 1);
            client.connect("no such name", port);
            rig.runUntil(() -> conditions.size() == 2);
            assertThat(conditions)
                    .satisfiesExactly(
                            refused -> assertThat(((Condition.Failed) refused).cause())
                                    .isInstanceOf(ConnectException.class)
                                    .hasMessage("cannot connect to 127.0.0.1 port " + port
                                            + ": 127.0.0.1 Connection refused"),
                            unknown -> assertThat(((Condition.Failed) unknown).cause())
                                    .isInstanceOf(UnknownHostException.class));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"NIO", "EPOLL", "IO_URING"})
    void aSocketSetMeanwhileTakesThePlaceOfTheConnect(BackendUnderTest backend) throws IOException {
        List<String> log = new ArrayList<>();
        try (LoopRig rig = backend.open();
                ServerSocket server = new ServerSocket(0, 5, InetAddress.ofLiteral("127.0.0.1"));
                SocketChannel channel = SocketChannel.open(server.getLocalSocketAddress());
                SocketBufferEvent client = client(rig)) {
            HostResolver silent = (base, host, callback) -> () -> log.add("cancelled");
            client.connect(silent, "somewhere", 1, ConnectPacing.DEFAULT);
            client.socket(channel);
            assertThat(log).containsExactly("cancelled");
            client.output().addAscii("hi");
            rig.runUntil(() -> client.output().isEmpty());
            assertThat(server.accept().getInputStream().readNBytes(2))
                    .asString()
                    .isEqualTo("hi");
            assertThat(conditions).isEmpty();
        }
    }
}
