package dev.gabion.demo;

import java.io.Closeable;
import java.io.IOException;

/** Reads the input line by line, over and over, from a position on. One thread. */
final class Reader implements Closeable {
    private final Input input;
    private long round;
    private int file;
    private long line;
    private Lines lines;

    Reader(Input input, Position from) throws IOException {
        if (from.file >= input.files().size()) {
            throw new IOException("the position is in file " + from.file + ", the input has " + input.files().size());
        }
        this.input = input;
        this.round = from.round;
        this.file = from.file;
        this.line = from.line;
        this.lines = new Lines(input.files().get(file), from.offset);
    }

    /** Moves to the next line; there always is one. */
    Lines next() throws IOException {
        while (!lines.next()) {
            lines.close();
            line = 0;
            if (++file == input.files().size()) {
                file = 0;
                round++;
            }
            lines = new Lines(input.files().get(file), 0);
        }
        line++;
        return lines;
    }

    long round() {
        return round;
    }

    int file() {
        return file;
    }

    /** The number of the present line in its file, from 1. */
    long line() {
        return line;
    }

    /** Where the next line begins in the file. */
    long offset() {
        return lines.offset();
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
