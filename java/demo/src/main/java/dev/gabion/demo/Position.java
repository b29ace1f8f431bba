package dev.gabion.demo;

import java.nio.charset.StandardCharsets;

/**
 * Where the job stands in its input, and what it has done up to there. A snapshot's metadata. Immutable.
 *
 * <p>The input is read over and over: {@link #round} counts the finished readings. {@link #file} is an index into
 * {@link Input#files()}, {@link #offset} the byte at which the next line begins, {@link #line} the lines before it in
 * that file. {@link #lines}, {@link #words} and {@link #rows} count from the start of the job: rows are writes.
 */
final class Position {
    static final Position START = new Position(0, 0, 0, 0, 0, 0, 0);

    final long round;
    final int file;
    final long offset;
    final long line;
    final long lines;
    final long words;
    final long rows;

    Position(long round, int file, long offset, long line, long lines, long words, long rows) {
        this.round = round;
        this.file = file;
        this.offset = offset;
        this.line = line;
        this.lines = lines;
        this.words = words;
        this.rows = rows;
    }

    static Position of(Message message) {
        return new Position(
                message.number("round"),
                Math.toIntExact(message.number("file")),
                message.number("offset"),
                message.number("line"),
                message.number("lines"),
                message.number("words"),
                message.number("rows"));
    }

    static Position of(byte[] metadata) {
        String text = new String(metadata, StandardCharsets.UTF_8);
        Message message = Message.parse(text);
        if (message == null) {
            throw new IllegalArgumentException("the snapshot's metadata is no position of this job: " + text);
        }
        return of(message);
    }

    Message addTo(Message message) {
        return message.with("round", round)
                .with("file", file)
                .with("offset", offset)
                .with("line", line)
                .with("lines", lines)
                .with("words", words)
                .with("rows", rows);
    }

    byte[] metadata() {
        return toString().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return addTo(new Message("position")).toString();
    }
}
