package io.jevent.benchmarks.network;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Puts results between the two comments in BENCHMARKS.md that mark their place, and charts beside it. */
final class Documentation {
    static final String BEGIN = "<!-- network results: written by benchmarks/run --write, do not edit -->";
    static final String END = "<!-- network results: end -->";

    private static final String CPU_CHART = "network-cpu.svg";
    private static final String P99_CHART = "network-p99.svg";

    private Documentation() {}

    /** {@return Markdown that shows the charts} */
    static String charts() {
        return "![CPU per message, as a ratio to libevent](" + CPU_CHART + ")\n\n"
                + "![99th percentile of the latency, as a ratio to libevent](" + P99_CHART + ")\n\n";
    }

    /**
     * Writes section and charts.
     *
     * @throws BenchmarkFailure if the place is not marked
     */
    static void write(Path folder, String section, Measurements measured) throws IOException {
        Path page = folder.resolve("BENCHMARKS.md");
        Files.writeString(page, replaced(Files.readString(page), section));
        Files.writeString(
                folder.resolve(CPU_CHART),
                Chart.svg(
                        "CPU time of the server per message, as a ratio to libevent in C",
                        "Shorter is better; the dashed line is libevent. Medians of the rounds, whiskers from the best to"
                                + " the worst.",
                        measured,
                        LoadResult::cpuMicros));
        Files.writeString(
                folder.resolve(P99_CHART),
                Chart.svg(
                        "99th percentile of the latency, as a ratio to libevent in C",
                        "Shorter is better; the dashed line is libevent. Medians of the rounds, whiskers from the best to"
                                + " the worst.",
                        measured,
                        LoadResult::p99Micros));
    }

    /** {@return the page with another section between the marks} */
    static String replaced(String page, String section) {
        int begin = page.indexOf(BEGIN);
        int end = page.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new BenchmarkFailure(
                    "BENCHMARKS.md has no place for results: need the lines " + BEGIN + " and " + END);
        }
        return page.substring(0, begin) + BEGIN + "\n\n" + section.strip() + "\n\n" + page.substring(end);
    }
}
