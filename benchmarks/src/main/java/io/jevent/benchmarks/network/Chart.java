package io.jevent.benchmarks.network;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * Ratios to libevent as an SVG, for the servers of one role: a panel for each shape, a bar for each server, a whisker from the smallest to the largest
 * round. Written by hand, as the libraries that draw SVG measure text with AWT, for which a server has no fonts.
 */
final class Chart {
    private static final int WIDTH = 980;
    private static final int LABELS = 140;

    /** What a letter more than these takes. */
    private static final int LETTER = 7;

    private static final int LETTERS = 19;
    private static final int GAP = 22;
    private static final int MARGIN = 18;
    private static final int HEAD = 84;
    private static final int ROW = 20;
    private static final int PANEL_HEAD = 30;
    private static final int PANEL_FOOT = 34;
    private static final double LONGEST = 2;

    /** What a label beside a bar needs. */
    private static final int FIGURE = 34;

    private final Measurements measured;
    private final Role role;
    private final ToDoubleFunction<LoadResult> figure;
    private final List<Server> servers;
    private final int labels;
    private final int columns;
    private final int panelWidth;
    private final double scaleEnd;
    private final StringBuilder svg = new StringBuilder();

    private Chart(Measurements measured, Role role, ToDoubleFunction<LoadResult> figure) {
        this.measured = measured;
        this.role = role;
        this.figure = figure;
        servers = measured.servers(role);
        columns = columnsFor(measured.shapes(role).size());
        int longestTitle = servers.stream()
                .mapToInt(server -> server.title().length())
                .max()
                .orElse(0);
        labels = LABELS + LETTER * Math.max(0, longestTitle - LETTERS);
        panelWidth = (WIDTH - 2 * MARGIN - labels - (columns - 1) * GAP) / columns;
        double longest = measured.shapes(role).stream()
                .flatMap(shape -> servers.stream().flatMap(server -> ratio(shape, server).stream()))
                .mapToDouble(Spread::median)
                .max()
                .orElse(1);
        scaleEnd = Math.clamp(Math.ceil(longest * 4) / 4, 1.25, LONGEST);
    }

    /** {@return the chart, complete} */
    static String svg(
            String title, String note, Measurements measured, Role role, ToDoubleFunction<LoadResult> figure) {
        return new Chart(measured, role, figure).draw(title, note);
    }

    /** Three panels side by side, or two where that leaves no gap and three would. */
    private static int columnsFor(int panels) {
        return panels % 3 != 0 && panels % 2 == 0 ? 2 : 3;
    }

    private Optional<Spread> ratio(Shape shape, Server server) {
        return measured.ratio(shape, server, role.libevent(), figure);
    }

    private String draw(String title, String note) {
        List<Shape> shapes = measured.shapes(role);
        int panelHeight = PANEL_HEAD + servers.size() * ROW + PANEL_FOOT;
        int height = HEAD + (shapes.size() + columns - 1) / columns * panelHeight + MARGIN / 2;
        add(
                "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' font-family='%s' font-size='13'>",
                WIDTH, height, "system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif");
        add("<title>%s</title>", title);
        add("<rect width='%d' height='%d' rx='8' fill='#ffffff'/>", WIDTH, height);
        words(MARGIN, 30, "start", "#1c2733", "font-size='18' font-weight='600'", title);
        words(MARGIN, 50, "start", "#5b6875", "", note);
        legend();
        for (int index = 0; index < shapes.size(); index++) {
            int left = MARGIN + labels + index % columns * (panelWidth + GAP);
            int top = HEAD + index / columns * panelHeight;
            if (index % columns == 0) {
                labels(top + PANEL_HEAD);
            }
            panel(shapes.get(index), left, top);
        }
        return svg.append("</svg>\n").toString();
    }

    private void legend() {
        int left = MARGIN;
        for (Server.Family family : Server.Family.values()) {
            if (servers.stream().noneMatch(server -> server.family() == family)) {
                continue;
            }
            add("<rect x='%d' y='62' width='12' height='12' rx='2' fill='%s'/>", left, colour(family));
            String name = switch (family) {
                case C -> "in C";
                case JEVENT -> "jevent";
                case NETTY -> "Netty";
                case JDK -> "the JDK alone";
            };
            words(left + 18, 73, "start", "#1c2733", "", name);
            left += 40 + 8 * name.length();
        }
    }

