package dev.gabion.flink.demo;

import dev.gabion.demo.Input;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the job must answer for each word, computed in plain Java: other code for lines and words, one reading from the
 * first line to the last.
 */
final class Expected {
    static final Pattern WORD = Pattern.compile("[A-Za-z0-9_\u0080-\u00ff]+");

    /** What is known of a word. */
    static final class Entry {
        long count;
        long digest;

        @Override
        public String toString() {
            return count + " " + digest;
        }
    }

    private final Map<String, Entry> entries = new HashMap<>();
    private long words;
    private long contextBytes;

    private Expected() {}

    static Expected of(Input input) throws Exception {
        Expected expected = new Expected();
        PlainText.forEachLine(input, expected::see);
        return expected;
    }

    /** The words, and what is expected of each. */
    Map<String, Entry> entries() {
        return entries;
    }

    /** Words of the text, each as often as it is there. */
    long words() {
        return words;
    }

    /** Bytes of what follows the words, which the job has to keep. */
    long contextBytes() {
        return contextBytes;
    }

    /** Writes the words that the job is to be asked for, a line each. */
    void writeQuestions(Path file) throws IOException {
        try (Writer writer = Files.newBufferedWriter(file, StandardCharsets.ISO_8859_1)) {
            for (String word : entries.keySet()) {
                writer.write(word + "\n");
            }
        }
    }

    private void see(CharSequence line) {
        Matcher matcher = WORD.matcher(line);
        while (matcher.find()) {
            int end = Math.min(line.length(), matcher.end() + WordSource.CONTEXT);
            String follows = line.subSequence(matcher.end(), end).toString();
            Entry entry = entries.computeIfAbsent(matcher.group(), word -> new Entry());
            entry.count++;
            entry.digest = Concordance.digest(entry.digest, follows);
            words++;
            contextBytes += follows.length();
        }
    }
}
