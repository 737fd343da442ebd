package io.jevent.tests.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.event.Event;
import io.jevent.event.EventBase;
import io.jevent.listener.ConnectionListener;
import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import io.jevent.testkit.PropertyRunner;
import io.jevent.testkit.SimulatedNetwork;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The simulated network itself, and random programs on it. */
@Timeout(120)
class SimulatedNetworkTest {
    @Test
    void randomProgramsHoldTheirInvariantsOnAPerfectNetwork() {
        new PropertyRunner(2_000, 60).run(seed -> new RandomNetworkProgram(seed, Faults.none()));
    }

    @Test
    void randomProgramsHoldTheirInvariantsOnASlowNetworkThatChops() {
        new PropertyRunner(4_000, 60).run(seed -> new RandomNetworkProgram(seed, Faults.mild()));
    }

    @Test
    void randomProgramsHoldTheirInvariantsWhenAnythingGoesWrong() {
        new PropertyRunner(4_000, 60).run(seed -> new RandomNetworkProgram(seed, Faults.harsh()));
    }

    @Test
    void theSameSeedRunsTheSameWayToTheByteAndAnotherDoesNot() {
        assertThat(fingerprintOf(1)).isEqualTo(fingerprintOf(1)).isNotEqualTo(fingerprintOf(2));
    }

    private static long fingerprintOf(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        try (var program = new RandomNetworkProgram(seed, Faults.harsh())) {
            for (int i = 0; i < 100; i++) {
                program.step(new SplittableRandom(random.nextLong()));
            }
            program.finish();
            return program.fingerprint();
        }
    }

    @Test
    void hoursPassInNoTime() {
        SimulatedNetwork network = new SimulatedNetwork();
        try (EventBase base = network.newBase()) {
            List<Duration> fired = new ArrayList<>();
            Event.once(
                    base,
                    Duration.ofHours(5),
                    (event, triggers) -> fired.add(network.clock().elapsed()));
            base.dispatch();
            assertThat(fired).containsExactly(Duration.ofHours(5));
        }
    }

    @Test
    void whatHappensFromOutsideAtAPointOfTimeEndsTheWaitForALaterOne() {
        SimulatedNetwork network = new SimulatedNetwork();
        try (EventBase base = network.newBase()) {
            List<Duration> fired = new ArrayList<>();
            Event event = Event.user(
                    base, (self, triggers) -> fired.add(network.clock().elapsed()));
            network.after(Duration.ofSeconds(1), event::activate);
            base.exit(Duration.ofSeconds(10));
            base.dispatch();
            assertThat(fired).containsExactly(Duration.ofSeconds(1));
        }
    }

    @Test
    void aLoopThatWaitsForWhatNobodyBringsIsTold() throws IOException {
        SimulatedNetwork network = new SimulatedNetwork();
        try (EventBase base = network.newBase()) {
            ConnectionListener.bind(base, network.address(80), (listener, socket) -> socket.close());
            assertThatThrownBy(base::dispatch)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("waits for ever");
        }
    }

    @Test
    void descriptorsRunOutAndAcceptingGoesOnWhenThereAreSomeAgain() throws IOException {
        // Each connection takes two, the listener one: the second connection's far end finds none left.
        SimulatedNetwork network =
                new SimulatedNetwork(1, Faults.builder().maxDescriptors(4).build());
        try (EventBase base = network.newBase()) {
            List<String> log = new ArrayList<>();
            ConnectionListener listener = ConnectionListener.bind(base, network.address(80), (self, socket) -> {
                log.add("accepted");
                socket.close();
                if (log.stream().filter("accepted"::equals).count() == 2) {
                    self.close();
                }
            });
            listener.onAcceptError((self, cause) -> log.add(cause.getMessage()));
            List<SocketBufferEvent> clients = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                SocketBufferEvent client = SocketBufferEvent.create(base);
                clients.add(client);
                client.connect(network.address(80));
            }
            assertThatThrownBy(() -> SocketBufferEvent.create(base).connect(network.address(80)))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasRootCauseMessage("Too many open files");
            network.after(Duration.ofMillis(50), clients.getFirst()::close);
            base.dispatch();
            assertThat(log).startsWith("Too many open files").contains("accepted");
        }
    }

    @Test
    void aConnectThatNobodyAnswersEndsByItsTimeout() {
        SimulatedNetwork network =
                new SimulatedNetwork(1, Faults.builder().connectLost(1).build());
        try (EventBase base = network.newBase()) {
            List<Condition> conditions = new ArrayList<>();
            SocketBufferEvent client = SocketBufferEvent.create(base);
            client.onCondition((self, condition) -> conditions.add(condition));
            client.timeouts(Duration.ZERO, Duration.ofSeconds(7));
            client.connect(network.address(80));
            base.dispatch();
            assertThat(conditions).singleElement().isInstanceOf(Condition.TimedOut.class);
            assertThat(network.clock().elapsed()).isEqualTo(Duration.ofSeconds(7));
        }
    }

    @Test
    void aRigSaysWhatIsLeftOver() {
        LoopRig rig = LoopRig.simulated(1, Faults.none());
        Event.once(rig.base(), Duration.ofSeconds(1), (event, triggers) -> {});
        SocketBufferEvent forgotten = SocketBufferEvent.create(rig.base());
        forgotten.output().addAscii("x");
        forgotten.connect(rig.anyAddress());
        assertThatThrownBy(rig::close)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("1 ADDED")
                .hasMessageContaining("1 TIMERS")
                .hasMessageContaining("1024 bytes of buffers")
                .hasMessageContaining("1 descriptors");
    }

    @Test
    void aFailingSequenceIsShrunkToTheStepsThatMatter() {
        assertThatThrownBy(() -> new PropertyRunner(1, 50)
                        .runSeed(
                                seed -> new PropertyRunner.Subject() {
                                    private final List<Integer> drawn = new ArrayList<>();

                                    @Override
                                    public void step(SplittableRandom random) {
                                        drawn.add(random.nextInt(10));
                                        assertThat(drawn)
                                                .doesNotContainSequence(3)
                                                .doesNotContain(7);
                                    }

                                    @Override
                                    public String story() {
                                        return drawn.toString();
                                    }

                                    @Override
                                    public void close() {}
                                },
                                42))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("-Djevent.test.seed=42")
                .hasMessageContaining("shortest failure has 1 of 50 steps");
    }
}
