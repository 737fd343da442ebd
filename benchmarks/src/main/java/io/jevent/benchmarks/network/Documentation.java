package io.jevent.benchmarks.network;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.ToDoubleFunction;

/** Puts results between the two comments in BENCHMARKS.md that mark the place of their role, and charts beside it. */
enum Documentation {
    ECHO(Role.ECHO, "network"),
    PROXY(Role.PROXY, "proxy"),
    TLS(Role.TLS, "tls");

    private static final String NOTE =
            "Shorter is better; the dashed line is libevent. Medians of the rounds, whiskers from"
                    + " the best to the worst.";

    private final Role role;
    private final String name;

    Documentation(Role role, String name) {
        this.role = role;
        this.name = name;
    }

    /** {@return the one for a role} */
    static Documentation of(Role role) {
        return switch (role) {
            case ECHO -> ECHO;
            case PROXY -> PROXY;
            case TLS -> TLS;
        };
    }

    /** {@return the line before the results} */
    String begin() {
        return "<!-- " + name + " results: written by benchmarks/run --write, do not edit -->";
    }

    /** {@return the line after them} */
    String end() {
        return "<!-- " + name + " results: end -->";
    }

    /** {@return Markdown that shows the charts} */
    String charts() {
        return "![CPU per message, as a ratio to libevent](" + name + "-cpu.svg)\n\n"
                + "![99th percentile of the latency, as a ratio to libevent](" + name + "-p99.svg)\n\n";
    }

    /**
     * Writes section and charts.
     *
     * @throws BenchmarkFailure if the place is not marked
     */
    void write(Path folder, String section, Measurements measured) throws IOException {
        Path page = folder.resolve("BENCHMARKS.md");
        Files.writeString(page, replaced(Files.readString(page), section));
        String who = switch (role) {
            case ECHO -> "server";
            case PROXY -> "proxy";
            case TLS -> "TLS proxy";
        };
        chart(
                folder.resolve(name + "-cpu.svg"),
                "CPU time of the " + who + " per message, as a ratio to libevent in C",
                measured,
                LoadResult::cpuMicros);
        chart(
                folder.resolve(name + "-p99.svg"),
                "99th percentile of the latency" + (role.isProxy() ? " through a " + who : "")
                        + ", as a ratio to libevent in C",
                measured,
                LoadResult::p99Micros);
    }

    private void chart(Path file, String title, Measurements measured, ToDoubleFunction<LoadResult> figure)
            throws IOException {
        Files.writeString(file, Chart.svg(title, NOTE, measured, role, figure));
    }

    /** {@return the page with another section between the marks} */
    String replaced(String page, String section) {
        int begin = page.indexOf(begin());
        int end = page.indexOf(end());
        if (begin < 0 || end < begin) {
            throw new BenchmarkFailure(
                    "BENCHMARKS.md has no place for results: need the lines " + begin() + " and " + end());
        }
        return page.substring(0, begin) + begin() + "\n\n" + section.strip() + "\n\n" + page.substring(end);
    }
}
