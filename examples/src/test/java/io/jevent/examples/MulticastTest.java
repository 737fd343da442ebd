package io.jevent.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MulticastTest {
    private static final byte[] BLOCK = new byte[100_000];

    @Test
    void everyoneGetsTheBlockAndItIsReleasedOnce() throws Exception {
        try (LoopRig rig = LoopRig.simulated(1, Faults.mild());
                Multicast multicast = new Multicast(rig.base(), rig.anyAddress())) {
            List<SocketBufferEvent> clients = clients(rig, multicast, 20);
            long idle = rig.base().bufferBytesInUse();
            assertThat(multicast.send(MemorySegment.ofArray(BLOCK))).isEqualTo(20);
            assertThat(rig.base().bufferBytesInUse()).as("memory of outputs").isEqualTo(idle);
            rig.runUntil(() -> clients.stream().allMatch(it -> it.input().length() == BLOCK.length));
            assertThat(multicast.releasedCount()).isEqualTo(1);
            clients.forEach(SocketBufferEvent::close);
            rig.runUntil(() -> multicast.subscriberCount() == 0);
        }
    }

    @Test
    void oneThatDoesNotReadMissesBlocksAndTheOthersDoNot() throws Exception {
        try (LoopRig rig = LoopRig.simulated(1, Faults.mild());
                Multicast multicast = new Multicast(rig.base(), rig.anyAddress())) {
            List<SocketBufferEvent> clients = clients(rig, multicast, 3);
            clients.getFirst().disableReading();
            assertThat(multicast.send(MemorySegment.ofArray(BLOCK))).isEqualTo(3);
            rig.run(Duration.ofSeconds(1));
            assertThat(multicast.send(MemorySegment.ofArray(BLOCK))).isEqualTo(2);
            rig.runUntil(() -> clients.stream()
                            .filter(it -> it.input().length() == 2L * BLOCK.length)
                            .count()
                    == 2);
            assertThat(multicast.releasedCount()).isEqualTo(1);
            rig.runUntil(() -> multicast.subscriberCount() == 2); // It is dropped after a minute.
            assertThat(multicast.releasedCount()).isEqualTo(2);
            clients.forEach(SocketBufferEvent::close);
            rig.runUntil(() -> multicast.subscriberCount() == 0);
        }
    }

    private static List<SocketBufferEvent> clients(LoopRig rig, Multicast multicast, int count) {
        List<SocketBufferEvent> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            SocketBufferEvent client = SocketBufferEvent.create(rig.base());
            client.enableReading();
            client.connect(multicast.listener().localAddress());
            clients.add(client);
        }
        rig.runUntil(() -> multicast.subscriberCount() == count);
        return clients;
    }
}
