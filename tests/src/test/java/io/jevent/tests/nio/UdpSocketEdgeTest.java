package io.jevent.tests.nio;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.buffer.EvBuffer;
import io.jevent.buffer.FileSegment;
import io.jevent.event.EventBase;
import io.jevent.event.EventBaseConfig;
import io.jevent.event.UdpSocket;
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

@Timeout(20)
class UdpSocketEdgeTest {
    @TempDir
    private Path folder;

    private final List<String> log = new ArrayList<>();
    private final EventBase base = EventBase.create(EventBaseConfig.builder()
            .errorHandler((source, e) -> log.add("handler: " + e))
            .maxBufferBytes(256 * 1024)
            .build());

    private UdpSocket bound(String name) throws IOException {
        UdpSocket socket = UdpSocket.bind(
                base,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                (self, datagram, from) -> log.add(name + " got " + new String(datagram.removeAll(), US_ASCII)));
        socket.onError((self, direction, peer, cause) -> log.add(name + " " + direction + " " + cause));
        return socket;
    }

    private EvBuffer bytes(String text) {
        EvBuffer buffer = base.newBuffer();
        buffer.addAscii(text);
        return buffer;
    }

    private static InetSocketAddress addressOf(UdpSocket socket) {
        return (InetSocketAddress) socket.localAddress().orElseThrow();
    }

    private void run(int turns) {
        for (int i = 0; i < turns; i++) {
            base.exit(Duration.ofMillis(5));
            base.dispatch();
        }
    }

    /** A datagram for another, queued before connect(): AlreadyConnectedException leaves it at the head for ever. */
    @Test
    void whatWasQueuedForAnotherBeforeConnectDoesNotBlockTheSocket() throws IOException {
        UdpSocket a = bound("a");
        UdpSocket b = bound("b");
        UdpSocket client = bound("client");
        client.send(bytes("for b"), addressOf(b));
        client.connect(addressOf(a));
        client.send(bytes("for a"));
        run(10);
        client.send(bytes("for a again"));
        run(10);
        assertThat(log).contains("a got for a", "a got for a again");
        assertThat(client.queuedCount()).isZero();
    }

    @Test
    void aDatagramOfAFileThatBecameShorterDoesNotBlockTheSocket() throws IOException {
        UdpSocket a = bound("a");
        UdpSocket client = bound("client");
        Path path = folder.resolve("f");
        Files.write(path, new byte[1000]);
        EvBuffer datagram = base.newBuffer();
        FileSegment segment = FileSegment.open(path);
        datagram.addFileSegment(segment);
        client.send(datagram, addressOf(a));
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
            file.truncate(10);
        }
        client.send(bytes("next"), addressOf(a));
        run(10);
        client.send(bytes("after"), addressOf(a));
        run(10);
        assertThat(log).contains("a got next", "a got after");
    }

    @Test
    void whatFoundNoMemoryToBePulledUpIsSentLaterOrReported() throws IOException {
        UdpSocket a = bound("a");
        UdpSocket client = bound("client");
        client.pause();
        EvBuffer datagram = base.newBuffer();
        datagram.add(new byte[1000]);
        EvBuffer more = base.newBuffer();
        more.add(new byte[1000]);
        datagram.addBuffer(more);
        EvBuffer hog = base.newBuffer();
        for (int i = 0; i < 3; i++) {
            hog.add(new byte[64 * 1024]);
        }
        EvBuffer small = EvBuffer.create();
        while (base.bufferBytesInUse() < 256 * 1024) {
            EvBuffer one = base.newBuffer();
            one.add(new byte[1000]);
            small.addBuffer(one);
            hog.addBuffer(small);
        }
        client.send(datagram, addressOf(a));
        run(3);
        hog.close();
        run(10);
        assertThat(client.queuedCount()).isZero();
    }

    /** A change callback of the datagram that throws leaves its bytes before those of the next. */
    @Test
    void aChangeCallbackThatThrowsInsideSendDoesNotShiftDatagrams() throws IOException {
        UdpSocket a = bound("a");
        UdpSocket client = bound("client");
        EvBuffer first = bytes("first");
        first.addChangeCallback((it, before, added, drained) -> {
            throw new IllegalStateException("user");
        });
        try {
            client.send(first, addressOf(a));
        } catch (IllegalStateException e) {
            log.add("thrown " + e.getMessage());
        }
        client.send(bytes("second"), addressOf(a));
        client.send(bytes("third"), addressOf(a));
        run(10);
        assertThat(log).contains("a got second", "a got third");
    }

    /** A change callback of the datagram that sends another: the lengths are noted in the wrong order. */
    @Test
    void aChangeCallbackThatSendsDoesNotMixDatagrams() throws IOException {
        UdpSocket a = bound("a");
        UdpSocket b = bound("b");
        UdpSocket client = bound("client");
        EvBuffer first = bytes("for a");
        first.addChangeCallback((it, before, added, drained) -> client.send(bytes("secret for b"), addressOf(b)));
        client.send(first, addressOf(a));
        run(10);
        assertThat(log).containsExactlyInAnyOrder("a got for a", "b got secret for b");
    }
}
