package dev.gabion.flink.demo;

import java.io.Serializable;

/** Where the source reads next. A checkpoint takes it as it is. */
final class ReadPosition implements Serializable {
    private static final long serialVersionUID = 1L;

    /** The file, and the offset in it of the line to read next. */
    int file;
    long offset;
    /** Lines and words before it, in all files. */
    long lines;
    long words;
}
