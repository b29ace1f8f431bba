package dev.gabion.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class MessageTest {
    @Test
    void anyTextPassesThroughALine() {
        String text = "100 % = x\ny\t@é € \uD83D\uDE00+";
        Message said = new Message("said").with("text", text).with("number", Long.MIN_VALUE).with("empty", "");
        String line = said.toString();
        assertEquals(-1, line.indexOf('\n'));
        Message read = Message.parse(line);
        assertTrue(read.is("said"));
        assertEquals(text, read.text("text"));
        assertEquals(Long.MIN_VALUE, read.number("number"));
        assertEquals("", read.text("empty"));
    }

    @Test
    void whatTheJvmPrintsIsNoMessage() {
        assertNull(Message.parse("OpenJDK 64-Bit Server VM warning: something=else"));
        assertNull(Message.parse(""));
        assertNull(Message.parse("@broken line"));
    }

    @Test
    void aMissingMemberIsNamed() {
        Message message = new Message("said");
        String error = assertThrows(IllegalArgumentException.class, () -> message.number("words")).getMessage();
        assertTrue(error.contains("words") && error.contains("@said"), error);
    }

    @Test
    void aPositionIsReadBackFromASnapshotsMetadata() {
        Position position = new Position(1, 2, 3, 4, 5, 6, 7);
        assertEquals(position.toString(), Position.of(position.metadata()).toString());
        assertThrows(IllegalArgumentException.class, () -> Position.of(new byte[] {1, 2, 3}));
    }
}
