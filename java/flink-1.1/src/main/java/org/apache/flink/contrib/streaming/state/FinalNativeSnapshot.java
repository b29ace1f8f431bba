package org.apache.flink.contrib.streaming.state;

import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import org.apache.flink.runtime.state.AbstractCloseableHandle;

/**
 * A native snapshot in a directory of its own. It travels to the JobManager and works there in plain Java: nothing here may name
 * a class of the engine.
 */
class FinalNativeSnapshot extends AbstractCloseableHandle implements CompletedSnapshot {
    private static final long serialVersionUID = 1L;

    private final URI directory;
    private final long checkpointId;
    private final long size;

    FinalNativeSnapshot(URI directory, long checkpointId, long size) {
        this.directory = directory;
        this.checkpointId = checkpointId;
        this.size = size;
    }

    URI directory() {
        return directory;
    }

    /** Makes {@link #close} close {@code io} as well. */
    void closesWith(Closeable io) throws IOException {
        registerCloseable(io);
    }

    /** Removes the directory; one that is gone is no error. */
    @Override
    public void discardState() throws Exception {
        new CheckpointDirectory(directory).remove();
    }

    /** Answers the size of all files, as it was when they were written. */
    @Override
    public long getStateSize() {
        return size;
    }

    @Override
    public String toString() {
        return "Native snapshot of checkpoint " + checkpointId + " @ " + directory;
    }
}
