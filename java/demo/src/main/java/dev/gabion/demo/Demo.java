package dev.gabion.demo;

import dev.gabion.Backend;
import dev.gabion.KeyRange;
import dev.gabion.SnapshotDirectory;
import dev.gabion.SnapshotInfo;
import dev.gabion.SnapshotKind;
import dev.gabion.Source;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The demo: runs the job, kills it three times, and compares what is left with an independent computation. Exit
 * value 0: all keys are equal; 1: they are not, or something failed; 2: the command line is wrong.
 */
public final class Demo {
    private static final int FAILED = 1;
    private static final int WRONG_USAGE = 2;

    private final Settings settings;
    private final Input input;
    private final Workspace workspace;
    private final Store store;
    private final Display display;
    private final Driver driver;
    /** Set by the first of two: the run's end, and an interrupt. */
    private final AtomicBoolean over = new AtomicBoolean();

    private Demo(Settings settings, Input input, Workspace workspace) throws IOException {
        this.settings = settings;
        this.input = input;
        this.workspace = workspace;
        this.store = Store.at(settings.store == null ? workspace.snapshotsUrl() : settings.store);
        this.display = new Display(System.out, settings.columns);
        this.driver = new Driver(settings.input, workspace, store, display, settings.seed);
    }

    /**
     * Runs the demo, and exits.
     *
     * @param arguments options and the input; wrong ones are answered with the usage
     */
    public static void main(String[] arguments) throws InterruptedException {
        System.exit(run(arguments));
    }

    /** Runs the demo; answers the exit value. */
    static int run(String... arguments) throws InterruptedException {
        try {
            return run(Settings.of(arguments));
        } catch (IllegalArgumentException e) {
            System.err.println("error: " + e.getMessage() + "\n" + Settings.USAGE);
            return WRONG_USAGE;
        }
    }

    private static int run(Settings settings) throws InterruptedException {
        try {
            Input input = Input.at(settings.input);
            return new Demo(settings, input, Workspace.in(settings.work)).run();
        } catch (IOException e) {
            System.out.println("FAILED: " + e);
            return FAILED;
        }
    }

    private int run() throws InterruptedException {
        Runtime.getRuntime().addShutdownHook(new Thread(this::cleanUpIfInterrupted));
        String failure = null;
        try {
            runAndCheck();
        } catch (Difference e) {
            failure = "DIFFERENT: " + e.getMessage();
        } catch (JobDied e) {
            failure = "FAILED: " + e.getMessage();
        } catch (IOException e) {
            failure = "FAILED: " + e;
        } catch (RuntimeException e) {
            e.printStackTrace();
            failure = "FAILED: " + e;
        }
        if (!over.compareAndSet(false, true)) {
            return FAILED; // an interrupt from the keyboard: the job has died of it, too
        }
        if (failure == null) {
            workspace.remove();
            return 0;
        }
        display.say(failure + "\nWhat it worked on is kept in " + workspace.root());
        return FAILED;
    }

    private void runAndCheck() throws IOException, InterruptedException, Difference, JobDied {
        display.say("Gabion demo, seed " + settings.seed + "\n" + about());
        Timeline timeline = driver.run(TimeUnit.SECONDS.toNanos(settings.seconds));
        long keys = compareRestored(timeline);
        display.say(Text.time(timeline.now()) + Leftovers.check(workspace, store));
        Figures figures = new Figures(timeline);
        Table table = figures.table(input, keys);
        Report.write(Report.of(timeline, figures, table, settings.seed, about()), settings.report);
        display.say("\n" + table);
        display.say("Timeline: " + settings.report.toAbsolutePath());
        display.say("OK: " + Text.count(keys) + " keys equal");
    }

    private void cleanUpIfInterrupted() {
        if (over.compareAndSet(false, true)) {
            try {
                driver.stop();
                workspace.remove();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private String about() {
        return "Words of " + Text.count(input.files().size(), "file", "files") + ", " + Text.bytes(input.bytes())
                + ", in " + settings.input + (store.isIn(workspace) ? "" : "; snapshots in " + store.url());
    }

    /** Compares the latest snapshot of each kind, restored, with the expected state; answers the number of keys. */
    private long compareRestored(Timeline timeline) throws IOException, Difference {
        if (!input.isSame(Input.at(settings.input))) {
            throw new IOException(settings.input + " has changed during the demo; run it again on an input that stays");
        }
        Expected expected = Expected.at(input, timeline.end, words -> {
            if (display.wantsProgress()) {
                display.progress(Text.time(timeline.now()) + "computing the state anew: "
                        + Text.percent(words, timeline.end.words));
            }
        });
        long keys = timeline.liveKeys;
        for (SnapshotKind kind : SnapshotKind.values()) {
            SnapshotInfo latest = latest(kind);
            if (!Position.of(latest.metadata()).toString().equals(timeline.end.toString())) {
                throw new Difference("snapshot " + latest.number() + " is not of the end of the input that was read");
            }
            long start = System.nanoTime();
            try (Backend backend = Backend.restore(
                    Job.backendOptions(workspace.scratch()).setAll(store.options().asMap()),
                    null,
                    KeyRange.all(),
                    Source.snapshot(store.url(), latest.number()))) {
                long nanos = System.nanoTime() - start;
                keys = Comparison.count(backend, expected);
                display.say(Text.time(timeline.now()) + "snapshot " + latest.number() + ", "
                        + kind.name().toLowerCase(Locale.ROOT) + ", restored in " + Text.millis(nanos) + ": "
                        + Text.count(keys) + " keys equal");
            }
            if (keys != timeline.liveKeys) {
                throw new Difference("snapshot " + latest.number() + " has " + keys + " keys, the live state "
                        + timeline.liveKeys);
            }
        }
        return keys;
    }

    private SnapshotInfo latest(SnapshotKind kind) throws Difference {
        try (SnapshotDirectory directory = store.open()) {
            List<SnapshotInfo> newestFirst = new ArrayList<>(directory.list());
            Collections.reverse(newestFirst);
            return newestFirst.stream()
                    .filter(info -> info.kind() == kind)
                    .findFirst()
                    .orElseThrow(() -> new Difference("there is no " + kind + " snapshot, though the job took one"));
        }
    }
}
