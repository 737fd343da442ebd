package io.jevent.tests.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.backend.Interest;
import io.jevent.event.Event;
import io.jevent.event.EventOption;
import io.jevent.event.Trigger;
import io.jevent.testkit.LoopRig;
import io.jevent.tests.logging.LogCapture;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Events of descriptors by their number: what a program inherits or got from a library. */
@Tag("socket")
@Timeout(60)
class DescriptorEventTest {
    private static final String EPOLL = "EPOLL";
    private static final String IO_URING = "IO_URING";

    private final Descriptors descriptors = new Descriptors();
    private final List<String> log = new ArrayList<>();

    @AfterEach
    void closeAll() {
        descriptors.close();
    }

    private void settle(LoopRig rig) {
        rig.run(Duration.ofMillis(20));
    }

    @ParameterizedTest
    @EnumSource(
            value = BackendUnderTest.class,
            names = {EPOLL, IO_URING})
    void aPipeIsReadableForAsLongAsItHasBytes(BackendUnderTest backend) {
        int[] pipe = descriptors.pipe();
        try (LoopRig rig = backend.open();
                Event event = Event.descriptor(
                        rig.base(),
                        pipe[0],
                        Set.of(Interest.READ),
                        (self, _) -> log.add(Descriptors.read(self.descriptor().orElseThrow(), 3)),
                        EventOption.PERSIST)) {
            event.add();
            settle(rig);
            assertThat(log).isEmpty();
            Descriptors.write(pipe[1], "abcdefgh");
            settle(rig);
            assertThat(log).containsExactly("abc", "def", "gh");
            Descriptors.write(pipe[1], "more");
            settle(rig);
            assertThat(log).endsWith("mor", "e");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = BackendUnderTest.class,
            names = {EPOLL, IO_URING})
    void anEdgeTriggeredEventHearsOfEachArrivalOnce(BackendUnderTest backend) {
        int[] pipe = descriptors.pipe();
        try (LoopRig rig = backend.open();
                Event event = Event.descriptor(
                        rig.base(),
                        pipe[0],
                        Set.of(Interest.READ),
                        (_, triggers) -> log.add(triggers.toString()),
                        EventOption.PERSIST,
                        EventOption.EDGE_TRIGGERED)) {
            event.add();
            Descriptors.write(pipe[1], "abc");
            settle(rig);
            settle(rig);
            assertThat(log).hasSize(1);
            Descriptors.write(pipe[1], "d");
            settle(rig);
            assertThat(log).hasSize(2);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = BackendUnderTest.class,
            names = {EPOLL, IO_URING})
    void aPipeIsWritableWhileItHasRoom(BackendUnderTest backend) {
        int[] pipe = descriptors.pipe();
        try (LoopRig rig = backend.open();
                Event event = Event.descriptor(
                        rig.base(), pipe[1], Set.of(Interest.WRITE), (_, triggers) -> log.add(triggers.toString()))) {
            event.add();
            settle(rig);
            assertThat(log).containsExactly("[WRITE]");
            Descriptors.write(pipe[1], new byte[65536]);
            event.add();
            settle(rig);
            assertThat(log).hasSize(1);
            Descriptors.read(pipe[0], 65536);
            settle(rig);
            assertThat(log).hasSize(2);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = BackendUnderTest.class,
            names = {EPOLL, IO_URING})
    void anEventfdWakesTheLoop(BackendUnderTest backend) {
        int eventfd = descriptors.eventfd();
        try (LoopRig rig = backend.open();
                Event event = Event.descriptor(
                        rig.base(),
                        eventfd,
                        Set.of(Interest.READ),
                        (_, _) -> {
                            Descriptors.read(eventfd, 8);
                            log.add("woken");
                        },
                        EventOption.PERSIST)) {
            event.add();
            Descriptors.write(eventfd, new byte[] {1, 0, 0, 0, 0, 0, 0, 0});
            settle(rig);
            assertThat(log).containsExactly("woken");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = BackendUnderTest.class,
            names = {EPOLL, IO_URING})
    void thatThePeerHasEndedItsOutputIsHeardBeforeTheBytesAreRead(BackendUnderTest backend) {
        int[] pair = descriptors.socketPair();
        try (LoopRig rig = backend.open();
                Event event = Event.descriptor(
                        rig.base(), pair[0], Set.of(Interest.CLOSED), (_, triggers) -> log.add(triggers.toString()))) {
            event.add();
            Descriptors.write(pair[1], "unread");
            settle(rig);
            assertThat(log).isEmpty();
            Descriptors.call("shutdown", pair[1], 1);
            settle(rig);
            assertThat(log).containsExactly("[CLOSED]");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = BackendUnderTest.class,
            names = {EPOLL, IO_URING})
    void twoEventsOfOneDescriptorHearOfWhatEachWants(BackendUnderTest backend) {
        int[] pair = descriptors.socketPair();
        try (LoopRig rig = backend.open();
                Event reads = Event.descriptor(rig.base(), pair[0], Set.of(Interest.READ), (_, _) -> log.add("read"));
                Event writes =
                        Event.descriptor(rig.base(), pair[0], EnumSet.of(Interest.WRITE), (_, _) -> log.add("write"))) {
            reads.add();
            writes.add();
            settle(rig);
            assertThat(log).containsExactly("write");
            Descriptors.write(pair[1], "x");
            settle(rig);
            assertThat(log).containsExactly("write", "read");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = BackendUnderTest.class,
            names = {EPOLL, IO_URING})
    void aNumberThatIsUsedAgainIsAnotherDescriptor(BackendUnderTest backend) {
        try (LoopRig rig = backend.open()) {
            for (int i = 0; i < 100; i++) {
                int[] pipe = descriptors.pipe();
                int round = i;
                Event event = Event.descriptor(
                        rig.base(), pipe[0], Set.of(Interest.READ), (_, triggers) -> log.add(round + " " + triggers));
                event.add();
                rig.run(Duration.ZERO);
                if (i % 2 == 0) {
                    event.close();
                    descriptors.close(pipe[0]);
                    descriptors.close(pipe[1]);
                } else {
                    Descriptors.write(pipe[1], "x");
                    rig.runUntil(() -> log.equals(List.of(round + " " + Set.of(Trigger.READ))));
                    log.clear();
                    event.close();
                    descriptors.close(pipe[1]);
                    descriptors.close(pipe[0]);
                }
            }
            settle(rig);
            assertThat(log).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = BackendUnderTest.class,
            names = {EPOLL, IO_URING})
    void aConnectionThatGetsTheNumberOfADescriptorClosedUnderItsEventIsUnharmed(BackendUnderTest backend) {
        try (LoopRig rig = backend.open();
                LogCapture warnings = new LogCapture("io.jevent.backend")) {
            int[] pipe = descriptors.pipe();
            List<Event> events = new ArrayList<>();
            for (int end : pipe) {
                Event event = Event.descriptor(
                        rig.base(),
                        end,
                        Set.of(Interest.READ),
                        (_, _) -> log.add("heard"),
                        EventOption.PERSIST,
                        EventOption.EDGE_TRIGGERED);
                event.add();
                events.add(event);
            }
            rig.run(Duration.ZERO);
            descriptors.close(pipe[0]);
            descriptors.close(pipe[1]);
            List<LoopRig.Pair> pairs = new ArrayList<>();
            for (int i = 0; i < 3; i++) { // The lowest numbers come first.
                pairs.add(rig.connectedPair());
            }
            events.forEach(Event::close);
            for (LoopRig.Pair pair : pairs) {
                pair.far().enableReading();
                pair.near().output().addAscii("hello");
            }
            rig.runUntil(
                    () -> pairs.stream().allMatch(pair -> pair.far().input().length() == 5));
            assertThat(warnings.records())
                    .allMatch(it -> it.getMessage().contains("was closed while an event watched it"));
        }
    }

    @Test
    void aNumberThatCameBackUnderAnEventIsWatchedForTheNextOne() {
        try (LoopRig rig = BackendUnderTest.EPOLL.open()) {
            int[] pipe = descriptors.pipe();
            Event stale = Event.descriptor(rig.base(), pipe[0], Set.of(Interest.READ), (_, _) -> log.add("stale"));
            stale.add();
            rig.run(Duration.ZERO);
            descriptors.close(pipe[0]);
            int[] next = descriptors.pipe();
            assertThat(next[0]).isEqualTo(pipe[0]);
            Event event = Event.descriptor(rig.base(), next[0], Set.of(Interest.READ), (_, _) -> log.add("next"));
            event.add();
            Descriptors.write(next[1], "x");
            settle(rig);
            assertThat(log).containsExactly("next");
            stale.close();
            event.close();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = BackendUnderTest.class,
            names = {EPOLL, IO_URING})
    void whatTheSystemCannotWaitForIsRefused(BackendUnderTest backend) {
        try (LoopRig rig = backend.open()) {
            int file = descriptors.file("/etc/passwd");
            assertThatThrownBy(() -> Event.descriptor(rig.base(), file, Set.of(Interest.READ), (_, _) -> {})
                            .add())
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("descriptor " + file);
            assertThatThrownBy(() -> Event.descriptor(rig.base(), 1_000_000, Set.of(Interest.READ), (_, _) -> {})
                            .add())
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("1000000");
            assertThatThrownBy(
                            () -> Event.descriptor(rig.base(), Integer.MAX_VALUE, Set.of(Interest.READ), (_, _) -> {})
                                    .add())
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("2147483647");
            assertThatThrownBy(() -> Event.descriptor(rig.base(), -1, Set.of(Interest.READ), (_, _) -> {}))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void theNioBackendSaysThatItCannotWatchNumbers() {
        int[] pipe = descriptors.pipe();
        try (LoopRig rig = BackendUnderTest.NIO.open()) {
            assertThatThrownBy(() -> Event.descriptor(rig.base(), pipe[0], Set.of(Interest.READ), (_, _) -> {})
                            .add())
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("nio cannot watch descriptors by number");
        }
    }
}
