package io.jevent.tests.filter;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.BufferEventOption;
import io.jevent.bufferevent.FilterBufferEvent;
import io.jevent.bufferevent.PairBufferEvent;
import io.jevent.filter.Recording;
import io.jevent.filter.Recording.Kind;
import io.jevent.filter.RecordingFilter;
import io.jevent.filter.Replay;
import io.jevent.filter.ReplayPace;
import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import io.jevent.tests.logging.LogCapture;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

/** What passed can be read again, piece by piece, and played to somebody else. */
class RecordingTest {
    private static final byte[] MAGIC = "jevrec1\n".getBytes(US_ASCII);

    /** Two ends of a pair, of which the near one is recorded. */
    private static final class Recorded implements AutoCloseable {
        final LoopRig rig = LoopRig.simulated(1, Faults.none());
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        final RecordingFilter filter;
        final BufferEvent near;
        final BufferEvent far;

        Recorded(long maxBytes) {
            PairBufferEvent below = PairBufferEvent.create(rig.base());
            filter = RecordingFilter.to(rig.base(), bytes, maxBytes);
            near = FilterBufferEvent.create(below, filter, BufferEventOption.CLOSE_ON_FREE);
            far = below.partner().orElseThrow();
            near.enableReading();
            far.enableReading();
        }

        Recording recording() throws IOException {
            return Recording.read(new ByteArrayInputStream(bytes.toByteArray()), 1 << 20);
        }

        @Override
        public void close() {
            near.close();
            far.close();
            rig.close();
        }
    }

    private static byte[] conversation() {
        try (Recorded recorded = new Recorded(1000)) {
            recorded.far.output().addAscii("hello");
            recorded.rig.run(Duration.ofMillis(5));
            recorded.near.output().addAscii("and to you");
            recorded.rig.run(Duration.ofSeconds(3));
            recorded.far.output().addAscii("bye");
            recorded.far.shutdownOutput();
            recorded.rig.run(Duration.ofSeconds(1));
            recorded.near.shutdownOutput();
            recorded.rig.run(Duration.ofSeconds(1));
            return recorded.bytes.toByteArray();
        }
    }

    private static Recording read(byte... bytes) throws IOException {
        return Recording.read(new ByteArrayInputStream(bytes), 100);
    }

    private static byte[] withMagic(int... values) {
        byte[] bytes = Arrays.copyOf(MAGIC, MAGIC.length + values.length);
        for (int i = 0; i < values.length; i++) {
            bytes[MAGIC.length + i] = (byte) values[i];
        }
        return bytes;
    }

    @Test
    void bothDirectionsAreRecordedWithTheirPiecesTimesAndEnds() throws IOException {
        List<String> told = new ArrayList<>();
        Recording recording = read(conversation());
        for (Recording.Entry entry : recording.entries()) {
            told.add(entry.kind() + " " + entry.time().toMillis() + " " + new String(entry.bytes(), US_ASCII));
        }
        assertThat(recording.isWhole()).isTrue();
        assertThat(told)
                .containsExactly(
                        "INPUT 0 hello",
                        "OUTPUT 5 and to you",
                        "INPUT 3005 bye",
                        "END_OF_INPUT 3005 ",
                        "END_OF_OUTPUT 4005 ");
        assertThat(recording.entries().getFirst()).hasToString("INPUT at PT0S, 5 bytes");
    }

    @Test
    void theFormatIsAsDocumented() throws IOException {
        Recording recording = read(withMagic(1, 0x80, 1, 2, 'a', 'b', 3, 5));
        assertThat(recording.entries())
                .hasToString("[INPUT at PT0.000000128S, 2 bytes, END_OF_INPUT at PT0.000000133S]");
    }

    @Test
    void aRecordingThatBreaksOffIsReadUpToThere() throws IOException {
        byte[] all = conversation();
        int most = 0;
        for (int length = MAGIC.length; length < all.length; length++) {
            Recording recording = read(Arrays.copyOf(all, length));
            assertThat(recording.entries().size()).isBetween(most, 4);
            most = recording.entries().size();
        }
        assertThat(most).isEqualTo(4);
        assertThat(read(Arrays.copyOf(all, MAGIC.length + 3)).isWhole()).isFalse();
    }

