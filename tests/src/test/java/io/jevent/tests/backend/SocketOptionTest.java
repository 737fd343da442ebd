package io.jevent.tests.backend;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.backend.AbstractUnixAddress;
import io.jevent.backend.SocketOptions;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.listener.ConnectionListener;
import io.jevent.listener.ListenerConfig;
import io.jevent.listener.ListenerOption;
import io.jevent.testkit.LoopRig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Options of sockets and abstract names: what each backend has, and how it refuses the rest. */
@Tag("socket")
@Timeout(60)
class SocketOptionTest {
    private static final List<BackendUnderTest> REAL =
            List.of(BackendUnderTest.NIO, BackendUnderTest.EPOLL, BackendUnderTest.IO_URING);
    private static final List<BackendUnderTest> NATIVE = List.of(BackendUnderTest.EPOLL, BackendUnderTest.IO_URING);

    static Stream<Arguments> optionsOfEveryBackend() {
        return REAL.stream()
                .flatMap(it -> Stream.of(
                        Arguments.of(it, StandardSocketOptions.TCP_NODELAY, false),
                        Arguments.of(it, StandardSocketOptions.SO_KEEPALIVE, true),
                        Arguments.of(it, ExtendedSocketOptions.TCP_KEEPIDLE, 77),
                        Arguments.of(it, ExtendedSocketOptions.TCP_KEEPINTERVAL, 13),
                        Arguments.of(it, ExtendedSocketOptions.TCP_KEEPCOUNT, 4)));
    }

    static Stream<Arguments> optionsOfNativeBackends() {
        return NATIVE.stream()
                .flatMap(it -> Stream.of(
                        Arguments.of(it, SocketOptions.TCP_USER_TIMEOUT, 12_345),
                        Arguments.of(it, SocketOptions.TCP_FASTOPEN_CONNECT, true)));
    }

    @ParameterizedTest
    @MethodSource({"optionsOfEveryBackend", "optionsOfNativeBackends"})
    <T> void anOptionSetBeforeConnectingIsThatOfTheSocket(BackendUnderTest backend, SocketOption<T> option, T value)
            throws IOException {
        try (LoopRig rig = backend.open();
                ConnectionListener listener =
                        ConnectionListener.bind(rig.base(), rig.anyAddress(), (_, socket) -> socket.close());
                SocketBufferEvent client = SocketBufferEvent.create(rig.base())) {
            client.option(option, value);
            assertThatThrownBy(() -> client.option(option))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(option.name());
            client.connect(listener.localAddress());
            assertThat(client.option(option)).isEqualTo(value);
        }
    }

