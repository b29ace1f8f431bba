package dev.gabion.flink.demo;

import dev.gabion.demo.Input;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;

/** The lines of an input, read by other code than the job's: one character for each byte, ISO-8859-1. */
final class PlainText {
    /** Is told each line, without its end. */
    interface Visitor {
        void line(CharSequence line) throws Exception;
    }

    private PlainText() {}

    static void forEachLine(Input input, Visitor visitor) throws Exception {
        for (Input.TextFile file : input.files()) {
            StringBuilder line = new StringBuilder();
            long left = file.size;
            try (BufferedReader reader = Files.newBufferedReader(file.path, StandardCharsets.ISO_8859_1)) {
                for (; left > 0; left--) {
                    int character = reader.read();
                    if (character < 0) {
                        throw new IOException(file.path + " is shorter than it was; run the demo on an input that stays");
                    }
                    if (character == '\n') {
                        visitor.line(line);
                        line.setLength(0);
                    } else {
                        line.append((char) character);
                    }
                }
            }
            if (line.length() > 0) {
                visitor.line(line);
            }
        }
    }
}
