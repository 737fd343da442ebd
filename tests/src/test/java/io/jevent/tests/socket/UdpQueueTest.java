package io.jevent.tests.socket;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.buffer.EvBuffer;
import io.jevent.buffer.FileSegment;
import io.jevent.buffer.ReferenceCleanup;
import io.jevent.event.EventBase;
import io.jevent.event.EventBaseConfig;
import io.jevent.event.UdpSocket;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What one queued datagram may not do to the others of its socket. */
@Tag("socket")
@Timeout(60)
class UdpQueueTest {
    private static final int MEMORY_BYTES = 256 * 1024;

    @TempDir
    private Path folder;

    private final List<String> log = new ArrayList<>();
    private final EventBase base = EventBase.create(EventBaseConfig.builder()
            .errorHandler((source, e) -> log.add("handler: " + e))
            .maxBufferBytes(MEMORY_BYTES)
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

    /** Runs the loop until all of these are in the log. */
    private void runUntilLogged(String... entries) {
        for (int i = 0; i < 10_000 && !log.containsAll(List.of(entries)); i++) {
            base.exit(Duration.ofMillis(1));
            base.dispatch();
        }
        assertThat(log).contains(entries);
    }

    @AfterEach
    void close() {
        base.close();
    }

    @Test
    void whatWasQueuedForAnotherBeforeConnectDoesNotBlockTheSocket() throws IOException {
        UdpSocket a = bound("a");
        UdpSocket b = bound("b");
        UdpSocket client = bound("client");
        client.send(bytes("for b"), addressOf(b));
        client.connect(addressOf(a));
        client.send(bytes("for a"));
        runUntilLogged("a got for a");
        client.send(bytes("for a again"));
        runUntilLogged("a got for a again");
        assertThat(client.queuedCount()).isZero();
    }

    @Test
    void aDatagramOfAFileThatBecomesShorterIsReportedAndTheNextIsSent() throws IOException {
        UdpSocket a = bound("a");
        UdpSocket client = bound("client");
        Path path = folder.resolve("file");
        Files.write(path, new byte[1000]);
        try (EvBuffer datagram = base.newBuffer();
                FileSegment segment = FileSegment.open(path)) {
            datagram.addFileSegment(segment);
            client.send(datagram, addressOf(a));
        }
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
            file.truncate(10);
        }
        client.send(bytes("next"), addressOf(a));
        runUntilLogged("a got next");
        assertThat(log).hasSize(2).first().asString().startsWith("client WRITING");
    }

    @Test
    void whatFindsNoMemoryToLieContiguouslyIsReportedAndTheNextIsSent() throws IOException {
        UdpSocket a = bound("a");
        UdpSocket client = bound("client");
        client.pause();
        EvBuffer datagram = base.newBuffer();
        for (int i = 0; i < 2; i++) {
            // In the heap and in two pieces, so that no backend can send it from where it is.
            datagram.addReference(MemorySegment.ofArray(new byte[1000]), ReferenceCleanup.NONE);
        }
        try (EvBuffer hog = base.newBuffer()) {
            while (base.bufferBytesInUse() < MEMORY_BYTES) {
                try (EvBuffer piece = base.newBuffer()) {
                    piece.add(new byte[1000]);
                    hog.addBuffer(piece);
                }
            }
            client.send(datagram, addressOf(a));
            base.exit(Duration.ofMillis(1));
            base.dispatch();
        }
        client.send(bytes("next"), addressOf(a));
        runUntilLogged("a got next");
        assertThat(log).hasSize(2).first().asString().contains("WRITING", "bytes of buffer memory");
    }

    /** Nothing is what the system says that it has sent. */
    @Test
    void anEmptyDatagramBeforeOneOfAFileIsSentOnce() throws IOException {
        UdpSocket a = bound("a");
        UdpSocket client = bound("client");
        Path path = folder.resolve("file");
        Files.writeString(path, "of a file");
        client.send(base.newBuffer(), addressOf(a));
        try (EvBuffer datagram = base.newBuffer();
                FileSegment segment = FileSegment.open(path)) {
            datagram.addFileSegment(segment);
            client.send(datagram, addressOf(a));
        }
        runUntilLogged("a got ", "a got of a file");
        assertThat(log).hasSize(2);
        assertThat(client.queuedCount()).isZero();
    }

    @Test
    void datagramsThatCameWithOneThatFoundNoMemoryAreReceived() throws IOException {
        UdpSocket a = bound("a");
        UdpSocket client = bound("client");
        a.pause();
        EvBuffer large = base.newBuffer();
        large.add(new byte[60_000]);
        client.send(large, addressOf(a));
        client.send(bytes("small"), addressOf(a));
        base.exit(Duration.ofMillis(5));
        base.dispatch();
        try (EvBuffer hog = base.newBuffer()) {
            while (base.bufferBytesInUse() < MEMORY_BYTES - MEMORY_BYTES / 8 - 4096) {
                try (EvBuffer piece = base.newBuffer()) {
                    piece.add(new byte[1000]);
                    hog.addBuffer(piece);
                }
            }
            a.resume();
            runUntilLogged("a got small");
        }
        assertThat(log).hasSize(2).first().asString().contains("a READING", "dropped for want of buffer memory");
    }

    /** Or its bytes would stand before those of the next. */
    @Test
    void aChangeCallbackThatThrowsInsideSendDoesNotShiftDatagrams() throws IOException {
        UdpSocket a = bound("a");
        UdpSocket client = bound("client");
        EvBuffer first = bytes("first");
        first.addChangeCallback((it, before, added, drained) -> {
            throw new IllegalStateException("mine");
        });
        assertThatThrownBy(() -> client.send(first, addressOf(a))).hasMessage("mine");
        client.send(bytes("second"), addressOf(a));
        client.send(bytes("third"), addressOf(a));
        runUntilLogged("a got second", "a got third");
    }

    /** Or their lengths would be noted in the wrong order. */
    @Test
    void aChangeCallbackThatSendsDoesNotMixDatagrams() throws IOException {
        UdpSocket a = bound("a");
        UdpSocket b = bound("b");
        UdpSocket client = bound("client");
        EvBuffer first = bytes("for a");
        first.addChangeCallback((it, before, added, drained) -> client.send(bytes("secret for b"), addressOf(b)));
        client.send(first, addressOf(a));
        runUntilLogged("a got for a", "b got secret for b");
        assertThat(log).hasSize(2);
    }
}
