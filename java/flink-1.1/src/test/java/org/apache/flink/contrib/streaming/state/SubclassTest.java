package org.apache.flink.contrib.streaming.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.IntSerializer;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.core.memory.DataOutputViewStreamWrapper;
import org.apache.flink.runtime.state.KvStateSnapshot;
import org.apache.flink.runtime.state.memory.MemoryStateBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.rocksdb.ColumnFamilyHandle;

/** Subclasses of the backend and of its states, as the original's users may have them. */
class SubclassTest extends BackendTest {
    private static final class OwnBackend extends RocksDBStateBackend {
        private static final long serialVersionUID = 1L;

        OwnBackend(URI checkpoints) throws IOException {
            super(checkpoints, new MemoryStateBackend());
        }

        @Override
        protected <N, T> ValueState<T> createValueState(
                TypeSerializer<N> namespaceSerializer, ValueStateDescriptor<T> stateDesc) throws Exception {
            assertNotNull(db, "subclasses look at it");
            return new OwnState<>(getColumnFamily(stateDesc), namespaceSerializer, stateDesc, this);
        }
    }

    /** Counts what it writes, and puts a mark in front of keys. */
    private static final class OwnState<K, N, V> extends RocksDBValueState<K, N, V> {
        private int keys;

        OwnState(
                ColumnFamilyHandle family, TypeSerializer<N> namespaces, ValueStateDescriptor<V> descriptor,
                RocksDBStateBackend backend) {
            super(family, namespaces, descriptor, backend);
            assertNotNull(columnFamily);
            assertNotNull(this.backend.currentKey());
            assertEquals(IntSerializer.INSTANCE, this.backend.keySerializer());
        }

        @Override
        protected void writeKeyAndNamespace(DataOutputView out) throws IOException {
            keys++;
            out.write('#');
            super.writeKeyAndNamespace(out);
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_subclass_makes_states_of_its_own(Mode mode) throws Exception {
        RocksDBStateBackend backend = new OwnBackend(checkpoints().toUri());
        backend.setDbStoragePath(storage().toString());
        if (mode == Mode.FULLY_ASYNC) {
            backend.enableFullyAsyncSnapshots();
        }
        Operator operator = operator(backend).start();
        operator.key(1);
        ValueState<String> value = operator.state(text("value"));
        value.update("x");
        assertEquals("x", value.value());
        assertEquals(2, ((OwnState<?, ?, ?>) value).keys);
        KvStateSnapshot<?, ?, ?, ?, ?> snapshot = operator.snapshot(1);
        backend.dispose();
        operator.start();
        operator.restore(snapshot);
        snapshot.discardState();
        operator.key(1);
        assertEquals("x", operator.state(text("value")).value());
        value = operator.state(text("value"));
        value.clear();
        assertEquals(null, value.value());
    }

    /** Checks are in the states' constructor, so that no way leads around them. */
    @Test
    void a_state_that_a_subclass_makes_is_checked_like_any_other() throws Exception {
        Operator operator = operator(Mode.SEMI_ASYNC).start();
        operator.state(text("value"));
        ColumnFamilyHandle family = operator.backend.getColumnFamily(text("value"));
        RuntimeException thrown = assertThrows(
                RuntimeException.class,
                () -> new RocksDBValueState<>(family, IntSerializer.INSTANCE, text("value"), operator.backend));
        assertTrue(thrown.getMessage().contains("wrong StateDescriptor"), thrown.getMessage());
    }

    @Test
    void the_key_can_be_written_to_any_view() throws Exception {
        Operator operator = operator(Mode.SEMI_ASYNC).start();
        operator.key(7);
        AbstractRocksDBState<?, ?, ?, ?> state = (AbstractRocksDBState<?, ?, ?, ?>) operator.state(text("value"));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        state.writeKeyAndNamespace(new DataOutputViewStreamWrapper(bytes));
        assertArrayEquals(new byte[] {0, 0, 0, 7, 0x2a, 0}, bytes.toByteArray());
    }

    @Test
    void a_state_has_no_snapshot_of_its_own() throws Exception {
        Operator operator = operator(Mode.SEMI_ASYNC).start();
        AbstractRocksDBState<?, ?, ?, ?> state = (AbstractRocksDBState<?, ?, ?, ?>) operator.state(text("value"));
        assertThrows(RuntimeException.class, () -> state.snapshot(1, 2));
        state.dispose();
        operator.key(1);
        assertEquals(null, operator.state(text("value")).value());
    }
}
