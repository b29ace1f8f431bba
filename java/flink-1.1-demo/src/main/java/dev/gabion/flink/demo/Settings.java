package dev.gabion.flink.demo;

import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/** The command line, read. */
final class Settings {
    static final String USAGE = "usage: FlinkDemo [OPTION VALUE]... INPUT\n"
            + "  INPUT      a text file, or a folder of which all text files are read\n"
            + "  --modes    what runs, by turns (semi-async,fully-async,heap)\n"
            + "  --seconds  how long a run takes at least (15)\n"
            + "  --heap     the most megabytes of heap of the job's JVM (48, or 1.4 times the text if that is more)\n"
            + "  --work     where snapshots and scratch go while it runs (the directory for temporary files)\n"
            + "  --columns  the terminal's width; 0: no terminal, print plain lines (0)";

    /** With less, Flink itself does not run. Its own needs grow little with the text; the state grows with it. */
    private static final int LEAST_HEAP = 48;

    Path input;
    Path work = Paths.get(System.getProperty("java.io.tmpdir"));
    List<Mode> modes = Arrays.asList(Mode.values());
    int seconds = 15;
    int columns;
    private int heap;

    private Settings() {}

    /**
     * Reads the arguments.
     *
     * @throws IllegalArgumentException that says what is wrong
     */
    static Settings of(String... arguments) {
        Settings settings = new Settings();
        Deque<String> rest = new ArrayDeque<>(Arrays.asList(arguments));
        while (!rest.isEmpty()) {
            String argument = rest.remove();
            if (argument.startsWith("--")) {
                settings.set(argument, rest);
            } else if (settings.input == null) {
                settings.input = Paths.get(argument);
            } else {
                throw new IllegalArgumentException("there are two inputs, " + settings.input + " and " + argument);
            }
        }
        if (settings.input == null) {
            throw new IllegalArgumentException("the input is missing");
        }
        return settings;
    }

    /** Megabytes of heap for the job on so many bytes of text. */
    long heap(long bytes) {
        return heap > 0 ? heap : Math.max(LEAST_HEAP, bytes * 14 / 10_000_000);
    }

    private void set(String name, Deque<String> rest) {
        if (rest.isEmpty()) {
            throw new IllegalArgumentException(name + " needs a value");
        }
        String value = rest.remove();
        switch (name) {
            case "--modes":
                modes = new ArrayList<>();
                for (String mode : value.split(",")) {
                    modes.add(Mode.of(mode));
                }
                break;
            case "--seconds":
                seconds = number(name, value, 1);
                break;
            case "--heap":
                heap = number(name, value, 1);
                break;
            case "--work":
                work = Paths.get(value);
                break;
            case "--columns":
                columns = number(name, value, 0);
                break;
            default:
                throw new IllegalArgumentException("there is no option " + name);
        }
    }

    private static int number(String name, String value, int least) {
        try {
            int number = Integer.parseInt(value);
            if (number >= least) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException(
                name + " is " + value + "; it takes a number from " + least + " to " + Integer.MAX_VALUE);
    }
}
