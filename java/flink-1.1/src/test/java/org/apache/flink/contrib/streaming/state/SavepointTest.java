package org.apache.flink.contrib.streaming.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.VoidSerializer;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.checkpoint.SubtaskState;
import org.apache.flink.runtime.checkpoint.TaskState;
import org.apache.flink.runtime.checkpoint.savepoint.Savepoint;
import org.apache.flink.runtime.checkpoint.savepoint.SavepointStoreFactory;
import org.apache.flink.runtime.state.KvStateSnapshot;
import org.apache.flink.runtime.state.StateHandle;
import org.apache.flink.streaming.runtime.tasks.StreamTaskState;
import org.apache.flink.streaming.runtime.tasks.StreamTaskStateList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A savepoint that a job on Flink 1.1 wrote, read by Flink's own classes and restored by Gabion. */
class SavepointTest {
    private static final ClassLoader CLASSES = SavepointTest.class.getClassLoader();

    @TempDir Path scratch;

    private static Savepoint load() throws Exception {
        Configuration configuration = new Configuration();
        configuration.setString("savepoints.state.backend", "filesystem");
        configuration.setString("savepoints.state.backend.fs.dir", "file:///tmp");
        return SavepointStoreFactory.createFromConfig(configuration)
                .loadSavepoint(CLASSES.getResource("flink-1.1-savepoint-rocksdb.bin").toString());
    }

    /** The keyed state of every operator and subtask that has some. */
    private static List<HashMap<String, KvStateSnapshot<?, ?, ?, ?, ?>>> keyedStates(Savepoint savepoint) throws Exception {
        List<HashMap<String, KvStateSnapshot<?, ?, ?, ?, ?>>> all = new ArrayList<>();
        for (TaskState task : savepoint.getTaskStates()) {
            for (SubtaskState subtask : task.getStates()) {
                StateHandle<?> handle = subtask.getState().deserializeValue(CLASSES);
                for (StreamTaskState operator : ((StreamTaskStateList) handle).getState(CLASSES)) {
                    if (operator != null && operator.getKvStates() != null) {
                        all.add(operator.getKvStates());
                    }
                }
            }
        }
        return all;
    }

    /** All that a state of keys and values from 0 to 99 holds. */
    private static Map<Long, Long> contents(RocksDBStateBackend backend) throws Exception {
        ValueState<Long> state = backend.getPartitionedState(
                null, VoidSerializer.INSTANCE, new ValueStateDescriptor<>("state-name", LongSerializer.INSTANCE, null));
        Map<Long, Long> contents = new TreeMap<>();
        for (long key = 0; key < 100; key++) {
            backend.setCurrentKey(key);
            if (state.value() != null) {
                contents.put(key, state.value());
            }
        }
        return contents;
    }

    @Test
    void every_keyed_state_of_a_savepoint_of_Flink_1_1_is_restored() throws Exception {
        Savepoint savepoint = load();
        assertEquals(10, savepoint.getCheckpointId());
        List<String> restored = new ArrayList<>();
        for (HashMap<String, KvStateSnapshot<?, ?, ?, ?, ?>> states : keyedStates(savepoint)) {
            RocksDBStateBackend backend = BackendProgram.backend(scratch, LongSerializer.INSTANCE);
            try {
                byte[] original = FlinkStreams.bytesOf(states.get("dummy_state"));
                BackendProgram.restore(backend, states.get("dummy_state"));
                Map<Long, Long> contents = contents(backend);
                assertEquals(481 + contents.size() * 27, original.length);
                restored.add(contents.toString());
                backend.enableFlinkFormatSnapshots();
                assertArrayEquals(original, FlinkStreams.bytesOf(BackendProgram.materialized(backend, 11)), "written again");
            } finally {
                backend.dispose();
            }
        }
        Collections.sort(restored);
        assertEquals(
                List.of("{0=0, 1=1}", "{0=0, 1=1}", "{0=0, 1=1}", "{2=2}", "{2=2}", "{2=2}", "{3=3}", "{3=3}", "{3=3}"), restored);
    }
}
