package io.jevent.tests.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of libevent's symbols and our answers: every Java member it names exists, and the guide shows it as it is. */
class PortingTableTest {
    private static final Path DOCS = Path.of("..", "docs");
    private static final String BEGIN = "<!-- from porting.tsv: begin -->\n";
    private static final String END = "<!-- from porting.tsv: end -->\n";

    private record Row(String area, String symbol, String answer, String member, String note) {}

    private static List<Row> rows() throws IOException {
        List<Row> rows = new ArrayList<>();
        for (String line :
                Files.readAllLines(DOCS.resolve("porting.tsv")).stream().skip(1).toList()) {
            String[] cells = line.split("\t", -1);
            assertThat(cells).as(line).hasSize(5);
            rows.add(new Row(cells[0], cells[1], cells[2], cells[3], cells[4]));
        }
        return rows;
    }

    @Test
    void everyRowHasOneOfTheFourAnswersAndAReasonWhereThereIsNoMember() throws IOException {
        assertThat(rows()).allSatisfy(row -> {
            assertThat(row.answer()).isIn("java", "later", "left out", "not begun");
            if (!row.answer().equals("java")) {
                assertThat(row.note()).as(row.symbol()).isNotEqualTo("-").isNotBlank();
            }
        });
        assertThat(rows().stream().map(row -> row.area() + row.symbol())).doesNotHaveDuplicates();
    }

    @Test
    void everyJavaMemberNamedExistsAndIsPublic() throws IOException {
        List<String> missing = new ArrayList<>();
        for (Row row : rows()) {
            if (row.answer().equals("java") && !exists(row.member())) {
                missing.add(row.symbol() + " -> " + row.member());
            }
        }
        assertThat(missing).isEmpty();
    }

    private static boolean exists(String name) {
        int hash = name.indexOf('#');
        try {
            Class<?> type = Class.forName(hash < 0 ? name : name.substring(0, hash));
            if (!Modifier.isPublic(type.getModifiers())) {
                return false;
            }
            String member = name.substring(hash + 1);
            return hash < 0
                    || Stream.of(type.getMethods())
                            .anyMatch(method -> method.getName().equals(member))
                    || Stream.of(type.getFields())
                            .anyMatch(field -> field.getName().equals(member));
        } catch (ClassNotFoundException _) {
            return false;
        }
    }

    /** Rewrites the guide with -Djevent.porting.write=true. */
    @Test
    void theGuideShowsTheTableAsItIsAndTheCoverageOfEachArea() throws IOException {
        Path guide = DOCS.resolve("PORTING.md");
        String text = Files.readString(guide);
        int from = text.indexOf(BEGIN) + BEGIN.length();
        int to = text.indexOf(END);
        String expected = coverage() + table();
        if (Boolean.getBoolean("jevent.porting.write")) {
            Files.writeString(guide, text.substring(0, from) + expected + text.substring(to));
            return;
        }
        System.out.print(coverage());
        assertThat(text.substring(from, to))
                .as("docs/PORTING.md against docs/porting.tsv")
                .isEqualTo(expected);
    }

    private static String coverage() throws IOException {
        Map<String, int[]> areas = new LinkedHashMap<>();
        Map<String, String> notBegun = new LinkedHashMap<>();
        for (Row row : rows()) {
            if (row.answer().equals("not begun")) {
                notBegun.put(row.area(), row.member() + " | not begun: " + row.note());
                continue;
            }
            int[] counts = areas.computeIfAbsent(row.area(), area -> new int[3]);
            counts[List.of("java", "later", "left out").indexOf(row.answer())]++;
        }
        StringBuilder text = new StringBuilder(
                "\n| area | symbols | answered | left out | later |\n| --- | --- | --- | --- | --- |\n");
        areas.forEach((area, counts) -> {
            int all = counts[0] + counts[1] + counts[2];
            text.append(String.format(
                    Locale.ROOT, "| %s | %d | %d | %d | %d |%n", area, all, counts[0], counts[2], counts[1]));
        });
        notBegun.forEach((area, rest) ->
                text.append("| ").append(area).append(" | ").append(rest).append(" | | |\n"));
        return text.append('\n').toString();
    }

    private static String table() throws IOException {
        StringBuilder text = new StringBuilder();
        String area = "";
        for (Row row : rows()) {
            if (row.answer().equals("not begun")) {
                continue;
            }
            if (!row.area().equals(area)) {
                area = row.area();
                text.append("\n### ").append(area).append("\n\n| libevent | jevent |\n| --- | --- |\n");
            }
            text.append("| `")
                    .append(row.symbol())
                    .append("` | ")
                    .append(answerOf(row))
                    .append(" |\n");
        }
        return text.append('\n').toString();
    }

    private static String answerOf(Row row) {
        if (!row.answer().equals("java")) {
            String because = row.answer().equals("left out") ? "left out, because: " : "later: ";
            return because + row.note();
        }
        String name = row.member().replaceFirst("^io\\.jevent\\.[a-z]+\\.", "").replaceFirst("^java\\.[a-z.]+\\.", "");
        String shown = "`" + name.replace('#', '.').replace('$', '.') + "`";
        return row.note().equals("-") ? shown : shown + ", " + row.note();
    }
}
