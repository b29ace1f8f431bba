package org.apache.flink.contrib.streaming.state;

import java.io.Closeable;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.util.ArrayList;
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
    /** Written last: a directory without it is no snapshot. */
    private static final String MANIFEST = "gabion.manifest";

    private final transient Session session;
    private final transient Capture capture;
    private final transient Path checkpoints;
    private final transient OneShot once = new OneShot();
    private final long checkpointId;

    NativeSnapshot(Session session, Capture capture, Path checkpoints, long checkpointId) throws IOException {
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
            return copy(capture.files(), copies);
        } catch (Exception e) {
            throw new Exception("Could not copy the state of " + session.operator() + " for checkpoint " + checkpointId + ": " + e, e);
        } finally {
            session.unregister(cancel);
            release();
        }
    }

    private FinalNativeSnapshot copy(File[] files, FileCopies copies) throws Exception {
        CheckpointDirectory target = CheckpointDirectory.fresh(checkpoints, session.jobId(), session.operator(), checkpointId);
        try {
            List<FileCopies.Copy> data = new ArrayList<>();
            List<FileCopies.Copy> last = new ArrayList<>();
            long size = 0;
            for (File file : files) {
                (file.getName().equals(MANIFEST) ? last : data).add(new Upload(file, target));
                size += file.length();
            }
            copies.run(data);
            copies.run(last);
            target.sync();
            return new FinalNativeSnapshot(target.uri(), checkpointId, size);
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

    private static final class Upload implements FileCopies.Copy {
        private final File file;
        private final CheckpointDirectory target;

        Upload(File file, CheckpointDirectory target) {
            this.file = file;
            this.target = target;
        }

        @Override
        public String name() {
            return file.getName();
        }

        @Override
        public long size() {
            return file.length();
        }

        @Override
        public InputStream from() throws IOException {
            return new FileInputStream(file);
        }

        @Override
        public OutputStream to() throws IOException {
            return target.create(file.getName());
        }
    }
}
