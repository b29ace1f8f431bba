package dev.gabion.flink.demo;

import dev.gabion.demo.Child;
import dev.gabion.demo.Difference;
import dev.gabion.demo.Display;
import dev.gabion.demo.Input;
import dev.gabion.demo.JobDied;
import dev.gabion.demo.Message;
import dev.gabion.demo.Text;
import dev.gabion.demo.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The Flink demo: runs the job in each mode, and compares its results with an independent computation. Exit value 0: all
 * are equal; 1: they are not, or something failed; 2: the command line is wrong.
 */
public final class FlinkDemo {
    private static final int FAILED = 1;
    private static final int WRONG_USAGE = 2;
    private static final int OUT_OF_MEMORY = 3;
    /** A job that says nothing for so long hangs. */
    private static final long SILENCE_NANOS = TimeUnit.MINUTES.toNanos(3);

    private final Settings settings;
    private final Input input;
    private final Workspace workspace;
    private final Display display;
    private final long start = System.nanoTime();
    private final AtomicBoolean over = new AtomicBoolean();
    private Expected expected;
    private volatile Child child;

    private FlinkDemo(Settings settings, Input input, Workspace workspace) {
        this.settings = settings;
        this.input = input;
        this.workspace = workspace;
        this.display = new Display(System.out, settings.columns);
    }

    /**
     * Runs the demo, and exits.
     *
     * @param arguments options and the input; wrong ones are answered with the usage
     */
    public static void main(String[] arguments) throws Exception {
        System.exit(run(arguments));
    }

    /** Runs the demo; answers the exit value. */
    static int run(String... arguments) throws Exception {
        Settings settings;
        try {
            settings = Settings.of(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println("error: " + e.getMessage() + "\n" + Settings.USAGE);
            return WRONG_USAGE;
        }
        try {
            return new FlinkDemo(settings, Input.at(settings.input), Workspace.in(settings.work)).run();
        } catch (IOException e) {
            System.out.println("FAILED: " + e);
            return FAILED;
        }
    }

    private int run() throws Exception {
        Runtime.getRuntime().addShutdownHook(new Thread(this::cleanUpIfInterrupted));
        String failure = null;
        try {
            runAll();
        } catch (Difference e) {
            failure = "DIFFERENT: " + e.getMessage();
        } catch (JobDied e) {
            failure = "FAILED: " + e.getMessage();
        } catch (IOException e) {
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

    private void cleanUpIfInterrupted() {
        if (over.compareAndSet(false, true)) {
            try {
                if (child != null) {
                    child.kill();
                    child.end();
                }
                workspace.remove();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void runAll() throws Exception {
        display.say("Flink 1.1 on Gabion: words of " + Text.count(input.files().size(), "file", "files") + ", "
                + Text.bytes(input.bytes()) + ", in " + settings.input);
        expected = Expected.of(input);
        expected.writeQuestions(questions());
        say(Text.count(expected.words()) + " words, " + Text.count(expected.entries().size()) + " different ones; "
                + Text.bytes(expected.contextBytes()) + " to keep of them, with " + settings.heap(input.bytes())
                + " MB of heap");
        List<Run> runs = new ArrayList<>();
        String heap = "";
        for (Mode mode : settings.modes) {
            if (mode == Mode.HEAP) {
                heap = runOnHeap();
            } else {
                runs.add(runAndCompare(mode));
            }
        }
        display.say("\n" + RunTable.of(runs) + heap);
        display.say("OK: " + Text.count(runs.size(), "run", "runs") + ", all results equal");
    }

    private Run runAndCompare(Mode mode) throws Exception {
        Run run = new Run(mode);
        int exit = runJob(run);
        if (exit != 0 || !run.finished) {
            throw new JobDied(mode + ": the job ended with exit value " + exit, child.output());
        }
        say(mode + ": comparing");
        String results = results(mode).toString();
        long counts = Windows.compare(input, results);
        long words = Answers.compare(expected, results);
        if (run.failed == 0 || run.resumed == 0) {
            throw new Difference(mode + ": no task failed, so the result proves nothing");
        }
        say(mode + ": " + Text.count(counts) + " counts in windows equal, state of " + Text.count(words)
                + " words equal");
        return run;
    }

    /** Runs the same job, state on the heap; says what became of it. */
    private String runOnHeap() throws Exception {
        Run run = new Run(Mode.HEAP);
        int exit = runJob(run);
        String what = exit == OUT_OF_MEMORY
                ? "ran out of memory, at word " + Text.count(run.words) + " of " + Text.count(expected.words())
                : exit == 0 ? "came to the end: this state fits the heap" : "ended with exit value " + exit;
        say("the same job with its state on the heap " + what);
        if (exit != 0 && exit != OUT_OF_MEMORY) {
            throw new JobDied("state on the heap: the job ended with exit value " + exit, child.output());
        }
        return "  state on the heap instead: " + what + "\n";
    }

    /** Runs the job to its end; answers its exit value. */
    private int runJob(Run run) throws Exception {
        Files.createDirectory(results(run.mode));
        List<String> options = Arrays.asList(
                "-Xmx" + settings.heap(input.bytes()) + "m", "-XX:+UseParallelGC", "-XX:+ExitOnOutOfMemoryError");
        child = Child.start(Child.command(
                options, System.getProperty("java.class.path"), WordCount.class.getName(),
                Collections.singletonList(order(run.mode).toString())));
        while (true) {
            Child.Heard heard = child.next(SILENCE_NANOS);
            if (heard == null) {
                child.kill();
                throw new JobDied(
                        run.mode + ": the job has said nothing for " + Text.seconds(SILENCE_NANOS), child.output());
            }
            if (heard.isEnd()) {
                return child.end();
            }
            run.hear(heard.message(), heard.nanoTime());
            show(run, heard.message());
        }
    }

    private Message order(Mode mode) {
        return new Message("run")
                .with("mode", mode)
                .with("text", settings.input.toAbsolutePath())
                .with("questions", questions())
                .with("words", expected.words())
                .with("seconds", settings.seconds)
                .with("checkpoints", workspace.snapshotsUrl() + mode)
                .with("storage", workspace.scratch())
                .with("results", results(mode));
    }

    private void show(Run run, Message message) {
        if (message.is("failing")) {
            say(run.mode + ": a task fails, at word " + Text.count(run.failedAt) + ", after "
                    + Text.count(run.completed, "checkpoint", "checkpoints"));
        } else if (message.is("reading")) {
            say(run.mode + ": the job " + (run.failed == 0 ? "starts" : "goes on at word " + Text.count(run.words)));
        } else if (message.is("progress") && display.wantsProgress()) {
            display.progress(Text.time(System.nanoTime() - start) + run.mode + ": " + Text.count(run.words)
                    + " words, " + Text.percent(run.words, expected.words()) + ", "
                    + Text.count(run.completed, "checkpoint", "checkpoints"));
        }
    }

    private void say(String text) {
        display.say(Text.time(System.nanoTime() - start) + text);
    }

    private Path questions() {
        return workspace.root().resolve("questions");
    }

    private Path results(Mode mode) {
        return workspace.root().resolve("results-" + mode);
    }
}
