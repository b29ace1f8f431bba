package org.apache.flink.contrib.streaming.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ReducingStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.IntSerializer;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.api.common.typeutils.base.VoidSerializer;
import org.apache.flink.runtime.state.KvStateSnapshot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streams in the format of Flink 1.1 become states of the backend. */
class FlinkFormatImportTest {
    private static final ValueStateDescriptor<Long> LONGS =
            new ValueStateDescriptor<>("state-name", LongSerializer.INSTANCE, null);
    private static final ValueStateDescriptor<String> TEXTS =
            new ValueStateDescriptor<>("texts", StringSerializer.INSTANCE, "none");
    private static final ListStateDescriptor<String> LISTS = new ListStateDescriptor<>("lists", StringSerializer.INSTANCE);
    private static final String KEY_3 = "0000000000000003 2a 00";

    @TempDir Path scratch;
    private RocksDBStateBackend backend;

    @AfterEach
    void dispose() throws Exception {
        if (backend != null) {
            backend.dispose();
        }
    }

    private void open(TypeSerializer<?> keySerializer) throws Exception {
        dispose();
        backend = BackendProgram.backend(scratch, keySerializer);
    }

    private void restore(FlinkStreams stream) throws Exception {
        BackendProgram.restore(backend, stream.snapshot());
    }

    private <T> ValueState<T> values(ValueStateDescriptor<T> descriptor) throws Exception {
        return backend.getPartitionedState(null, VoidSerializer.INSTANCE, descriptor);
    }

    private <T> List<T> list(ListStateDescriptor<T> descriptor) throws Exception {
        Iterable<T> elements = backend.getPartitionedState(null, VoidSerializer.INSTANCE, descriptor).get();
        if (elements == null) {
            return null;
        }
        List<T> all = new ArrayList<>();
        elements.forEach(all::add);
        return all;
    }

    private void assertRefused(FlinkStreams stream, String... words) throws Exception {
        KvStateSnapshot<?, ?, ?, ?, ?> snapshot = stream.snapshot();
        IOException thrown = assertThrows(IOException.class, () -> BackendProgram.restore(backend, snapshot));
        for (String word : words) {
            assertTrue(thrown.getMessage().contains(word), thrown.getMessage());
        }
    }

    @Test
    void the_golden_value_is_restored() throws Exception {
        open(LongSerializer.INSTANCE);
        restore(FlinkStreams.of(LONGS).record(0, KEY_3, "0000000000000003"));
        backend.setCurrentKey(3L);
        assertEquals(3L, values(LONGS).value());
        backend.setCurrentKey(4L);
        assertNull(values(LONGS).value());
    }

    @Test
    void golden_keys_of_other_types_and_namespaces_are_restored() throws Exception {
        open(IntSerializer.INSTANCE);
        restore(FlinkStreams.of(TEXTS).record(0, "00000001 2a 00", "0231"));
        backend.setCurrentKey(1);
        assertEquals("1", values(TEXTS).value());

        open(StringSerializer.INSTANCE);
        restore(FlinkStreams.of(TEXTS).record(0, "0261 2a 00000007", "0231"));
        backend.setCurrentKey("a");
        assertEquals("1", backend.getPartitionedState(7, IntSerializer.INSTANCE, TEXTS).value());
        assertEquals("none", backend.getPartitionedState(8, IntSerializer.INSTANCE, TEXTS).value());
        backend.setCurrentKey("b");
        assertEquals("none", backend.getPartitionedState(7, IntSerializer.INSTANCE, TEXTS).value());
    }

    @Test
    void golden_lists_are_restored_and_can_be_added_to() throws Exception {
        open(LongSerializer.INSTANCE);
        restore(FlinkStreams.of(LISTS)
                .record(0, "0000000000000001 2a 00", "0231 2c 037531")
                .record(0, "0000000000000002 2a 00", "022c 2c 022c")
                .record(0, KEY_3, "00 2c 01 2c 0231"));
        backend.setCurrentKey(1L);
        assertEquals(List.of("1", "u1"), list(LISTS));
        backend.getPartitionedState(null, VoidSerializer.INSTANCE, LISTS).add("x");
        assertEquals(List.of("1", "u1", "x"), list(LISTS));
        backend.setCurrentKey(2L);
        assertEquals(List.of(",", ","), list(LISTS));
        backend.setCurrentKey(3L);
        assertEquals(Arrays.asList(null, "", "1"), list(LISTS));
    }

