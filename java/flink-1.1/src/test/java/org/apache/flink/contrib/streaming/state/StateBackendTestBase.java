package org.apache.flink.contrib.streaming.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.functions.FoldFunction;
import org.apache.flink.api.common.functions.ReduceFunction;
import org.apache.flink.api.common.state.FoldingState;
import org.apache.flink.api.common.state.FoldingStateDescriptor;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ReducingState;
import org.apache.flink.api.common.state.ReducingStateDescriptor;
import org.apache.flink.api.common.state.State;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.FloatSerializer;
import org.apache.flink.api.common.typeutils.base.IntSerializer;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.VoidSerializer;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.runtime.operators.testutils.DummyEnvironment;
import org.apache.flink.runtime.state.AsynchronousKvStateSnapshot;
import org.apache.flink.runtime.state.KvStateSnapshot;
import org.apache.flink.runtime.state.memory.MemoryStateBackend;
import org.apache.flink.types.IntValue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Flink 1.1 asks of every state backend: the methods of its class of this name, one for one. */
abstract class StateBackendTestBase {
    private static final long FIRST = 682375462378L;
    private static final long SECOND = 682375462379L;

    @TempDir
    Path directory;

    RocksDBStateBackend backend;

    abstract void configure(RocksDBStateBackend fresh);

    Path storage() {
        return directory.resolve("storage");
    }

    @BeforeEach
    void makeBackend() throws IOException {
        backend = new RocksDBStateBackend(directory.resolve("checkpoints").toUri(), new MemoryStateBackend());
        backend.setDbStoragePath(storage().toString());
        configure(backend);
    }

    @AfterEach
    void disposeBackend() throws Exception {
        backend.dispose();
    }

    @Test
    void testValueState() throws Exception {
        ValueStateDescriptor<String> descriptor = new ValueStateDescriptor<>("id", String.class, null);
        initialize();
        ValueState<String> state = state(descriptor);
        key(1);
        assertNull(state.value());
        state.update("1");
        key(2);
        assertNull(state.value());
        state.update("2");
        key(1);
        assertEquals("1", state.value());

        Map<String, KvStateSnapshot<?, ?, ?, ?, ?>> first = snapshot(FIRST);
        for (int key = 1; key <= 3; key++) {
            key(key);
            state.update("u" + key);
        }
        Map<String, KvStateSnapshot<?, ?, ?, ?, ?>> second = snapshot(SECOND);
        for (int key = 1; key <= 3; key++) {
            key(key);
            assertEquals("u" + key, state.value());
        }

        restore(first);
        state = state(descriptor);
        for (int key = 1; key <= 2; key++) {
            key(key);
            assertEquals(Integer.toString(key), state.value());
        }
        restore(second);
        state = state(descriptor);
        for (int key = 1; key <= 3; key++) {
            key(key);
            assertEquals("u" + key, state.value());
        }
    }

    @Test
    void testValueStateNullUpdate() throws Exception {
        DataOutputView unused = null;
        assertThrows(NullPointerException.class, () -> LongSerializer.INSTANCE.serialize(null, unused));

        ValueStateDescriptor<Long> descriptor = new ValueStateDescriptor<>("id", LongSerializer.INSTANCE, 42L);
        initialize();
        ValueState<Long> state = state(descriptor);
        key(1);
        assertEquals(42L, state.value());
        state.update(1L);
        assertEquals(1L, state.value());
        key(2);
        assertEquals(42L, state.value());
        key(1);
        state.clear();
        assertEquals(42L, state.value());
        state.update(17L);
        assertEquals(17L, state.value());
        state.update(null);
        assertEquals(42L, state.value());

        restore(snapshot(FIRST));
        assertNotNull(state(descriptor));
    }

