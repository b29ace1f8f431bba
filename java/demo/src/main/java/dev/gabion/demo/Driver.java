package dev.gabion.demo;

import dev.gabion.GabionException;
import dev.gabion.SnapshotDirectory;
import dev.gabion.SnapshotInfo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Starts the job, kills it and starts it again, once for each kind of kill; then lets it finish. One thread. */
final class Driver {
    private static final int MOST_TRIES = 10;
    /** After the last kill the job works for so long at least, so that it takes some more snapshots. */
    private static final long LAST_WORK_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long GUESSED_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final Path input;
    private final Workspace workspace;
    private final Store store;
    private final Display display;
    private final Random random;
    private final Timeline timeline = new Timeline();
    private volatile Child child;
    private int lives;

    Driver(Path input, Workspace workspace, Store store, Display display, long seed) {
        this.input = input;
        this.workspace = workspace;
        this.store = store;
        this.display = display;
        this.random = new Random(seed);
    }

    /**
     * Runs the job.
     *
     * @param nanos how long it works, the kills included; longer, if they take longer
     * @throws Difference if it did not come back from its last completed snapshot, or left something behind
     * @throws JobDied if it ended otherwise than by a kill
     */
    Timeline run(long nanos) throws IOException, InterruptedException, Difference, JobDied {
        long start = System.nanoTime();
        for (KillKind kind : KillKind.values()) {
            kill(kind);
        }
        Listener listener = listener();
        try (Life life = start(listener)) {
            life.liveUntil(start + nanos, LAST_WORK_NANOS);
            life.finish();
        }
        return timeline;
    }

    /** Ends the job's process, if there is one, and waits for its end; any thread. */
    void stop() throws InterruptedException {
        Child running = child;
        if (running != null) {
            running.kill();
            running.end();
        }
    }

    private void kill(KillKind kind) throws IOException, InterruptedException, Difference, JobDied {
        Aim aim = Aim.at(kind, random, usualNanos(kind));
        for (int tries = 1; !killAt(aim); tries++) {
            if (tries == MOST_TRIES) {
                throw new IOException("no kill out of " + tries + " came " + kind + "; this machine may be too busy");
            }
            aim = aim.sooner();
        }
    }

    /** Starts the job and kills it; answers whether the kill came when it should. */
    private boolean killAt(Aim aim) throws IOException, InterruptedException, Difference, JobDied {
        Listener listener = listener();
        long killed;
        try (Life life = start(listener)) {
            killed = life.killAt(aim);
        }
        long at = timeline.at(killed);
        timeline.leftByKills.addAll(workspace.scratchDirectories());
        timeline.work.removeIf(work -> work.start > at); // its last words were heard after its end
        store.settle(workspace);
        // What counts is what is on disk: the job may have completed a snapshot and not said so yet.
        List<SnapshotInfo> published = published();
        boolean late = aim.kind() == KillKind.RESTORE && listener.isOpen();
        for (Timeline.Taken taken : timeline.snapshots) {
            if (taken.outcome == Timeline.Outcome.RUNNING) {
                taken.end(Timeline.Outcome.KILLED, at);
            }
        }
        if (aim.kind() == KillKind.SNAPSHOT) {
            Timeline.Taken last = timeline.snapshots.get(timeline.snapshots.size() - 1);
            late = last.isCompleted() || published.stream().anyMatch(info -> id(info).equals(last.id));
        }
        timeline.kills.add(new Timeline.Kill(aim.kind(), at, late));
        display.say(Text.time(at) + (late
                ? "SIGKILL came too late to hit " + aim.kind().target() + "; once more"
                : "SIGKILL " + timeline.hits() + " of " + KillKind.values().length + ", " + aim.kind()));
        return !late;
    }

    private Listener listener() {
        List<SnapshotInfo> published = published();
        long latest = published.isEmpty() ? 0 : published.get(published.size() - 1).number();
        lives++;
        return new Listener(lives, latest, workspace, timeline, display);
    }

    private Life start(Listener listener) throws IOException {
        child = Child.start(Child.command(Arrays.asList(
                input.toString(), store.place(), workspace.scratch().toString(), Integer.toString(lives))));
        return new Life(child, listener);
    }

    private List<SnapshotInfo> published() {
        try (SnapshotDirectory directory = store.open()) {
            return directory.list();
        } catch (GabionException e) {
            if (e.code() == GabionException.Code.NOT_FOUND) {
                return Collections.emptyList(); // there has been no snapshot yet
            }
            throw e;
        }
    }

    private static String id(SnapshotInfo info) {
        return new String(info.id(), StandardCharsets.UTF_8);
    }

    /** How long the thing that is to be hit takes, from what was seen so far. */
    private long usualNanos(KillKind kind) {
        return kind == KillKind.RESTORE
                ? timeline.restores.stream().mapToLong(restore -> restore.nanos).min().orElse(GUESSED_NANOS)
                : timeline.snapshots.stream()
                        .filter(Timeline.Taken::isCompleted)
                        .mapToLong(taken -> taken.end - taken.start)
                        .min()
                        .orElse(GUESSED_NANOS);
    }
}
