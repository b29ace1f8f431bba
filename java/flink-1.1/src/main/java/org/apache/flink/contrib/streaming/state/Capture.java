package org.apache.flink.contrib.streaming.state;

import dev.gabion.GabionException;
import dev.gabion.Snapshot;
import dev.gabion.SnapshotKind;
import dev.gabion.SnapshotRequest;
import dev.gabion.SnapshotState;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** A native snapshot of one instant, in a directory inside the database's: its files are links to the database's own. */
final class Capture implements Closeable {
    /** A cancelled job ends within a second, or with the database. */
    private static final Duration END = Duration.ofSeconds(10);

    private final Session session;
    private final Snapshot job;
    private final Path directory;

    private Capture(Session session, Snapshot job, Path directory) {
        this.session = session;
        this.job = job;
        this.directory = directory;
    }

    /** Fixes the state of this instant; the files come in the background. */
    static Capture start(Session session, Families families, long checkpointId) {
        Path directory = families.freshDirectory("capture-" + checkpointId);
        SnapshotRequest request = SnapshotRequest.capture(SnapshotKind.NATIVE, directory);
        return new Capture(session, families.core().startSnapshot(request), directory);
    }

    /**
     * Waits until the files are there.
     *
     * @throws GabionException why they are not
     */
    File directory() throws InterruptedException, IOException {
        job.await();
        File there = directory.toFile();
        if (!there.isDirectory()) {
            throw new IOException("the capture " + directory + " is gone; was the backend disposed?");
        }
        return there;
    }

    /** Makes {@link #directory} fail. */
    void cancel() {
        try {
            job.cancel();
        } catch (IllegalStateException closed) {
            return; // with the database
        }
    }

    /** Removes the files. */
    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        try {
            job.cancel();
            if (job.await(END) != SnapshotState.RUNNING) {
                session.remove(directory);
            }
        } catch (InterruptedException e) {
            interrupted = true;
        } catch (IllegalStateException closed) {
            session.remove(directory);
        } finally {
            job.close();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
