package org.apache.flink.contrib.streaming.state;

import dev.gabion.Backend;
import dev.gabion.GabionException;
import dev.gabion.Options;
import dev.gabion.Snapshot;
import dev.gabion.SnapshotInfo;
import dev.gabion.SnapshotKind;
import dev.gabion.SnapshotRequest;
import dev.gabion.SnapshotState;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A native snapshot of one instant, that the engine publishes in a snapshot directory. Any thread. */
final class Publication implements Closeable {
    /** A cancelled job ends within a second, or with the database. */
    private static final Duration END = Duration.ofSeconds(10);

    private final Snapshot job;
    private final URI directory;

    private Publication(Snapshot job, URI directory) {
        this.job = job;
        this.directory = directory;
    }

    /** Fixes the state of this instant; everything else happens in the background. A writer's call. */
    static Publication start(Backend core, URI directory, Options options, long checkpointId) {
        SnapshotRequest request = SnapshotRequest.publish(SnapshotKind.NATIVE, StoreUrl.forGabion(directory))
                .id(Long.toString(checkpointId).getBytes(StandardCharsets.US_ASCII))
                .options(options);
        return new Publication(core.startSnapshot(request), directory);
    }

    /**
     * Waits until the snapshot is published, and lets go of it.
     *
     * @throws GabionException why it is not
     */
    FinalStoredSnapshot take(long checkpointId) throws InterruptedException, IOException {
        SnapshotInfo published;
        try {
            published = job.await();
        } catch (GabionException e) {
            if (e.code() == GabionException.Code.FENCED) {
                throw new IOException("a newer attempt of this task writes to " + directory + ", so this one must not; if this"
                        + " is the newest attempt, an earlier one wrote there once more while this one started, and the"
                        + " next attempt goes on behind it: " + e.getMessage(), e);
            }
            throw e;
        }
        job.close();
        return new FinalStoredSnapshot(directory, published.number(), checkpointId, published.bytes());
    }

    /** Makes {@link #take} fail. */
    void cancel() {
        try {
            job.cancel();
        } catch (IllegalStateException closed) {
            return; // with the database
        }
    }

    /** Cancels the job, or discards the snapshot that it has published: nobody knows of that one. */
    @Override
    public void close() throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            job.cancel();
            if (job.await(END) == SnapshotState.COMPLETED) {
                StoredSnapshotDiscard.discard(StoreObjects.open(directory), job.result().number());
            }
        } catch (InterruptedException e) {
            interrupted = true;
        } catch (IllegalStateException closed) {
            return; // taken before, or ended with the database
        } finally {
            job.close();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