    @Test
    void testListState() throws Exception {
        ListStateDescriptor<String> descriptor = new ListStateDescriptor<>("id", String.class);
        initialize();
        ListState<String> state = state(descriptor);
        key(1);
        assertNull(state.get());
        state.add("1");
        key(2);
        assertNull(state.get());
        state.add("2");
        key(1);
        assertEquals("1", joined(state));

        Map<String, KvStateSnapshot<?, ?, ?, ?, ?>> first = snapshot(FIRST);
        for (int key = 1; key <= 3; key++) {
            key(key);
            state.add("u" + key);
        }
        Map<String, KvStateSnapshot<?, ?, ?, ?, ?>> second = snapshot(SECOND);
        expectLists(state, "1,u1", "2,u2", "u3");

        restore(first);
        expectLists(state(descriptor), "1", "2");
        restore(second);
        expectLists(state(descriptor), "1,u1", "2,u2", "u3");
    }

    @Test
    void testReducingState() throws Exception {
        ReducingStateDescriptor<String> descriptor = new ReducingStateDescriptor<>("id", new Join(), String.class);
        initialize();
        ReducingState<String> state = state(descriptor);
        key(1);
        assertNull(state.get());
        state.add("1");
        key(2);
        assertNull(state.get());
        state.add("2");
        key(1);
        assertEquals("1", state.get());

        Map<String, KvStateSnapshot<?, ?, ?, ?, ?>> first = snapshot(FIRST);
        for (int key = 1; key <= 3; key++) {
            key(key);
            state.add("u" + key);
        }
        Map<String, KvStateSnapshot<?, ?, ?, ?, ?>> second = snapshot(SECOND);
        expectReduced(state, "1,u1", "2,u2", "u3");

        restore(first);
        expectReduced(state(descriptor), "1", "2");
        restore(second);
        expectReduced(state(descriptor), "1,u1", "2,u2", "u3");
    }

    @Test
    void testFoldingState() throws Exception {
        FoldingStateDescriptor<Integer, String> descriptor =
                new FoldingStateDescriptor<>("id", "Fold-Initial:", new Append(), String.class);
        initialize();
        FoldingState<Integer, String> state = state(descriptor);
        key(1);
        assertNull(state.get());
        state.add(1);
        key(2);
        assertNull(state.get());
        state.add(2);
        key(1);
        assertEquals("Fold-Initial:,1", state.get());

        Map<String, KvStateSnapshot<?, ?, ?, ?, ?>> first = snapshot(FIRST);
        state.clear();
        for (int key = 1; key <= 3; key++) {
            key(key);
            state.add(100 + key);
        }
        Map<String, KvStateSnapshot<?, ?, ?, ?, ?>> second = snapshot(SECOND);
        expectFolded(state, "Fold-Initial:,101", "Fold-Initial:,2,102", "Fold-Initial:,103");

        restore(first);
        expectFolded(state(descriptor), "Fold-Initial:,1", "Fold-Initial:,2");
        restore(second);
        expectFolded(state(descriptor), "Fold-Initial:,101", "Fold-Initial:,2,102", "Fold-Initial:,103");
    }

    @Test
    void testValueStateRestoreWithWrongSerializers() throws Exception {
        initialize();
        ValueState<String> state = state(new ValueStateDescriptor<>("id", String.class, null));
        for (int key = 1; key <= 2; key++) {
            key(key);
            state.update(Integer.toString(key));
        }
        restore(snapshot(FIRST));
        key(1);
        expectWrongDescriptor(() -> state(new ValueStateDescriptor<>("id", floats(), null)).value());
    }

    @Test
    void testListStateRestoreWithWrongSerializers() throws Exception {
        initialize();
        ListState<String> state = state(new ListStateDescriptor<>("id", String.class));
        for (int key = 1; key <= 2; key++) {
            key(key);
            state.add(Integer.toString(key));
        }
        restore(snapshot(FIRST));
        key(1);
        expectWrongDescriptor(() -> state(new ListStateDescriptor<>("id", floats())).get());
    }

    @Test
    void testReducingStateRestoreWithWrongSerializers() throws Exception {
        initialize();
        ReducingState<String> state = state(new ReducingStateDescriptor<>("id", new Join(), String.class));
        for (int key = 1; key <= 2; key++) {
            key(key);
            state.add(Integer.toString(key));
        }
        restore(snapshot(FIRST));
        key(1);
        expectWrongDescriptor(() -> state(new ReducingStateDescriptor<>("id", new Join(), floats())).get());
    }

