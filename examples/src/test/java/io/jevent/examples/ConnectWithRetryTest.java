package io.jevent.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.listener.ConnectionListener;
import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConnectWithRetryTest {
    @Test
    void whatWasWrittenFirstArrivesOnceOneOfManyAttemptsSucceeds() throws Exception {
        Faults unreliable =
                Faults.builder().connectRefused(0.4).connectLost(0.3).build();
        for (long seed = 0; seed < 50; seed++) {
            try (LoopRig rig = LoopRig.simulated(seed, unreliable)) {
                List<SocketBufferEvent> accepted = new ArrayList<>();
                try (ConnectionListener listener =
                        ConnectionListener.bind(rig.base(), rig.anyAddress(), (_, socket) -> {
                            accepted.add(SocketBufferEvent.create(rig.base(), socket));
                            accepted.getLast().enableReading();
                        })) {
                    List<String> log = new ArrayList<>();
                    SocketBufferEvent connection =
                            ConnectWithRetry.connect(rig.base(), listener.localAddress(), 50, log::add);
                    connection.output().addAscii("hello");
                    rig.runUntil(() -> log.contains("connected"));
                    rig.runUntil(() -> accepted.getLast().input().length() == 5);
                    assertThat(accepted.getLast().input().removeString(US_ASCII))
                            .isEqualTo("hello");
                    connection.close();
                    accepted.forEach(SocketBufferEvent::close);
                }
            }
        }
    }

    @Test
    void afterTheLastAttemptItGivesUpAndTheLoopEnds() {
        try (LoopRig rig = LoopRig.simulated(1, Faults.none())) {
            List<String> log = new ArrayList<>();
            InetSocketAddress nobody = rig.network().orElseThrow().address(4);
            SocketBufferEvent connection = ConnectWithRetry.connect(rig.base(), nobody, 3, log::add);
            rig.base().dispatch();
            assertThat(log)
                    .containsExactly(
                            "failed: Connection refused, trying again in 100 ms",
                            "failed: Connection refused, trying again in 200 ms",
                            "failed: Connection refused, giving up");
            assertThat(connection.isClosed()).isTrue();
        }
    }
}
