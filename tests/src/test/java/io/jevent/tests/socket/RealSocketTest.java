package io.jevent.tests.socket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.backend.Direction;
import io.jevent.backend.Interest;
import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.BufferEventOption;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.bufferevent.Watermark;
import io.jevent.event.Event;
import io.jevent.event.EventBase;
import io.jevent.event.EventBaseConfig;
import io.jevent.event.EventOption;
import io.jevent.event.LoopResult;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What only real sockets can show: resets, full buffers, descriptors, memory pressure. */
@Tag("socket")
@Timeout(60)
class RealSocketTest {
    private final EventBase base = EventBase.create();
    private final List<String> log = new ArrayList<>();
    private ServerSocket server;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        base.close();
        server.close();
    }

    private SocketBufferEvent connected(EventBase loop) {
        SocketBufferEvent client = SocketBufferEvent.create(loop);
        client.onCondition((_, condition) -> log.add(nameOf(condition)));
        client.connect(server.getLocalSocketAddress());
        return client;
    }

    private static String nameOf(Condition condition) {
        return switch (condition) {
            case Condition.Connected _ -> "Connected";
            case Condition.Eof _ -> "Eof";
            case Condition.TimedOut(Direction direction) -> "TimedOut " + direction;
            case Condition.Failed(Direction direction, IOException _) -> "Failed " + direction;
        };
    }

    @Test
    void aPeerThatResetsInTheMiddleOfAWriteIsReportedOnceAndItsLastBytesArrive() throws Exception {
        SocketBufferEvent client = connected(base);
        StringBuilder got = new StringBuilder();
        client.onRead(b -> got.append(new String(b.input().removeAll(), UTF_8)));
        client.enableReading();
        client.write(new byte[32 << 20]);
        Thread peer = Thread.ofPlatform().start(() -> {
            try (Socket socket = server.accept()) {
                socket.getInputStream().readNBytes(1000);
                socket.getOutputStream().write("enough".getBytes(UTF_8));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(base.dispatch()).isEqualTo(LoopResult.EMPTY);
        peer.join();
        // The peer may have ended its output a moment before its system resets the connection: each direction ends
        // once.
        log.remove("Eof");
        assertThat(log).hasSize(2).startsWith("Connected");
        assertThat(log.getLast()).startsWith("Failed");
        assertThat(got).hasToString("enough");
    }

    @Test
    void aFullSocketWaitsForThePeerAndLosesNothing() throws Exception {
        SocketBufferEvent client = connected(base);
        byte[] piece = new byte[1 << 20];
        for (int i = 0; i < 20; i++) {
            client.write(piece);
        }
        client.shutdownOutput();
        long[] received = {0};
        Thread peer = Thread.ofPlatform().start(() -> {
            try (Socket socket = server.accept()) {
                received[0] = socket.getInputStream().readAllBytes().length;
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        base.dispatch();
        peer.join();
        assertThat(received[0]).isEqualTo(20L << 20);
        assertThat(log).containsExactly("Connected");
    }

    @Test
    void inputArrivesWholeUnderASmallHighMark() throws Exception {
        SocketBufferEvent client = connected(base);
        client.inputWatermark(new Watermark(0, 1000));
        long[] received = {0};
        client.onRead(b -> {
            assertThat(b.input().length()).isLessThanOrEqualTo(1000);
            received[0] += b.input().drain(Long.MAX_VALUE);
        });
        client.enableReading();
        Thread peer = Thread.ofPlatform().start(() -> {
            try (Socket socket = server.accept()) {
                socket.getOutputStream().write(new byte[300_000]);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        base.dispatch();
        peer.join();
        assertThat(received[0]).isEqualTo(300_000);
        assertThat(log).containsExactly("Connected", "Eof");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void closedConnectionsGiveTheirDescriptorsBackBeforeTheLoopReturns() throws IOException {
        base.dispatch();
        long before = descriptors();
        List<SocketBufferEvent> clients = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            clients.add(connected(base));
        }
        base.dispatch();
        assertThat(descriptors()).isGreaterThanOrEqualTo(before + 50);
        base.execute(() -> clients.forEach(BufferEvent::close));
        base.dispatch();
        assertThat(descriptors()).isLessThanOrEqualTo(before);
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.count();
        }
    }

    @Test
    void shortOfMemoryReadingWaitsAndGoesOnWhenBuffersAreDrained() throws Exception {
        EventBaseConfig.Builder config = EventBaseConfig.builder().maxBufferBytes(512 * 1024);
        try (EventBase small = EventBase.create(config.build())) {
            SocketBufferEvent client = connected(small);
            client.enableReading();
            long[] longest = {0};
            long[] received = {0};
            client.onRead(b -> longest[0] = Math.max(longest[0], b.input().length()));
            Thread peer = Thread.ofPlatform().start(() -> {
                try (Socket socket = server.accept()) {
                    socket.getOutputStream().write(new byte[2_000_000]);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            // Drains now and then, as a program that is busy elsewhere would.
            Event drainer = Event.timer(
                    small,
                    (event, triggers) -> {
                        received[0] += client.input().drain(Long.MAX_VALUE);
                        if (received[0] == 2_000_000) {
                            event.close();
                        }
                    },
                    EventOption.PERSIST);
            drainer.add(Duration.ofMillis(30));
            small.dispatch();
            peer.join();
            assertThat(received[0]).isEqualTo(2_000_000);
            assertThat(longest[0]).as("the bound held").isLessThanOrEqualTo(512 * 1024);
            assertThat(log).containsExactly("Connected", "Eof");
        }
    }

    @Test
    void aChannelThatTheUserClosesHimselfEndsInAFailureNotInASpin() throws Exception {
        SocketChannel channel = SocketChannel.open(server.getLocalSocketAddress());
        SocketBufferEvent client = SocketBufferEvent.create(base, channel);
        client.onCondition((_, condition) -> log.add(nameOf(condition)));
        client.enableReading();
        base.execute(() -> {
            try {
                channel.close();
                client.write(new byte[10]);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        base.dispatch();
        assertThat(log).containsExactly("Failed WRITING");
        client.close();
    }

    @Test
    void aChangeCallbackThatThrowsLosesNoByteAndStopsNoConnection() throws Exception {
        List<String> errors = new ArrayList<>();
        EventBaseConfig.Builder config =
                EventBaseConfig.builder().errorHandler((source, thrown) -> errors.add(thrown.getMessage()));
        try (EventBase tolerant = EventBase.create(config.build())) {
            SocketBufferEvent client = connected(tolerant);
            client.input().addChangeCallback((buffer, before, added, drained) -> {
                throw new IllegalStateException("input");
            });
            client.output().addChangeCallback((buffer, before, added, drained) -> {
                if (drained > 0) {
                    throw new IllegalStateException("output");
                }
            });
            client.onRead(_ -> log.add("read"));
            client.onWrite(_ -> log.add("write"));
            client.enableReading();
            client.write(new byte[4 << 20]);
            Thread peer = Thread.ofPlatform().start(() -> {
                try (Socket socket = server.accept()) {
                    assertThat(socket.getInputStream().readNBytes(4 << 20)).hasSize(4 << 20);
                    socket.getOutputStream().write(1);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            tolerant.dispatch();
            peer.join();
            assertThat(log).contains("Connected", "write", "read").endsWith("Eof");
            assertThat(errors).contains("input", "output");
        }
    }

    @Test
    void anInterruptWakesTheLoopOnceAndDoesNotMakeItSpin() throws Exception {
        Thread.currentThread().interrupt();
        long[] wakes = {0};
        Event timer = Event.timer(base, (event, triggers) -> wakes[0]++);
        timer.add(Duration.ofMillis(20));
        assertThat(base.dispatch()).isEqualTo(LoopResult.EMPTY);
        assertThat(wakes[0]).isEqualTo(1);
        assertThat(Thread.interrupted()).as("told again when the loop returns").isTrue();
    }

    @Test
    void aReadEventOnAConnectingChannelWaitsForBytesAndDoesNotSpin() throws Exception {
        try (SocketChannel channel = SocketChannel.open()) {
            channel.configureBlocking(false);
            Event read =
                    Event.channel(base, channel, Set.of(Interest.READ), (event, triggers) -> log.add("" + triggers));
            channel.connect(server.getLocalSocketAddress());
            read.add();
            Thread peer = Thread.ofPlatform().start(() -> {
                try (Socket socket = server.accept()) {
                    socket.getOutputStream().write(1);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            assertThat(base.dispatch()).isEqualTo(LoopResult.EMPTY);
            peer.join();
            assertThat(log).containsExactly("[READ]");
            assertThat(channel.isConnected()).isTrue();
        }
    }

    @Test
    void aWriteEventAddedBeforeTheConnectFiresOnceItEnds() throws Exception {
        try (SocketChannel channel = SocketChannel.open()) {
            channel.configureBlocking(false);
            channel.connect(server.getLocalSocketAddress());
            Event write =
                    Event.channel(base, channel, Set.of(Interest.WRITE), (event, triggers) -> log.add("" + triggers));
            write.add();
            base.dispatch();
            assertThat(log).containsExactly("[WRITE]");
            assertThat(channel.isConnected()).as("finished for the user").isTrue();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFailedConnectGivesItsDescriptorBackBeforeTheLoopReturns() throws IOException {
        base.dispatch();
        long before = descriptors();
        server.close();
        List<SocketBufferEvent> clients = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            clients.add(connected(base));
        }
        base.dispatch();
        assertThat(log).hasSize(20).containsOnly("Failed CONNECTING");
        assertThat(descriptors()).isLessThanOrEqualTo(before);
        assertThat(clients).noneMatch(BufferEvent::isClosed);
    }

    @Test
    void closingAfterFlushWhileTheUsersConnectIsUnderWaySendsOnceItEnds() throws Exception {
        SocketChannel channel = SocketChannel.open();
        channel.configureBlocking(false);
        channel.connect(server.getLocalSocketAddress());
        SocketBufferEvent client = SocketBufferEvent.create(base, channel, BufferEventOption.CLOSE_ON_FREE);
        client.write("all".getBytes(UTF_8));
        client.closeAfterFlush(Duration.ofSeconds(20));
        Thread peer = Thread.ofPlatform().start(() -> {
            try (Socket socket = server.accept()) {
                assertThat(socket.getInputStream().readAllBytes()).asString().isEqualTo("all");
                log.add("all arrived");
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        base.dispatch();
        peer.join();
        assertThat(log).containsExactly("all arrived");
        assertThat(channel.isOpen()).isFalse();
    }
}
