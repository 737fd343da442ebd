package io.jevent.benchmarks.network;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A Markdown table whose columns also stand under one another as plain text. */
final class MarkdownTable {
    private final List<String> heads;
    private final List<List<String>> rows = new ArrayList<>();
    private final int wordColumns;

    /**
     * Makes a table without rows.
     *
     * @param wordColumns how many columns from the left hold words; the others hold numbers
     */
    MarkdownTable(int wordColumns, String... heads) {
        this.wordColumns = wordColumns;
        this.heads = List.of(heads);
    }

    /** Adds a row with as many cells as there are heads. */
    void row(List<String> cells) {
        if (cells.size() != heads.size()) {
            throw new IllegalArgumentException("need " + heads.size() + " cells, got " + cells);
        }
        rows.add(List.copyOf(cells));
    }

    void row(String... cells) {
        row(Arrays.asList(cells));
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        line(text, heads);
        for (int column = 0; column < heads.size(); column++) {
            boolean words = column < wordColumns;
            text.append("| ")
                    .append("-".repeat(width(column) - (words ? 0 : 1)))
                    .append(words ? " " : ": ");
        }
        text.append("|\n");
        rows.forEach(row -> line(text, row));
        return text.toString();
    }

    private void line(StringBuilder text, List<String> cells) {
        for (int column = 0; column < cells.size(); column++) {
            String cell = cells.get(column);
            String space = " ".repeat(width(column) - cell.length());
            text.append("| ")
                    .append(column < wordColumns ? cell + space : space + cell)
                    .append(' ');
        }
        text.append("|\n");
    }

    private int width(int column) {
        int cells =
                rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
        return Math.max(3, Math.max(heads.get(column).length(), cells));
    }
}