    private void labels(int top) {
        for (int row = 0; row < servers.size(); row++) {
            Server server = servers.get(row);
            words(
                    MARGIN + labels - 10,
                    top + row * ROW + 14,
                    "end",
                    server.isJevent() ? "#a63c06" : "#1c2733",
                    server.isJevent() ? "font-weight='600'" : "",
                    server.title());
        }
    }

    private void panel(Shape shape, int left, int top) {
        int first = top + PANEL_HEAD;
        int end = first + servers.size() * ROW;
        words(left, top + 18, "start", "#1c2733", "font-weight='600'", shape.title());
        for (double tick = 0; tick <= scaleEnd; tick += 0.5) {
            double x = left + length(tick);
            add("<line x1='%.1f' y1='%d' x2='%.1f' y2='%d' stroke='#e3e8ee'/>", x, first, x, end);
            words(x, end + 16, "middle", "#5b6875", "font-size='11'", String.format(Locale.ROOT, "%.1f", tick));
        }
        for (int row = 0; row < servers.size(); row++) {
            Server server = servers.get(row);
            int y = first + row * ROW;
            ratio(shape, server).ifPresent(spread -> bar(server, spread, left, y));
        }
        line(left + length(1), first, end);
        for (int row = 0; row < servers.size(); row++) {
            Server server = servers.get(row);
            int y = first + row * ROW;
            ratio(shape, server).ifPresent(spread -> figure(server, spread, left, y));
        }
    }

    private void line(double one, int first, int end) {
        add(
                "<line x1='%.1f' y1='%d' x2='%.1f' y2='%d' stroke='#1c2733' stroke-dasharray='3 3'/>",
                one, first - 2, one, end);
    }

    private void bar(Server server, Spread spread, int left, int y) {
        double end = length(spread.median());
        add(
                "<rect x='%d' y='%d' width='%.1f' height='%d' rx='2' fill='%s'/>",
                left, y + 3, end, ROW - 6, colour(server.family()));
        double whiskerEnd = length(spread.max());
        add(
                "<line x1='%.1f' y1='%d' x2='%.1f' y2='%d' stroke='#1c2733' stroke-opacity='0.55'/>",
                left + length(spread.min()), y + ROW / 2, left + whiskerEnd, y + ROW / 2);
    }

    private void figure(Server server, Spread spread, int left, int y) {
        double end = length(spread.median());
        double whiskerEnd = length(spread.max());
        String weight = server.isJevent() ? "font-size='12' font-weight='600'" : "font-size='12'";
        String figures = String.format(Locale.ROOT, "%.2f", spread.median()) + (spread.median() > scaleEnd ? " ›" : "");
        double beside = Math.max(end, whiskerEnd) + 4;
        if (beside + FIGURE <= panelWidth + GAP) {
            // Covers the line at 1, which would cross the figure out.
            add("<rect x='%.1f' y='%d' width='27' height='%d' fill='#ffffff'/>", left + beside - 1, y + 3, ROW - 6);
            words(left + beside, y + 14, "start", "#1c2733", weight, figures);
        } else {
            words(left + end - 4, y + 14, "end", "#ffffff", weight, figures);
        }
    }

    private double length(double ratio) {
        return Math.min(ratio, scaleEnd) / scaleEnd * (panelWidth - FIGURE + GAP);
    }

    private static String colour(Server.Family family) {
        return switch (family) {
            case C -> "#68768a";
            case JEVENT -> "#e8590c";
            case NETTY -> "#8fb3d9";
            case JDK -> "#b5c4b1";
        };
    }

    private void words(double x, int y, String anchor, String colour, String style, String words) {
        add("<text x='%.1f' y='%d' text-anchor='%s' fill='%s' %s>%s</text>", x, y, anchor, colour, style, words);
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency
    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
