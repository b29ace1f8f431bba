package dev.gabion.demo;

import java.util.Arrays;

/**
 * The words of a line: runs of letters, digits and {@code _}. Bytes above 127 count as letters, so that UTF-8 needs no
 * decoding. One thread.
 */
public final class Words {
    private byte[] buffer;
    private int at;
    private int end;

    /** Starts with the bytes of one line. */
    public void of(byte[] buffer, int start, int end) {
        this.buffer = buffer;
        this.at = start;
        this.end = end;
    }

    /** The next word, an array of the caller's own; null if there is none. */
    public byte[] next() {
        while (at < end && !isLetter(buffer[at])) {
            at++;
        }
        int start = at;
        while (at < end && isLetter(buffer[at])) {
            at++;
        }
        return start == at ? null : Arrays.copyOfRange(buffer, start, at);
    }

    /** Where in the buffer the last word ends. */
    public int at() {
        return at;
    }

    private static boolean isLetter(byte b) {
        return b < 0 || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '_';
    }
}