    /** Flink 1.1 itself reads such lists one element too short. */
    @Test
    void elements_of_no_bytes_are_all_restored() throws Exception {
        ListStateDescriptor<String> nothings = new ListStateDescriptor<>("nothings", new NothingSerializer());
        open(LongSerializer.INSTANCE);
        restore(FlinkStreams.of(nothings)
                .record(0, "0000000000000001 2a 00", "")
                .record(0, "0000000000000002 2a 00", "2c")
                .record(0, KEY_3, "2c 2c"));
        for (long key = 1; key <= 3; key++) {
            backend.setCurrentKey(key);
            assertEquals(key, list(nothings).size());
        }
    }

    @Test
    void a_stream_that_is_cut_inside_a_record_is_refused_at_every_byte() throws Exception {
        open(LongSerializer.INSTANCE);
        FlinkStreams stream = FlinkStreams.of(LONGS, LISTS)
                .record(0, "0000000000000001 2a 00", "0000000000000001")
                .record(0, KEY_3, "0000000000000003")
                .record(1, KEY_3, "0231 2c 037531");
        byte[] whole = stream.toBytes();
        for (int length = stream.ends().get(0); length < whole.length; length++) {
            KvStateSnapshot<?, ?, ?, ?, ?> cut = FlinkStreams.snapshot(Arrays.copyOf(whole, length));
            if (stream.ends().contains(length)) {
                BackendProgram.restore(backend, cut);
                backend.setCurrentKey(3L);
                assertNull(list(LISTS));
                assertEquals(stream.ends().indexOf(length) < 2 ? null : Long.valueOf(3), values(LONGS).value());
            } else {
                assertThrows(IOException.class, () -> BackendProgram.restore(backend, cut), "first " + length + " bytes");
            }
        }
    }

    @Test
    void a_restore_that_fails_leaves_the_state_as_it_was() throws Exception {
        open(LongSerializer.INSTANCE);
        backend.setCurrentKey(3L);
        values(LONGS).update(17L);
        assertRefused(FlinkStreams.of(LONGS).record(0, KEY_3, "0000000000000003").record(0, "00", "00"), "record 1");
        assertEquals(17L, values(LONGS).value());
    }

    @Test
    void keys_of_another_type_are_noticed() throws Exception {
        open(IntSerializer.INSTANCE);
        assertRefused(FlinkStreams.of(LONGS).record(0, KEY_3, "0000000000000003"), "record 0, of state state-name", "key",
                "IntSerializer");
        open(StringSerializer.INSTANCE);
        assertRefused(FlinkStreams.of(LONGS).record(0, "05 2a 00", "00"), "key", "StringSerializer");
        open(new GreedySerializer());
        assertRefused(FlinkStreams.of(LONGS).record(0, "61 2a 00", "00"), "key", "GreedySerializer");
    }

    @Test
    void elements_that_do_not_fit_their_serializer_are_noticed() throws Exception {
        open(LongSerializer.INSTANCE);
        assertRefused(FlinkStreams.of(LISTS).record(0, KEY_3, "0231 037531"), "element", "no comma");
        assertRefused(FlinkStreams.of(LISTS).record(0, KEY_3, "0231 2c"), "element");
        assertRefused(FlinkStreams.of(LISTS).record(0, KEY_3, "0931"), "element");
        assertRefused(FlinkStreams.of(LISTS).record(0, KEY_3, ""), "element");
    }

    @Test
    void an_operator_without_keys_cannot_restore_it() throws Exception {
        open(null);
        assertRefused(FlinkStreams.of(LONGS), "no key serializer");
    }

    @Test
    void another_kind_or_serializer_of_an_imported_state_is_refused() throws Exception {
        open(LongSerializer.INSTANCE);
        restore(FlinkStreams.of(LONGS).record(0, KEY_3, "0000000000000003"));
        backend.setCurrentKey(3L);
        RuntimeException kind = assertThrows(
                RuntimeException.class, () -> list(new ListStateDescriptor<>("state-name", LongSerializer.INSTANCE)));
        assertTrue(kind.getMessage().contains("Trying to access state using wrong StateDescriptor"), kind.getMessage());
        RuntimeException serializer = assertThrows(RuntimeException.class, () ->
                values(new ValueStateDescriptor<>("state-name", StringSerializer.INSTANCE, null)));
        assertTrue(serializer.getMessage().contains("Trying to access state using wrong StateDescriptor"), serializer.getMessage());
    }

