package io.jevent.benchmarks.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

/** The tables, the charts, and their place in the documentation. */
class PageTest {
    private static Measurements measured() {
        Measurements measured = new Measurements();
        measured.add(Shape.ECHO_64, Server.LIBEVENT, 1, new LoadResult(1000, 1000, 0, 4_000_000, 1, 2000, 3));
        measured.add(Shape.ECHO_64, Server.JEVENT_NIO, 1, new LoadResult(1000, 1000, 0, 2_000_000, 1, 9000, 3));
        return measured;
    }

    @Test
    void columnsStandUnderOneAnother() {
        MarkdownTable table = new MarkdownTable(1, "server", "µs");
        table.row("libevent C", "1.00");
        table.row("a", "12.5");
        assertThat(table).hasToString("""
                | server     |   µs |
                | ---------- | ---: |
                | libevent C | 1.00 |
                | a          | 12.5 |
                """);
    }

    @Test
    void aRowWithTooFewCellsIsAMistake() {
        assertThatThrownBy(() -> new MarkdownTable(1, "a", "b").row("c")).hasMessageContaining("need 2 cells");
    }

    @Test
    void onlyWhatStandsBetweenTheMarksIsReplaced() {
        String page = "before\n" + Documentation.BEGIN + "\nold\n" + Documentation.END + "\nafter\n";
        String once = Documentation.replaced(page, "new");
        assertThat(once).isEqualTo("before\n" + Documentation.BEGIN + "\n\nnew\n\n" + Documentation.END + "\nafter\n");
        assertThat(Documentation.replaced(once, "new")).isEqualTo(once);
    }

    @Test
    void aPageWithoutMarksIsLeftAlone() {
        assertThatThrownBy(() -> Documentation.replaced("text", "new")).isInstanceOf(BenchmarkFailure.class);
    }

    @Test
    void theProjectsOwnPageHasTheMarks() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "BENCHMARKS.md"));
        assertThat(Documentation.replaced(page, "new")).contains("\n\nnew\n\n");
    }

    @Test
    void aReportShowsWinsAndLosses() {
        assertThat(Report.of(measured(), "", List.of("start, libevent: did not answer")))
                .containsPattern("\\*\\*jevent nio\\*\\* +\\| +0\\.50 \\|")
                .contains("- must: jevent nio, p99, 50 × 64 B: 4.50 × libevent C, at most 1.00")
                .contains("### Not measured\n\n- start, libevent: did not answer");
    }

    @Test
    void aChartIsWellFormedAndHasABarForEachServer() throws Exception {
        String svg = Chart.svg("title", "note", measured(), LoadResult::p99Micros);
        var chart =
                DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
        assertThat(chart.getDocumentElement().getTagName()).isEqualTo("svg");
        assertThat(svg).contains(">libevent C<", ">jevent nio<", ">1.00<", ">4.50 ›<");
    }
}