    @Test
    void whatIsNoRecordingSaysSo() {
        assertThatThrownBy(() -> read((byte) 'x')).hasMessage("not a recording: need jevrec1 at its start");
        assertThatThrownBy(() -> read(withMagic(9))).hasMessage("damaged recording: need a kind from 1 to 5, got 9");
        assertThatThrownBy(() -> read(withMagic(1, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255)))
                .hasMessage("damaged recording: a number of more than nine bytes");
        assertThatThrownBy(() -> read(withMagic(1, 0, 255, 255, 255, 255, 15)))
                .hasMessage("damaged recording: an entry of 4294967295 bytes");
        assertThatThrownBy(() -> read(withMagic(1, 0, 120))).hasMessage("a recording of more than 100 bytes");
        assertThatThrownBy(() -> read(withMagic(new int[200]))).isInstanceOf(IOException.class);
        int[] many = new int[200];
        Arrays.fill(many, 3);
        assertThatThrownBy(() -> read(withMagic(many))).hasMessage("a recording of more than 100 bytes");
        int[] late = {3, 255, 255, 255, 255, 255, 255, 255, 255, 127};
        int[] twice = Arrays.copyOf(late, 20);
        System.arraycopy(late, 0, twice, 10, 10);
        assertThatThrownBy(() -> read(withMagic(twice))).hasMessage("damaged recording: a time beyond counting");
        assertThatThrownBy(() -> Recording.read(new ByteArrayInputStream(MAGIC), 0))
                .hasMessageContaining("got 0");
    }

    @Test
    void recordingStopsAtItsBoundAndSaysSoOnce() throws IOException {
        try (LogCapture warnings = new LogCapture("io.jevent.filter");
                Recorded recorded = new Recorded(200)) {
            for (int i = 0; i < 10; i++) {
                recorded.far.write(new byte[50]);
                recorded.rig.run(Duration.ofMillis(1));
            }
            assertThat(recorded.near.input().drain(1000)).isEqualTo(500);
            List<Recording.Entry> entries = recorded.recording().entries();
            assertThat(entries.stream().map(Recording.Entry::kind))
                    .containsExactly(Kind.INPUT, Kind.INPUT, Kind.INPUT, Kind.STOPPED);
            assertThat(recorded.bytes.size()).isLessThan(210);
            assertThat(warnings.records())
                    .extracting(LogRecord::getMessage)
                    .containsExactly("a recording has reached its bound of 200 bytes");
        }
    }

    @Test
    void whatPassesAtOnceMayBecomeSeveralEntries() throws IOException {
        try (Recorded recorded = new Recorded(1 << 20)) {
            recorded.far.write(new byte[150_000]);
            recorded.rig.run(Duration.ofMillis(1));
            assertThat(recorded.recording().entries().stream().mapToInt(entry -> entry.bytes().length))
                    .allMatch(length -> length <= 65_536)
                    .satisfies(lengths -> assertThat(
                                    lengths.stream().mapToInt(it -> it).sum())
                            .isEqualTo(150_000));
            recorded.near.input().drain(150_000);
        }
    }

    @Test
    void aStreamThatFailsEndsTheRecordingAndTheConnectionGoesOn() {
        OutputStream broken = new OutputStream() {
            private int left = 20;

            @Override
            public void write(int octet) throws IOException {
                if (left-- == 0) {
                    throw new IOException("the disk is full");
                }
            }
        };
        try (LoopRig rig = LoopRig.simulated(1, Faults.none())) {
            RecordingFilter filter = RecordingFilter.to(rig.base(), broken);
            PairBufferEvent below = PairBufferEvent.create(rig.base());
            try (BufferEvent near = FilterBufferEvent.create(below, filter, BufferEventOption.CLOSE_ON_FREE);
                    BufferEvent far = below.partner().orElseThrow()) {
                near.enableReading();
                far.write(new byte[100]);
                rig.run(Duration.ofMillis(1));
                far.write(new byte[100]);
                rig.run(Duration.ofMillis(1));
                assertThat(near.input().drain(1000)).isEqualTo(200);
                assertThat(filter.failure()).get().asString().contains("the disk is full");
            }
        }
    }

