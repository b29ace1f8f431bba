package org.apache.flink.contrib.streaming.state;

import dev.gabion.SnapshotDirectory;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.api.common.typeutils.base.VoidSerializer;
import org.apache.flink.runtime.state.KvStateSnapshot;
import org.apache.flink.runtime.state.memory.MemoryStateBackend;
import org.apache.flink.util.InstantiationUtil;

/** A subtask with one state of text, and its attempts, whose native snapshots go to a store. */
final class StoredSubtask {
    private static final String OPERATOR = "Fold (a, b)_0_1";

    private final Path scratch;
    private final String url;
    private final Map<String, String> options;
    private final JobID job = new JobID();
    private final Set<RocksDBStateBackend> attempts = new LinkedHashSet<>();
    private boolean compacts = true;

    /** {@code url} and {@code options} are those of the store. */
    StoredSubtask(Path scratch, String url, Map<String, String> options) {
        this.scratch = scratch;
        this.url = url;
        this.options = options;
    }

    /** Lets its attempts compact nothing: a compaction between two snapshots leaves them no file to share. */
    void withoutCompactions() {
        compacts = false;
    }

    JobID job() {
        return job;
    }

    /** Starts an attempt. */
    RocksDBStateBackend start() throws Exception {
        return start(options);
    }

    /** Starts an attempt with other options of the store. */
    RocksDBStateBackend start(Map<String, String> others) throws Exception {
        RocksDBStateBackend backend =
                new RocksDBStateBackend(scratch.resolve("checkpoints").toUri(), new MemoryStateBackend());
        backend.setDbStoragePath(scratch.resolve("storage").toString());
        backend.setNativeSnapshotStore(url, others);
        if (!compacts) {
            backend.setOptions((ColumnOptions) options -> options.setDisableAutoCompactions(true));
        }
        return restart(backend);
    }

    /** Starts an attempt with this backend. */
    RocksDBStateBackend restart(RocksDBStateBackend backend) throws Exception {
        attempts.add(backend);
        backend.initializeForJob(BackendProgram.environment(job, getClass().getClassLoader()), OPERATOR, LongSerializer.INSTANCE);
        return backend;
    }

    /** Starts an attempt with the state of a snapshot. */
    RocksDBStateBackend restore(KvStateSnapshot<?, ?, ?, ?, ?> snapshot) throws Exception {
        RocksDBStateBackend backend = start();
        BackendProgram.restore(backend, snapshot);
        return backend;
    }

    void dispose() throws Exception {
        for (RocksDBStateBackend attempt : attempts) {
            attempt.dispose();
        }
    }

    static ValueState<String> state(RocksDBStateBackend backend, long key) throws Exception {
        backend.setCurrentKey(key);
        return backend.getPartitionedState(
                null, VoidSerializer.INSTANCE, new ValueStateDescriptor<>("state", StringSerializer.INSTANCE, null));
    }

    /** A snapshot as the JobManager gets it. */
    static KvStateSnapshot<?, ?, ?, ?, ?> snapshot(RocksDBStateBackend backend, long checkpointId) throws Exception {
        return InstantiationUtil.clone(BackendProgram.materialized(backend, checkpointId));
    }

    /** 1000 characters that can't be compressed much. */
    static String random(int seed) {
        StringBuilder text = new StringBuilder();
        Random random = new Random(seed);
        for (int i = 0; i < 1000; i++) {
            text.append((char) (' ' + random.nextInt(90)));
        }
        return text.toString();
    }

    /** The snapshot directory. */
    URI directory() {
        return new NativeSnapshotStore(url, options).directory(job, OPERATOR.replace(" ", ""));
    }

    /** Removes what no snapshot needs: nobody else is at it. */
    void sweep() {
        try (SnapshotDirectory all =
                new SnapshotDirectory(StoreUrl.forGabion(directory()), new NativeSnapshotStore(url, options).ofSnapshots())) {
            all.sweep(Duration.ZERO, false);
        }
    }

    /** What a JobManager has on its class path: nothing else of Gabion. */
    static List<String> classPathOfJobManager() throws Exception {
        List<String> classPath = new ArrayList<>();
        classPath.add(TestJvm.location(RocksDBStateBackend.class));
        classPath.add(TestJvm.location(JobManagerProgram.class));
        classPath.addAll(TestJvm.jars(name -> !name.matches("(gabion|rocksdbjni)-.*")));
        return classPath;
    }
}
