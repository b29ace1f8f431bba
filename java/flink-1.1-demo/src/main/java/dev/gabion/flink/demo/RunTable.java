package dev.gabion.flink.demo;

import dev.gabion.demo.Text;
import dev.gabion.flink.Percentile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** The table at the end: a row for each figure, a column for each run. */
final class RunTable {
    private final List<Run> runs;
    private final List<List<String>> rows = new ArrayList<>();

    private RunTable(List<Run> runs) {
        this.runs = runs;
    }

    /** The table as text. */
    static String of(List<Run> runs) {
        RunTable table = new RunTable(runs);
        table.add("", run -> run.mode.toString());
        table.add("records", run -> Text.count(run.words));
        table.add("records/s", run -> Text.count(run.rate()));
        table.add("checkpoints completed", run -> Text.count(run.completed));
        table.add("a task's pause p50 / max", run -> spread(run.pauses));
        table.add("  the barrier in it", run -> spread(run.barriers));
        table.add("a checkpoint takes p50 / max", run -> spread(run.durations));
        table.add("largest checkpoint", run -> Text.bytes(run.largestBytes()));
        table.add("task failed", run -> "at word " + Text.count(run.failedAt));
        table.add("  checkpoints before that", run -> Text.count(run.completedBeforeFailure));
        table.add("  went on", run -> "at word " + Text.count(run.resumedAt));
        table.add("  after", run -> Text.millis(run.resumed - run.failed));
        table.add("a task's restore, longest", run -> Text.millis(Percentile.of(run.restores, 100)));
        table.add("result", run -> "equal");
        return table.text();
    }

    private static String spread(List<Long> nanos) {
        return Text.millis(Percentile.median(nanos)) + " / " + Text.millis(Percentile.of(nanos, 100));
    }

    private void add(String name, Function<Run, String> value) {
        List<String> row = new ArrayList<>(Arrays.asList(name));
        runs.forEach(run -> row.add(value.apply(run)));
        rows.add(row);
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < row.size(); column++) {
                line.append("  ").append(row.get(column));
                line.append(" ".repeat(width(column) - row.get(column).length()));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    private int width(int column) {
        return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
    }
}
