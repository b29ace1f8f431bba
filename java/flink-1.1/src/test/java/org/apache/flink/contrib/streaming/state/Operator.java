package org.apache.flink.contrib.streaming.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Set;
import org.apache.flink.api.common.state.State;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.IntSerializer;
import org.apache.flink.api.common.typeutils.base.VoidSerializer;
import org.apache.flink.runtime.execution.Environment;
import org.apache.flink.runtime.operators.testutils.DummyEnvironment;
import org.apache.flink.runtime.state.AsynchronousKvStateSnapshot;
import org.apache.flink.runtime.state.KvStateSnapshot;
import org.apache.flink.util.InstantiationUtil;

/** One operator instance with its backend, driven as the runtime does. */
final class Operator {
    final RocksDBStateBackend backend;
    private final Environment environment = new DummyEnvironment("test", 1, 0);
    private final String name;

    Operator(RocksDBStateBackend backend, String name) {
        this.backend = backend;
        this.name = name;
    }

    /** Deploys it, with int keys. */
    Operator start() throws Exception {
        return start(IntSerializer.INSTANCE);
    }

    Operator start(TypeSerializer<?> keys) throws Exception {
        backend.initializeForJob(environment, name, keys);
        return this;
    }

    String job() {
        return environment.getJobID().toString();
    }

    void key(Object key) {
        backend.setCurrentKey(key);
    }

    /** A state without namespaces. */
    <S extends State> S state(StateDescriptor<S, ?> descriptor) throws Exception {
        return backend.getPartitionedState(null, VoidSerializer.INSTANCE, descriptor);
    }

    /** The first part of a checkpoint: what the task's thread does. */
    AsynchronousKvStateSnapshot<?, ?, ?, ?, ?> begin(long checkpointId) throws Exception {
        HashMap<String, KvStateSnapshot<?, ?, ?, ?, ?>> snapshots = backend.snapshotPartitionedState(checkpointId, 17);
        assertEquals(Set.of("dummy_state"), snapshots.keySet());
        KvStateSnapshot<?, ?, ?, ?, ?> snapshot = snapshots.get("dummy_state");
        assertTrue(snapshot instanceof AsynchronousKvStateSnapshot, snapshot.getClass().getName());
        return (AsynchronousKvStateSnapshot<?, ?, ?, ?, ?>) snapshot;
    }

    /** A whole checkpoint, as the JobManager gets it. */
    KvStateSnapshot<?, ?, ?, ?, ?> snapshot(long checkpointId) throws Exception {
        return travelled(begin(checkpointId).materialize());
    }

    void restore(KvStateSnapshot<?, ?, ?, ?, ?> snapshot) throws Exception {
        backend.injectKeyValueStateSnapshots(asMap(travelled(snapshot)));
    }

    /** Ends it and deploys it again, with a snapshot. */
    Operator restartFrom(KvStateSnapshot<?, ?, ?, ?, ?> snapshot) throws Exception {
        backend.dispose();
        start();
        restore(snapshot);
        return this;
    }

    @SuppressWarnings("rawtypes") // as the backend's interface
    static HashMap<String, KvStateSnapshot> asMap(KvStateSnapshot<?, ?, ?, ?, ?> snapshot) {
        HashMap<String, KvStateSnapshot> snapshots = new HashMap<>();
        snapshots.put("dummy_state", snapshot);
        return snapshots;
    }

    /** A copy that went through Java serialization. */
    static <S extends KvStateSnapshot<?, ?, ?, ?, ?>> S travelled(S snapshot) throws Exception {
        return InstantiationUtil.deserializeObject(
                InstantiationUtil.serializeObject(snapshot), Operator.class.getClassLoader());
    }
}
