package dev.gabion.demo;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.util.Arrays;

/** Reads a file line by line, as bytes; a line ends with {@code \n}, or with the file. One thread. */
public final class Lines implements Closeable {
    private static final int BUFFER = 64 << 10;
    private static final int LONGEST_LINE = 1 << 30;

    private final Input.TextFile file;
    private final InputStream in;
    private byte[] buffer = new byte[BUFFER];
    /** The present line, without its end. */
    private int start;
    private int end;
    /** Where the next line begins, and the end of what is in the buffer. */
    private int next;
    private int filled;
    /** The file's offset of {@code filled}. */
    private long offset;

    /** Opens a file at the offset where a line begins. */
    public Lines(Input.TextFile file, long offset) throws IOException {
        this.file = file;
        this.offset = offset;
        SeekableByteChannel channel = Files.newByteChannel(file.path);
        this.in = Channels.newInputStream(channel);
        channel.position(offset);
    }

    /** Moves to the next line; false if there is none. */
    public boolean next() throws IOException {
        int at = next;
        while (true) {
            while (at < filled && buffer[at] != '\n') {
                at++;
            }
            if (at < filled) {
                return found(at, at + 1);
            }
            int done = at - next;
            if (!fill()) {
                return done > 0 && found(filled, filled);
            }
            at = next + done;
        }
    }

    /** The array that the present line is in; the next move may replace it. */
    public byte[] buffer() {
        return buffer;
    }

    public int start() {
        return start;
    }

    public int end() {
        return end;
    }

    /** The file's offset of the line after the present one. */
    public long offset() {
        return offset - (filled - next);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private boolean found(int lineEnd, int nextLine) {
        start = next;
        end = lineEnd;
        next = nextLine;
        return true;
    }

    /** Reads more behind what is left in the buffer, which moves to its front; false at the end of the file. */
    private boolean fill() throws IOException {
        if (offset == file.size) {
            return false;
        }
        int left = filled - next;
        if (left == LONGEST_LINE) {
            throw new IOException(file.path + " has a line of more than " + LONGEST_LINE + " bytes; is it text?");
        }
        byte[] old = buffer;
        if (left == buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.min(LONGEST_LINE, 2 * buffer.length));
        }
        System.arraycopy(old, next, buffer, 0, left);
        next = 0;
        filled = left;
        int read = in.read(buffer, left, (int) Math.min(buffer.length - left, file.size - offset));
        if (read < 0) {
            throw new EOFException(
                    file.path + " ended at byte " + offset + ", but had " + file.size + " when it was listed");
        }
        filled += read;
        offset += read;
        return true;
    }
}
