package dev.gabion.demo;

import dev.gabion.Backend;
import dev.gabion.GabionException;
import dev.gabion.Options;
import dev.gabion.Snapshot;
import dev.gabion.SnapshotDirectory;
import dev.gabion.SnapshotInfo;
import dev.gabion.SnapshotKind;
import dev.gabion.SnapshotRequest;
import dev.gabion.Swept;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The job's snapshots: one every second, unless the last one still runs. They are started by the job's thread; one
 * thread of this class waits for their end, another removes the old ones, so that nobody waits for the disk but these two.
 */
final class Snapshots implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofSeconds(1);
    private static final int KEEP = 3;
    /** How long a snapshot may take, and how long files stay that nobody needs: a reader may still be at them. */
    private static final Duration GRACE = Duration.ofSeconds(10);
    /** The last snapshots may take longer: the demo ends with them. */
    private static final Duration LAST_GRACE = Duration.ofMinutes(10);

    private final Backend backend;
    private final Store store;
    private final SnapshotDirectory directory;
    private final String life;
    private final Outbox out;
    private final ExecutorService watcher = Executors.newSingleThreadExecutor();
    private final ExecutorService keeper = Executors.newSingleThreadExecutor();

    private volatile boolean running;
    private long due = System.nanoTime() + PERIOD.toNanos();
    private int started;

    /** {@code life} makes the snapshots' ids unique among those of all processes of the job. */
    Snapshots(Backend backend, Store store, SnapshotDirectory directory, String life, Outbox out) {
        this.backend = backend;
        this.store = store;
        this.directory = directory;
        this.life = life;
        this.out = out;
    }

    /** The settings with which the snapshot directory is used. */
    static Options options(Store store) {
        return options(store, GRACE);
    }

    /** Starts a native snapshot if it is time for one. */
    void startIfDue(long now, Supplier<Position> position) {
        if (now - due >= 0 && !running) {
            due = now + PERIOD.toNanos();
            String id = nextId();
            Snapshot snapshot = start(id, SnapshotKind.NATIVE, position.get(), GRACE);
            watcher.execute(() -> waitFor(id, snapshot));
        }
    }

    /** Takes a last snapshot and waits for it; a failure is thrown. */
    void takeLast(SnapshotKind kind, Position position) throws InterruptedException {
        while (running) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
        String id = nextId();
        try (Snapshot snapshot = start(id, kind, position, LAST_GRACE)) {
            completed(id, snapshot.await());
        } finally {
            running = false;
        }
    }

    /** Waits until nothing is under way any more. */
    @Override
    public void close() {
        try {
            for (ExecutorService executor : new ExecutorService[] {watcher, keeper}) {
                executor.shutdown();
                executor.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts the job's thread", e);
        }
    }

    private String nextId() {
        started++;
        return life + "-" + started;
    }

    private Snapshot start(String id, SnapshotKind kind, Position position, Duration grace) {
        SnapshotRequest request = SnapshotRequest.publish(kind, store.url())
                .id(State.bytes(id))
                .metadata(position.metadata())
                .options(options(store, grace));
        running = true;
        Snapshot snapshot = backend.startSnapshot(request);
        out.say(new Message("snapshot-started")
                .with("id", id)
                .with("kind", kind)
                .with("pause", snapshot.pauseNanos()));
        return snapshot;
    }

    private void waitFor(String id, Snapshot snapshot) {
        try (snapshot) {
            completed(id, snapshot.await());
        } catch (GabionException e) {
            // As with any stream engine, one snapshot that fails is no reason to stop; the driver counts it.
            out.say(new Message("snapshot-failed").with("id", id).with("reason", e.getMessage()));
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts this thread", e);
        } finally {
            running = false;
        }
    }

    private void completed(String id, SnapshotInfo info) {
        out.say(new Message("snapshot-completed")
                .with("id", id)
                .with("number", info.number())
                .with("files", info.files())
                .with("bytes", info.bytes())
                .with("written", info.bytesWritten())
                .with("fallbacks", info.fallbacks()));
        keeper.execute(this::keepLast);
    }

    private void keepLast() {
        int discarded = directory.retain(KEEP).size();
        Swept swept = directory.sweep(GRACE, false);
        out.say(new Message("kept")
                .with("discarded", discarded)
                .with("objects", swept.objects())
                .with("bytes", swept.bytes()));
    }

    private static Options options(Store store, Duration grace) {
        return store.options().set("snapshot.grace", grace.getSeconds() + "s");
    }
}
