package dev.gabion.demo;

import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.ThreadLocalRandom;

/** The command line, read. */
final class Settings {
    static final String USAGE = "usage: Demo [OPTION VALUE]... INPUT\n"
            + "  INPUT      a text file, or a folder of which all text files are read\n"
            + "  --seconds  how long the job works, its kills included (25); the checks come after that\n"
            + "  --seed     chooses the instants of the kills (random)\n"
            + "  --work     where snapshots and scratch go while it runs (the directory for temporary files)\n"
            + "  --store    where snapshots go instead, to stay: a URL, or a file with a line url=URL and a line\n"
            + "             name=value for each option of the store\n"
            + "  --report   where the page with the timeline goes (demo-report.html)\n"
            + "  --columns  the terminal's width; 0: no terminal, print plain lines (0)";

    private static final long MOST_SECONDS = 24 * 60 * 60;

    Path input;
    Path work = Paths.get(System.getProperty("java.io.tmpdir"));
    /** Null: in the working directory. */
    String store;
    Path report = Paths.get("demo-report.html");
    long seconds = 25;
    long seed = ThreadLocalRandom.current().nextInt(1_000_000);
    int columns;

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

    private void set(String name, Deque<String> rest) {
        if (rest.isEmpty()) {
            throw new IllegalArgumentException(name + " needs a value");
        }
        String value = rest.remove();
        switch (name) {
            case "--seconds":
                seconds = number(name, value, 1, MOST_SECONDS);
                break;
            case "--seed":
                seed = number(name, value, Long.MIN_VALUE, Long.MAX_VALUE);
                break;
            case "--work":
                work = Paths.get(value);
                break;
            case "--store":
                store = value;
                break;
            case "--report":
                report = Paths.get(value);
                break;
            case "--columns":
                columns = (int) number(name, value, 0, Integer.MAX_VALUE);
                break;
            default:
                throw new IllegalArgumentException("there is no option " + name);
        }
    }

    private static long number(String name, String value, long least, long most) {
        try {
            long number = Long.parseLong(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException(name + " is " + value + "; it takes a number from " + least + " to " + most);
    }
}
