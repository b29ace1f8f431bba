package dev.gabion.flink.bench;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.contrib.streaming.state.RocksDBStateBackend;
import org.apache.flink.runtime.state.AbstractStateBackend;
import org.apache.flink.runtime.state.AsynchronousKvStateSnapshot;
import org.apache.flink.runtime.state.KvStateSnapshot;
import org.apache.flink.runtime.state.filesystem.FsStateBackend;

/** A backend, used as a task of a job uses it. Keys are longs. One thread. */
final class Task {
    /** What a snapshot cost. */
    static final class Snapshot {
        final byte[] state;
        final long pauseNanos;
        final long nanos;
        final long bytes;

        private Snapshot(byte[] state, long pauseNanos, long nanos, long bytes) {
            this.state = state;
            this.pauseNanos = pauseNanos;
            this.nanos = nanos;
            this.bytes = bytes;
        }
    }

    private final AbstractStateBackend backend;
    private final Kind.Subject subject;

    private Task(AbstractStateBackend backend, Kind.Subject subject) {
        this.backend = backend;
        this.subject = subject;
    }

    /**
     * Opens a backend with one state.
     *
     * @param onHeap whether Flink keeps the state; else the RocksDB backend of the class path does, whichever it is
     * @param snapshot what to restore; null: nothing
     */
    static Task open(boolean onHeap, Path directory, Kind kind, byte[] snapshot) throws Exception {
        String checkpoints = directory.resolve("checkpoints").toUri().toString();
        AbstractStateBackend backend;
        if (onHeap) {
            backend = new FsStateBackend(checkpoints);
        } else {
            RocksDBStateBackend rocks = new RocksDBStateBackend(checkpoints);
            rocks.setDbStoragePath(directory.resolve("storage").toString());
            backend = rocks;
        }
        backend.initializeForJob(TaskEnvironment.of(new JobID()), "Bench_0_0", LongSerializer.INSTANCE);
        if (snapshot != null) {
            backend.injectKeyValueStateSnapshots(read(snapshot));
        }
        return new Task(backend, kind.open(backend));
    }

    void write(long key, long number) throws Exception {
        backend.setCurrentKey(key);
        subject.write(number);
    }

    long read(long key) throws Exception {
        backend.setCurrentKey(key);
        return subject.read();
    }

    /** Takes a snapshot: the part that holds the task up, then the rest. */
    Snapshot snapshot(boolean fullyAsync, long checkpoint) throws Exception {
        if (backend instanceof RocksDBStateBackend) {
            RocksDBStateBackend rocks = (RocksDBStateBackend) backend;
            if (fullyAsync) {
                rocks.enableFullyAsyncSnapshots();
            } else {
                rocks.disableFullyAsyncSnapshots();
            }
        }
        long start = System.nanoTime();
        HashMap<String, KvStateSnapshot<?, ?, ?, ?, ?>> snapshots =
                backend.snapshotPartitionedState(checkpoint, System.currentTimeMillis());
        long pause = System.nanoTime() - start;
        for (Map.Entry<String, KvStateSnapshot<?, ?, ?, ?, ?>> snapshot : snapshots.entrySet()) {
            if (snapshot.getValue() instanceof AsynchronousKvStateSnapshot) {
                snapshot.setValue(((AsynchronousKvStateSnapshot<?, ?, ?, ?, ?>) snapshot.getValue()).materialize());
            }
        }
        long nanos = System.nanoTime() - start;
        long bytes = 0;
        for (KvStateSnapshot<?, ?, ?, ?, ?> snapshot : snapshots.values()) {
            bytes += snapshot.getStateSize();
        }
        return new Snapshot(write(snapshots), pause, nanos, bytes);
    }

    /** Removes a snapshot, as the job manager does. */
    static void discard(byte[] snapshot) throws Exception {
        for (KvStateSnapshot<?, ?, ?, ?, ?> part : read(snapshot).values()) {
            part.discardState();
        }
    }

    void close() throws Exception {
        backend.close();
        backend.dispose();
    }

    /** What a task sends to the job manager. */
    private static byte[] write(Object snapshots) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(snapshots);
        }
        return bytes.toByteArray();
    }

    @SuppressWarnings({"rawtypes", "unchecked"})
    private static HashMap<String, KvStateSnapshot> read(byte[] snapshot) throws Exception {
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(snapshot))) {
            return (HashMap<String, KvStateSnapshot>) in.readObject();
        }
    }
}