    @Test
    void aReplayGivesAHandlerTheSamePiecesAtTheSameTimes() throws IOException {
        assertThat(replayed(Kind.INPUT, ReplayPace.RECORDED)).containsExactly("0 hello", "3005 bye", "3005 end");
        assertThat(replayed(Kind.OUTPUT, ReplayPace.RECORDED)).containsExactly("5 and to you", "4005 end");
        assertThat(replayed(Kind.INPUT, ReplayPace.AT_ONCE)).containsExactly("0 hello", "0 bye", "0 end");
    }

    private static List<String> replayed(Kind direction, ReplayPace pace) throws IOException {
        List<String> told = new ArrayList<>();
        try (LoopRig rig = LoopRig.simulated(1, Faults.none());
                PairBufferEvent replaying = PairBufferEvent.create(rig.base());
                BufferEvent handled = replaying.partner().orElseThrow()) {
            long start = rig.base().nanoTime();
            handled.onRead(self ->
                    told.add(millisSince(start, self) + " " + self.input().removeString(US_ASCII)));
            handled.onCondition((self, _) -> told.add(millisSince(start, self) + " end"));
            handled.enableReading();
            Replay replay = Replay.start(read(conversation()), direction, replaying, pace);
            assertThat(replay.isDone()).isFalse();
            assertThat(told).as("never inside the call").isEmpty();
            rig.base().dispatch();
            rig.run(Duration.ofMillis(1));
            assertThat(replay.isDone()).isTrue();
        }
        return told;
    }

    private static long millisSince(long start, BufferEvent bufferEvent) {
        return Duration.ofNanos(bufferEvent.base().nanoTime() - start).toMillis();
    }

    @Test
    void aReplayWaitsForAHandlerThatDoesNotRead() throws IOException {
        try (LoopRig rig = LoopRig.simulated(1, Faults.none());
                PairBufferEvent replaying = PairBufferEvent.create(rig.base());
                BufferEvent handled = replaying.partner().orElseThrow()) {
            Replay replay = Replay.start(read(conversation()), Kind.INPUT, replaying, ReplayPace.AT_ONCE);
            rig.run(Duration.ofSeconds(60));
            assertThat(replaying.unsent()).isEqualTo(5);
            handled.enableReading();
            rig.run(Duration.ofSeconds(1));
            assertThat(replay.isDone()).isTrue();
            assertThat(handled.input().removeString(US_ASCII)).isEqualTo("hellobye");
        }
    }

    @Test
    @SuppressWarnings("try") // closed early: that is the test
    void aReplayIntoWhatIsClosedOrClosedItselfEnds() throws IOException {
        for (boolean closesTarget : new boolean[] {true, false}) {
            try (LoopRig rig = LoopRig.simulated(1, Faults.none());
                    PairBufferEvent replaying = PairBufferEvent.create(rig.base());
                    BufferEvent handled = replaying.partner().orElseThrow()) {
                handled.enableReading();
                Replay replay = Replay.start(read(conversation()), Kind.INPUT, replaying, ReplayPace.RECORDED);
                rig.run(Duration.ofSeconds(1));
                if (closesTarget) {
                    replaying.close();
                } else {
                    replay.close();
                }
                rig.run(Duration.ofSeconds(10));
                assertThat(replay.isDone()).isTrue();
                assertThat(handled.input().removeString(US_ASCII)).isEqualTo("hello");
            }
        }
    }

    @Test
    void aReplayNeedsADirection() throws IOException {
        Recording recording = read(MAGIC);
        try (LoopRig rig = LoopRig.simulated(1, Faults.none());
                PairBufferEvent replaying = PairBufferEvent.create(rig.base());
                BufferEvent handled = replaying.partner().orElseThrow()) {
            assertThatThrownBy(() -> Replay.start(recording, Kind.STOPPED, replaying, ReplayPace.AT_ONCE))
                    .hasMessage("need INPUT or OUTPUT, got STOPPED");
            assertThat(Replay.start(recording, Kind.INPUT, replaying, ReplayPace.AT_ONCE)
                            .isDone())
                    .isTrue();
            assertThat(handled.isClosed()).isFalse();
        }
    }
}
