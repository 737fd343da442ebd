package io.jevent.benchmarks.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

/** The tables, the charts, and their place in the documentation. */
class PageTest {
    private static Measurements measured() {
        Measurements measured = new Measurements();
        measured.add(Shape.ECHO_64, Server.LIBEVENT, 1, new LoadResult(1000, 1000, 0, 4_000_000, 1, 2000, 3));
        measured.add(Shape.ECHO_64, Server.JEVENT_NIO, 1, new LoadResult(1000, 1000, 0, 2_000_000, 1, 9000, 3));
        measured.add(Shape.PROXY_16K, Server.PROXY_LIBEVENT, 1, new LoadResult(1000, 1000, 0, 8_000_000, 1, 2000, 3));
        measured.add(Shape.PROXY_16K, Server.HAPROXY, 1, new LoadResult(1000, 1000, 0, 4_000_000, 1, 2000, 3));
        measured.add(Shape.PROXY_16K, Server.PROXY_JEVENT_NIO, 1, new LoadResult(1000, 1000, 0, 6_000_000, 1, 2000, 3));
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
    void onlyWhatStandsBetweenTheMarksOfTheRoleIsReplaced() {
        String page = "before\n" + marked(Documentation.ECHO, "\nold\n") + marked(Documentation.PROXY, "\nold\n");
        String once = Documentation.PROXY.replaced(page, "new");
        assertThat(once)
                .isEqualTo("before\n" + marked(Documentation.ECHO, "\nold\n")
                        + marked(Documentation.PROXY, "\n\nnew\n\n"));
        assertThat(Documentation.PROXY.replaced(once, "new")).isEqualTo(once);
    }

    private static String marked(Documentation place, String text) {
        return place.begin() + text + place.end() + "\nafter\n";
    }

    @Test
    void aPageWithoutMarksIsLeftAlone() {
        assertThatThrownBy(() -> Documentation.ECHO.replaced("text", "new")).isInstanceOf(BenchmarkFailure.class);
    }

    @Test
    void theProjectsOwnPageHasTheMarks() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "BENCHMARKS.md"));
        for (Role role : Role.values()) {
            assertThat(Documentation.of(role).replaced(page, "new")).contains("\n\nnew\n\n");
        }
    }

    @Test
    void aReportShowsWinsAndLosses() {
        assertThat(Report.of(measured(), Role.ECHO, "", List.of("start, libevent: did not answer")))
                .containsPattern("\\*\\*jevent nio\\*\\* +\\| +0\\.50 \\|")
                .contains("- must: jevent nio, p99, 50 × 64 B: 4.50 × libevent C, at most 1.00")
                .contains("### Not measured\n\n- start, libevent: did not answer")
                .doesNotContain("proxy", "HAProxy");
    }

    @Test
    void aReportOfProxiesShowsProxiesOnly() {
        assertThat(Report.of(measured(), Role.PROXY, "", List.of()))
                .containsPattern("\\*\\*jevent nio\\*\\* +\\| +0\\.75 \\|")
                .contains("× HAProxy", "### Proxies: `proxy-50x16k`: 50 × 16 KiB")
                .contains("- goal: jevent nio, CPU, 50 × 16 KiB: 1.50 × HAProxy, at most 1.00")
                .doesNotContain("echo-50x64", "C epoll");
    }

    @Test
    void aReportOfTlsShowsWhatASecondOfCpuDoes() {
        Measurements measured = measured();
        LoadResult result = new LoadResult(1000, 1000, 0, 500_000_000, 1, 2000, 3);
        measured.add(Shape.TLS_RESUME, Server.TLS_JEVENT_NIO, 1, result);
        measured.idle.put(
                Server.TLS_JEVENT_NIO, new IdleMemory(OptionalDouble.of(9000), OptionalDouble.of(500), 12_000));
        measured.idle.put(Server.JEVENT_NIO, new IdleMemory(OptionalDouble.of(900), OptionalDouble.of(50), 1200));
        assertThat(Report.of(measured, Role.TLS, "", List.of()))
                .contains("### TLS: What a second of CPU does", "`tls-resume`, handshakes / CPU s")
                .containsPattern("\\*\\*jevent nio\\*\\* +\\| +2,000 \\|")
                .containsPattern("\\*\\*jevent nio\\*\\* +\\| +9,000 \\| +500 \\| +9,500 \\|")
                .doesNotContain("1,200");
    }

    @Test
    void aChartIsWellFormedAndHasABarForEachServer() throws Exception {
        String svg = Chart.svg("title", "note", measured(), Role.ECHO, LoadResult::p99Micros);
        var chart =
                DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
        assertThat(chart.getDocumentElement().getTagName()).isEqualTo("svg");
        assertThat(svg)
                .contains(">libevent C<", ">jevent nio<", ">1.00<", ">4.50 ›<")
                .doesNotContain("HAProxy", "Netty");
    }
}
