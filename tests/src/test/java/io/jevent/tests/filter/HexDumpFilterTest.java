package io.jevent.tests.filter;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.bufferevent.Watermark;
import io.jevent.filter.HexDumpFilter;
import io.jevent.testkit.Faults;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What passes is printed, and passes whatever the printing does. */
class HexDumpFilterTest {
    @Test
    void bothDirectionsAreShownWithIndexBytesAndText() {
        StringBuilder shown = new StringBuilder();
        try (FilteredEnds ends = FilteredEnds.onPair(HexDumpFilter.to(shown))) {
            ends.filtered.enableReading();
            ends.wire.enableReading();
            ends.wire.write("GET / HTTP/1.1\r\nHost: ä\u007f".getBytes(ISO_8859_1));
            ends.settle();
            ends.filtered.write(new byte[] {0, 1, '~'});
            ends.filtered.shutdownOutput();
            ends.wire.shutdownOutput();
            ends.settle();
            assertThat(ends.wire.input().removeAll()).containsExactly(0, 1, '~');
            assertThat(ends.filtered.input().length()).isEqualTo(24);
            assertThat(ends.log).containsExactly("eof");
            ends.filtered.input().drain(24);
        }
        assertThat(shown.toString()).isEqualTo("""
                < 00000000  47 45 54 20 2f 20 48 54  54 50 2f 31 2e 31 0d 0a  |GET / HTTP/1.1..|
                < 00000010  48 6f 73 74 3a 20 e4 7f                           |Host: ..|
                > 00000000  00 01 7e                                          |..~|
                > end, 3 bytes
                < end, 24 bytes
                """);
    }

    @Test
    void ofMuchAtOnceOnlyTheStartIsShown() {
        List<String> lines = new ArrayList<>();
        try (FilteredEnds ends = FilteredEnds.onPair(HexDumpFilter.to(lines::add, 20))) {
            ends.filtered.enableReading();
            ends.wire.write(new byte[5000]);
            ends.settle();
            assertThat(lines).hasSize(3).last().isEqualTo("< and 4980 bytes more");
            ends.wire.write(new byte[1]);
            ends.settle();
            assertThat(lines.getLast()).startsWith("< 00001388  00");
            ends.filtered.input().drain(6000);
        }
        assertThatThrownBy(() -> HexDumpFilter.to(lines::add, 0)).hasMessage("need maxPrintedBytes >= 1, got 0");
    }

    @Test
    void printingThatFailsEndsAndTheConnectionGoesOn() {
        Appendable broken = new Appendable() {
            @Override
            public Appendable append(CharSequence text) throws IOException {
                throw new IOException("the disk is full");
            }

            @Override
            public Appendable append(CharSequence text, int start, int end) throws IOException {
                return append(text);
            }

            @Override
            public Appendable append(char c) throws IOException {
                return append("");
            }
        };
        HexDumpFilter filter = HexDumpFilter.to(broken);
        try (FilteredEnds ends = FilteredEnds.onPair(filter)) {
            ends.filtered.enableReading();
            assertThat(filter.failure()).isEmpty();
            ends.wire.write(new byte[10]);
            ends.settle();
            ends.wire.write(new byte[10]);
            ends.settle();
            assertThat(ends.filtered.input().drain(100)).isEqualTo(20);
            assertThat(filter.failure()).get().asString().contains("the disk is full");
            assertThat(ends.log).isEmpty();
        }
    }

    @Test
    void everyByteIsShownOnceByteByByteWithAHighMarkOfOne() {
        List<String> lines = new ArrayList<>();
        try (FilteredEnds ends = FilteredEnds.onNetwork(1, Faults.chopping(), HexDumpFilter.to(lines::add, 9))) {
            ends.filtered.inputWatermark(new Watermark(0, 1));
            ends.filtered.onRead(filtered -> filtered.input().drain(1));
            ends.filtered.enableReading();
            ends.wire.enableReading();
            ends.wire.write(new byte[30]);
            ends.wire.shutdownOutput();
            ends.filtered.write(new byte[5]);
            ends.filtered.closeAfterFlush(Duration.ofHours(1));
            ends.settle();
            assertThat(lines.stream().filter(line -> line.startsWith("< 0"))).hasSize(30);
            assertThat(lines).contains("< end, 30 bytes", "> end, 5 bytes");
            ends.wire.input().drain(5);
        }
    }
}
