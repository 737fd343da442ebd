package io.jevent.tests.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.backend.AcceptedSocket;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.event.EventBase;
import io.jevent.event.EventBaseConfig;
import io.jevent.event.EventBaseGroup;
import io.jevent.event.LoopOption;
import io.jevent.listener.ConnectionListener;
import io.jevent.listener.ListenerConfig;
import io.jevent.listener.ListenerLimits;
import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import io.jevent.testkit.PropertyRunner;
import io.jevent.tests.backend.BackendUnderTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Limits of a listener on every backend, and counts that come back whatever happens to a connection. */
@Timeout(120)
class ListenerLimitsContractTest {
    private static ListenerConfig atMost(int connections) {
        return ListenerConfig.of()
                .with(ListenerLimits.builder().maxConnections(connections).build());
    }

    @ParameterizedTest
    @EnumSource(BackendUnderTest.class)
    @Tag("socket")
    void everyConnectionGetsItsTurnAndNeverAreThereMoreThanAllowed(BackendUnderTest backend) throws IOException {
        List<SocketBufferEvent> served = new ArrayList<>();
        List<Integer> counts = new ArrayList<>();
        try (LoopRig rig = backend.open()) {
            ConnectionListener listener =
                    ConnectionListener.bind(rig.base(), rig.anyAddress(), atMost(2), (self, socket) -> {
                        counts.add(self.openConnections());
                        SocketBufferEvent connection = SocketBufferEvent.create(rig.base(), socket);
                        connection.onCondition((it, condition) -> it.close());
                        connection.enableReading();
                        served.add(connection);
                    });
            List<SocketBufferEvent> clients = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                SocketBufferEvent client = SocketBufferEvent.create(rig.base());
                client.connect(listener.localAddress());
                clients.add(client);
            }
            rig.runUntil(() -> served.size() == 2);
            rig.run(Duration.ofMillis(10));
            assertThat(served).hasSize(2);
            for (int i = 0; i < 5; i++) {
                int before = i;
                rig.runUntil(() -> served.size() > before);
                served.get(i).close();
            }
            assertThat(listener.openConnections()).isZero();
            assertThat(counts).hasSize(5).allMatch(count -> count <= 2);
            clients.forEach(SocketBufferEvent::close);
            listener.close();
            rig.run(Duration.ofMillis(1));
        }
    }

    @ParameterizedTest
    @EnumSource(BackendUnderTest.class)
    @Tag("socket")
    void aConnectionOverTheLimitOfItsAddressIsReset(BackendUnderTest backend) throws IOException {
        List<AcceptedSocket> accepted = new ArrayList<>();
        List<Condition> conditions = new ArrayList<>();
        try (LoopRig rig = backend.open()) {
            ListenerConfig config = ListenerConfig.of()
                    .with(ListenerLimits.builder().maxConnectionsPerAddress(1).build());
            ConnectionListener listener = ConnectionListener.bind(
                    rig.base(), rig.anyAddress(), config, (self, socket) -> accepted.add(socket));
            SocketBufferEvent first = SocketBufferEvent.create(rig.base());
            first.connect(listener.localAddress());
            rig.runUntil(() -> accepted.size() == 1);
            SocketBufferEvent second = SocketBufferEvent.create(rig.base());
            second.onCondition((it, condition) -> conditions.add(condition));
            second.connect(listener.localAddress());
            second.enableReading();
            // If the reset is faster than the news of the connect, that is what fails.
            rig.runUntil(() -> !conditions.isEmpty() && conditions.getLast() instanceof Condition.Failed);
            assertThat(listener.rejectedConnections()).isEqualTo(1);
            assertThat(listener.openConnections()).isEqualTo(1);
            accepted.getFirst().close();
            first.close();
            second.close();
            listener.close();
            rig.run(Duration.ofMillis(1));
        }
    }

    @Test
    @Tag("socket")
    void aConnectionThatIsClosedOnAnotherLoopMakesRoomForTheNext() throws Exception {
        try (EventBase base = EventBase.create();
                EventBaseGroup group =
                        EventBaseGroup.create(2, EventBaseConfig.builder().build())) {
            group.start();
            ConnectionListener listener = ConnectionListener.bind(
                    base,
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    atMost(1),
                    (self, socket) -> group.handOver(socket, (its, accepted) -> {
                        SocketBufferEvent connection = SocketBufferEvent.create(its, accepted);
                        connection.onCondition((it, condition) -> it.close());
                        connection.enableReading();
                    }));
            SocketAddress address = listener.localAddress();
            Thread clients = Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 20; i++) {
                    try (Socket client = new Socket()) {
                        client.connect(address);
                        client.shutdownOutput();
                        client.setSoTimeout(60_000);
                        assertThat(client.getInputStream().read()).isEqualTo(-1);
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                }
                base.execute(base::exit);
            });
            base.dispatch();
            clients.join();
            group.stop(Duration.ofSeconds(30));
            base.loop(LoopOption.NONBLOCK);
            assertThat(listener.openConnections()).isZero();
        }
    }

    @Test
    void theCountOfOpenConnectionsIsRightAfterAnyProgram() {
        new PropertyRunner(150, 60).run(Program::new);
    }

    /** One listener, and whatever may become of its connections. */
    private static final class Program implements PropertyRunner.Subject {
        private static final int MOST = 5;

        private final LoopRig rig;
        private final EventBase other;
        private final ConnectionListener listener;
        private final List<AcceptedSocket> waiting = new ArrayList<>();
        private final List<SocketBufferEvent> serving = new ArrayList<>();
        private final List<SocketBufferEvent> clients = new ArrayList<>();
        private int closingCount;

        Program(long seed) {
            rig = LoopRig.simulated(seed, Faults.mild());
            other = rig.network().orElseThrow().newBase();
            try {
                ListenerLimits limits = ListenerLimits.builder()
                        .maxConnections(MOST)
                        .maxConnectionsPerAddress(4)
                        .build();
                listener = ConnectionListener.bind(
                        rig.base(),
                        rig.anyAddress(),
                        ListenerConfig.of().with(limits),
                        (self, socket) -> waiting.add(socket));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void step(SplittableRandom random) {
            switch (random.nextInt(9)) {
                case 0, 1 -> connect();
                case 2 -> any(clients, random, SocketBufferEvent::close);
                case 3 -> any(waiting, random, this::adopt);
                case 4 -> any(waiting, random, random.nextBoolean() ? AcceptedSocket::close : AcceptedSocket::reset);
                case 5 -> any(serving, random, SocketBufferEvent::close);
                case 6 -> any(serving, random, this::closeLater);
                case 7 -> {
                    if (random.nextBoolean()) {
                        listener.pause();
                    } else {
                        listener.resume();
                    }
                }
                default -> rig.run(Duration.ofMillis(random.nextInt(200)));
            }
            check();
        }

        private void connect() {
            SocketBufferEvent client = SocketBufferEvent.create(rig.base());
            client.connect(listener.localAddress());
            client.enableReading();
            clients.add(client);
        }

        private void adopt(AcceptedSocket socket) {
            EventBase base = waiting.size() % 2 == 0 ? rig.base() : other;
            SocketBufferEvent connection = SocketBufferEvent.create(base, socket);
            connection.enableReading();
            serving.add(connection);
        }

        private void closeLater(SocketBufferEvent connection) {
            connection.closeAfterFlush(Duration.ofMillis(50));
            closingCount++;
        }

        private static <T> void any(List<T> list, SplittableRandom random, Consumer<T> action) {
            if (!list.isEmpty()) {
                action.accept(list.remove(random.nextInt(list.size())));
            }
        }

        private void check() {
            int certain = waiting.size() + serving.size();
            assertThat(listener.openConnections()).isBetween(certain, Math.min(4, certain + closingCount));
        }

        @Override
        public void finish() {
            waiting.forEach(AcceptedSocket::close);
            serving.forEach(SocketBufferEvent::close);
            clients.forEach(SocketBufferEvent::close);
            waiting.clear();
            listener.pause();
            rig.run(Duration.ofSeconds(1));
            other.exit(Duration.ofSeconds(1));
            other.dispatch();
            assertThat(listener.openConnections()).isZero();
        }

        @Override
        public void close() {
            other.close();
            waiting.forEach(AcceptedSocket::close);
            serving.forEach(SocketBufferEvent::close);
            clients.forEach(SocketBufferEvent::close);
            listener.close();
            rig.run(Duration.ofSeconds(1));
            rig.close();
        }
    }
}
