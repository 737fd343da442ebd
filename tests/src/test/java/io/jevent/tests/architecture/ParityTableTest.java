package io.jevent.tests.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every case of libevent's own regression suite, in the areas begun, has a test here that cites it, or a reason why not; the
 * table is docs/behaviours.tsv. A citation is a comment behind the tag: {@code // regress.c: case, case; file.c: case}.
 */
class ParityTableTest {
    private static final Path TOP = Path.of("..");
    private static final Pattern CITATION = Pattern.compile("@Tag\\(\"parity\"\\)((?:\\s*//[^\\n]*\\n)+)");
    private static final Pattern SOURCE = Pattern.compile("([\\w.-]+\\.(?:c|py)):(.*)");
    private static final Pattern CASE_WITH_SOURCE = Pattern.compile("(\\S+) \\((\\S+)\\)");

    /** One row of the table. */
    private record Row(String area, String source, String name, String answer, String note) {
        String id() {
            return source + ": " + name;
        }
    }

    private static List<Row> rows() throws IOException {
        return Files.readAllLines(TOP.resolve("docs/behaviours.tsv")).stream()
                .skip(1)
                .map(line -> line.split("\t", -1))
                .map(f -> new Row(f[0], f[1], f[2], f[3], f[4]))
                .toList();
    }

    private static Set<String> citations() throws IOException {
        Set<String> cited = new TreeSet<>();
        for (String module : List.of("core", "tests")) {
            try (Stream<Path> walk = Files.walk(TOP.resolve(module).resolve("src/test/java"))) {
                for (Path file :
                        walk.filter(path -> path.toString().endsWith(".java")).toList()) {
                    Matcher matcher = CITATION.matcher(Files.readString(file));
                    while (matcher.find()) {
                        addCases(matcher.group(1).replaceAll("\\s*//\\s*", " "), cited, file);
                    }
                }
            }
        }
        return cited;
    }

    private static void addCases(String comment, Set<String> cited, Path file) {
        for (String part : comment.strip().split(";", -1)) {
            Matcher source = SOURCE.matcher(part.strip());
            assertThat(source.matches()).as("citation in %s: %s", file, part).isTrue();
            for (String name : source.group(2).split(",", -1)) {
                Matcher other = CASE_WITH_SOURCE.matcher(name.strip());
                cited.add(
                        other.matches()
                                ? other.group(2) + ": " + other.group(1)
                                : source.group(1) + ": " + name.strip());
            }
        }
    }

    @Test
    void everyCaseIsCitedByATestOrHasAReason() throws IOException {
        Set<String> cited = citations();
        for (Row row : rows()) {
            switch (row.answer()) {
                case "test" -> assertThat(cited).as("tests that cite " + row).contains(row.id());
                case "later", "left out" ->
                    assertThat(row.note()).as("reason of " + row).isNotBlank().isNotEqualTo("-");
                default -> throw new AssertionError("unknown answer of " + row);
            }
        }
    }

    @Test
    void everyCitationNamesACaseOfTheTable() throws IOException {
        assertThat(rows().stream().map(Row::id)).doesNotHaveDuplicates().containsAll(citations());
    }

    @Test
    void aReportCountsThem() throws IOException {
        Map<String, int[]> areas = new LinkedHashMap<>();
        for (Row row : rows()) {
            int[] counts = areas.computeIfAbsent(row.area(), area -> new int[3]);
            counts[List.of("test", "later", "left out").indexOf(row.answer())]++;
        }
        areas.forEach((area, counts) -> System.out.print(String.format(
                Locale.ROOT,
                "%-12s %3d cases: %3d tested, %d later, %d left out%n",
                area,
                counts[0] + counts[1] + counts[2],
                counts[0],
                counts[1],
                counts[2])));
        assertThat(areas).isNotEmpty();
    }
}
