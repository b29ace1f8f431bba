package dev.gabion.demo;

import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/** A timeline as SVG: words per second, barrier pauses, snapshots, kills and restores over one time axis. */
final class Chart {
    private static final int WIDTH = 1040;
    private static final int LEFT = 76;
    private static final int RIGHT = WIDTH - 14;
    private static final int RATE_TOP = 44;
    private static final int RATE_BOTTOM = 214;
    private static final int PAUSE_TOP = 246;
    private static final int PAUSE_BOTTOM = 316;
    private static final int SNAPSHOTS = 340;
    private static final int RESTORES = 368;
    private static final int BAR = 14;
    private static final int BOTTOM = 394;
    private static final int HEIGHT = 420;
    private static final double SECOND = 1e9;
    private static final double MILLI = 1e6;
    private static final long WINDOW_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final Timeline timeline;
    private final StringBuilder svg = new StringBuilder();
    private final Scale time;

    private Chart(Timeline timeline) {
        this.timeline = timeline;
        long end = 1;
        for (Timeline.Sample sample : timeline.samples) {
            end = Math.max(end, sample.at);
        }
        for (Timeline.Taken taken : timeline.snapshots) {
            end = Math.max(end, taken.end);
        }
        this.time = new Scale(end / SECOND, LEFT, RIGHT, 12, false);
    }

    /** Draws it. */
    static String of(Timeline timeline) {
        Chart chart = new Chart(timeline);
        chart.add("<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"Timeline of the run\">", WIDTH, HEIGHT);
        chart.downTimes();
        chart.timeAxis();
        chart.rates();
        chart.pauses();
        chart.snapshots();
        chart.restores();
        chart.kills();
        chart.add("</svg>");
        return chart.svg.toString();
    }

    private void timeAxis() {
        for (int i = 0; i < time.ticks(); i++) {
            String x = time.at(time.tick(i));
            add("<line class=\"grid\" x1=\"%s\" x2=\"%s\" y1=\"%d\" y2=\"%d\"/>", x, x, RATE_TOP, BOTTOM);
            add("<text x=\"%s\" y=\"%d\" text-anchor=\"middle\">%s s</text>", x, BOTTOM + 18, number(time.tick(i)));
        }
    }

    private Scale valueAxis(String name, double largest, int top, int bottom, int ticks) {
        Scale scale = new Scale(largest, bottom, top, ticks, true);
        for (int i = 0; i < scale.ticks(); i++) {
            String y = scale.at(scale.tick(i));
            add("<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%s\" y2=\"%s\"/>", LEFT, RIGHT, y, y);
            add("<text x=\"%d\" y=\"%s\" text-anchor=\"end\" dominant-baseline=\"middle\">%s</text>",
                    LEFT - 8, y, number(scale.tick(i)));
        }
        add("<text class=\"name\" x=\"%d\" y=\"%d\">%s</text>", LEFT, top - 8, name);
        return scale;
    }

    /** One step per window of a life; nothing where the job did not work. */
    private void rates() {
        StringBuilder steps = new StringBuilder();
        List<Timeline.Sample> samples = timeline.samples;
        double largest = 1;
        for (int from = 0, to = nextWindow(0); to < samples.size(); from = to, to = nextWindow(from)) {
            largest = Math.max(largest, rate(from, to));
        }
        Scale scale = valueAxis("thousand words per second", largest / 1000, RATE_TOP, RATE_BOTTOM, 4);
        StringBuilder line = new StringBuilder();
        for (int from = 0, to = nextWindow(0); to < samples.size(); from = to, to = nextWindow(from)) {
            if (samples.get(from).life == samples.get(to).life) {
                String y = scale.at(rate(from, to) / 1000);
                String start = time.at(samples.get(from).at / SECOND);
                String end = time.at(samples.get(to).at / SECOND);
                line.append(line.length() == 0 ? "M" : "L").append(start).append(' ').append(y);
                line.append('L').append(end).append(' ').append(y);
                steps.append(String.format(
                        "M%s %dL%s %sL%s %sL%s %dZ", start, RATE_BOTTOM, start, y, end, y, end, RATE_BOTTOM));
            } else {
                rateLine(line);
            }
        }
        rateLine(line);
        add("<path class=\"rate\" d=\"%s\"/>", steps);
    }

    private void rateLine(StringBuilder line) {
        if (line.length() > 0) {
            add("<path class=\"rateline\" d=\"%s\"/>", line);
            line.setLength(0);
        }
    }

    /** The sample that ends the window of {@code from}: a while later, or its life's last, or the next life's first. */
    private int nextWindow(int from) {
        List<Timeline.Sample> samples = timeline.samples;
        int to = from + 1;
        while (to + 1 < samples.size()
                && samples.get(to + 1).life == samples.get(from).life
                && samples.get(to).at - samples.get(from).at < WINDOW_NANOS) {
            to++;
        }
        return to;
    }

