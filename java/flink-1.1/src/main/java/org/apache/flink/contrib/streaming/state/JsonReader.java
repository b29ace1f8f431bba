package org.apache.flink.contrib.streaming.state;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads one JSON value piece by piece, in the order in which it stands, so that a manifest of a million files needs no
 * tree in memory. It has no dependency, since a JobManager that discards a snapshot may have none. One thread.
 */
final class JsonReader {
    /** No document of Gabion's is nested as deep. */
    private static final int DEEPEST = 64;

    private final byte[] text;
    private int at;
    private int depth;
    /** At each depth: nothing was read of that object or array yet, so that no comma comes before the next thing. */
    private final boolean[] first = new boolean[DEEPEST + 1];

    /**
     * Begins to read.
     *
     * @param text JSON in UTF-8
     * @param from the index of its first byte
     */
    JsonReader(byte[] text, int from) {
        this.text = text;
        this.at = from;
    }

    /** Enters an object; {@link #nextMember} then goes from member to member. */
    void beginObject() throws IOException {
        begin('{');
    }

    /**
     * Goes to the next member of the object.
     *
     * @return its name, or null at the object's end, which is left then
     */
    String nextMember() throws IOException {
        if (!next('}')) {
            return null;
        }
        String name = readString();
        expect(':');
        return name;
    }

    /** Enters an array; {@link #nextElement} then goes from element to element. */
    void beginArray() throws IOException {
        begin('[');
    }

    /**
     * Goes to the next element of the array.
     *
     * @return false at the array's end, which is left then
     */
    boolean nextElement() throws IOException {
        return next(']');
    }

    /** Reads a string. */
    String readString() throws IOException {
        expect('"');
        int from = at;
        while (at < text.length && text[at] != '"' && text[at] != '\\' && (text[at] & 0xff) >= ' ') {
            at++;
        }
        if (at < text.length && text[at] == '"') {
            return decode(from, at++);
        }
        StringBuilder string = new StringBuilder(decode(from, at));
        while (peekByte() != '"') {
            appendPiece(string);
        }
        at++;
        return string.toString();
    }

    /** Reads an integer from 0 to 2^63 - 1. */
    long readLong() throws IOException {
        skipSpace();
        int from = at;
        while (at < text.length && text[at] >= '0' && text[at] <= '9') {
            at++;
        }
        String digits = decode(from, at);
        boolean plain = at == text.length || ".eE".indexOf(text[at]) < 0;
        if (digits.isEmpty() || !plain || digits.length() > 1 && digits.startsWith("0")) {
            throw malformed("an integer of 0 or more is expected");
        }
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            throw malformed("the number " + digits + " is too large");
        }
    }

    /** Passes over a value of any kind. */
    void skip() throws IOException {
        skipSpace();
        switch (peekByte()) {
            case '{':
                beginObject();
                while (nextMember() != null) {
                    skip();
                }
                return;
            case '[':
                beginArray();
                while (nextElement()) {
                    skip();
                }
                return;
            case '"':
                readString();
                return;
            default:
                skipWord();
        }
    }

    /** Checks that nothing follows. */
    void end() throws IOException {
        skipSpace();
        if (at < text.length) {
            throw malformed("something follows the end");
        }
    }

    private void skipWord() throws IOException {
        int from = at;
        while (at < text.length && ",]} \t\r\n".indexOf(text[at]) < 0) {
            at++;
        }
        if (!decode(from, at).matches("true|false|null|-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][-+]?[0-9]+)?")) {
            at = from;
            throw malformed("no value is written so");
        }
    }

    private void begin(char open) throws IOException {
        expect(open);
        if (depth == DEEPEST) {
            throw malformed("it is nested too deep");
        }
        first[++depth] = true;
    }

    private boolean next(char close) throws IOException {
        skipSpace();
        if (peekByte() == close) {
            at++;
            depth--;
            return false;
        }
        if (!first[depth]) {
            expect(',');
        }
        first[depth] = false;
        return true;
    }

    /** Appends what stands here in a string up to its next escape or end, or the escape. */
    private void appendPiece(StringBuilder string) throws IOException {
        if (text[at] != '\\') {
            int from = at;
            while (peekByte() != '"' && text[at] != '\\') {
                if ((text[at] & 0xff) < ' ') {
                    throw malformed("a string has a control character");
                }
                at++;
            }
            string.append(decode(from, at));
            return;
        }
        at++;
        byte escape = peekByte();
        at++;
        if (escape == 'u') {
            string.append((char) readHex());
            return;
        }
        int plain = "\"\\/bfnrt".indexOf(escape);
        if (plain < 0) {
            throw malformed("no character is escaped so");
        }
        string.append("\"\\/\b\f\n\r\t".charAt(plain));
    }

    private int readHex() throws IOException {
        if (at + 4 > text.length) {
            throw malformed("it ends too early");
        }
        int value = 0;
        for (int end = at + 4; at < end; at++) {
            int digit = Character.digit(text[at], 16);
            if (digit < 0) {
                throw malformed("a hexadecimal digit is expected");
            }
            value = value << 4 | digit;
        }
        return value;
    }

    private String decode(int from, int to) throws IOException {
        for (int i = from; i < to; i++) {
            if (text[i] < 0) {
                try {
                    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text, from, to - from)).toString();
                } catch (CharacterCodingException e) {
                    throw malformed("it is not UTF-8");
                }
            }
        }
        return new String(text, from, to - from, StandardCharsets.ISO_8859_1);
    }

    private void expect(char wanted) throws IOException {
        skipSpace();
        if (peekByte() != wanted) {
            throw malformed("a " + wanted + " is expected");
        }
        at++;
    }

    private byte peekByte() throws IOException {
        if (at >= text.length) {
            throw malformed("it ends too early");
        }
        return text[at];
    }

    private void skipSpace() {
        while (at < text.length && Arrays.binarySearch(SPACE, text[at]) >= 0) {
            at++;
        }
    }

    private static final byte[] SPACE = {'\t', '\n', '\r', ' '};

    private IOException malformed(String why) {
        return new IOException("the JSON is malformed at byte " + at + ": " + why);
    }
}
