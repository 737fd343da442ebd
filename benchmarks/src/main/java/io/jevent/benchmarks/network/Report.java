package io.jevent.benchmarks.network;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The measurements of one role in Markdown, for a terminal as for the documentation. */
final class Report {
    private static final String NONE = "–";

    private final Measurements measured;
    private final Role role;
    private final Budgets budgets;
    private final StringBuilder text = new StringBuilder();

    private Report(Measurements measured, Role role) {
        this.measured = measured;
        this.role = role;
        budgets = new Budgets(measured);
    }

    /**
     * {@return all tables}
     *
     * @param charts Markdown that stands before the tables, or empty
     */
    static String of(Measurements measured, Role role, String charts, List<String> failures) {
        Report report = new Report(measured, role);
        report.text.append(charts);
        report.overview("CPU per message, as a ratio to libevent", LoadResult::cpuMicros);
        report.overview("99th percentile of the latency, as a ratio to libevent", LoadResult::p99Micros);
        measured.shapes(role).forEach(report::shape);
        report.rates();
        report.besidesTheKernel();
        report.idle();
        report.start();
        report.list("Budgets not held", report.budgets.missed(role));
        report.list("Not measured", failures);
        return report.text.toString();
    }

    private void section(String title, MarkdownTable table) {
        if (!table.isEmpty()) {
            heading(title).append(table).append('\n');
        }
    }

    private void list(String title, List<String> lines) {
        if (!lines.isEmpty()) {
            heading(title);
            lines.forEach(line -> text.append("- ").append(line).append('\n'));
            text.append('\n');
        }
    }

    /** No two headings of a page may be the same. */
    private StringBuilder heading(String title) {
        return text.append("### ").append(role.heading()).append(title).append("\n\n");
    }

    private void overview(String title, ToDoubleFunction<LoadResult> figure) {
        if (measured.shapes(role).isEmpty()) {
            return;
        }
        List<String> heads = new ArrayList<>(List.of("server"));
        measured.shapes(role).forEach(shape -> heads.add(shape.id()));
        MarkdownTable table = new MarkdownTable(1, heads.toArray(String[]::new));
        for (Server server : measured.servers(role)) {
            List<String> cells = new ArrayList<>(List.of(name(server)));
            for (Shape shape : measured.shapes(role)) {
                cells.add(median(measured.ratio(shape, server, role.libevent(), figure)));
            }
            table.row(cells);
        }
        section(title, table);
    }

    private void shape(Shape shape) {
        MarkdownTable table = new MarkdownTable(
                1,
                "server",
                "CPU µs",
                "× libevent",
                "min–max",
                "× " + role.yardstick().title(),
                "must",
                "goal",
                "p50 µs",
                "p99 µs",
                "× libevent",
                "min–max",
                "must",
                "goal");
        for (Server server : measured.servers(role)) {
            if (measured.rounds(shape, server).isEmpty()) {
                continue;
            }
            Optional<Spread> cpu = measured.ratio(shape, server, role.libevent(), LoadResult::cpuMicros);
            Optional<Spread> p99 = measured.ratio(shape, server, role.libevent(), LoadResult::p99Micros);
            Verdict cpuVerdict = budgets.cpu(shape, server);
            Verdict p99Verdict = budgets.p99(shape, server);
            table.row(
                    name(server),
                    median(measured.spread(shape, server, LoadResult::cpuMicros)),
                    median(cpu),
                    range(cpu),
                    median(measured.ratio(shape, server, role.yardstick(), LoadResult::cpuMicros)),
                    cpuVerdict.must(),
                    cpuVerdict.goal(),
                    median(measured.spread(shape, server, LoadResult::p50Micros)),
                    median(measured.spread(shape, server, LoadResult::p99Micros)),
                    median(p99),
                    range(p99),
                    p99Verdict.must(),
                    p99Verdict.goal());
        }
        section("`" + shape.id() + "`: " + shape.title(), table);
    }

