package io.jevent.tests.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.event.Event;
import io.jevent.event.EventBase;
import io.jevent.event.EventBaseConfig;
import io.jevent.listener.ConnectionListener;
import io.jevent.tests.logging.LogCapture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.logging.LogRecord;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a base tells about its health, to the log and to the flight recorder. */
@Timeout(60)
class LoopHealthTest {
    @TempDir
    private Path folder;

    private final LogCapture log = new LogCapture("io.jevent.health");
    private final BlockingQueue<LogRecord> records = log.records();

    /** What was said of others than {@link #blocksUntilNoticed}. */
    private final BlockingQueue<LogRecord> others = new LinkedBlockingQueue<>();

    @AfterEach
    void unlisten() {
        log.close();
    }

    /**
     * Returns when the health watch has said that the caller is slow; so no clock is in this test. On a busy machine something
     * else may have been slow before: the flight recorder's own preparations, for instance.
     */
    private LogRecord blocksUntilNoticed() {
        try {
            LogRecord noticed = records.take();
            while (!isOfABlockedCallback(noticed)) {
                others.add(noticed);
                noticed = records.take();
            }
            return noticed;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isOfABlockedCallback(LogRecord noticed) {
        return Arrays.stream(noticed.getThrown().getStackTrace())
                .anyMatch(it -> it.getMethodName().equals("blocksUntilNoticed"));
    }

    private static EventBase watchedBase() {
        return EventBase.create(EventBaseConfig.builder()
                .slowCallbackThreshold(Duration.ofMillis(300)) // longer than a busy machine stops a thread
                .build());
    }

    @Test
    void aCallbackThatBlocksTheLoopIsReportedWithItsStackWhileItRuns() {
        LogRecord[] noticed = new LogRecord[1];
        try (EventBase base = watchedBase()) {
            Event.once(base, Duration.ZERO, (event, triggers) -> noticed[0] = blocksUntilNoticed());
            base.dispatch();
        }
        assertThat(noticed[0].getMessage()).isEqualTo("a callback is slow");
        assertThat(noticed[0].getThrown())
                .hasMessageContaining("a callback of Event has run for ")
                .hasMessageContaining("blocks its event loop")
                .hasStackTraceContaining("blocksUntilNoticed");
        assertThat(records).as("said again").noneMatch(LoopHealthTest::isOfABlockedCallback);
    }

    @Test
    void aTaskThatBlocksTheLoopIsReportedToo() {
        LogRecord[] noticed = new LogRecord[1];
        try (EventBase base = watchedBase()) {
            base.execute(() -> noticed[0] = blocksUntilNoticed());
            base.dispatch();
        }
        assertThat(noticed[0].getThrown()).hasMessageContaining("task ");
    }

    @Test
    void aLoopThatWaitsIsNotSlow() {
        try (EventBase waiting = watchedBase();
                EventBase blocked = watchedBase()) {
            // While the one waits, the watch looks often enough to find the other.
            Thread other = Thread.ofPlatform().start(() -> {
                blocked.execute(this::blocksUntilNoticed);
                blocked.dispatch();
                waiting.execute(waiting::exit);
            });
            Event.once(waiting, Duration.ofDays(1), (event, triggers) -> {});
            waiting.dispatch();
            other.join();
            assertNothingWasSaidOf(Thread.currentThread());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aLoopThatIsBusyWithOneShortCallbackAfterTheOtherIsNotSlow() throws InterruptedException {
        try (EventBase busy = watchedBase();
                EventBase blocked = watchedBase()) {
            // While the one is busy, the watch looks often enough to find the other.
            Thread other = Thread.ofPlatform().start(() -> {
                blocked.execute(this::blocksUntilNoticed);
                blocked.dispatch();
            });
            Event.user(busy, (event, triggers) -> {
                        if (other.isAlive()) {
                            event.activate();
                        }
                    })
                    .activate();
            busy.dispatch();
            other.join();
            assertNothingWasSaidOf(Thread.currentThread());
        }
    }

    private void assertNothingWasSaidOf(Thread thread) {
        records.drainTo(others);
        assertThat(others).noneMatch(it -> it.getThrown().getMessage().contains(" on " + thread.getName() + " "));
    }

    @Test
    void aLogHandlerThatThrowsDoesNotEndTheWatch() {
        log.breaks();
        try (EventBase base = watchedBase()) {
            List<LogRecord> noticed = new ArrayList<>();
            base.execute(() -> noticed.add(blocksUntilNoticed()));
            base.execute(() -> noticed.add(blocksUntilNoticed()));
            base.dispatch();
            assertThat(noticed).hasSize(2);
        }
    }

    @Test
    void theFlightRecorderIsToldOfTurnsConnectionsMemoryAndSlowCallbacks() throws IOException {
        Path file = folder.resolve("flight.jfr");
        try (Recording recording = new Recording()) {
            for (String name : List.of("Turn", "Accept", "Connect", "PoolGrowth", "SlowCallback")) {
                recording.enable("io.jevent." + name).withThreshold(Duration.ZERO);
            }
            recording.start();
            try (EventBase base = watchedBase()) {
                ConnectionListener listener = ConnectionListener.bind(
                        base, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), (self, socket) -> {
                            socket.close();
                            base.execute(this::blocksUntilNoticed);
                            base.execute(base::exit);
                        });
                SocketBufferEvent client = SocketBufferEvent.create(base);
                client.output().addAscii("hello");
                client.connect(listener.localAddress());
                base.dispatch();
            }
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file);
        assertThat(events)
                .extracting(it -> it.getEventType().getName())
                .contains(
                        "io.jevent.Turn",
                        "io.jevent.Accept",
                        "io.jevent.Connect",
                        "io.jevent.PoolGrowth",
                        "io.jevent.SlowCallback");
        assertThat(events)
                .filteredOn(it -> it.getEventType().getName().equals("io.jevent.SlowCallback"))
                .anySatisfy(it -> assertThat(it.getString("stack")).contains("blocksUntilNoticed"));
        assertThat(events)
                .filteredOn(it -> it.getEventType().getName().equals("io.jevent.Accept"))
                .singleElement()
                .satisfies(it -> assertThat(it.getString("local")).contains("127.0.0.1"));
    }
}
