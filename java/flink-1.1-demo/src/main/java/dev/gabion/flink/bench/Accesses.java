package dev.gabion.flink.bench;

import dev.gabion.demo.JobDied;
import dev.gabion.demo.Message;
import dev.gabion.flink.Percentile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Measures reads and writes of keyed state. */
final class Accesses {
    /** A row of the table. */
    private enum Row {
        VALUE_GET("value get", Kind.VALUE, "read", 1),
        VALUE_UPDATE("value update", Kind.VALUE, "write", 1),
        LIST_ADD("list add", Kind.LIST, "write", 0),
        LIST_GET("list get, 10 elements", Kind.LIST, "read", 10),
        REDUCING_ADD("reducing add", Kind.REDUCING, "write", 1),
        FOLDING_ADD("folding add", Kind.FOLDING, "write", 1);

        private final String text;
        private final Kind kind;
        private final String order;
        /** Writes under each key before it begins. */
        private final int writes;

        Row(String text, Kind kind, String order, int writes) {
            this.text = text;
            this.kind = kind;
            this.order = order;
            this.writes = writes;
        }
    }

    private static final int FIRST_COUNT = 20_000;
    private static final int WARM_UPS = 3;

    private final Settings settings;
    private final List<Contender> contenders;
    private final Consumer<String> progress;

    Accesses(Settings settings, List<Contender> contenders, Consumer<String> progress) {
        this.settings = settings;
        this.contenders = contenders;
        this.progress = progress;
    }

    /** The lines of a table: microseconds per access, medians; how many times Gabion's the others are. */
    List<String> measure() throws IOException, InterruptedException, JobDied {
        List<String> lines = new ArrayList<>();
        for (int keys : settings.keys) {
            for (Row row : Row.values()) {
                if (settings.rows.matcher(row.text).find()) {
                    lines.add(measure(row, keys));
                }
            }
        }
        if (!lines.isEmpty()) {
            lines.add(0, "| Access | Keys | Gabion | upstream 1.1.3 | heap | upstream : Gabion | heap : Gabion |");
            lines.add(1, "| --- | --- | --- | --- | --- | --- | --- |");
        }
        return lines;
    }

    private String measure(Row row, int keys) throws IOException, InterruptedException, JobDied {
        for (Contender contender : contenders) {
            contender.ask(new Message("open")
                    .with("kind", row.kind)
                    .with("keys", keys)
                    .with("writes", row.writes));
        }
        slice(row, FIRST_COUNT, new Columns());
        Columns first = new Columns();
        slice(row, FIRST_COUNT, first);
        double slowest = Math.max(
                first.median(Contender.Which.GABION), first.median(Contender.Which.UPSTREAM));
        int count = (int) Math.max(1000, settings.millis * 1000 / slowest);
        for (int i = 0; i < WARM_UPS; i++) {
            slice(row, count, new Columns());
        }
        Columns micros = new Columns();
        for (int i = 0; i < settings.slices; i++) {
            slice(row, count, micros);
        }
        slice(row, "read", 1000, new Columns());
        for (Contender contender : contenders) {
            contender.ask(new Message("close"));
        }
        String line = line(row, keys, micros);
        progress.accept(line);
        return line;
    }

    private void slice(Row row, int count, Columns micros) throws IOException, InterruptedException, JobDied {
        slice(row, row.order, count, micros);
    }

    /** Lets each do the same, one after the other, and checks that they have read the same. */
    private void slice(Row row, String order, int count, Columns micros)
            throws IOException, InterruptedException, JobDied {
        long sum = 0;
        for (Contender contender : contenders) {
            Message done = contender.ask(new Message(order).with("count", count));
            micros.add(contender.which, done.number(settings.clock) / 1e3 / count);
            if (contender == contenders.get(0)) {
                sum = done.number("sum");
            } else if (sum != done.number("sum")) {
                throw new IllegalStateException(row.text + ": " + contender.which.text + " has read "
                        + done.number("sum") + " in all, " + contenders.get(0).which.text + " " + sum);
            }
        }
    }

    private static String line(Row row, int keys, Columns micros) {
        StringBuilder line = new StringBuilder("| " + row.text + " | " + String.format(Locale.ROOT, "%,d", keys));
        for (Contender.Which which : Contender.Which.values()) {
            line.append(" | ").append(Columns.number(micros.median(which)));
        }
        line.append(" | ").append(Columns.number(micros.timesGabion(Contender.Which.UPSTREAM)));
        line.append(" | ").append(Columns.number(micros.timesGabion(Contender.Which.HEAP)));
        return line.append(" |").toString();
    }
}
