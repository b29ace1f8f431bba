package org.apache.flink.contrib.streaming.state;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The name of a state, as text and as the name of its column family, which is its UTF-8. Immutable. */
final class StateName {
    private final String text;
    private final byte[] bytes;

    private StateName(String text, byte[] bytes) {
        this.text = text;
        this.bytes = bytes;
    }

    /** @throws IllegalArgumentException if the name has half a character, which UTF-8 can't say */
    static StateName of(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (!new String(bytes, StandardCharsets.UTF_8).equals(text)) {
            throw new IllegalArgumentException(
                    "the state name '" + text + "' has half of a surrogate pair in it; use whole characters");
        }
        return new StateName(text, bytes);
    }

    /** @throws IllegalArgumentException if the bytes are null or no UTF-8 */
    static StateName of(byte[] bytes) {
        if (bytes == null) {
            throw new IllegalArgumentException("a state without a name");
        }
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (!Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes)) {
            throw new IllegalArgumentException("the name of a stored state is not UTF-8: '" + text + "'");
        }
        return new StateName(text, bytes);
    }

    String text() {
        return text;
    }

    /** Not a copy. */
    byte[] bytes() {
        return bytes;
    }

    @Override
    public String toString() {
        return text.length() <= 200 ? text : text.substring(0, 200) + "...";
    }
}
