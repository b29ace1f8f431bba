package dev.gabion.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the job's state must be, computed a second time: other code for lines and words, plain Java collections for the
 * state, one reading from the first line to the last. Texts are ISO-8859-1 here: one character for each byte.
 */
final class Expected {
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_\u0080-\u00ff]+");

    private final Map<String, Long> counts = new HashMap<>();
    private final Map<String, StringBuilder> places = new HashMap<>();
    private final Map<String, Long> files = new HashMap<>();
    private final LongConsumer progress;
    private long words;

    private Expected(LongConsumer progress) {
        this.progress = progress;
    }

    /** Computes the state at {@code end}; {@code progress} is told now and then how many words are done. */
    static Expected at(Input input, Position end, LongConsumer progress) throws IOException {
        Expected expected = new Expected(progress);
        for (long round = 0; round <= end.round; round++) {
            boolean last = round == end.round;
            for (int file = 0; file < input.files().size() && !(last && file > end.file); file++) {
                expected.read(input.files().get(file), file, last && file == end.file ? end.line : Long.MAX_VALUE);
            }
        }
        return expected;
    }

    Map<String, Long> counts() {
        return Collections.unmodifiableMap(counts);
    }

    Map<String, StringBuilder> places() {
        return Collections.unmodifiableMap(places);
    }

    Map<String, Long> files() {
        return Collections.unmodifiableMap(files);
    }

    long words() {
        return words;
    }

    private void read(Input.TextFile file, int index, long lines) throws IOException {
        String name = new String(file.name.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        StringBuilder line = new StringBuilder();
        long number = 1;
        long left = file.size;
        try (BufferedReader reader = Files.newBufferedReader(file.path, StandardCharsets.ISO_8859_1)) {
            while (number <= lines && left-- > 0) {
                int character = reader.read();
                if (character == '\n') {
                    see(line, index + ":" + number, name);
                    line.setLength(0);
                    number++;
                } else if (character >= 0) {
                    line.append((char) character);
                }
            }
        }
        see(line, index + ":" + number, name);
        progress.accept(words);
    }

    private void see(CharSequence line, String place, String file) {
        Matcher matcher = WORD.matcher(line);
        while (matcher.find()) {
            String word = matcher.group();
            counts.merge(word, 1L, Long::sum);
            files.merge(file, 1L, Long::sum);
            StringBuilder list = places.get(word);
            if (list == null) {
                places.put(word, new StringBuilder(place));
            } else {
                list.append(',').append(place);
            }
            words++;
        }
    }
}
