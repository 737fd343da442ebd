package io.jevent.tests.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.backend.AcceptedSocket;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.event.EventBase;
import io.jevent.event.EventBaseConfig;
import io.jevent.event.EventBaseGroup;
import io.jevent.listener.AcceptRate;
import io.jevent.listener.Balance;
import io.jevent.listener.ListenerConfig;
import io.jevent.listener.ListenerGroup;
import io.jevent.listener.ListenerLimits;
import io.jevent.listener.ListenerOption;
import io.jevent.listener.Spreading;
import io.jevent.testkit.SimulatedNetwork;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One address for several loops: exactly on the simulated network, on threads over the system's sockets. */
@Timeout(120)
class ListenerGroupTest {
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final EventBaseConfig CONFIG = EventBaseConfig.builder().build();

    private final SimulatedNetwork network = new SimulatedNetwork();

    // ---- on the simulated network, whose bases all belong to this thread ----

    private EventBaseGroup simulatedGroup(int baseCount) {
        return EventBaseGroup.create(
                baseCount,
                EventBaseConfig.builder()
                        .backend(network)
                        .clock(network.clock())
                        .build());
    }

    private static void runAll(EventBaseGroup group) {
        for (int round = 0; round < 3; round++) {
            for (EventBase base : group.bases()) {
                base.exit(Duration.ofMillis(10));
                base.dispatch();
            }
        }
    }

