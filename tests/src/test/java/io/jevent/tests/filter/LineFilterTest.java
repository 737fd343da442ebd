package io.jevent.tests.filter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.buffer.LineEnd;
import io.jevent.bufferevent.FilterBufferEvent;
import io.jevent.bufferevent.Watermark;
import io.jevent.filter.LineFilter;
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

/** Lines, one at a time, whatever ends them. */
class LineFilterTest {
    private static List<String> collect(FilteredEnds ends) {
        List<String> lines = new ArrayList<>();
        ends.filtered.onRead(filtered -> lines.add(LineFilter.readLine(filtered).orElseThrow()));
        ends.filtered.enableReading();
        return lines;
    }

    private static String unescape(String text) {
        return text.replace("\\r", "\r").replace("\\n", "\n").replace("\\0", "\0");
    }

    @ParameterizedTest
    @CsvSource({
        "LF, 'one\\n\\n\\rthree\\r\\n', 'one||\\rthree\\r'",
        "CRLF, 'one\\r\\n\\n\\r\\nfo\\rur\\r\\r\\n', 'one|||fo\\rur\\r'",
        "CRLF_STRICT, 'one\\r\\n\\r\\n\\nth\\rree\\r\\r\\n', 'one||\\nth\\rree\\r'",
        "ANY, 'one\\r\\n\\n\\r\\n\\rtwo\\r', 'one|two'",
        "NUL, 'one\\n\\0\\0t\\r\\0', 'one\\n||t\\r'",
    })
    void eachLineIsReadOnItsOwnWhereverTheyAreCut(LineEnd style, String sent, String expected) {
        byte[] bytes = unescape(sent).getBytes(UTF_8);
        for (int cut = 0; cut <= bytes.length; cut++) {
            try (FilteredEnds ends = FilteredEnds.onPair(LineFilter.of(style))) {
                List<String> lines = collect(ends);
                ends.feed(bytes, cut);
                ends.wire.shutdownOutput();
                ends.settle();
                assertThat(String.join("|", lines)).as("cut at " + cut).isEqualTo(unescape(expected));
                assertThat(ends.log).containsExactly("eof");
            }
        }
    }

