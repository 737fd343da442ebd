package io.jevent.tests.debug;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.backend.Interest;
import io.jevent.buffer.EvBuffer;
import io.jevent.buffer.Reservation;
import io.jevent.event.Event;
import io.jevent.event.EventBase;
import io.jevent.event.EventBaseConfig;
import io.jevent.tests.logging.LogCapture;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What debug mode catches. The build runs these in a JVM of their own, started with {@code -Djevent.debug=true}. */
@Tag("debug")
@Timeout(60)
class DebugModeTest {
    @BeforeEach
    void debugModeMustBeOn() {
        assertThat(Boolean.getBoolean("jevent.debug")).isTrue();
    }

    @Test
    void aStaleViewThrowsInsteadOfShowingRecycledBytes() {
        try (EvBuffer buffer = EvBuffer.create()) {
            buffer.addAscii("hello");
            ByteBuffer peeked = buffer.peek(5).getFirst();
            MemorySegment segment = buffer.peekSegments(5).getFirst();
            ByteBuffer pulled = buffer.pullUp(5);
            assertThat(peeked.get(0)).isEqualTo((byte) 'h');
            buffer.drain(1);
            assertThatThrownBy(() -> peeked.get(0)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> pulled.get(0)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> segment.get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
            assertThat(buffer.peek(1).getFirst().get(0)).isEqualTo((byte) 'e');
        }
    }

    @Test
    void aReservationWorksAndItsSpaceThrowsOnceItIsCommitted() {
        try (EvBuffer buffer = EvBuffer.create();
                Reservation reservation = buffer.reserve(3, 1)) {
            ByteBuffer space = reservation.space().getFirst();
            space.put(new byte[] {'a', 'b', 'c'});
            reservation.commit(3);
            assertThat(buffer.byteAt(2)).isEqualTo((byte) 'c');
            assertThatThrownBy(() -> space.put(0, (byte) 'x')).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void usingAClosedEventSaysWhereItWasClosed() {
        try (EventBase base = EventBase.create()) {
            Event event = Event.user(base, (self, triggers) -> {});
            closeHere(event);
            assertThatThrownBy(event::add)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("this event is closed")
                    .cause()
                    .hasMessage("the event was closed here")
                    .hasStackTraceContaining("closeHere");
        }
    }

    private static void closeHere(Event event) {
        event.close();
    }

    @Test
    void aChannelClosedUnderItsEventIsReportedWithWhereTheEventWasMade() throws IOException {
        List<Throwable> reported = new ArrayList<>();
        Pipe pipe = Pipe.open();
        try (EventBase base = EventBase.create(EventBaseConfig.builder()
                .errorHandler((source, thrown) -> reported.add(thrown))
                .build())) {
            Event event = Event.channel(base, pipe.source(), Set.of(Interest.READ), (self, triggers) -> {});
            event.add();
            pipe.source().close();
            base.dispatch();
        }
        pipe.sink().close();
        assertThat(reported)
                .singleElement()
                .satisfies(it -> assertThat(it)
                        .hasMessageContaining("was closed while the event watched it")
                        .cause()
                        .hasStackTraceContaining("DebugModeTest"));
    }

    @Test
    void aBufferDroppedWithBytesInItIsReportedWithWhereItWasMade() throws InterruptedException {
        try (LogCapture log = new LogCapture("io.jevent.buffer")) {
            dropABuffer();
            LogRecord logged = null;
            for (int i = 0; i < 500 && !isOfTheDroppedBuffer(logged); i++) {
                System.gc();
                logged = log.records().poll(20, TimeUnit.MILLISECONDS);
            }
            assertThat(logged).isNotNull();
            assertThat(logged.getMessage()).contains("4 bytes was dropped without close()");
            assertThat(logged.getThrown()).hasStackTraceContaining("dropABuffer");
        }
    }

    /** Other tests of this run drop buffers too, and the collector finds them when it likes. */
    private static boolean isOfTheDroppedBuffer(@Nullable LogRecord logged) {
        return logged != null
                && logged.getThrown() != null
                && Arrays.stream(logged.getThrown().getStackTrace())
                        .anyMatch(frame -> frame.getMethodName().equals("dropABuffer"));
    }

    private static void dropABuffer() {
        EvBuffer.create().addAscii("lost");
    }
}
