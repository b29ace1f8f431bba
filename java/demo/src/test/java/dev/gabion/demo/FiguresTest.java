package dev.gabion.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.LongStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

class FiguresTest {
    private static final long SECOND = 1_000_000_000;

    @Test
    void percentilesAreValuesThatWereSeen() {
        long[] values = LongStream.rangeClosed(1, 200).toArray();
        assertEquals(100, Figures.percentile(values, 50));
        assertEquals(198, Figures.percentile(values, 99));
        assertEquals(200, Figures.percentile(values, 100));
        assertEquals(7, Figures.percentile(new long[] {7}, 50));
        assertEquals(0, Figures.percentile(new long[0], 50));
    }

    @Test
    void numbersAreShortAndHaveUnits() {
        assertEquals("1,234,567", Text.count(1_234_567));
        assertEquals("1 file", Text.count(1, "file", "files"));
        assertEquals("0 B", Text.bytes(0));
        assertEquals("999 B", Text.bytes(999));
        assertEquals("1.0 KB", Text.bytes(1000));
        assertEquals("1.0 MB", Text.bytes(999_600));
        assertEquals("123 GB", Text.bytes(123_400_000_000L));
        assertEquals("0.042 ms", Text.millis(42_000));
        assertEquals("1,500 ms", Text.millis(1_500_000_000));
    }

    @Test
    void ticksAreRoundNumbersThatCoverTheRange() {
        Scale scale = new Scale(0.37, 100, 0, 4, true);
        assertEquals(0.1, scale.tick(1), 1e-12);
        assertEquals(5, scale.ticks());
        assertEquals("100.0", scale.at(0));
        assertEquals("0.0", scale.at(0.4));
        assertEquals(2, new Scale(0, 0, 10, 4, true).ticks());
        assertEquals(7, new Scale(34.9, 0, 10, 7, false).ticks());
    }

    @Test
    void aTableHasTwoColumns() {
        String text = new Table().add("a", "1").add("longer", "2").toString();
        assertEquals("  a        1\n  longer   2\n", text);
    }

    @Test
    void theFirstDifferenceOfTwoListsIsNamed() {
        assertEquals("12, expected 13", Comparison.firstDifference("12", "13"));
        assertEquals(
                "a list of 3 entries, expected 3; entry 2 is 2:2, expected 2:1",
                Comparison.firstDifference("1:1,2:2,3:1", "1:1,2:1,3:1"));
        assertEquals(
                "a list of 1 entries, expected 2; entry 2 is missing, expected 2:1",
                Comparison.firstDifference("1:1", "1:1,2:1"));
    }

    @Test
    void wrongCommandLinesSayWhatIsWrong() {
        assertEquals(9, Settings.of("--seed", "9", "input").seed);
        String[][] wrong = {
            {}, {"a", "b"}, {"--seed"}, {"--seed", "x", "a"}, {"--seconds", "0", "a"}, {"--nothing", "1", "a"}
        };
        for (String[] arguments : wrong) {
            assertThrows(IllegalArgumentException.class, () -> Settings.of(arguments));
        }
    }

    @Test
    void thePageIsWellFormedAndNeedsNoOtherFile() throws Exception {
        Timeline timeline = run();
        Figures figures = new Figures(timeline);
        Table table = new Table().add("a < b", "\"c\" & d");
        String page = Report.of(timeline, figures, table, 42, "<input>");
        assertFalse(page.contains("{{"), "every part is filled");
        assertFalse(page.matches("(?s).*(https?:|src=|href=|url\\(|@import).*"), "nothing is loaded");
        String xml = page.replace("<!DOCTYPE html>", "");
        Document document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
        assertEquals(1, document.getElementsByTagName("svg").getLength());
        assertEquals(3, document.getElementsByTagName("circle").getLength(), "two pauses and a kill");
        assertTrue(document.getDocumentElement().getTextContent().contains("\"c\" & d"));
    }

    @Test
    void ratesLeaveOutTheTimesWhenTheJobIsDown() {
        Figures figures = new Figures(run());
        assertEquals(1000, figures.meanRate());
        assertEquals(1000, figures.recentRate(2));
        assertEquals(3_000_000, figures.pause(100));
    }

    /** Two lives of two seconds each, at 1000 words per second, with a pause of ten seconds. */
    private static Timeline run() {
        Timeline timeline = new Timeline();
        timeline.work.add(new Timeline.Work(0));
        for (int i = 0; i <= 20; i++) {
            timeline.samples.add(sample(i * SECOND / 10, 1, i * 100));
        }
        timeline.snapshots.add(taken("1-1", SECOND, Timeline.Outcome.COMPLETED));
        timeline.snapshots.add(taken("1-2", 2 * SECOND, Timeline.Outcome.KILLED));
        timeline.kills.add(new Timeline.Kill(KillKind.SNAPSHOT, 2 * SECOND + 1, false));
        Position restored = sample(0, 0, 1000).position;
        timeline.restores.add(new Timeline.Restore(12 * SECOND, 13 * SECOND, SECOND / 2, 3, restored, 5));
        timeline.work.add(new Timeline.Work(13 * SECOND));
        for (int i = 0; i <= 20; i++) {
            timeline.samples.add(sample(13 * SECOND + i * SECOND / 10, 2, 1000 + i * 100));
        }
        return timeline;
    }

    private static Timeline.Sample sample(long at, int life, long words) {
        return new Timeline.Sample(at, life, new Position(0, 0, 0, 0, words, words, 2 * words));
    }

    private static Timeline.Taken taken(String id, long start, Timeline.Outcome outcome) {
        Timeline.Taken taken = new Timeline.Taken(id, "NATIVE", start, 3_000_000);
        taken.end(outcome, start + SECOND / 2);
        return taken;
    }
}
