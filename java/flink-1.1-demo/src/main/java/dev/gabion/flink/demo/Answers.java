package dev.gabion.flink.demo;

import dev.gabion.demo.Difference;
import dev.gabion.demo.Text;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;

/** Compares what the job answered for each word with what is expected. */
final class Answers {
    private Answers() {}

    /**
     * Compares all of them.
     *
     * @return the number of words, all of them equal
     * @throws Difference the first one
     */
    static long compare(Expected expected, String results) throws IOException, Difference {
        Set<String> missing = new HashSet<>(expected.entries().keySet());
        for (int task = 0; task < WordCount.TASKS; task++) {
            try (BufferedReader reader = Files.newBufferedReader(
                    ResultFile.of(results, "answers", task), StandardCharsets.ISO_8859_1)) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    String word = line.substring(0, line.indexOf(' '));
                    String entry = line.substring(word.length() + 1);
                    if (!missing.remove(word)) {
                        throw new Difference("the state of \"" + word + "\" was answered twice, or never asked for");
                    }
                    String right = expected.entries().get(word).toString();
                    if (!entry.equals(right)) {
                        throw new Difference("the state of \"" + word + "\" has count and digest " + entry
                                + ", expected " + right);
                    }
                }
            }
        }
        if (!missing.isEmpty()) {
            throw new Difference("the state of \"" + Collections.min(missing) + "\" was not answered, nor that of "
                    + Text.count(missing.size() - 1L, "other word", "other words"));
        }
        return expected.entries().size();
    }
}
