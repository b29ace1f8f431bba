package dev.gabion.demo;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** What a timeline comes to in numbers. */
final class Figures {
    private static final long RECENT_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Timeline timeline;

    Figures(Timeline timeline) {
        this.timeline = timeline;
    }

    /** The value that {@code percent} of the sorted values don't exceed (nearest rank); 0 if there is none. */
    static long percentile(long[] sorted, int percent) {
        return sorted.length == 0 ? 0 : sorted[Math.max(1, (sorted.length * percent + 99) / 100) - 1];
    }

    /** Words per second over the last two seconds of a life. */
    long recentRate(int life) {
        List<Timeline.Sample> samples = timeline.samples;
        int last = samples.size() - 1;
        int first = last;
        while (first > 0
                && samples.get(first - 1).life == life
                && samples.get(last).at - samples.get(first).at < RECENT_NANOS) {
            first--;
        }
        return last < 0 ? 0 : rate(samples.get(last).position.words - samples.get(first).position.words,
                samples.get(last).at - samples.get(first).at);
    }

    /** Words per second while the job worked, those done again included. */
    long meanRate() {
        long words = 0;
        long nanos = 0;
        for (int i = 1; i < timeline.samples.size(); i++) {
            Timeline.Sample before = timeline.samples.get(i - 1);
            Timeline.Sample sample = timeline.samples.get(i);
            if (before.life == sample.life) {
                words += sample.position.words - before.position.words;
                nanos += sample.at - before.at;
            }
        }
        return rate(words, nanos);
    }

    /** The pause of the last snapshot. */
    Optional<Long> lastPause() {
        int count = timeline.snapshots.size();
        return count == 0 ? Optional.empty() : Optional.of(timeline.snapshots.get(count - 1).pauseNanos);
    }

    /** The barrier pause that {@code percent} of the snapshots don't exceed, in nanoseconds. */
    long pause(int percent) {
        long[] pauses = timeline.snapshots.stream().mapToLong(taken -> taken.pauseNanos).sorted().toArray();
        return percentile(pauses, percent);
    }

    /** Families that native snapshots wrote as rows. */
    long fallbacks() {
        return completed(true).stream().mapToLong(taken -> taken.fallbacks).sum();
    }

    /** The table at the end. */
    Table table(Input input, long keys) {
        List<Timeline.Taken> natives = completed(true);
        Table table = new Table();
        table.add("input", inputText(input));
        table.add("records", Text.count(timeline.end.words) + " words in "
                + Text.count(timeline.end.lines, "line", "lines"));
        table.add("keys", Text.count(keys));
        table.add("records/s", Text.count(meanRate()) + " while the job worked");
        table.add("snapshots", snapshotsText(natives.size()));
        table.add("barrier pause p50 / p99 / max",
                Text.millis(pause(50)) + " / " + Text.millis(pause(99)) + " / " + Text.millis(pause(100)));
        table.add("longest single put", Text.millis(timeline.longestPut) + " (append: "
                + Text.millis(timeline.longestMerge) + ")");
        table.add("fall-backs to rows", fallbackText(natives));
        table.add("native snapshot completes in", spread(natives, taken -> taken.end - taken.start, Text::millis));
        if (!natives.isEmpty()) {
            table.add("first snapshot wrote", Text.bytes(natives.get(0).written));
            List<Timeline.Taken> later = natives.subList(1, natives.size());
            table.add("later snapshots wrote", spread(later, taken -> taken.written, Text::bytes));
            table.add("  of a size of", spread(later, taken -> taken.bytes, Text::bytes));
        }
        completed(false).forEach(taken -> table.add("portable snapshot", Text.bytes(taken.bytes) + " in "
                + Text.millis(taken.end - taken.start)));
        table.add("rows since the snapshot, redone", timeline.restores.stream()
                .map(restore -> Text.count(restore.lostRows))
                .collect(Collectors.joining(" / ")));
        table.add("restore time", timeline.restores.stream()
                .map(restore -> Text.millis(restore.nanos))
                .collect(Collectors.joining(" / ")));
        table.add("kills", timeline.hits() + " hit, " + (timeline.kills.size() - timeline.hits()) + " came too late");
        table.add("left by kills, swept since",
                Text.count(timeline.leftByKills.size(), "scratch directory", "scratch directories"));
        table.add("discarded and swept on the way", Text.count(timeline.discarded, "snapshot", "snapshots") + ", "
                + Text.bytes(timeline.sweptBytes));
        return table;
    }

    private List<Timeline.Taken> completed(boolean isNative) {
        return timeline.snapshots.stream()
                .filter(taken -> taken.isCompleted() && taken.isNative() == isNative)
                .collect(Collectors.toList());
    }

    private String inputText(Input input) {
        return Text.bytes(input.bytes()) + " in " + Text.count(input.files().size(), "file", "files") + ", read "
                + String.format(Locale.ROOT, "%.2f", (double) input.bytesBefore(timeline.end) / input.bytes())
                + " times";
    }

    private String snapshotsText(int natives) {
        return natives + " native, " + completed(false).size() + " portable; "
                + count(Timeline.Outcome.KILLED) + " cut off by a kill, " + count(Timeline.Outcome.FAILED) + " failed";
    }

    private long count(Timeline.Outcome outcome) {
        return timeline.snapshots.stream().filter(taken -> taken.outcome == outcome).count();
    }

    private String fallbackText(List<Timeline.Taken> natives) {
        long snapshots = natives.stream().filter(taken -> taken.fallbacks > 0).count();
        return Text.count(fallbacks(), "family", "families") + " in " + snapshots + " of "
                + Text.count(natives.size(), "native snapshot", "native snapshots");
    }

    /** The median and the largest. */
    private static String spread(List<Timeline.Taken> taken, ToLongFunction<Timeline.Taken> of, LongText text) {
        long[] sorted = taken.stream().mapToLong(of).sorted().toArray();
        return text.of(percentile(sorted, 50)) + " (median), " + text.of(percentile(sorted, 100)) + " at most";
    }

    private static long rate(long count, long nanos) {
        return nanos == 0 ? 0 : Math.round(count * 1e9 / nanos);
    }

    private interface LongText {
        String of(long number);
    }
}
