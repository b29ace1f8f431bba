package dev.gabion.flink.bench;

import dev.gabion.demo.JobDied;
import dev.gabion.demo.Workspace;
import java.io.IOException;
import java.util.List;

/**
 * Measures the backend against the original one and against state on the heap, and prints tables in Markdown. Progress
 * goes to standard error. Exit value 0: all of it was measured; 1: something failed; 2: the command line is wrong.
 */
public final class Bench {
    private Bench() {}

    /**
     * Runs the benchmark, and exits.
     *
     * @param arguments options; wrong ones are answered with the usage
     */
    public static void main(String[] arguments) throws Exception {
        Settings settings;
        try {
            settings = Settings.of(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println("error: " + e.getMessage() + "\n" + Settings.USAGE);
            System.exit(2);
            return;
        }
        try {
            run(settings);
        } catch (IOException | JobDied e) {
            System.err.println("error: " + e.getMessage());
            System.exit(1);
        }
        System.exit(0);
    }

    private static void run(Settings settings) throws IOException, InterruptedException, JobDied {
        Workspace workspace = Workspace.in(settings.work);
        // Whoever interrupts this from the keyboard also interrupts the workers.
        Runtime.getRuntime().addShutdownHook(new Thread(workspace::remove));
        List<Contender> contenders = Contender.startAll(settings, workspace.root());
        try {
            print(
                    "Access to state, microseconds (median)",
                    new Accesses(settings, contenders, System.err::println).measure());
            print(
                    "Snapshots, median (largest)",
                    new Snapshots(settings, contenders, System.err::println).measure());
        } finally {
            for (Contender contender : contenders) {
                contender.close();
            }
        }
    }

    private static void print(String title, List<String> table) {
        if (!table.isEmpty()) {
            System.out.println(title + "\n");
            table.forEach(System.out::println);
            System.out.println();
        }
    }
}
