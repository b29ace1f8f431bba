package dev.gabion.demo;

import java.io.PrintStream;
import java.util.concurrent.TimeUnit;

/**
 * What the user sees while the demo runs: events, and a line of progress that is rewritten on a terminal and printed
 * now and then elsewhere. One thread.
 */
public final class Display {
    private static final String BACK_AND_CLEAR = "\r\u001b[K";
    private static final long REWRITE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long PRINT_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final PrintStream out;
    private final int columns;
    private boolean shown;
    private long due = System.nanoTime();

    /** {@code columns} is the terminal's width; 0: no terminal. */
    public Display(PrintStream out, int columns) {
        this.out = out;
        this.columns = columns;
    }

    /** Prints lines that stay. */
    public void say(String text) {
        clear();
        out.println(text);
        out.flush();
    }

    /** Whether it is time for another line of progress. */
    public boolean wantsProgress() {
        return System.nanoTime() - due >= 0;
    }

    /** Shows a line of progress. */
    public void progress(String line) {
        due = System.nanoTime() + (columns > 0 ? REWRITE_NANOS : PRINT_NANOS);
        if (columns > 0) {
            // A line as wide as the terminal would wrap, and could not be rewritten.
            out.print(BACK_AND_CLEAR + Text.clip(line, columns - 1));
            shown = true;
        } else {
            out.println(line);
        }
        out.flush();
    }

    /** Takes the line of progress away. */
    void clear() {
        if (shown) {
            out.print(BACK_AND_CLEAR);
            out.flush();
            shown = false;
        }
    }
}
