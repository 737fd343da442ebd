package io.jevent.tests.event;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.backend.Interest;
import io.jevent.event.Event;
import io.jevent.event.EventBase;
import io.jevent.event.EventBaseConfig;
import io.jevent.event.EventOption;
import io.jevent.event.LoopOption;
import io.jevent.event.LoopResult;
import io.jevent.event.SocketPair;
import io.jevent.event.Trigger;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Events on real sockets. */
@Tag("socket")
@Timeout(60)
class RealEventTest {
    private static final Set<Interest> READ = Set.of(Interest.READ);
    private static final Set<Interest> WRITE = Set.of(Interest.WRITE);

    private final EventBase base = EventBase.create();
    private final List<String> log = new ArrayList<>();
    private SocketPair pair;

    @BeforeEach
    void open() throws IOException {
        pair = SocketPair.open();
    }

    @AfterEach
    void close() throws IOException {
        base.close();
        pair.close();
    }

    /** Reads once; -1 at the end. */
    private static int read(Event event, int maxBytes) {
        try {
            return ((SocketChannel) event.channel().orElseThrow()).read(ByteBuffer.allocate(maxBytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    @Tag("parity") // regress.c: simpleread; test-eof.c: main
    void dataIsReadAndThenTheEnd() throws IOException {
        Event reader = Event.channel(base, pair.second(), READ, (event, triggers) -> {
            int count = read(event, 256);
            log.add(triggers + " " + count);
            if (count >= 0) {
                event.add();
            }
        });
        reader.add();
        pair.first().write(ByteBuffer.wrap("test string\0".getBytes(US_ASCII)));
        pair.first().shutdownOutput();
        assertThat(base.dispatch()).isEqualTo(LoopResult.EMPTY);
        assertThat(log).containsExactly("[READ] 12", "[READ] -1");
    }

    @Test
    @Tag("parity") // regress.c: simplewrite
    void aSocketWithRoomCanBeWritten() {
        Event.channel(base, pair.first(), WRITE, (event, triggers) -> log.add("" + triggers))
                .add();
        base.dispatch();
        assertThat(log).containsExactly("[WRITE]");
    }

    @Test
    @Tag("parity") // regress.c: simpleclose_rw
    void thePeersCloseWakesAReaderAndAWriterThatHasNoRoom() throws IOException {
        pair.first().configureBlocking(false);
        while (pair.first().write(ByteBuffer.allocate(65_536)) > 0) {
            // Until there is no room left.
        }
        Event.channel(base, pair.first(), READ, (event, triggers) -> log.add("" + triggers))
                .add();
        Event.channel(base, pair.first(), WRITE, (event, triggers) -> log.add("" + triggers))
                .add();
        base.loop(LoopOption.NONBLOCK);
        assertThat(log).as("not earlier").isEmpty();
        Event.once(base, Duration.ofMillis(20), (event, triggers) -> {
            try {
                pair.second().close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        base.dispatch();
        assertThat(log).containsExactlyInAnyOrder("[READ]", "[WRITE]");
    }

    @Test
    @Tag("parity") // regress.c: multiple_events_for_same_fd, want_only_once
    void aReaderAndAWriterOfOneSocketAreEachCalledOnce() throws IOException {
        pair.second().write(ByteBuffer.allocate(10));
        Event.channel(base, pair.first(), READ, (event, triggers) -> log.add("reader" + triggers))
                .add();
        Event.channel(base, pair.first(), WRITE, (event, triggers) -> log.add("writer" + triggers))
                .add();
        base.dispatch();
        assertThat(log).containsExactlyInAnyOrder("reader[READ]", "writer[WRITE]");
    }

    @Test
    @Tag("parity") // regress_et.c: et
    void aSocketIsReportedAgainWhileBytesAreLeft() throws IOException {
        Event.channel(
                        base,
                        pair.second(),
                        READ,
                        (event, triggers) -> {
                            log.add("" + read(event, 6));
                            if (log.size() == 2) {
                                event.close();
                            }
                        },
                        EventOption.PERSIST)
                .add();
        pair.first().write(ByteBuffer.allocate(12));
        base.dispatch();
        assertThat(log).as("level-triggered").containsExactly("6", "6");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Tag("parity") // regress.c: many_events, many_events_slow_add
    void seventyReadySocketsAreAllCalledInOneTurn(boolean turnAfterEachAdd) throws IOException {
        List<SocketPair> pairs = new ArrayList<>();
        int[] calls = new int[70];
        try {
            for (int i = 0; i < 70; i++) {
                int index = i;
                SocketPair one = SocketPair.open();
                pairs.add(one);
                Event.channel(base, one.first(), WRITE, (event, triggers) -> calls[index]++, EventOption.PERSIST)
                        .add();
                if (turnAfterEachAdd) {
                    base.loop(LoopOption.NONBLOCK);
                }
            }
            Arrays.fill(calls, 0);
            base.loop(LoopOption.NONBLOCK);
            assertThat(calls).containsOnly(1);
        } finally {
            base.close();
            for (SocketPair one : pairs) {
                one.close();
            }
        }
    }

    @Test
    @Tag("parity") // regress.c: event_base_new
    void twoBasesReadEachTheirOwnSocket() throws IOException {
        try (EventBase other = EventBase.create();
                SocketPair otherPair = SocketPair.open()) {
            Event.channel(base, pair.second(), READ, (event, triggers) -> log.add("one " + read(event, 9)))
                    .add();
            Event.channel(other, otherPair.second(), READ, (event, triggers) -> log.add("two " + read(event, 9)))
                    .add();
            pair.first().write(ByteBuffer.allocate(1));
            otherPair.first().write(ByteBuffer.allocate(2));
            other.dispatch();
            base.dispatch();
        }
        assertThat(log).containsExactly("two 2", "one 1");
    }

    @Test
    @Tag("parity") // regress.c: del_notify, del_wait
    void removingTheLastEventThroughATaskEndsTheSleepingLoop() throws InterruptedException {
        Event event = Event.channel(base, pair.first(), READ, (self, triggers) -> log.add("never"));
        event.add();
        Thread other = Thread.ofPlatform().start(() -> {
            try {
                event.remove();
            } catch (WrongThreadException e) {
                log.add("refused on another thread");
            }
            base.execute(event::remove);
        });
        other.join();
        assertThat(base.dispatch()).isEqualTo(LoopResult.EMPTY);
        assertThat(log).containsExactly("refused on another thread");
    }

    @Test
    @Tag("parity") // regress_thread.c: debug_mode_too_late_race
    void manyThreadsMayMakeRunAndCloseBasesAtOnce() throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        List<Throwable> thrown = Collections.synchronizedList(new ArrayList<>());
        for (int i = 0; i < 8; i++) {
            Thread thread = Thread.ofPlatform().unstarted(() -> {
                for (int j = 0; j < 25; j++) {
                    try (EventBase its =
                            EventBase.create(EventBaseConfig.builder().build())) {
                        Event.once(
                                its,
                                Duration.ZERO,
                                (event, triggers) -> assertThat(triggers).containsExactly(Trigger.TIMEOUT));
                        its.dispatch();
                    }
                }
            });
            thread.setUncaughtExceptionHandler((self, error) -> thrown.add(error));
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(thrown).isEmpty();
    }
}
