package dev.gabion.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadingTest {
    @TempDir
    Path folder;

    @Test
    void theJobAndTheCheckReadRandomBytesAlikeFromAnyPosition() throws IOException {
        Random random = new Random(7);
        for (String name : Arrays.asList("a", "b/c", "b/d", "é")) {
            byte[] bytes = new byte[random.nextInt(3000)];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) " \n\r,_aZ09\u00e9\u00ff".charAt(random.nextInt(11));
            }
            write(name, bytes);
        }
        Input input = Input.at(folder);
        Position end = Position.START;
        Map<String, Long> counts = new HashMap<>();
        Map<String, StringBuilder> places = new HashMap<>();
        // Each turn begins anew where the last one stopped, as a job does that was killed.
        for (int turn = 0; turn < 40; turn++) {
            try (Reader reader = new Reader(input, end)) {
                for (int lines = random.nextInt(150); lines >= 0; lines--) {
                    count(reader, counts, places);
                }
                end = new Position(reader.round(), reader.file(), reader.offset(), reader.line(), 0, 0, 0);
            }
            Expected expected = Expected.at(input, end, words -> {});
            assertEquals(expected.counts(), counts);
            assertEquals(text(expected.places()), text(places));
        }
        assertTrue(end.round > 1, "the input was read " + end.round + " times");
    }

    private static void count(Reader reader, Map<String, Long> counts, Map<String, StringBuilder> places)
            throws IOException {
        Lines line = reader.next();
        Words words = new Words();
        words.of(line.buffer(), line.start(), line.end());
        for (byte[] word = words.next(); word != null; word = words.next()) {
            String text = new String(word, StandardCharsets.ISO_8859_1);
            counts.merge(text, 1L, Long::sum);
            StringBuilder list = places.computeIfAbsent(text, none -> new StringBuilder());
            list.append(list.length() == 0 ? "" : ",").append(reader.file()).append(':').append(reader.line());
        }
    }

    private static Map<String, String> text(Map<String, StringBuilder> lists) {
        Map<String, String> texts = new HashMap<>();
        lists.forEach((key, list) -> texts.put(key, list.toString()));
        return texts;
    }

    @Test
    void aLineMayBeLongerThanTheBuffer() throws IOException {
        String longLine = String.join("", Collections.nCopies(300_000, "x"));
        write("file", ("short\n" + longLine + "\nlast").getBytes(StandardCharsets.UTF_8));
        try (Lines lines = new Lines(Input.at(folder).files().get(0), 0)) {
            for (String line : Arrays.asList("short", longLine, "last")) {
                assertTrue(lines.next());
                int length = lines.end() - lines.start();
                assertEquals(line, new String(lines.buffer(), lines.start(), length, StandardCharsets.UTF_8));
            }
            assertFalse(lines.next());
        }
    }

    @Test
    void whatIsAddedToAFileIsNotReadAndWhatIsTakenAwayIsAnError() throws IOException {
        write("file", "one\n".getBytes(StandardCharsets.UTF_8));
        Input input = Input.at(folder);
        Files.write(folder.resolve("file"), new byte[] {'t', 'w', 'o'}, StandardOpenOption.APPEND);
        assertFalse(input.isSame(Input.at(folder)));
        try (Lines lines = new Lines(input.files().get(0), 0)) {
            assertTrue(lines.next());
            assertFalse(lines.next());
        }
        write("file", new byte[0]);
        try (Lines lines = new Lines(input.files().get(0), 0)) {
            String error = assertThrows(EOFException.class, lines::next).getMessage();
            assertTrue(error.contains("ended at byte 0, but had 4"), error);
        }
    }

    @Test
    void filesThatAreNoTextAreLeftOut() throws IOException {
        write("binary", new byte[] {'a', 0, 'b'});
        String error = assertThrows(IOException.class, () -> Input.at(folder)).getMessage();
        assertTrue(error.contains("no text"), error);
        write("text", new byte[] {'a'});
        assertEquals(1, Input.at(folder).files().size());
        assertEquals("text", Input.at(folder.resolve("text")).files().get(0).name);
        assertThrows(IOException.class, () -> Input.at(folder.resolve("absent")));
    }

    private void write(String name, byte[] bytes) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
    }
}
