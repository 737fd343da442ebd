package io.jevent.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CappedEchoServerTest {
    private static SocketBufferEvent client(LoopRig rig, CappedEchoServer server) {
        SocketBufferEvent client = SocketBufferEvent.create(rig.base());
        client.enableReading();
        client.connect(server.listener().localAddress());
        return client;
    }

    @Test
    void clientsAboveTheCapWaitUntilOneHasEnded() throws Exception {
        try (LoopRig rig = LoopRig.simulated(1, Faults.mild())) {
            CappedEchoServer server = new CappedEchoServer(rig.base(), rig.anyAddress(), 2);
            List<SocketBufferEvent> clients = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                clients.add(client(rig, server));
                clients.get(i).output().addAscii("hello");
            }
            rig.run(Duration.ofSeconds(1));
            assertThat(clients.stream().filter(it -> it.input().length() == 5)).hasSize(2);
            assertThat(server.clientCount()).isEqualTo(2);
            while (!clients.isEmpty()) {
                SocketBufferEvent served = clients.stream()
                        .filter(it -> it.input().length() == 5)
                        .findFirst()
                        .orElseThrow();
                served.close();
                clients.remove(served);
                rig.runUntil(() ->
                        clients.stream().filter(it -> it.input().length() == 5).count() == Math.min(2, clients.size()));
            }
            rig.runUntil(() -> server.clientCount() == 0);
            server.listener().close();
        }
    }

    @Test
    void aClientThatEndsGetsTheRestHoweverLongItTakes() throws Exception {
        Faults slow = Faults.builder()
                .latency(Duration.ofMillis(10), Duration.ofMillis(20))
                .socketBytes(10)
                .build();
        try (LoopRig rig = LoopRig.simulated(1, slow)) {
            CappedEchoServer server = new CappedEchoServer(rig.base(), rig.anyAddress(), 2);
            SocketBufferEvent client = client(rig, server);
            client.output().addAscii("x".repeat(40_000));
            client.shutdownOutput();
            List<Condition> ends = new ArrayList<>();
            client.onCondition((_, condition) -> ends.add(condition));
            rig.runUntil(() -> ends.size() == 2);
            assertThat(ends.getLast()).isInstanceOf(Condition.Eof.class);
            assertThat(client.input().length()).isEqualTo(40_000);
            assertThat(server.clientCount()).isZero();
            client.close();
            server.listener().close();
        }
    }

    @Test
    void whenDescriptorsRunOutTheServerGoesOnOnceThereAreSome() throws Exception {
        try (LoopRig rig =
                LoopRig.simulated(1, Faults.builder().maxDescriptors(4).build())) {
            CappedEchoServer server = new CappedEchoServer(rig.base(), rig.anyAddress(), 10);
            SocketBufferEvent first = client(rig, server);
            rig.runUntil(() -> server.clientCount() == 1);
            SocketBufferEvent second = client(rig, server); // The fourth descriptor: none is left for the other end.
            second.output().addAscii("hello");
            rig.run(Duration.ofSeconds(2));
            assertThat(server.clientCount()).isEqualTo(1);
            first.close();
            rig.runUntil(() -> second.input().length() == 5);
            second.close();
            rig.runUntil(() -> server.clientCount() == 0);
            server.listener().close();
        }
    }
}
