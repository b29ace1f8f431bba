package dev.gabion.demo;

import java.util.List;

/** The job's process ended, or fell silent, without having been killed. */
public final class JobDied extends Exception {
    private static final long serialVersionUID = 1L;

    public JobDied(String what, List<String> output) {
        super(what + (output.isEmpty() ? "; it printed nothing" : "; it printed:\n  " + String.join("\n  ", output)));
    }
}
