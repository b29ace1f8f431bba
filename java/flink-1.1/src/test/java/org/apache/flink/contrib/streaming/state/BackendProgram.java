package org.apache.flink.contrib.streaming.state;

import java.io.File;
import java.io.ObjectOutputStream;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.runtime.execution.Environment;
import org.apache.flink.runtime.state.AsynchronousKvStateSnapshot;
import org.apache.flink.runtime.state.KvStateSnapshot;
import org.apache.flink.runtime.state.memory.MemoryStateBackend;
import org.apache.flink.util.InstantiationUtil;

/**
 * A program over Flink's backend: restores a snapshot, verifies it, goes on, and takes another one, fully asynchronously. It
 * is the same for Gabion and for upstream; which one it runs on is a matter of the class path.
 */
final class BackendProgram {
    private static final int STREAM_LIMIT = 100 << 20;

    private BackendProgram() {}

    /**
     * Arguments: directory, seed, type of keys, states, steps that were made before, file to restore from or "-", steps to
     * make, file to write to or "-".
     */
    public static void main(String[] arguments) throws Exception {
        Scenario scenario =
                new Scenario(Long.parseLong(arguments[1]), Sample.valueOf(arguments[2]), Integer.parseInt(arguments[3]));
        scenario.run(null, Integer.parseInt(arguments[4]));
        RocksDBStateBackend backend = backend(Path.of(arguments[0]), scenario.keySerializer());
        try {
            if (!arguments[5].equals("-")) {
                restore(backend, read(Path.of(arguments[5])));
                scenario.verify(backend);
            }
            scenario.run(backend, Integer.parseInt(arguments[6]));
            int rows = scenario.verify(backend);
            if (!arguments[7].equals("-")) {
                write(materialized(backend, 7), Path.of(arguments[7]));
            }
            System.out.println("rows " + rows + " by " + backend.getClass().getProtectionDomain().getCodeSource().getLocation());
        } finally {
            backend.dispose();
        }
    }

    /** A backend that is initialized; fully asynchronous, into memory. */
    static RocksDBStateBackend backend(Path directory, TypeSerializer<?> keySerializer) throws Exception {
        RocksDBStateBackend backend =
                new RocksDBStateBackend(directory.resolve("checkpoints").toUri(), new MemoryStateBackend(STREAM_LIMIT));
        backend.setDbStoragePath(directory.resolve("storage").toString());
        backend.enableFullyAsyncSnapshots();
        backend.initializeForJob(environment(new JobID(), BackendProgram.class.getClassLoader()), "operator_1", keySerializer);
        return backend;
    }

    /** What a backend asks of its environment. */
    static Environment environment(JobID job, ClassLoader userClasses) {
        return (Environment) Proxy.newProxyInstance(
                BackendProgram.class.getClassLoader(), new Class<?>[] {Environment.class}, (proxy, method, arguments) -> {
                    switch (method.getName()) {
                        case "getJobID":
                            return job;
                        case "getUserClassLoader":
                            return userClasses;
                        case "getTaskInfo":
                            return new TaskInfo("task", 0, 1, 0);
                        default:
                            throw new UnsupportedOperationException(method.toString());
                    }
                });
    }

    /** Takes a snapshot, wholly. */
    static KvStateSnapshot<?, ?, ?, ?, ?> materialized(RocksDBStateBackend backend, long checkpointId) throws Exception {
        return ((AsynchronousKvStateSnapshot<?, ?, ?, ?, ?>) taken(backend, checkpointId)).materialize();
    }

    /** Takes the synchronous part of a snapshot. */
    static KvStateSnapshot<?, ?, ?, ?, ?> taken(RocksDBStateBackend backend, long checkpointId) throws Exception {
        return backend.snapshotPartitionedState(checkpointId, 0).get("dummy_state");
    }

    @SuppressWarnings("rawtypes") // Flink's interface
    static void restore(RocksDBStateBackend backend, KvStateSnapshot<?, ?, ?, ?, ?> snapshot) throws Exception {
        HashMap<String, KvStateSnapshot> snapshots = new HashMap<>();
        snapshots.put("dummy_state", snapshot);
        backend.injectKeyValueStateSnapshots(snapshots);
    }

    static void write(KvStateSnapshot<?, ?, ?, ?, ?> snapshot, Path file) throws Exception {
        try (ObjectOutputStream out = new ObjectOutputStream(Files.newOutputStream(file))) {
            out.writeObject(snapshot);
        }
    }

    static KvStateSnapshot<?, ?, ?, ?, ?> read(Path file) throws Exception {
        return InstantiationUtil.deserializeObject(Files.readAllBytes(file), BackendProgram.class.getClassLoader());
    }
}