    @Test
    void theNextLineWaitsUntilThisOneIsTaken() {
        try (FilteredEnds ends = FilteredEnds.onPair(LineFilter.of(LineEnd.CRLF))) {
            ends.filtered.enableReading();
            assertThat(LineFilter.readLine(ends.filtered)).isEmpty();
            ends.wire.output().addAscii("one\r\n\r\ntwo\n");
            ends.settle();
            assertThat(ends.filtered.input().length())
                    .as("a line and a line feed")
                    .isEqualTo(4);
            ends.filtered.input().drain(2);
            ends.settle();
            assertThat(LineFilter.readLine(ends.filtered)).contains("e");
            ends.settle();
            assertThat(LineFilter.readLine(ends.filtered)).contains("");
            ends.settle();
            assertThat(LineFilter.readLine(ends.filtered)).contains("two");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aLineMayBeAsLongAsTheBoundAndNoLonger(LineEnd style) {
        for (int length : new int[] {9, 10, 11}) {
            LineFilter writer = LineFilter.of(style, 11);
            try (FilteredEnds writing = FilteredEnds.onPair(writer);
                    FilteredEnds ends = FilteredEnds.onNetwork(length, Faults.chopping(), LineFilter.of(style, 10))) {
                List<String> lines = collect(ends);
                writing.wire.enableReading();
                writer.writeLine(writing.filtered, "x".repeat(length));
                writing.settle();
                ends.wire.write(writing.wire.input().removeAll());
                ends.settle();
                assertThat(lines).hasSize(length <= 10 ? 1 : 0);
                assertThat(ends.log).hasSize(length <= 10 ? 0 : 1);
            }
        }
    }

    @Test
    void aLineWithoutEndFailsOnceItPassesTheBound() {
        try (FilteredEnds ends = FilteredEnds.onPair(LineFilter.of(LineEnd.LF))) {
            collect(ends);
            ends.wire.write("x".repeat(65_538).getBytes(UTF_8));
            ends.settle();
            ends.wire.write(new byte[1000]);
            ends.settle();
            assertThat(ends.log).containsExactly("failed READING: a line of 65537 bytes or more; the bound is 65536");
        }
    }

    @Test
    void inputThatEndsInsideALineFails() {
        try (FilteredEnds ends = FilteredEnds.onPair(LineFilter.of(LineEnd.CRLF))) {
            List<String> lines = collect(ends);
            ends.wire.output().addAscii("whole\nhalf");
            ends.wire.shutdownOutput();
            ends.settle();
            assertThat(lines).containsExactly("whole");
            assertThat(ends.log).containsExactly("failed READING: the input ended inside a unit, behind 4 bytes of it");
        }
    }

    @Test
    void aLinePassesAHighMarkOfOneByte() {
        try (FilteredEnds ends = FilteredEnds.onNetwork(1, Faults.chopping(), LineFilter.of(LineEnd.CRLF))) {
            List<String> lines = collect(ends);
            ends.filtered.inputWatermark(new Watermark(0, 1));
            ends.wire.output().addAscii("long enough\r\n\r\n");
            ends.wire.shutdownOutput();
            ends.settle();
            assertThat(lines).containsExactly("long enough", "");
            assertThat(ends.log).containsExactly("eof");
        }
    }

    @ParameterizedTest
    @CsvSource({"ANY, \\n", "LF, \\n", "CRLF, \\r\\n", "CRLF_STRICT, \\r\\n", "NUL, \\0"})
    void linesAreWrittenWithTheirEnd(LineEnd style, String end) {
        LineFilter filter = LineFilter.of(style);
        try (FilteredEnds ends = FilteredEnds.onPair(filter)) {
            ends.wire.enableReading();
            filter.writeLine(ends.filtered, "zwölf");
            filter.writeLine(ends.filtered, "");
            ends.filtered.shutdownOutput();
            ends.settle();
            assertThat(ends.wire.input().removeString(UTF_8)).isEqualTo("zwölf" + unescape(end) + unescape(end));
        }
    }

    @Test
    void nothingCanBeSmuggledIntoALine() {
        LineFilter filter = LineFilter.of(LineEnd.CRLF_STRICT, 5);
        LineFilter nul = LineFilter.of(LineEnd.NUL, 5);
        try (FilteredEnds ends = FilteredEnds.onPair(filter)) {
            assertThatThrownBy(() -> filter.writeLine(ends.filtered, "a\nb"))
                    .hasMessage("need a line without line ends, got one at index 1");
            assertThatThrownBy(() -> filter.writeLine(ends.filtered, "\rb")).hasMessageContaining("index 0");
            assertThatThrownBy(() -> nul.writeLine(ends.filtered, "ab\0")).hasMessageContaining("index 2");
            assertThatThrownBy(() -> filter.writeLine(ends.filtered, "zwölfe"))
                    .hasMessage("need a line of at most 5 bytes, got 7");
            assertThat(ends.filtered.unsent()).isZero();
        }
        assertThatThrownBy(() -> LineFilter.of(LineEnd.LF, 0)).hasMessageContaining("got 0");
    }

    @Test
    void linesArriveAsTheyWereWrittenOverAnyNetwork() {
        new PropertyRunner(60, 12).run(Lines::new);
    }

    private static final class Lines implements PropertyRunner.Subject {
        private final LineFilter writing;
        private final FilteredEnds ends;
        private final FilterBufferEvent reading;
        private final List<String> written = new ArrayList<>();
        private final List<String> read = new ArrayList<>();

        Lines(long seed) {
            LineEnd style = LineEnd.values()[(int) Long.remainderUnsigned(seed, 5)];
            writing = LineFilter.of(style);
            ends = FilteredEnds.onNetwork(seed, Faults.mild(), writing);
            reading = FilterBufferEvent.create(ends.wire, LineFilter.of(style));
            reading.onRead(self -> read.add(LineFilter.readLine(self).orElseThrow()));
            reading.enableReading();
        }

        @Override
        public void step(SplittableRandom random) {
            String line = Long.toString(random.nextLong(), 36).repeat(random.nextInt(1, 40));
            written.add(line);
            writing.writeLine(ends.filtered, line);
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
