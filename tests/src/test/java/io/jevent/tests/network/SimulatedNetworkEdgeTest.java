package io.jevent.tests.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.buffer.EvBuffer;
import io.jevent.buffer.FileSegment;
import io.jevent.buffer.FileSegmentOption;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.event.Event;
import io.jevent.event.EventBase;
import io.jevent.event.EventBaseConfig;
import io.jevent.listener.ConnectionListener;
import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import io.jevent.testkit.SimulatedNetwork;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SimulatedNetworkEdgeTest {
    @TempDir
    private Path folder;

    private static LoopRig rig(String backend) {
        return backend.equals("nio") ? LoopRig.real("nio") : LoopRig.simulated(1, Faults.none());
    }

    @ParameterizedTest
    @ValueSource(strings = {"nio", "simulated"})
    void bytesAreSentThoughAChangeCallbackThrows(String backend) {
        LoopRig rig = rig(backend);
        LoopRig.Pair pair = rig.connectedPair();
        boolean[] once = {false};
        pair.near().output().addChangeCallback((it, before, added, drained) -> {
            if (drained > 0 && !once[0]) {
                once[0] = true;
                throw new IllegalStateException("user");
            }
        });
        pair.far().enableReading();
        pair.near().output().addAscii("hello");
        rig.run(Duration.ofMillis(200));
        long length = pair.far().input().length();
        assertThat(rig.takeThrown()).hasSize(1);
        assertThat(length).isEqualTo(5);
        rig.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"nio", "simulated"})
    void theReadCallbackRunsThoughAChangeCallbackThrows(String backend) {
        LoopRig rig = rig(backend);
        LoopRig.Pair pair = rig.connectedPair();
        List<String> log = new ArrayList<>();
        pair.far().input().addChangeCallback((it, before, added, drained) -> {
            throw new IllegalStateException("user");
        });
        pair.far().onRead(it -> log.add("read " + it.input().length()));
        pair.far().enableReading();
        pair.near().output().addAscii("hello");
        rig.run(Duration.ofMillis(200));
        rig.takeThrown();
        assertThat(log).containsExactly("read 5");
        rig.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"nio", "simulated"})
    void aFileThatBecameShorterFailsTheConnection(String backend) throws IOException {
        LoopRig rig = rig(backend);
        LoopRig.Pair pair = rig.connectedPair();
        List<String> log = new ArrayList<>();
        pair.near().onCondition((it, condition) -> log.add(condition.getClass().getSimpleName()));
        Path path = folder.resolve("f");
        Files.write(path, new byte[1000]);
        FileSegment segment = FileSegment.open(path);
        pair.near().output().addFileSegment(segment);
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
            file.truncate(10);
        }
        pair.far().enableReading();
        rig.run(Duration.ofMillis(200));
        assertThat(log).containsExactly("Failed");
        rig.close();
    }

    @Test
    void whatHappensAtAPointOfTimeIsHeeded() {
        SimulatedNetwork network = new SimulatedNetwork();
        List<Long> log = new ArrayList<>();
        try (EventBase base = network.newBase()) {
            long start = network.clock().nanoTime();
            Event event =
                    Event.user(base, (it, triggers) -> log.add((network.clock().nanoTime() - start) / 1_000_000));
            network.after(Duration.ofSeconds(1), event::activate);
            base.exit(Duration.ofSeconds(10));
            base.dispatch();
        }
        assertThat(log).containsExactly(1000L);
    }

    /** At the pool's bound, a file that must go through memory makes the loop spin. */
    @Test
    void withoutMemoryForAFileTheLoopDoesNotSpin() throws IOException {
        List<String> thrown = new ArrayList<>();
        EventBase base = EventBase.create(EventBaseConfig.builder()
                .maxBufferBytes(256 * 1024)
                .errorHandler((source, e) -> thrown.add(e.toString()))
                .build());
        SocketBufferEvent[] far = new SocketBufferEvent[1];
        SocketBufferEvent near = SocketBufferEvent.create(base);
        try (ConnectionListener listener = ConnectionListener.bind(
                base,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                (self, socket) -> far[0] = SocketBufferEvent.create(base, socket))) {
            near.connect(listener.localAddress());
            for (int i = 0; i < 100 && far[0] == null; i++) {
                base.exit(Duration.ofMillis(5));
                base.dispatch();
            }
        }
        EvBuffer hog = base.newBuffer();
        for (int i = 0; i < 4; i++) {
            hog.add(new byte[60 * 1024]);
        }
        Path path = folder.resolve("f");
        Files.write(path, new byte[100_000]);
        FileSegment segment = FileSegment.of(FileChannel.open(path), 0, 100_000, FileSegmentOption.NO_TRANSFER);
        near.output().addFileSegment(segment);
        base.exit(Duration.ofMillis(200));
        base.dispatch();
        int count = thrown.size();
        hog.close();
        base.close();
        assertThat(count).isLessThan(10);
    }
}
