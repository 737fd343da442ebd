package io.jevent.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.event.EventBase;
import io.jevent.listener.ConnectionListener;
import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import io.jevent.testkit.PropertyRunner;
import io.jevent.testkit.ScriptedBackend;
import io.jevent.testkit.ScriptedPeer;
import io.jevent.testkit.SimulatedNetwork;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What docs/TESTING.md shows, so that it stays true. */
class TestingGuideTest {
    @Test
    void aServerAndItsClientsOnTwoLoops() throws Exception {
        List<String> log = new ArrayList<>();
        SimulatedNetwork network = new SimulatedNetwork(42, Faults.mild());
        try (EventBase server = network.newBase();
                EventBase client = network.newBase()) {
            ConnectionListener.bind(
                    server,
                    network.address(80),
                    (listener, socket) -> UpperCaseServer.serve(SocketBufferEvent.create(server, socket)));
            SocketBufferEvent connection = SocketBufferEvent.create(client);
            connection.onRead(it -> log.add(it.input().removeString(US_ASCII)));
            connection.enableReading();
            connection.connect(network.address(80));
            connection.output().addAscii("hello\n");
            for (int turn = 0; turn < 1000 && log.isEmpty(); turn++) {
                server.exit(Duration.ofMillis(1));
                server.dispatch();
                client.exit(Duration.ofMillis(1));
                client.dispatch();
            }
        }
        assertThat(String.join("", log)).isEqualTo("HELLO\n");
    }

    @Test
    void aFaultOfYourChoice() {
        Faults tired = Faults.builder()
                .latency(Duration.ofMillis(1), Duration.ofMillis(80))
                .socketBytes(512)
                .shortWrite(0.5)
                .build();
        try (LoopRig rig = LoopRig.simulated(7, tired)) {
            LoopRig.Pair pair = rig.connectedPair();
            UpperCaseServer.serve(pair.far());
            pair.near().enableReading();
            pair.near().output().addAscii("x".repeat(900) + "\n");
            rig.runUntil(() -> pair.near().input().length() == 901);
        }
    }

    @Test
    void anExactCase() {
        ScriptedBackend script = new ScriptedBackend();
        try (EventBase base = script.newBase()) {
            SocketBufferEvent client = SocketBufferEvent.create(base);
            List<Condition> conditions = new ArrayList<>();
            client.onCondition((self, condition) -> conditions.add(condition));
            client.connect(ScriptedBackend.ADDRESS);
            base.dispatch();
            ScriptedPeer peer = script.peer(0);
            peer.window(3);
            client.output().addAscii("hello");
            script.after(Duration.ofMillis(1), () -> {
                peer.nextWriteFails("Connection reset by peer");
                peer.window(100);
            });
            base.dispatch();
            assertThat(peer.receivedText()).isEqualTo("hel");
            assertThat(conditions.getLast())
                    .isInstanceOfSatisfying(
                            Condition.Failed.class,
                            it -> assertThat(it.cause()).hasMessage("Connection reset by peer"));
        }
    }

    /** Cuts its input at random and compares what comes back. */
    private static final class CutAnywhere implements PropertyRunner.Subject {
        private final LoopRig rig;
        private final LoopRig.Pair pair;
        private final StringBuilder sent = new StringBuilder();

        CutAnywhere(long seed) {
            rig = LoopRig.simulated(seed, Faults.mild());
            pair = rig.connectedPair();
            UpperCaseServer.serve(pair.far());
            pair.near().enableReading();
        }

        @Override
        public void step(SplittableRandom random) {
            String piece = random.nextInt(4) == 0 ? "\n" : "abc".substring(random.nextInt(3));
            sent.append(piece);
            pair.near().output().addAscii(piece);
            rig.run(Duration.ofMillis(random.nextInt(3)));
        }

        @Override
        public void finish() {
            int complete = sent.lastIndexOf("\n") + 1;
            rig.runUntil(() -> pair.near().input().length() == complete);
            assertThat(pair.near().input().removeString(US_ASCII))
                    .isEqualTo(sent.substring(0, complete).toUpperCase(java.util.Locale.ROOT));
            pair.far().input().drain(Long.MAX_VALUE);
        }

        @Override
        public String story() {
            return "sent " + sent;
        }

        @Override
        public void close() {
            rig.close();
        }
    }

    @Test
    void manyRandomSequences() {
        new PropertyRunner(200, 20).run(CutAnywhere::new);
    }

    @Test
    void whatIsLeftOverFailsTheTest() {
        LoopRig rig = LoopRig.simulated(1, Faults.none());
        LoopRig.Pair pair = rig.connectedPair();
        pair.near().output().addAscii("nobody reads this");
        try (var kept = rig.base().newBuffer()) {
            kept.addAscii("a buffer that nobody closes");
            assertThatThrownBy(rig::close).isInstanceOf(AssertionError.class).hasMessageContaining("bytes of buffers");
        }
    }
}
