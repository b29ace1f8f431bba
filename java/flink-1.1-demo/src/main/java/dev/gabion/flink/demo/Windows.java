package dev.gabion.flink.demo;

import dev.gabion.demo.Difference;
import dev.gabion.demo.Input;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;

/**
 * Compares the job's counts per window and word with those of plain Java, window by window, so that only one is in
 * memory. Each task gives its windows in order.
 */
final class Windows implements Closeable {
    /** The lines of one task, and the one to be read next; null after the last. */
    private static final class Task {
        private final BufferedReader reader;
        private String[] line;

        Task(BufferedReader reader) throws IOException {
            this.reader = reader;
            next();
        }

        void next() throws IOException {
            String read = reader.readLine();
            line = read == null ? null : read.split(" ");
        }
    }

    private final List<Task> tasks = new ArrayList<>();
    private final Map<String, Long> counts = new HashMap<>();
    private long lines;
    private long compared;

    private Windows(String results) throws IOException {
        for (int task = 0; task < WordCount.TASKS; task++) {
            tasks.add(new Task(Files.newBufferedReader(
                    ResultFile.of(results, "windows", task), StandardCharsets.ISO_8859_1)));
        }
    }

    /**
     * Compares all of them.
     *
     * @return how many counts there are, all of them equal
     * @throws Difference the first one
     */
    static long compare(Input input, String results) throws Exception {
        try (Windows windows = new Windows(results)) {
            PlainText.forEachLine(input, windows::see);
            windows.endOfWindow((windows.lines - 1) / WordCount.WINDOW * WordCount.WINDOW);
            for (Task task : windows.tasks) {
                if (task.line != null) {
                    throw new Difference("there is one count too many: " + String.join(" ", task.line));
                }
            }
            return windows.compared;
        }
    }

    @Override
    public void close() throws IOException {
        for (Task task : tasks) {
            task.reader.close();
        }
    }

    private void see(CharSequence line) throws IOException, Difference {
        if (lines > 0 && lines % WordCount.WINDOW == 0) {
            endOfWindow(lines - WordCount.WINDOW);
        }
        lines++;
        Matcher matcher = Expected.WORD.matcher(line);
        while (matcher.find()) {
            counts.merge(matcher.group(), 1L, Long::sum);
        }
    }

    /** Takes the window's counts from the tasks, and compares. */
    private void endOfWindow(long start) throws IOException, Difference {
        String name = Long.toString(start);
        for (Task task : tasks) {
            for (; task.line != null && task.line[0].equals(name); task.next()) {
                Long right = counts.remove(task.line[1]);
                if (right == null || right != Long.parseLong(task.line[2])) {
                    throw new Difference("in the window of line " + start + ", \"" + task.line[1] + "\" is counted "
                            + task.line[2] + " times, expected " + (right == null ? "nothing, or not again" : right));
                }
                compared++;
            }
        }
        if (!counts.isEmpty()) {
            String word = Collections.min(counts.keySet());
            throw new Difference("in the window of line " + start + ", \"" + word + "\" is not counted, expected "
                    + counts.get(word));
        }
    }
}