    @Test
    void testCopyDefaultValue() throws Exception {
        initialize();
        ValueState<IntValue> state = state(new ValueStateDescriptor<>("id", IntValue.class, new IntValue(-1)));
        key(1);
        IntValue one = state.value();
        key(2);
        IntValue two = state.value();
        assertNotNull(one);
        assertNotNull(two);
        assertEquals(one, two);
        assertNotSame(one, two);
    }

    @Test
    void testEmptyStateCheckpointing() throws Exception {
        initialize();
        HashMap<String, KvStateSnapshot<?, ?, ?, ?, ?>> none = backend.snapshotPartitionedState(FIRST, 1);
        assertNull(none);
        backend.dispose();
        initialize();
        backend.injectKeyValueStateSnapshots(null);
    }

    void initialize() throws Exception {
        backend.initializeForJob(new DummyEnvironment("test", 1, 0), "test_op", IntSerializer.INSTANCE);
    }

    void key(int key) {
        backend.setCurrentKey(key);
    }

    <S extends State> S state(StateDescriptor<S, ?> descriptor) throws Exception {
        descriptor.initializeSerializerUnlessSet(new ExecutionConfig());
        return backend.getPartitionedState(null, VoidSerializer.INSTANCE, descriptor);
    }

    private Map<String, KvStateSnapshot<?, ?, ?, ?, ?>> snapshot(long id) throws Exception {
        Map<String, KvStateSnapshot<?, ?, ?, ?, ?>> snapshots = backend.snapshotPartitionedState(id, System.currentTimeMillis());
        for (Map.Entry<String, KvStateSnapshot<?, ?, ?, ?, ?>> snapshot : snapshots.entrySet()) {
            if (snapshot.getValue() instanceof AsynchronousKvStateSnapshot) {
                snapshot.setValue(((AsynchronousKvStateSnapshot<?, ?, ?, ?, ?>) snapshot.getValue()).materialize());
            }
        }
        return snapshots;
    }

    /** Starts the backend anew from the snapshot, and discards that before any state is read. */
    @SuppressWarnings("rawtypes") // The parameter of Flink's method is.
    private void restore(Map<String, KvStateSnapshot<?, ?, ?, ?, ?>> snapshots) throws Exception {
        backend.dispose();
        initialize();
        backend.injectKeyValueStateSnapshots(new HashMap<String, KvStateSnapshot>(snapshots));
        for (KvStateSnapshot<?, ?, ?, ?, ?> snapshot : snapshots.values()) {
            snapshot.discardState();
        }
    }

    private static String joined(ListState<String> state) throws Exception {
        return state.get() == null ? null : String.join(",", state.get());
    }

    private void expectLists(ListState<String> state, String... expected) throws Exception {
        for (int key = 1; key <= expected.length; key++) {
            key(key);
            assertEquals(expected[key - 1], joined(state));
        }
    }

    private void expectReduced(ReducingState<String> state, String... expected) throws Exception {
        for (int key = 1; key <= expected.length; key++) {
            key(key);
            assertEquals(expected[key - 1], state.get());
        }
    }

    private void expectFolded(FoldingState<Integer, String> state, String... expected) throws Exception {
        for (int key = 1; key <= expected.length; key++) {
            key(key);
            assertEquals(expected[key - 1], state.get());
        }
    }

    private static void expectWrongDescriptor(org.junit.jupiter.api.function.Executable access) {
        String message = assertThrows(RuntimeException.class, access).getMessage();
        assertTrue(message.contains("Trying to access state using wrong StateDescriptor"), message);
    }

    /** A serializer that is none of strings, whatever the compiler is told. */
    @SuppressWarnings("unchecked")
    private static TypeSerializer<String> floats() {
        return (TypeSerializer<String>) (TypeSerializer<?>) FloatSerializer.INSTANCE;
    }

    private static final class Join implements ReduceFunction<String> {
        private static final long serialVersionUID = 1L;

        @Override
        public String reduce(String left, String right) {
            return left + "," + right;
        }
    }

    private static final class Append implements FoldFunction<Integer, String> {
        private static final long serialVersionUID = 1L;

        @Override
        public String fold(String folded, Integer value) {
            return folded + "," + value;
        }
    }
}