    /** What a second of CPU does, in the field's own units. */
    private void rates() {
        List<Shape> shapes =
                measured.shapes(role).stream().filter(Shape::hasRate).toList();
        List<String> heads = new ArrayList<>(List.of("server"));
        for (Shape shape : shapes) {
            heads.addAll(List.of("`" + shape.id() + "`, " + shape.rateTitle(), "min–max"));
        }
        MarkdownTable table = new MarkdownTable(1, heads.toArray(String[]::new));
        for (Server server : measured.servers(role)) {
            List<String> cells = new ArrayList<>(List.of(name(server)));
            for (Shape shape : shapes) {
                Optional<Spread> rate = measured.spread(shape, server, shape::rate);
                cells.add(median(rate));
                cells.add(range(rate));
            }
            if (!shapes.isEmpty()) {
                table.row(cells);
            }
        }
        section("What a second of CPU does", table);
    }

    private void besidesTheKernel() {
        MarkdownTable table = new MarkdownTable(
                1,
                "server",
                "user CPU µs",
                "must",
                "goal",
                "heap bytes",
                "must",
                "goal",
                "system calls",
                "must",
                "goal",
                "which");
        for (Server server : measured.servers(role)) {
            Optional<Spread> user = measured.spread(role.small(), server, LoadResult::userMicros);
            Double allocation = measured.allocation.get(server);
            SystemCalls calls = measured.systemCalls.get(server);
            if (user.isEmpty() && allocation == null && calls == null) {
                continue;
            }
            Verdict userVerdict = budgets.user(server);
            Verdict heapVerdict = budgets.allocation(server);
            Verdict callVerdict = budgets.systemCalls(server);
            table.row(
                    name(server),
                    median(user),
                    userVerdict.must(),
                    userVerdict.goal(),
                    allocation == null ? NONE : Figures.of(allocation),
                    heapVerdict.must(),
                    heapVerdict.goal(),
                    calls == null ? NONE : Figures.of(calls.total()),
                    callVerdict.must(),
                    callVerdict.goal(),
                    calls == null ? NONE : calls.text());
        }
        section("For each message of 50 × 64 B", table);
    }

    private void idle() {
        MarkdownTable table =
                new MarkdownTable(1, "server", "heap", "buffers", "together", "must", "goal", "resident memory");
        of(measured.idle).forEach((server, idle) -> {
            Verdict verdict = budgets.idle(server);
            table.row(
                    name(server),
                    whole(idle.heap()),
                    whole(idle.buffers()),
                    whole(idle.counted()),
                    verdict.must(),
                    verdict.goal(),
                    Figures.whole(idle.resident()));
        });
        section("Bytes for each idle connection", table);
    }

    private void start() {
        MarkdownTable table =
                new MarkdownTable(1, "server", "ms", "min–max", "with AOT cache, ms", "min–max", "must", "goal");
        of(measured.starts).forEach((server, starts) -> {
            Optional<Spread> plain = Spread.of(starts);
            Optional<Spread> cached = Spread.of(listOf(measured.cachedStarts.get(server)));
            Verdict verdict = budgets.start(server);
            table.row(
                    name(server),
                    median(plain),
                    range(plain),
                    median(cached),
                    range(cached),
                    verdict.must(),
                    verdict.goal());
        });
        section("From start to the first byte echoed", table);
    }

    /** Those of this role. */
    private <T> Map<Server, T> of(Map<Server, T> all) {
        Map<Server, T> some = new EnumMap<>(Server.class);
        all.forEach((server, value) -> {
            if (server.role() == role) {
                some.put(server, value);
            }
        });
        return some;
    }

    private static List<Double> listOf(@Nullable List<Double> values) {
        return values == null ? List.of() : values;
    }

    private static String name(Server server) {
        return server.isJevent() ? "**" + server.title() + "**" : server.title();
    }

    private static String median(Optional<Spread> spread) {
        return spread.map(found -> Figures.of(found.median())).orElse(NONE);
    }

    private static String range(Optional<Spread> spread) {
        return spread.map(found -> Figures.of(found.min()) + "–" + Figures.of(found.max()))
                .orElse(NONE);
    }

    private static String whole(OptionalDouble number) {
        return number.isPresent() ? Figures.whole(number.getAsDouble()) : NONE;
    }
}