    @ParameterizedTest
    @MethodSource({"optionsOfEveryBackend"})
    <T> void anOptionOfAnAcceptedSocketCanBeSet(BackendUnderTest backend, SocketOption<T> option, T value) {
        try (LoopRig rig = backend.open()) {
            SocketBufferEvent accepted = rig.connectedPair().far();
            accepted.option(option, value);
            assertThat(accepted.option(option)).isEqualTo(value);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = BackendUnderTest.class,
            names = {"NIO", "EPOLL", "IO_URING"})
    void outputIsNotHeldBackUnlessItIsAskedFor(BackendUnderTest backend) {
        try (LoopRig rig = backend.open()) {
            LoopRig.Pair pair = rig.connectedPair();
            assertThat(pair.near().option(StandardSocketOptions.TCP_NODELAY)).isTrue();
        }
    }

    @Test
    void whatTheJdkDoesNotHaveTheNioBackendRefuses() throws IOException {
        try (LoopRig rig = BackendUnderTest.NIO.open()) {
            SocketBufferEvent socket = rig.connectedPair().near();
            assertThatThrownBy(() -> socket.option(SocketOptions.TCP_USER_TIMEOUT, 1000))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessage("the JDK's sockets of this kind do not have TCP_USER_TIMEOUT; "
                            + "the epoll and io_uring backends have more options");
            ListenerConfig config = ListenerConfig.of().with(SocketOptions.TCP_DEFER_ACCEPT, 5);
            assertThatThrownBy(
                            () -> ConnectionListener.bind(rig.base(), rig.anyAddress(), config, (_, it) -> it.close()))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("TCP_DEFER_ACCEPT");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = BackendUnderTest.class,
            names = {"EPOLL", "IO_URING"})
    void aValueThatTheSystemRefusesIsAnErrorThatNamesIt(BackendUnderTest backend) {
        try (LoopRig rig = backend.open()) {
            SocketBufferEvent socket = rig.connectedPair().near();
            assertThatThrownBy(() -> socket.option(ExtendedSocketOptions.TCP_KEEPIDLE, -1))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("cannot set TCP_KEEPIDLE to -1");
            SocketBufferEvent fresh = SocketBufferEvent.create(rig.base());
            fresh.option(ExtendedSocketOptions.TCP_KEEPIDLE, -1);
            assertThatThrownBy(() -> fresh.connect(new InetSocketAddress("127.0.0.1", 9)))
                    .isInstanceOf(UncheckedIOException.class);
            fresh.close();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = BackendUnderTest.class,
            names = {"NIO", "EPOLL", "IO_URING"})
    void twoListenersShareOnePortWhenBothSayThatTheyDo(BackendUnderTest backend) throws IOException {
        ListenerConfig shared = ListenerConfig.of().with(StandardSocketOptions.SO_REUSEPORT, true);
        List<String> accepted = new ArrayList<>();
        try (LoopRig rig = backend.open();
                ConnectionListener one = ConnectionListener.bind(rig.base(), rig.anyAddress(), shared, (_, socket) -> {
                    accepted.add("one");
                    socket.close();
                });
                ConnectionListener two =
                        ConnectionListener.bind(rig.base(), one.localAddress(), shared, (_, socket) -> {
                            accepted.add("two");
                            socket.close();
                        })) {
            List<SocketBufferEvent> clients = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                SocketBufferEvent client = SocketBufferEvent.create(rig.base());
                client.connect(two.localAddress());
                clients.add(client);
            }
            rig.runUntil(() -> accepted.size() == 40);
            assertThat(accepted).contains("one", "two");
            clients.forEach(SocketBufferEvent::close);
            assertThatThrownBy(() -> ConnectionListener.bind(
                            rig.base(), one.localAddress(), ListenerConfig.of(), (_, socket) -> socket.close()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("Address already in use");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = BackendUnderTest.class,
            names = {"EPOLL", "IO_URING"})
    void withDeferredAcceptAConnectionIsAcceptedOnceItHasSaidSomething(BackendUnderTest backend) throws IOException {
        List<String> accepted = new ArrayList<>();
        ListenerConfig config = ListenerConfig.of(ListenerOption.REUSE_ADDRESS)
                .with(SocketOptions.TCP_DEFER_ACCEPT, 30)
                .with(SocketOptions.TCP_FASTOPEN, 16);
        try (LoopRig rig = backend.open();
                ConnectionListener listener =
                        ConnectionListener.bind(rig.base(), rig.anyAddress(), config, (_, socket) -> {
                            accepted.add("accepted");
                            socket.close();
                        });
                SocketBufferEvent client = SocketBufferEvent.create(rig.base())) {
            boolean[] connected = new boolean[1];
            client.onCondition((_, _) -> connected[0] = true);
            client.connect(listener.localAddress());
            rig.runUntil(() -> connected[0]);
            rig.run(java.time.Duration.ofMillis(50));
            assertThat(accepted).isEmpty();
            client.output().addAscii("hello");
            rig.runUntil(() -> !accepted.isEmpty());
        }
    }

    private static void echoOver(LoopRig rig, SocketAddress address) throws IOException {
        List<SocketBufferEvent> far = new ArrayList<>();
        try (ConnectionListener listener = ConnectionListener.bind(rig.base(), address, (_, socket) -> {
                    assertThat(socket.localAddress()).isEqualTo(address);
                    far.add(SocketBufferEvent.create(rig.base(), socket));
                });
                SocketBufferEvent client = SocketBufferEvent.create(rig.base())) {
            assertThat(listener.localAddress()).isEqualTo(address);
            client.connect(address);
            client.output().addAscii("by name");
            rig.runUntil(() -> !far.isEmpty());
            SocketBufferEvent server = far.getFirst();
            server.enableReading();
            rig.runUntil(() -> server.input().length() == 7);
            assertThat(server.input().removeString(US_ASCII)).isEqualTo("by name");
            assertThat(client.remoteAddress()).contains(address);
            server.close();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = BackendUnderTest.class,
            names = {"NIO", "EPOLL", "IO_URING"})
    void aUnixDomainSocketIsReachedByItsFile(BackendUnderTest backend, @TempDir Path folder) throws IOException {
        try (LoopRig rig = backend.open()) {
            echoOver(rig, UnixDomainSocketAddress.of(folder.resolve("socket")));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = BackendUnderTest.class,
            names = {"EPOLL", "IO_URING"})
    void aUnixDomainSocketIsReachedByItsAbstractName(BackendUnderTest backend) throws IOException {
        try (LoopRig rig = backend.open()) {
            echoOver(
                    rig,
                    AbstractUnixAddress.of(
                            "jevent-test-" + ProcessHandle.current().pid()));
            byte[] odd = new byte[AbstractUnixAddress.MAX_NAME_BYTES];
            odd[5] = (byte) ProcessHandle.current().pid();
            odd[106] = -1;
            echoOver(rig, AbstractUnixAddress.of(odd));
        }
    }

    @Test
    void theNioBackendSaysThatItHasNoAbstractNames() throws IOException {
        try (LoopRig rig = BackendUnderTest.NIO.open();
                SocketBufferEvent client = SocketBufferEvent.create(rig.base())) {
            AbstractUnixAddress address = AbstractUnixAddress.of("nobody");
            assertThatThrownBy(() -> client.connect(address))
                    .isInstanceOf(UncheckedIOException.class)
                    .rootCause()
                    .hasMessageContaining("cannot use abstract Unix-domain names");
            assertThatThrownBy(() -> ConnectionListener.bind(rig.base(), address, (_, socket) -> socket.close()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("cannot use abstract Unix-domain names");
        }
    }

    @Test
    void anAbstractNameHasOneTo107Bytes() {
        assertThat(AbstractUnixAddress.of("né")).hasToString("@né").isEqualTo(AbstractUnixAddress.of("né"));
        assertThatThrownBy(() -> AbstractUnixAddress.of("")).hasMessage("need a name of 1 to 107 bytes, got 0 bytes");
        assertThatThrownBy(() -> AbstractUnixAddress.of("x".repeat(108))).isInstanceOf(IllegalArgumentException.class);
    }
}
