package dev.gabion.flink.bench;

import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;

/** The command line, read. */
final class Settings {
    static final String USAGE = "usage: Bench --upstream CLASSPATH [OPTION VALUE]...\n"
            + "  --upstream  the class path of the original backend and its Flink\n"
            + "  --work      where state and snapshots go while it runs (the directory for temporary files)\n"
            + "  --rows      only rows of the tables that match this pattern (all)\n"
            + "  --keys      numbers of keys for the access to state (10000,500000)\n"
            + "  --slices    measured slices of each row, by turns (15)\n"
            + "  --millis    how long the slowest backend's slice takes, about (250)\n"
            + "  --clock     what an access takes: wall, or cpu, the thread's alone, for a busy machine (wall)\n"
            + "  --state     megabytes of state for the snapshots (100,1000)\n"
            + "  --rounds    snapshots and restores of each kind, by turns (5)";

    String upstream;
    Path work = Paths.get(System.getProperty("java.io.tmpdir"));
    Pattern rows = Pattern.compile("");
    List<Integer> keys = Arrays.asList(10_000, 500_000);
    int slices = 15;
    int millis = 250;
    String clock = "wall";
    List<Integer> state = Arrays.asList(100, 1000);
    int rounds = 5;

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
            String name = rest.remove();
            if (rest.isEmpty()) {
                throw new IllegalArgumentException(name + " needs a value");
            }
            settings.set(name, rest.remove());
        }
        if (settings.upstream == null) {
            throw new IllegalArgumentException("--upstream is missing");
        }
        return settings;
    }

    private void set(String name, String value) {
        switch (name) {
            case "--upstream":
                upstream = value;
                break;
            case "--work":
                work = Paths.get(value);
                break;
            case "--rows":
                rows = Pattern.compile(value);
                break;
            case "--keys":
                keys = numbers(name, value);
                break;
            case "--slices":
                slices = number(name, value);
                break;
            case "--millis":
                millis = number(name, value);
                break;
            case "--clock":
                if (!value.equals("wall") && !value.equals("cpu")) {
                    throw new IllegalArgumentException("--clock is " + value + "; it is wall or cpu");
                }
                clock = value;
                break;
            case "--state":
                state = numbers(name, value);
                break;
            case "--rounds":
                rounds = number(name, value);
                break;
            default:
                throw new IllegalArgumentException("there is no option " + name);
        }
    }

    private static List<Integer> numbers(String name, String values) {
        List<Integer> numbers = new ArrayList<>();
        for (String value : values.split(",")) {
            numbers.add(number(name, value));
        }
        return numbers;
    }

    private static int number(String name, String value) {
        try {
            int number = Integer.parseInt(value);
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException(name + " is " + value + "; it takes a number from 1 on");
    }
}