    /** B1: what no program has asked for yet is in the next snapshot, whatever its kind. */
    @Test
    void an_imported_state_survives_snapshots_before_it_is_asked_for() throws Exception {
        open(StringSerializer.INSTANCE);
        restore(FlinkStreams.of(TEXTS, LISTS)
                .record(0, "0261 2a 00000007", "0231")
                .record(1, "0261 2a 00000007", "0231 2c 037531"));
        for (int round = 0; round < 6; round++) {
            backend.disableFullyAsyncSnapshots();
            backend.disableFlinkFormatSnapshots();
            if (round % 3 > 0) {
                backend.enableFullyAsyncSnapshots();
            }
            if (round % 3 > 1) {
                backend.enableFlinkFormatSnapshots();
            }
            KvStateSnapshot<?, ?, ?, ?, ?> snapshot = BackendProgram.materialized(backend, round);
            open(StringSerializer.INSTANCE);
            BackendProgram.restore(backend, snapshot);
            snapshot.discardState();
        }
        backend.setCurrentKey("a");
        assertEquals("1", backend.getPartitionedState(7, IntSerializer.INSTANCE, TEXTS).value());
        List<String> elements = new ArrayList<>();
        backend.getPartitionedState(7, IntSerializer.INSTANCE, LISTS).get().forEach(elements::add);
        assertEquals(List.of("1", "u1"), elements);
    }

    @Test
    void the_first_namespace_serializer_that_is_used_is_the_one_that_counts() throws Exception {
        open(StringSerializer.INSTANCE);
        restore(FlinkStreams.of(TEXTS).record(0, "0261 2a 00000007", "0231"));
        backend.setCurrentKey("a");
        assertEquals("1", backend.getPartitionedState(7, IntSerializer.INSTANCE, TEXTS).value());
        KvStateSnapshot<?, ?, ?, ?, ?> snapshot = BackendProgram.materialized(backend, 1);
        open(StringSerializer.INSTANCE);
        BackendProgram.restore(backend, snapshot);
        backend.setCurrentKey("a");
        assertThrows(RuntimeException.class, () -> backend.getPartitionedState(7L, LongSerializer.INSTANCE, TEXTS));
    }

    /** Defines a class of the tests' anew, under another name of the same length. */
    private static final class UserClasses extends ClassLoader {
        private static final String REAL = "Scenario$Mix";
        private static final String NAME = "Scenario$Own";

        UserClasses() {
            super(FlinkFormatImportTest.class.getClassLoader());
        }

        static byte[] rename(byte[] bytes, String from, String to) {
            return new String(bytes, StandardCharsets.ISO_8859_1).replace(from, to).getBytes(StandardCharsets.ISO_8859_1);
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            if (!name.endsWith(NAME)) {
                throw new ClassNotFoundException(name);
            }
            try {
                byte[] real = getParent()
                        .getResourceAsStream(Scenario.class.getName().replace('.', '/') + "$Mix.class").readAllBytes();
                byte[] renamed = rename(real, REAL, NAME);
                return defineClass(name, renamed, 0, renamed.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    /** B42. */
    @Test
    void descriptors_are_read_with_the_classes_of_the_user() throws Exception {
        FlinkStreams stream = FlinkStreams.of(
                new ReducingStateDescriptor<>("reduced", new Scenario.Mix(Sample.LONG), Sample.<Object>cast(LongSerializer.INSTANCE)));
        byte[] bytes = UserClasses.rename(
                stream.record(0, KEY_3, "0000000000000003").toBytes(), UserClasses.REAL, UserClasses.NAME);
        open(LongSerializer.INSTANCE);
        IOException thrown =
                assertThrows(IOException.class, () -> BackendProgram.restore(backend, FlinkStreams.snapshot(bytes)));
        assertTrue(thrown.getMessage().contains(UserClasses.NAME), thrown.getMessage());
        UserClasses users = new UserClasses();
        assertNotSame(Scenario.Mix.class, users.loadClass(Scenario.class.getName().replace("Scenario", UserClasses.NAME)));
        backend.dispose();
        backend.initializeForJob(
                BackendProgram.environment(new JobID(), users), "operator_1", LongSerializer.INSTANCE);
        BackendProgram.restore(backend, FlinkStreams.snapshot(bytes));
        backend.setCurrentKey(3L);
        assertEquals(3L, backend.getPartitionedState(
                        null,
                        VoidSerializer.INSTANCE,
                        new ReducingStateDescriptor<>(
                                "reduced", new Scenario.Mix(Sample.LONG), Sample.<Object>cast(LongSerializer.INSTANCE)))
                .get());
    }
}
