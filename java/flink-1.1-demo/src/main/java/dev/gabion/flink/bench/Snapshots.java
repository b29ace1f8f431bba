package dev.gabion.flink.bench;

import dev.gabion.demo.JobDied;
import dev.gabion.demo.Message;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** Measures snapshots and restores of a large value state, with one row in a hundred written since the last snapshot. */
final class Snapshots {
    private static final List<String> MODES = Arrays.asList("semi-async", "fully-async");
    private static final int ROWS_PER_MEGABYTE = 1_000_000 / Kind.VALUE_BYTES;

    private final Settings settings;
    private final List<Contender> contenders;
    private final Consumer<String> progress;

    Snapshots(Settings settings, List<Contender> contenders, Consumer<String> progress) {
        this.settings = settings;
        this.contenders = contenders;
        this.progress = progress;
    }

    /** What is measured of one mode at one size, in milliseconds and megabytes. */
    private static final class Figures {
        private final Columns pause = new Columns();
        private final Columns snapshot = new Columns();
        private final Columns restore = new Columns();
        private final Columns size = new Columns();

        List<String> lines(String what) {
            return Arrays.asList(
                    line(what, "pause, ms", pause),
                    line(what, "snapshot, ms", snapshot),
                    line(what, "restore, ms", restore),
                    line(what, "size, MB", size));
        }

        private static String line(String what, String figure, Columns values) {
            StringBuilder line = new StringBuilder("| " + what + " | " + figure);
            for (Contender.Which which : Contender.Which.values()) {
                line.append(" | ").append(Columns.number(values.median(which)));
                line.append(" (").append(Columns.number(values.largest(which))).append(")");
            }
            line.append(" | ").append(Columns.number(values.timesGabion(Contender.Which.UPSTREAM)));
            line.append(" | ").append(Columns.number(values.timesGabion(Contender.Which.HEAP)));
            return line.append(" |").toString();
        }
    }

    /** The lines of a table: medians, largest values in brackets; how many times Gabion's the others are. */
    List<String> measure() throws IOException, InterruptedException, JobDied {
        List<String> lines = new ArrayList<>();
        for (int megabytes : settings.state) {
            if (settings.rows.matcher(megabytes + " MB").find()) {
                lines.addAll(measure(megabytes));
            }
        }
        if (!lines.isEmpty()) {
            lines.add(0, "| State, snapshot | Figure | Gabion | upstream 1.1.3 | heap | upstream : Gabion | heap : Gabion |");
            lines.add(1, "| --- | --- | --- | --- | --- | --- | --- |");
        }
        return lines;
    }

    private List<String> measure(int megabytes) throws IOException, InterruptedException, JobDied {
        long rows = (long) megabytes * ROWS_PER_MEGABYTE;
        for (Contender contender : contenders) {
            contender.ask(new Message("open").with("kind", Kind.VALUE).with("keys", rows).with("writes", 1));
            progress.accept(contender.which.text + " has written " + megabytes + " MB of state");
        }
        List<Figures> figures = Arrays.asList(new Figures(), new Figures());
        for (int round = -1; round < settings.rounds; round++) {
            for (int mode = 0; mode < MODES.size(); mode++) {
                // The first round warms up.
                turn(MODES.get(mode), rows / 100, round < 0 ? new Figures() : figures.get(mode));
            }
            progress.accept(megabytes + " MB: " + (round + 1) + " of " + settings.rounds + " rounds");
        }
        for (Contender contender : contenders) {
            contender.ask(new Message("close"));
        }
        List<String> lines = new ArrayList<>();
        for (int mode = 0; mode < MODES.size(); mode++) {
            lines.addAll(figures.get(mode).lines(megabytes + " MB, " + MODES.get(mode)));
        }
        lines.forEach(progress);
        return lines;
    }

    private void turn(String mode, long writes, Figures figures) throws IOException, InterruptedException, JobDied {
        for (Contender contender : contenders) {
            contender.ask(new Message("write").with("count", writes));
            Message snapshot = contender.ask(new Message("snapshot").with("mode", mode));
            figures.pause.add(contender.which, snapshot.number("pause") / 1e6);
            figures.snapshot.add(contender.which, snapshot.number("nanos") / 1e6);
            figures.size.add(contender.which, snapshot.number("bytes") / 1e6);
            Message restored = contender.ask(new Message("restore"));
            figures.restore.add(contender.which, restored.number("nanos") / 1e6);
        }
    }
}
