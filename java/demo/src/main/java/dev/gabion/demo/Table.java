package dev.gabion.demo;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Names and values in two columns. One thread. */
final class Table {
    /** One line of it. */
    static final class Line {
        final String name;
        final String value;

        private Line(String name, String value) {
            this.name = name;
            this.value = value;
        }
    }

    private final List<Line> lines = new ArrayList<>();

    Table add(String name, String value) {
        lines.add(new Line(name, value));
        return this;
    }

    List<Line> lines() {
        return Collections.unmodifiableList(lines);
    }

    /** The table as text, names padded to one width. */
    @Override
    public String toString() {
        int width = lines.stream().mapToInt(line -> line.name.length()).max().orElse(0);
        StringBuilder text = new StringBuilder();
        for (Line line : lines) {
            text.append("  ").append(line.name);
            text.append(" ".repeat(width - line.name.length())).append("   ").append(line.value).append('\n');
        }
        return text.toString();
    }
}
