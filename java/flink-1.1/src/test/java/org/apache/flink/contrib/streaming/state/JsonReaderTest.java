package org.apache.flink.contrib.streaming.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonReaderTest {
    private static JsonReader json(String text) {
        return new JsonReader(text.getBytes(StandardCharsets.UTF_8), 0);
    }

    private static void skipAll(String text) throws IOException {
        JsonReader json = json(text);
        json.skip();
        json.end();
    }

    @Test
    void members_and_elements_come_in_their_order() throws IOException {
        JsonReader json = json(" { \"a\" : [ 1 , 22 ] , \"b\":{}, \"c\":\"x\" } ");
        json.beginObject();
        assertEquals("a", json.nextMember());
        json.beginArray();
        assertTrue(json.nextElement());
        assertEquals(1, json.readLong());
        assertTrue(json.nextElement());
        assertEquals(22, json.readLong());
        assertFalse(json.nextElement());
        assertEquals("b", json.nextMember());
        json.beginObject();
        assertNull(json.nextMember());
        assertEquals("c", json.nextMember());
        assertEquals("x", json.readString());
        assertNull(json.nextMember());
        json.end();
    }

    @Test
    void strings_are_unescaped() throws IOException {
        assertEquals("a\"\\/\b\f\n\r\t\u00e4\u20ac\ud83d\ude00z",
                json("\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\u20ac\\ud83d\\uDE00z\"").readString());
        assertEquals("", json("\"\"").readString());
        assertEquals("\\", json("\"\\\\\"").readString());
    }

    @Test
    void numbers_reach_to_the_largest_long() throws IOException {
        assertEquals(0, json("0").readLong());
        assertEquals(Long.MAX_VALUE, json("9223372036854775807,").readLong());
        for (String bad : new String[] {"9223372036854775808", "-1", "01", "1.0", "1e3", "", "x", "\"1\""}) {
            assertThrows(IOException.class, () -> json(bad).readLong(), bad);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{}", "[]", "[[],[{}],{\"a\":[1,2,{\"b\":null}]}]", "true", "-1.5e-7", "\"x\"", "{\"a\":1,\"b\":[true,false]}", "[\"]\",\"}\"]"
    })
    void any_value_can_be_skipped(String text) throws IOException {
        skipAll(text);
        skipAll(" " + text + "\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "{", "[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{\"a\" 1}", "\"", "\"\\",
        "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\n\"", "\"a\\n\n\"", "tru", "nul", "1 2", "[1]]", "{}x", "01", "+1", "."
    })
    void malformed_text_is_refused(String text) {
        assertThrows(IOException.class, () -> skipAll(text));
    }

    @Test
    void bytes_that_are_no_text_are_refused() {
        byte[] bytes = {'"', (byte) 0xc3, '"'};
        assertThrows(IOException.class, () -> new JsonReader(bytes, 0).readString());
    }

    @Test
    void nesting_has_a_limit() throws IOException {
        skipAll("[".repeat(64) + "]".repeat(64));
        assertThrows(IOException.class, () -> skipAll("[".repeat(65) + "]".repeat(65)));
        assertThrows(IOException.class, () -> skipAll("[".repeat(100_000)));
    }
}
