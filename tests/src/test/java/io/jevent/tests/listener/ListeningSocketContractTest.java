package io.jevent.tests.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.backend.SocketOptions;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.event.EventBase;
import io.jevent.event.LoopResult;
import io.jevent.listener.ConnectionListener;
import io.jevent.listener.ListenerConfig;
import io.jevent.listener.ListenerOption;
import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import io.jevent.tests.backend.BackendUnderTest;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is under a listener: its channel or descriptor, those of the user's, and both families of addresses. */
@Tag("socket")
@Timeout(120)
@SuppressWarnings("try") // what closes earlier is what is tested
class ListeningSocketContractTest {
    private final List<SocketAddress> accepted = new ArrayList<>();

    private ConnectionListener listening(LoopRig rig, ListenerConfig config) throws IOException {
        return ConnectionListener.bind(rig.base(), rig.anyAddress(), config, (self, socket) -> {
            accepted.add(socket.remoteAddress());
            socket.close();
        });
    }

    @ParameterizedTest
    @EnumSource(BackendUnderTest.class)
    void aListenerTellsItsChannelOrItsDescriptor(BackendUnderTest backend) throws IOException {
        try (LoopRig rig = backend.open();
                ConnectionListener listener = listening(rig, ListenerConfig.of())) {
            switch (backend) {
                case NIO -> {
                    assertThat(listener.channel().orElseThrow().getLocalAddress())
                            .isEqualTo(listener.localAddress());
                    assertThat(listener.descriptor()).isEmpty();
                }
                case EPOLL, IO_URING -> {
                    assertThat(listener.channel()).isEmpty();
                    assertThat(listener.descriptor().orElseThrow()).isGreaterThan(2);
                }
                case SIMULATED, SIMULATED_CHOPPING, SIMULATED_MILD -> {
                    assertThat(listener.channel()).isEmpty();
                    assertThat(listener.descriptor()).isEmpty();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = BackendUnderTest.class,
            names = {"EPOLL", "IO_URING"})
    void aUsersListeningDescriptorIsServedAndStaysOpen(BackendUnderTest backend) throws IOException {
        try (LoopRig rig = backend.open();
                ConnectionListener owner = listening(rig, ListenerConfig.of(ListenerOption.START_PAUSED))) {
            int descriptor = owner.descriptor().orElseThrow();
            for (int round = 0; round < 2; round++) {
                ConnectionListener listener =
                        ConnectionListener.over(rig.base(), descriptor, ListenerConfig.of(), (self, socket) -> {
                            accepted.add(socket.remoteAddress());
                            socket.close();
                        });
                assertThat(listener.localAddress()).isEqualTo(owner.localAddress());
                assertThat(listener.descriptor()).hasValue(descriptor);
                int before = round;
                try (Socket client = connected(owner)) {
                    rig.runUntil(() -> accepted.size() > before);
                    assertThat(accepted).last().isEqualTo(client.getLocalSocketAddress());
                }
                listener.close();
            }
            owner.resume();
            try (Socket client = connected(owner)) {
                rig.runUntil(() -> accepted.size() == 3);
                assertThat(client.isConnected()).isTrue();
            }
        }
    }

    private static Socket connected(ConnectionListener listener) throws IOException {
        InetSocketAddress address = (InetSocketAddress) listener.localAddress();
        return new Socket(address.getAddress(), address.getPort());
    }

    @ParameterizedTest
    @EnumSource(BackendUnderTest.class)
    void aDescriptorThatCannotBeAcceptedOnIsRefused(BackendUnderTest backend) throws IOException {
        try (LoopRig rig = backend.open()) {
            if (backend != BackendUnderTest.EPOLL && backend != BackendUnderTest.IO_URING) {
                assertThatThrownBy(() -> over(rig.base(), 3))
                        .isInstanceOf(UnsupportedOperationException.class)
                        .hasMessageContaining("the epoll and io_uring backends can");
                return;
            }
            assertThatThrownBy(() -> over(rig.base(), -1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("need a descriptor >= 0, got -1");
            assertThatThrownBy(() -> over(rig.base(), 999_999))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("Bad file descriptor");
        }
    }

    private static void over(EventBase base, int descriptor) throws IOException {
        ConnectionListener.over(base, descriptor, ListenerConfig.of(), (self, socket) -> socket.close());
    }

    @ParameterizedTest
    @EnumSource(
            value = BackendUnderTest.class,
            names = {"NIO", "EPOLL", "IO_URING"})
    void anUnspecifiedIpv6AddressTakesIpv4ConnectionsUnlessToldNotTo(BackendUnderTest backend) throws IOException {
        InetSocketAddress everywhere = new InetSocketAddress(InetAddress.ofLiteral("::"), 0);
        try (LoopRig rig = backend.open()) {
            if (backend == BackendUnderTest.NIO) {
                assertThatThrownBy(() -> bind(rig, everywhere, true))
                        .isInstanceOf(UnsupportedOperationException.class)
                        .hasMessageContaining("IPV6_V6ONLY");
                return;
            }
            try (ConnectionListener both = bind(rig, everywhere, false);
                    Socket client = new Socket("127.0.0.1", portOf(both))) {
                rig.runUntil(() -> accepted.size() == 1);
                assertThat(((InetSocketAddress) accepted.getFirst()).getAddress())
                        .as("an IPv4 client shows its IPv4 address")
                        .isInstanceOf(Inet4Address.class)
                        .isEqualTo(client.getLocalAddress());
            }
            try (ConnectionListener one = bind(rig, everywhere, true)) {
                assertThatThrownBy(() -> new Socket("127.0.0.1", portOf(one)).close())
                        .isInstanceOf(ConnectException.class);
                try (Socket client = new Socket("::1", portOf(one))) {
                    rig.runUntil(() -> accepted.size() == 2);
                    assertThat(client.isConnected()).isTrue();
                }
            }
        }
    }

    private ConnectionListener bind(LoopRig rig, InetSocketAddress address, boolean onlyV6) throws IOException {
        return ConnectionListener.bind(
                rig.base(), address, ListenerConfig.of().with(SocketOptions.IPV6_V6ONLY, onlyV6), (self, socket) -> {
                    accepted.add(socket.remoteAddress());
                    socket.close();
                });
    }

    private static int portOf(ConnectionListener listener) {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    @ParameterizedTest
    @EnumSource(
            value = BackendUnderTest.class,
            names = {"EPOLL", "IO_URING"})
    void withDeferredAcceptAConnectionComesWithItsFirstBytes(BackendUnderTest backend) throws IOException {
        try (LoopRig rig = backend.open();
                ConnectionListener listener =
                        listening(rig, ListenerConfig.of().with(SocketOptions.TCP_DEFER_ACCEPT, 60));
                Socket client = connected(listener)) {
            rig.run(Duration.ofMillis(20));
            assertThat(accepted).as("it has brought nothing yet").isEmpty();
            client.getOutputStream().write(42);
            rig.runUntil(() -> accepted.size() == 1);
        }
    }

    @ParameterizedTest
    @EnumSource(BackendUnderTest.class)
    @Tag("parity") // regress_listener.c: immediate_close
    void pausingAfterTheFirstOfTwoQueuedConnectionsLeavesTheSecondWhereItIs(BackendUnderTest backend)
            throws IOException {
        try (LoopRig rig = backend.open()) {
            List<String> log = new ArrayList<>();
            ConnectionListener listener = ConnectionListener.bind(
                    rig.base(), rig.anyAddress(), ListenerConfig.of(ListenerOption.START_PAUSED), (self, socket) -> {
                        log.add("accepted");
                        socket.close();
                        self.pause();
                    });
            List<SocketBufferEvent> clients = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                SocketBufferEvent client = SocketBufferEvent.create(rig.base());
                client.connect(listener.localAddress());
                clients.add(client);
            }
            rig.run(Duration.ofMillis(20));
            listener.resume();
            rig.runUntil(() -> !log.isEmpty());
            rig.run(Duration.ofMillis(20));
            assertThat(log).hasSize(1);
            assertThat(listener.isPaused()).isTrue();
            listener.resume();
            rig.runUntil(() -> log.size() == 2);
            clients.forEach(SocketBufferEvent::close);
            listener.close();
            rig.run(Duration.ofMillis(1));
        }
    }

    @ParameterizedTest
    @EnumSource(BackendUnderTest.class)
    @Tag("parity") // regress_listener.c: close_accepted_fd
    void closingTheListenerInItsOwnCallbackIsSafeOnEveryBackend(BackendUnderTest backend) throws IOException {
        try (LoopRig rig = backend.open()) {
            ConnectionListener listener = ConnectionListener.bind(rig.base(), rig.anyAddress(), (self, socket) -> {
                accepted.add(socket.remoteAddress());
                socket.close();
                self.close();
            });
            SocketBufferEvent client = SocketBufferEvent.create(rig.base());
            client.connect(listener.localAddress());
            rig.runUntil(() -> accepted.size() == 1);
            assertThat(listener.isClosed()).isTrue();
            client.close();
            rig.run(Duration.ofMillis(1));
        }
    }

    @ParameterizedTest
    @EnumSource(BackendUnderTest.class)
    @Tag("parity") // regress_listener.c: randport
    void portZeroPicksDistinctPortsAndAPausedListenerIsNothingToWaitFor(BackendUnderTest backend) throws IOException {
        try (LoopRig rig = backend.open();
                ConnectionListener first = listening(rig, ListenerConfig.of());
                ConnectionListener second = listening(rig, ListenerConfig.of())) {
            assertThat(portOf(first)).isPositive().isNotEqualTo(portOf(second));
            first.pause();
            second.pause();
            assertThat(rig.base().dispatch()).isEqualTo(LoopResult.EMPTY);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = BackendUnderTest.class,
            names = {"NIO", "EPOLL", "IO_URING"})
    @Tag("parity") // regress_listener.c: reuseport_on_unix_socket
    void reuseOptionsOnAUnixDomainAddressAreRefusedByEveryBackend(BackendUnderTest backend, @TempDir Path folder) {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("socket"));
        try (LoopRig rig = backend.open()) {
            for (ListenerConfig config : List.of(
                    ListenerConfig.of(ListenerOption.REUSE_ADDRESS),
                    ListenerConfig.of().with(StandardSocketOptions.SO_REUSEPORT, true))) {
                assertThatThrownBy(() ->
                                ConnectionListener.bind(rig.base(), address, config, (self, socket) -> socket.close()))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("no meaning for a Unix-domain address");
            }
        }
        assertThat(folder.resolve("socket")).doesNotExist();
    }

    @ParameterizedTest
    @EnumSource(
            value = BackendUnderTest.class,
            names = {"NIO", "EPOLL", "IO_URING"})
    @Tag("parity") // regress_listener.c: disable_in_thread
    void pausingFromAnotherThreadDuringTheAcceptCallbackWaitsForNobody(BackendUnderTest backend) throws IOException {
        try (LoopRig rig = backend.open();
                ConnectionListener listener = ConnectionListener.bind(rig.base(), rig.anyAddress(), (self, socket) -> {
                    socket.close();
                    joined(() -> rig.base().execute(self::pause));
                    accepted.add(self.localAddress());
                });
                Socket client = connected(listener)) {
            rig.runUntil(() -> !accepted.isEmpty() && listener.isPaused());
            assertThat(client.isConnected()).isTrue();
        }
    }

    /** Runs something on another thread while this one does nothing else. */
    private static void joined(Runnable task) {
        Thread other = Thread.ofPlatform().start(task);
        try {
            other.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @Tag("parity") // regress_listener.c: error_unlock, disable_in_thread_error
    void withoutADescriptorItMayBePausedFromAnotherThreadAndAcceptsOnceThereIsOne() throws IOException {
        List<String> errors = new ArrayList<>();
        try (LoopRig rig =
                        LoopRig.simulated(1, Faults.builder().maxDescriptors(3).build());
                ConnectionListener spare = listening(rig, ListenerConfig.of());
                ConnectionListener listener = listening(rig, ListenerConfig.of());
                SocketBufferEvent client = SocketBufferEvent.create(rig.base())) {
            listener.onAcceptError((self, cause) -> {
                errors.add(cause.getMessage());
                joined(() -> rig.base().execute(self::pause));
            });
            client.connect(listener.localAddress());
            rig.runUntil(listener::isPaused);
            assertThat(errors).containsExactly("Too many open files");
            spare.close();
            listener.resume();
            rig.runUntil(() -> accepted.size() == 1);
        }
    }
}
