package io.jevent.tests.filter;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.buffer.EvBuffer;
import io.jevent.bufferevent.FilterBufferEvent;
import io.jevent.bufferevent.Watermark;
import io.jevent.filter.EmptyFrames;
import io.jevent.filter.LengthPrefix;
import io.jevent.filter.LengthPrefixFilter;
import io.jevent.testkit.Faults;
import io.jevent.testkit.PropertyRunner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Frames behind their length: one at a time, whole, within the bound. */
class LengthPrefixFilterTest {
    private static FilteredEnds onPair(LengthPrefix prefix) {
        return FilteredEnds.onPair(LengthPrefixFilter.of(prefix));
    }

    private static void collect(FilteredEnds ends, List<String> frames) {
        ends.filtered.onRead(filtered -> frames.add(filtered.input().removeString(US_ASCII)));
        ends.filtered.enableReading();
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    @ParameterizedTest
    @CsvSource({
        "ONE_BYTE, 200, c8",
        "TWO_BYTES_BIG_ENDIAN, 258, 01 02",
        "TWO_BYTES_LITTLE_ENDIAN, 258, 02 01",
        "FOUR_BYTES_BIG_ENDIAN, 66051, 00 01 02 03",
        "FOUR_BYTES_LITTLE_ENDIAN, 66051, 03 02 01 00",
        "EIGHT_BYTES_BIG_ENDIAN, 258, 00 00 00 00 00 00 01 02",
        "EIGHT_BYTES_LITTLE_ENDIAN, 258, 02 01 00 00 00 00 00 00",
        "VARINT, 127, 7f",
        "VARINT, 128, 80 01",
        "VARINT, 300, ac 02",
        "VARINT, 66051, 83 84 04",
    })
    void lengthsAreWrittenAndReadAsTheirPrefixSays(LengthPrefix prefix, int length, String hex) {
        LengthPrefixFilter filter = LengthPrefixFilter.of(prefix);
        try (FilteredEnds ends = FilteredEnds.onPair(filter)) {
            byte[] frame = new byte[length];
            new SplittableRandom(length).nextBytes(frame);
            ends.wire.enableReading();
            filter.writeFrame(ends.filtered, frame);
            ends.settle();
            byte[] written = new byte[(hex.length() + 1) / 3];
            ends.wire.input().copyOut(0, written, 0, written.length);
            assertThat(written).asHexString().isEqualToIgnoringCase(hex.replace(" ", ""));
            assertThat(ends.wire.input().length()).isEqualTo(written.length + length);
            ends.filtered.enableReading();
            ends.wire.write(ends.wire.input());
            ends.settle();
            assertThat(ends.filtered.input().removeAll()).isEqualTo(frame);
        }
    }

    @ParameterizedTest
    @EnumSource
    void eachReadCallbackSeesOneWholeFrameWhereverTheyAreCut(LengthPrefix prefix) {
        byte[] both = twoFrames(prefix);
        for (int cut = 0; cut <= both.length; cut++) {
            try (FilteredEnds ends = onPair(prefix)) {
                List<String> frames = new ArrayList<>();
                collect(ends, frames);
                ends.feed(both, cut);
                ends.wire.shutdownOutput();
                ends.settle();
                assertThat(frames).containsExactly("first", "2nd");
                assertThat(ends.log).containsExactly("eof");
            }
        }
    }

    private static byte[] twoFrames(LengthPrefix prefix) {
        LengthPrefixFilter filter = LengthPrefixFilter.of(prefix);
        try (FilteredEnds ends = FilteredEnds.onPair(filter);
                EvBuffer message = ends.rig.base().newBuffer()) {
            ends.wire.enableReading();
            message.addAscii("first");
            filter.writeFrame(ends.filtered, message);
            assertThat(message.isEmpty()).isTrue();
            filter.writeFrame(ends.filtered, "2nd".getBytes(US_ASCII));
            ends.settle();
            return ends.wire.input().removeAll();
        }
    }

    @Test
    void theNextFrameWaitsUntilTheWholeOfThisOneIsTakenAndReadingBelowPauses() {
        try (FilteredEnds ends = onPair(LengthPrefix.ONE_BYTE)) {
            ends.filtered.enableReading();
            ends.wire.write(bytes(3, 'a', 'b', 'c', 2, 'd', 'e'));
            ends.settle();
            assertThat(ends.filtered.input().length()).isEqualTo(3);
            ends.filtered.input().drain(2);
            ends.settle();
            assertThat(ends.filtered.input().length()).as("one byte is left").isEqualTo(1);
            ends.wire.write(new byte[100_000]);
            ends.settle();
            assertThat(ends.wire.unsent()).as("nobody takes it").isEqualTo(100_000);
            ends.filtered.input().drain(1);
            ends.settle();
            assertThat(ends.filtered.input().removeString(US_ASCII)).isEqualTo("de");
            ends.settle();
            assertThat(ends.log).containsExactly("failed READING: an empty frame; this filter refuses them");
        }
    }

    @Test
    void aFramePassesAHighMarkOfOneByte() {
        try (FilteredEnds ends = FilteredEnds.onNetwork(
                4, Faults.chopping(), LengthPrefixFilter.of(LengthPrefix.TWO_BYTES_BIG_ENDIAN))) {
            List<String> frames = new ArrayList<>();
            collect(ends, frames);
            ends.filtered.inputWatermark(new Watermark(0, 1));
            ends.wire.write(twoFrames(LengthPrefix.TWO_BYTES_BIG_ENDIAN));
            ends.wire.shutdownOutput();
            ends.settle();
            assertThat(frames).containsExactly("first", "2nd");
            assertThat(ends.log).containsExactly("eof");
        }
    }

    @Test
    void aFrameForWhichTheMarkBelowHasNoRoomPassesItInsteadOfWaitingForEver() {
        try (FilteredEnds ends = onPair(LengthPrefix.ONE_BYTE)) {
            ((FilterBufferEvent) ends.filtered).underlying().inputWatermark(new Watermark(0, 4));
            ends.filtered.enableReading();
            ends.wire.write(bytes(3, 'a', 'b', 'c', 4, 'd', 'e', 'f', 'g'));
            ends.settle();
            assertThat(ends.filtered.input().removeString(US_ASCII)).isEqualTo("abc");
            ends.settle();
            assertThat(ends.filtered.input().removeString(US_ASCII)).isEqualTo("defg");
            assertThat(ends.log).isEmpty();
        }
    }

    @Test
    void inputThatEndsInsideAFrameFailsOnce() {
        for (int length = 1; length < 6; length++) {
            try (FilteredEnds ends = onPair(LengthPrefix.TWO_BYTES_LITTLE_ENDIAN)) {
                ends.filtered.enableReading();
                ends.wire.output().add(bytes(4, 0, 'a', 'b', 'c', 'd'), 0, length);
                ends.wire.shutdownOutput();
                ends.settle();
                assertThat(ends.log)
                        .containsExactly(
                                "failed READING: the input ended inside a unit, behind " + length + " bytes of it");
            }
        }
    }

    @Test
    void aFrameBeyondTheBoundFailsWithItsPrefix() {
        assertThat(failure(LengthPrefix.FOUR_BYTES_BIG_ENDIAN, 1, 0, 0, 1))
                .isEqualTo("failed READING: a frame of 16777217 bytes; the bound is 16777216");
        assertThat(failure(LengthPrefix.FOUR_BYTES_LITTLE_ENDIAN, 255, 255, 255, 255))
                .isEqualTo("failed READING: a frame of 4294967295 bytes; the bound is 16777216");
        assertThat(failure(LengthPrefix.EIGHT_BYTES_BIG_ENDIAN, 255, 255, 255, 255, 255, 255, 255, 255))
                .isEqualTo("failed READING: a frame of 18446744073709551615 bytes; the bound is 16777216");
        assertThat(failure(LengthPrefix.VARINT, 255, 255, 255, 255, 255, 255, 255, 255, 127))
                .isEqualTo("failed READING: a frame of 9223372036854775807 bytes; the bound is 16777216");
        assertThat(failure(LengthPrefix.VARINT, 128, 128, 128, 128, 128, 128, 128, 128, 128))
                .isEqualTo("failed READING: a length prefix longer than 9 bytes");
    }

    private static String failure(LengthPrefix prefix, int... values) {
        try (FilteredEnds ends = onPair(prefix)) {
            ends.filtered.enableReading();
            ends.wire.write(bytes(values));
            ends.wire.shutdownOutput();
            ends.settle();
            assertThat(ends.log).hasSize(1);
            return ends.log.getFirst();
        }
    }

    @Test
    void emptyFramesAreSkippedWhereThatIsAskedFor() {
        LengthPrefixFilter filter = LengthPrefixFilter.of(LengthPrefix.VARINT, 10, EmptyFrames.SKIP);
        try (FilteredEnds ends = FilteredEnds.onPair(filter)) {
            List<String> frames = new ArrayList<>();
            collect(ends, frames);
            ends.wire.write(new byte[100_000]);
            ends.wire.write(bytes(1, 'x', 0, 0x80, 0));
            ends.wire.enableReading();
            filter.writeFrame(ends.filtered, new byte[0]);
            ends.settle();
            assertThat(frames).containsExactly("x");
            assertThat(ends.wire.input().removeAll()).containsExactly(0);
        }
    }

    @Test
    void whatMustNotBeWrittenIsRefusedAndNothingLeaves() {
        LengthPrefixFilter filter = LengthPrefixFilter.of(LengthPrefix.ONE_BYTE);
        try (FilteredEnds ends = FilteredEnds.onPair(filter)) {
            assertThatThrownBy(() -> filter.writeFrame(ends.filtered, new byte[256]))
                    .hasMessage("need a frame of 1 to 255 bytes, got 256");
            assertThatThrownBy(() -> filter.writeFrame(ends.filtered, new byte[0]))
                    .hasMessage("need a frame of 1 to 255 bytes, got 0");
            assertThat(ends.filtered.unsent()).isZero();
        }
        assertThatThrownBy(() -> LengthPrefixFilter.of(LengthPrefix.VARINT, 0, EmptyFrames.SKIP))
                .hasMessage("need maxFrameBytes >= 1, got 0");
    }

    @Test
    void theLastFrameLeavesBeforeTheEnd() {
        LengthPrefixFilter filter = LengthPrefixFilter.of(LengthPrefix.ONE_BYTE);
        try (FilteredEnds ends = FilteredEnds.onNetwork(1, Faults.mild(), filter)) {
            ends.wire.enableReading();
            filter.writeFrame(ends.filtered, "bye".getBytes(US_ASCII));
            ends.filtered.closeAfterFlush(Duration.ofHours(1));
            ends.settle();
            assertThat(ends.wire.input().removeAll()).containsExactly(3, 'b', 'y', 'e');
        }
    }

    @Test
    void framesOfAnyLengthArriveAsTheyWereWrittenOverAnyNetwork() {
        new PropertyRunner(60, 12).run(Frames::new);
    }

    /** Frames through a filter at both ends of a bad network. */
    private static final class Frames implements PropertyRunner.Subject {
        private final LengthPrefixFilter writing;
        private final FilteredEnds ends;
        private final FilterBufferEvent reading;
        private final List<byte[]> written = new ArrayList<>();
        private final List<byte[]> read = new ArrayList<>();

        Frames(long seed) {
            LengthPrefix prefix = LengthPrefix.values()[(int) Long.remainderUnsigned(seed, 8)];
            writing = LengthPrefixFilter.of(prefix);
            ends = FilteredEnds.onNetwork(seed, Faults.mild(), writing);
            reading = FilterBufferEvent.create(ends.wire, LengthPrefixFilter.of(prefix));
            reading.onRead(self -> read.add(self.input().removeAll()));
            reading.enableReading();
        }

        @Override
        public void step(SplittableRandom random) {
            byte[] frame = new byte[random.nextInt(1, random.nextBoolean() ? 10 : 256)];
            random.nextBytes(frame);
            written.add(frame);
            writing.writeFrame(ends.filtered, frame);
            if (random.nextBoolean()) {
                ends.rig.run(Duration.ofNanos(random.nextInt(2_000_000)));
            }
        }

        @Override
        public void finish() {
            ends.settle();
            assertThat(read).containsExactlyElementsOf(written);
        }

        @Override
        public void close() {
            reading.close();
            ends.close();
        }
    }
}