    private static List<SocketBufferEvent> connect(EventBaseGroup group, ListenerGroup listener, int count) {
        List<SocketBufferEvent> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            SocketBufferEvent client = SocketBufferEvent.create(group.bases().getFirst());
            client.connect(listener.localAddress());
            clients.add(client);
        }
        return clients;
    }

    @Test
    void inTurnEveryBaseGetsTheSameNumber() throws IOException {
        List<AcceptedSocket> accepted = new ArrayList<>();
        try (EventBaseGroup group = simulatedGroup(3)) {
            ListenerGroup listener = ListenerGroup.bind(
                    group, network.address(80), ListenerConfig.of(), (base, socket) -> accepted.add(socket));
            assertThat(listener.spreading())
                    .as("the network has no SO_REUSEPORT")
                    .isEqualTo(Spreading.HAND_OVER);
            assertThat(listener.listeners()).hasSize(1);
            connect(group, listener, 9);
            group.next();
            runAll(group);
            assertThat(accepted).hasSize(9);
            assertThat(group.bases()).allMatch(base -> listener.openConnections(base) == 3);
            assertThat(listener.openConnections()).isEqualTo(9);
            accepted.forEach(AcceptedSocket::close);
            assertThat(listener.openConnections()).isZero();
        }
        assertThat(network.openCount()).isZero();
    }

    @Test
    void theBaseWithTheFewestConnectionsGetsTheNext() throws IOException {
        Map<EventBase, List<SocketBufferEvent>> served = new ConcurrentHashMap<>();
        try (EventBaseGroup group = simulatedGroup(3)) {
            ListenerGroup listener = ListenerGroup.bind(
                    group,
                    network.address(80),
                    ListenerConfig.of(),
                    Spreading.HAND_OVER,
                    Balance.LEAST_CONNECTIONS,
                    (base, socket) -> served.computeIfAbsent(base, it -> new ArrayList<>())
                            .add(SocketBufferEvent.create(base, socket)));
            connect(group, listener, 9);
            runAll(group);
            EventBase idle = group.bases().get(1);
            served.get(idle).forEach(SocketBufferEvent::close);
            assertThat(listener.openConnections(idle)).isZero();
            connect(group, listener, 3);
            runAll(group);
            assertThat(listener.openConnections(idle)).isEqualTo(3);
            assertThat(served.get(idle)).as("all of the three that came later").hasSize(6);
        }
        assertThat(network.openCount()).isZero();
    }

    @Test
    void limitsHoldForAllBasesTogether() throws IOException {
        try (EventBaseGroup group = simulatedGroup(2)) {
            ListenerLimits limits = ListenerLimits.builder()
                    .maxConnections(3)
                    .connectionsPerSecond(AcceptRate.of(100))
                    .build();
            ListenerGroup listener = ListenerGroup.bind(
                    group,
                    network.address(80),
                    ListenerConfig.of().with(limits),
                    (base, socket) -> SocketBufferEvent.create(base, socket));
            connect(group, listener, 8);
            runAll(group);
            assertThat(listener.openConnections()).isEqualTo(3);
        }
    }

    @Test
    void whereItCannotBeThatIsSaidAndNothingStaysOpen() throws IOException {
        try (EventBaseGroup group = simulatedGroup(2)) {
            assertThatThrownBy(() -> ListenerGroup.bind(
                            group,
                            network.address(80),
                            ListenerConfig.of(),
                            Spreading.REUSE_PORT,
                            Balance.ROUND_ROBIN,
                            (base, socket) -> socket.close()))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("SO_REUSEPORT");
            assertThat(network.openCount()).isZero();
            assertThatThrownBy(() -> ListenerGroup.bind(
                            group,
                            UnixDomainSocketAddress.of("x"),
                            ListenerConfig.of(),
                            Spreading.REUSE_PORT,
                            Balance.ROUND_ROBIN,
                            (base, socket) -> socket.close()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("Internet address");
            ListenerGroup listener = ListenerGroup.bind(
                    group, network.address(80), ListenerConfig.of(), (base, socket) -> socket.close());
            try (EventBase stranger = network.newBase()) {
                assertThatThrownBy(() -> listener.openConnections(stranger))
                        .isInstanceOf(IllegalArgumentException.class);
            }
        }
    }

    @Test
    void pausedItLeavesConnectionsInTheBacklogAndClosedItDoesNothingMore() throws IOException {
        AtomicInteger accepted = new AtomicInteger();
        try (EventBaseGroup group = simulatedGroup(2)) {
            ListenerGroup listener = ListenerGroup.bind(
                    group, network.address(80), ListenerConfig.of(ListenerOption.START_PAUSED), (base, socket) -> {
                        accepted.incrementAndGet();
                        socket.close();
                    });
            connect(group, listener, 2);
            runAll(group);
            assertThat(accepted).hasValue(0);
            listener.resume();
            runAll(group);
            assertThat(accepted).hasValue(2);
            listener.pause();
            connect(group, listener, 1);
            runAll(group);
            assertThat(accepted).hasValue(2);
            listener.close();
            listener.close();
            listener.pause();
            listener.resume();
            assertThat(listener.listeners().getFirst().isClosed()).isTrue();
        }
    }

    // ---- on threads ----

    private static void connectAndClose(InetSocketAddress address) throws IOException {
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            socket.setSoTimeout(60_000);
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    /** The backends of the system on which bases may be. */
    enum Real {
        nio,
        epoll,
        io_uring
    }

    private static EventBaseGroup started(int baseCount, Real backend) {
        EventBaseGroup group = EventBaseGroup.create(
                baseCount, EventBaseConfig.builder().backend(backend.name()).build());
        group.start();
        return group;
    }

    @ParameterizedTest
    @EnumSource(Real.class)
    @Tag("socket")
    void theSystemSpreadsConnectionsEvenlyOverTheBases(Real backend) throws IOException {
        Map<EventBase, AtomicInteger> counts = new ConcurrentHashMap<>();
        try (EventBaseGroup group = started(2, backend)) {
            ListenerGroup listener = ListenerGroup.bind(group, ANY_PORT, ListenerConfig.of(), (base, socket) -> {
                counts.computeIfAbsent(base, it -> new AtomicInteger()).incrementAndGet();
                base.now(); // Throws on any other thread.
                socket.close();
            });
            assertThat(listener.spreading()).isEqualTo(Spreading.REUSE_PORT);
            assertThat(listener.listeners()).hasSize(2);
            InetSocketAddress address = (InetSocketAddress) listener.localAddress();
            assertThat(listener.listeners()).allMatch(it -> it.localAddress().equals(address));
            for (int i = 0; i < 200; i++) {
                connectAndClose(address);
            }
            // Half of 200, six standard deviations to either side.
            assertThat(group.bases())
                    .allSatisfy(base -> assertThat(counts.get(base)).hasValueBetween(58, 142));
        }
    }

    @ParameterizedTest
    @EnumSource(Real.class)
    @Tag("socket")
    void handedOverInTurnEveryBaseServesTheSameNumberOnItsOwnThread(Real backend) throws IOException {
        Map<EventBase, AtomicInteger> counts = new ConcurrentHashMap<>();
        try (EventBaseGroup group = started(2, backend)) {
            ListenerGroup listener = ListenerGroup.bind(
                    group, ANY_PORT, ListenerConfig.of(), Spreading.HAND_OVER, Balance.ROUND_ROBIN, (base, socket) -> {
                        base.now();
                        counts.computeIfAbsent(base, it -> new AtomicInteger()).incrementAndGet();
                        socket.close();
                    });
            for (int i = 0; i < 20; i++) {
                connectAndClose((InetSocketAddress) listener.localAddress());
            }
            assertThat(group.bases())
                    .allSatisfy(base -> assertThat(counts.get(base)).hasValue(10));
            assertThat(group.stop(Duration.ofSeconds(30)))
                    .as("the listener closes with the group")
                    .isTrue();
            assertThat(listener.openConnections()).isZero();
            listener.pause();
            listener.close();
        }
    }

    @Test
    @Tag("socket")
    void aUnixDomainAddressIsServedByHandingOver(@TempDir Path folder) throws IOException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("socket"));
        try (EventBaseGroup group = EventBaseGroup.create(2, CONFIG)) {
            ListenerGroup listener =
                    ListenerGroup.bind(group, address, ListenerConfig.of(), (base, socket) -> socket.close());
            assertThat(listener.spreading()).isEqualTo(Spreading.HAND_OVER);
            group.start();
            try (SocketChannel client = SocketChannel.open(address)) {
                assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            }
        }
    }

    @Test
    @Tag("socket")
    void whatBindRefusesComesToTheCallerAndClosesWhatWasOpened() throws IOException {
        try (EventBaseGroup group = EventBaseGroup.create(2, CONFIG)) {
            group.start();
            ListenerGroup first = ListenerGroup.bind(
                    group,
                    ANY_PORT,
                    ListenerConfig.of(),
                    Spreading.HAND_OVER,
                    Balance.ROUND_ROBIN,
                    (base, socket) -> socket.close());
            assertThatThrownBy(() -> ListenerGroup.bind(
                            group, first.localAddress(), ListenerConfig.of(), (base, socket) -> socket.close()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("in use");
        }
    }

    @Test
    @Tag("socket")
    void aThreadOfTheGroupCannotBindForAllAndAStoppedGroupNotAtAll() throws Exception {
        BlockingQueue<Throwable> thrown = new LinkedBlockingQueue<>();
        EventBaseGroup group = EventBaseGroup.create(2, CONFIG);
        group.start();
        assertThat(group.isRunning()).isTrue();
        group.bases().get(1).execute(() -> {
            try {
                ListenerGroup.bind(group, ANY_PORT, ListenerConfig.of(), (base, socket) -> socket.close());
            } catch (IOException | IllegalStateException e) {
                thrown.add(e);
            }
        });
        assertThat(thrown.poll(60, TimeUnit.SECONDS))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("cannot wait");
        group.close();
        assertThat(group.isRunning()).isFalse();
        assertThatThrownBy(() ->
                        ListenerGroup.bind(group, ANY_PORT, ListenerConfig.of(), (base, socket) -> socket.close()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("stopped");
    }

    @Test
    @Tag("socket")
    void whoIsInterruptedWhileItWaitsForALoopGetsNoListener() throws Exception {
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        BlockingQueue<Throwable> thrown = new LinkedBlockingQueue<>();
        try (EventBaseGroup group = EventBaseGroup.create(2, CONFIG)) {
            group.start();
            group.bases().getFirst().execute(() -> {
                busy.countDown();
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            busy.await();
            Thread binder = Thread.ofPlatform().start(() -> {
                Thread.currentThread().interrupt();
                try {
                    ListenerGroup.bind(group, ANY_PORT, ListenerConfig.of(), (base, socket) -> socket.close());
                } catch (IOException e) {
                    thrown.add(e);
                }
            });
            binder.join();
            assertThat(thrown.poll()).isInstanceOf(InterruptedIOException.class);
            goOn.countDown();
            assertThat(group.stop(Duration.ofSeconds(30)))
                    .as("nothing is left to wait for")
                    .isTrue();
        }
    }
}
