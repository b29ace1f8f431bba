package org.apache.flink.contrib.streaming.state;

import java.io.IOException;
import java.net.URI;

/**
 * A completed snapshot in a native snapshot store. It travels to the JobManager, where neither Gabion nor its library need
 * be: it is discarded in plain Java, and remembers its size. Immutable.
 */
final class FinalStoredSnapshot implements CompletedSnapshot {
    private static final long serialVersionUID = 1L;

    /** The snapshot directory. */
    final URI directory;
    /** The snapshot's number in it. */
    final long number;

    final long checkpointId;
    /** Bytes of all files that the snapshot consists of; earlier snapshots may share them. */
    private final long size;

    FinalStoredSnapshot(URI directory, long number, long checkpointId, long size) {
        this.directory = directory;
        this.number = number;
        this.checkpointId = checkpointId;
        this.size = size;
    }

    @Override
    public void discardState() throws IOException {
        StoredSnapshotDiscard.discard(StoreObjects.open(directory), number);
    }

    @Override
    public long getStateSize() {
        return size;
    }

    @Override
    public void close() {}

    @Override
    public String toString() {
        return "snapshot " + number + " in " + StoreUrl.forGabion(directory);
    }
}
