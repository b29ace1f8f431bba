package org.apache.flink.contrib.streaming.state;

import java.io.Closeable;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.util.List;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.core.fs.Path;
import org.apache.flink.runtime.state.AsynchronousKvStateSnapshot;

/** A semi-asynchronous snapshot: a capture of the database's files, that {@link #materialize} copies to the checkpoint directory. */
final class NativeSnapshot
        extends AsynchronousKvStateSnapshot<
                Object, Object, ValueState<Object>, ValueStateDescriptor<Object>, RocksDBStateBackend> {
    private static final long serialVersionUID = 1L;

    private final transient Session session;
    private final transient Capture capture;
    private final transient Path checkpoints;
    private final transient OneShot once = new OneShot();
    private final long checkpointId;

    NativeSnapshot(Session session, Capture capture, Path checkpoints, long checkpointId) {
        this.session = session;
        this.capture = capture;
        this.checkpoints = checkpoints;
        this.checkpointId = checkpointId;
        session.unclaimed().add(this, capture);
    }

    @Override
    public FinalNativeSnapshot materialize() throws Exception {
        once.begin();
        FileCopies copies = new FileCopies();
        Closeable cancel = () -> {
            capture.cancel();
            copies.close();
        };
        try {
            session.register(cancel);
            return copy(capture.directory(), copies);
        } catch (Exception e) {
            throw new Exception("Could not copy the state of " + session.operator() + " for checkpoint " + checkpointId + ": " + e, e);
        } finally {
            session.unregister(cancel);
            release();
        }
    }

    private FinalNativeSnapshot copy(File captured, FileCopies copies) throws Exception {
        CapturedFiles files = new CapturedFiles(copies.read(
                CapturedFiles.MANIFEST,
                SnapshotDocument.MAX_BYTES,
                () -> new FileInputStream(new File(captured, CapturedFiles.MANIFEST))));
        CheckpointDirectory target = CheckpointDirectory.fresh(checkpoints, session.jobId(), session.operator(), checkpointId);
        try {
            copies.run(files.copies(name -> new FileInputStream(new File(captured, name)), target::create));
            copies.run(List.of(files.manifest(target::create)));
            target.sync();
            return new FinalNativeSnapshot(target.uri(), checkpointId, files.size());
        } catch (Throwable t) {
            Interruption.without(target::remove, t);
            throw t;
        }
    }

    @Override
    public void discardState() throws Exception {
        if (once.discard()) {
            release();
        }
    }

    @Override
    public void close() throws IOException {
        if (once.discard()) {
            release();
        } else {
            capture.cancel();
        }
    }

    private void release() {
        session.unclaimed().remove(capture);
        capture.close();
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
        throw new NotSerializableException("a snapshot that is not materialized yet can't travel; call materialize() first");
    }
}
