package dev.gabion.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The page that shows a run: one file that needs no other. */
final class Report {
    private static final String TEMPLATE = "report.html";

    private final Map<String, String> parts = new LinkedHashMap<>();

    private Report() {}

    /** Makes the page's text; {@code about} says in a sentence what the run was about. */
    static String of(Timeline timeline, Figures figures, Table table, long seed, String about) throws IOException {
        Report report = new Report();
        report.parts.put("keys", Text.count(timeline.liveKeys));
        report.parts.put("hits", Text.count(timeline.kills.size(), "kill", "kills"));
        report.parts.put("seed", Long.toString(seed));
        report.parts.put("input", escape(about));
        report.parts.put("tiles", tiles(timeline, figures));
        report.parts.put("chart", Chart.of(timeline));
        report.parts.put("kills", kills(timeline));
        report.parts.put("figures", figures(table));
        report.parts.put("snapshots", snapshots(timeline));
        return report.fill();
    }

    /** Writes a page to a file, in place of an earlier one. */
    static void write(String page, Path file) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory != null) {
            Files.createDirectories(directory);
        }
        Files.write(file, page.getBytes(StandardCharsets.UTF_8));
    }

    private String fill() throws IOException {
        String page;
        try (InputStream in = Report.class.getResourceAsStream(TEMPLATE)) {
            if (in == null) {
                throw new IOException("the resource " + TEMPLATE + " is missing beside the classes");
            }
            page = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        for (Map.Entry<String, String> part : parts.entrySet()) {
            page = page.replace("{{" + part.getKey() + "}}", part.getValue());
        }
        return page;
    }

    private static String tiles(Timeline timeline, Figures figures) {
        String restore = timeline.restores.stream()
                .mapToLong(restored -> restored.nanos)
                .boxed()
                .max(Long::compare)
                .map(Text::millis)
                .orElse("none");
        return tile(Text.count(figures.meanRate()), "words per second")
                + tile(Text.millis(figures.pause(50)), "barrier pause, median")
                + tile(Text.millis(figures.pause(100)), "longest barrier pause")
                + tile(restore, "longest restore")
                + tile(Text.count(timeline.completed()), "snapshots completed")
                + tile(Text.count(figures.fallbacks()), "fall-backs to rows");
    }

    private static String tile(String value, String name) {
        return "<div class=\"tile\"><b>" + escape(value) + "</b><span>" + escape(name) + "</span></div>\n";
    }

    private static String kills(Timeline timeline) {
        StringBuilder rows = new StringBuilder(
                head("at", "SIGKILL", "back at", "from snapshot", "restored in", "rows redone"));
        int hit = 0;
        for (int i = 0; i < timeline.kills.size(); i++) {
            Timeline.Kill kill = timeline.kills.get(i);
            long until = i + 1 < timeline.kills.size() ? timeline.kills.get(i + 1).at : Long.MAX_VALUE;
            String at = Text.seconds(kill.at);
            String what = kill.late ? "too late for " + kill.kind.target() : ++hit + ": " + kill.kind;
            rows.append(timeline.restores.stream()
                    .filter(restore -> restore.start > kill.at && restore.start < until)
                    .findFirst()
                    .map(restore -> row(at, what, Text.seconds(restore.end), Long.toString(restore.number),
                            Text.millis(restore.nanos), Text.count(restore.lostRows)))
                    .orElseGet(() -> row(at, what, isBack(timeline, kill.at, until) ? "began anew" : "killed again",
                            "", "", "")));
        }
        return rows.toString();
    }

    private static boolean isBack(Timeline timeline, long from, long until) {
        return timeline.work.stream().anyMatch(work -> work.start > from && work.start < until);
    }

    private static String snapshots(Timeline timeline) {
        StringBuilder rows = new StringBuilder(
                head("number", "kind", "started", "pause", "took", "wrote", "size", "files", "fall-backs"));
        for (Timeline.Taken taken : timeline.snapshots) {
            String kind = taken.kind.toLowerCase(Locale.ROOT);
            String start = Text.seconds(taken.start);
            String pause = Text.millis(taken.pauseNanos);
            rows.append(taken.isCompleted()
                    ? row(Long.toString(taken.number), kind, start, pause, Text.millis(taken.end - taken.start),
                            Text.bytes(taken.written), Text.bytes(taken.bytes), Text.count(taken.files),
                            Text.count(taken.fallbacks))
                    : row(taken.outcome.name().toLowerCase(Locale.ROOT), kind, start, pause, "", "", "", "", ""));
        }
        return rows.toString();
    }

    private static String figures(Table table) {
        return table.lines().stream()
                .map(line -> "<tr><th>" + escape(line.name.trim()) + "</th><td>" + escape(line.value) + "</td></tr>")
                .collect(Collectors.joining("\n"));
    }

    private static String head(String... cells) {
        return cells("th", Arrays.asList(cells));
    }

    private static String row(String... cells) {
        return cells("td", Arrays.asList(cells));
    }

    private static String cells(String tag, List<String> cells) {
        return cells.stream()
                .map(cell -> "<" + tag + ">" + escape(cell) + "</" + tag + ">")
                .collect(Collectors.joining("", "<tr>", "</tr>\n"));
    }

    static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}
