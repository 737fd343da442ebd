package io.jevent.tests.network;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.buffer.BufferPool;
import io.jevent.buffer.EvBuffer;
import io.jevent.buffer.FileSegment;
import io.jevent.buffer.Reservation;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.event.EventBase;
import io.jevent.event.EventBaseConfig;
import io.jevent.event.UdpSocket;
import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import io.jevent.testkit.SimulatedNetwork;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BufferEventEdgeTest {
    @TempDir
    private Path folder;

    /** What a stale reservation does: the buffer shows memory that nobody wrote, here another's secret. */
    @Test
    void aStaleReservationShowsNoForeignMemory() {
        BufferPool pool = BufferPool.create(1 << 20);
        EvBuffer secret = EvBuffer.create(pool);
        for (int i = 0; i < 3; i++) {
            secret.add("SECRET-".repeat(500).getBytes(US_ASCII));
        }
        secret.close();
        EvBuffer target = EvBuffer.create(pool);
        target.add(new byte[100]);
        EvBuffer source = EvBuffer.create(pool);
        source.add(new byte[2000]);
        Reservation reservation = target.reserve(500, 1);
        reservation.space().get(0).put(new byte[500]);
        source.addChangeCallback((it, before, added, drained) -> {
            try {
                reservation.commit(500);
            } catch (IllegalStateException e) {
                // right
            }
        });
        source.moveTo(target, 2000);
        String content = new String(target.removeAll(), US_ASCII);
        assertThat(content).doesNotContain("SECRET");
    }

    @Test
    void anExecutorThatThrowsOnceDoesNotEndDeferredCallbacks() {
        ArrayDeque<Runnable> tasks = new ArrayDeque<>();
        boolean[] once = {false};
        EvBuffer buffer = EvBuffer.create();
        List<String> log = new ArrayList<>();
        buffer.addChangeCallback((it, before, added, drained) -> log.add("" + added));
        buffer.deferChangeCallbacks(task -> {
            if (!once[0]) {
                once[0] = true;
                throw new IllegalStateException("not ready yet");
            }
            tasks.add(task);
        });
        try {
            buffer.add(new byte[3]);
        } catch (IllegalStateException e) {
            log.add("thrown");
        }
        buffer.add(new byte[4]);
        assertThat(tasks).hasSize(1);
    }

    @Test
    void aFileThatIsNotOpenForReadingIsRefused() throws IOException {
        Path path = folder.resolve("f");
        Files.write(path, new byte[1000]);
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
            assertThatThrownBy(() -> FileSegment.of(file, 0, 1000))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("need a file that is open for reading");
        }
    }

    /** What a cleanup that closes its connection does to a connection that has more to send. */
    @Test
    void aCleanupMayCloseItsConnection() {
        LoopRig rig = LoopRig.real("nio");
        LoopRig.Pair pair = rig.connectedPair();
        SocketBufferEvent near = pair.near();
        near.output().addReference(java.lang.foreign.MemorySegment.ofArray(new byte[1000]), memory -> near.close());
        near.output().add(new byte[1000]);
        Throwable thrown = null;
        try {
            rig.run(Duration.ofMillis(100));
        } catch (Throwable t) {
            thrown = t;
        }
        List<Throwable> reported = rig.takeThrown();
        assertThat(thrown).isNull();
        assertThat(reported).isEmpty();
    }

    @Test
    void aSimulatedDatagramWithoutMemoryIsToldAsOnNio() throws IOException {
        List<String> log = new ArrayList<>();
        SimulatedNetwork network = new SimulatedNetwork(1, Faults.none());
        EventBase base = network.newBase(EventBaseConfig.builder()
                .maxBufferBytes(64 * 1024)
                .errorHandler((source, e) -> log.add("handler " + e.getClass().getSimpleName())));
        UdpSocket server = UdpSocket.bind(base, network.address(7), (self, datagram, from) -> log.add("got"));
        server.onError((self, direction, peer, cause) -> log.add("onError " + direction));
        EventBase other = network.newBase();
        UdpSocket client = UdpSocket.bind(other, network.address(0), (self, datagram, from) -> {});
        EvBuffer hog = base.newBuffer();
        for (int i = 0; i < 50; i++) {
            hog.add(new byte[1000]);
        }
        while (base.bufferBytesInUse() < 64 * 1024) {
            EvBuffer one = base.newBuffer();
            one.add(new byte[1000]);
            EvBuffer empty = EvBuffer.create();
            empty.addBuffer(one);
            hog.addBuffer(empty);
        }
        EvBuffer datagram = EvBuffer.create();
        datagram.add(new byte[2000]);
        client.send(datagram, new InetSocketAddress(network.address(7).getAddress(), 7));
        other.exit(Duration.ofMillis(1));
        other.dispatch();
        base.exit(Duration.ofMillis(100));
        base.dispatch();
        assertThat(log).allMatch(it -> it.startsWith("onError"));
    }
}