    private double rate(int from, int to) {
        Timeline.Sample first = timeline.samples.get(from);
        Timeline.Sample last = timeline.samples.get(to);
        return first.life == last.life && last.at > first.at
                ? (last.position.words - first.position.words) * SECOND / (last.at - first.at)
                : 0;
    }

    private void pauses() {
        long largest = timeline.snapshots.stream().mapToLong(taken -> taken.pauseNanos).max().orElse(1);
        Scale scale = valueAxis("barrier pause, milliseconds", largest / MILLI, PAUSE_TOP, PAUSE_BOTTOM, 3);
        for (Timeline.Taken taken : timeline.snapshots) {
            String x = time.at(taken.start / SECOND);
            String y = scale.at(taken.pauseNanos / MILLI);
            add("<g class=\"pause\"><title>snapshot %s paused the writer for %s</title>",
                    taken.id, Text.millis(taken.pauseNanos));
            add("<line x1=\"%s\" x2=\"%s\" y1=\"%d\" y2=\"%s\"/><circle cx=\"%s\" cy=\"%s\" r=\"3.2\"/></g>",
                    x, x, PAUSE_BOTTOM, y, x, y);
        }
    }

    private void snapshots() {
        label("snapshots", SNAPSHOTS);
        for (Timeline.Taken taken : timeline.snapshots) {
            String style = !taken.isCompleted() ? "cut" : taken.isNative() ? "native" : "portable";
            String what = taken.isCompleted()
                    ? String.format("snapshot %d, %s, %s written of %s", taken.number, style,
                            Text.bytes(taken.written), Text.bytes(taken.bytes))
                    : "snapshot " + taken.id + ", " + taken.outcome.name().toLowerCase(Locale.ROOT);
            bar(style, SNAPSHOTS, taken.start, taken.end, what);
        }
    }

    private void restores() {
        label("restores", RESTORES);
        for (Timeline.Restore restore : timeline.restores) {
            bar("restore", RESTORES, restore.end - restore.nanos, restore.end,
                    "snapshot " + restore.number + " restored in " + Text.millis(restore.nanos));
        }
    }

    /** From each kill to the next time that the job worked, or was killed again. */
    private void downTimes() {
        for (Timeline.Kill kill : timeline.kills) {
            LongStream ups = timeline.work.stream().mapToLong(work -> work.start);
            LongStream again = timeline.kills.stream().mapToLong(other -> other.at);
            LongStream.concat(ups, again).filter(at -> at > kill.at).min().ifPresent(end ->
                    add("<rect class=\"down\" x=\"%s\" width=\"%s\" y=\"%d\" height=\"%d\"/>",
                            time.at(kill.at / SECOND), width(kill.at, end), RATE_TOP, BOTTOM - RATE_TOP));
        }
    }

    private void kills() {
        int hit = 0;
        double free = 0;
        for (Timeline.Kill kill : timeline.kills) {
            String text = kill.late ? "\u2013" : Integer.toString(++hit);
            String x = time.at(kill.at / SECOND);
            // Two kills may be closer to each other than their badges are wide.
            double badge = Math.max(Double.parseDouble(x), free);
            free = badge + 20;
            add("<g><title>SIGKILL %s at %s</title>", kill.late ? "too late" : kill.kind, Text.seconds(kill.at));
            add("<line class=\"kill\" x1=\"%s\" x2=\"%s\" y1=\"%d\" y2=\"%d\"/>", x, x, RATE_TOP - 16, BOTTOM);
            add("<circle class=\"badge\" cx=\"%s\" cy=\"%d\" r=\"9\"/>", Scale.text(badge), RATE_TOP - 24);
            add("<text class=\"number\" x=\"%s\" y=\"%d\">%s</text></g>", Scale.text(badge), RATE_TOP - 20, text);
        }
    }

    private void label(String text, int y) {
        add("<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>", LEFT - 8, y + BAR - 3, text);
    }

    private void bar(String style, int y, long start, long end, String what) {
        add("<rect class=\"%s\" x=\"%s\" width=\"%s\" y=\"%d\" height=\"%d\" rx=\"2\"><title>%s</title></rect>",
                style, time.at(start / SECOND), width(start, end), y, BAR, what);
    }

    private String width(long start, long end) {
        double pixels = Double.parseDouble(time.at(end / SECOND)) - Double.parseDouble(time.at(start / SECOND));
        return Scale.text(Math.max(2, pixels));
    }

    private static String number(double value) {
        return new DecimalFormat("#,##0.###", DecimalFormatSymbols.getInstance(Locale.ROOT)).format(value);
    }

    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
