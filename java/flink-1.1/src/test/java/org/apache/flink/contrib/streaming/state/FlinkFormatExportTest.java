package org.apache.flink.contrib.streaming.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.flink.api.common.state.FoldingStateDescriptor;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ReducingStateDescriptor;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.api.common.typeutils.base.VoidSerializer;
import org.apache.flink.runtime.state.AsynchronousKvStateSnapshot;
import org.apache.flink.runtime.state.KvStateSnapshot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The backend writes its state in the format of Flink 1.1. */
class FlinkFormatExportTest {
    private static final ValueStateDescriptor<Long> LONGS =
            new ValueStateDescriptor<>("state-name", LongSerializer.INSTANCE, null);
    private static final ListStateDescriptor<String> LISTS = new ListStateDescriptor<>("lists", StringSerializer.INSTANCE);

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
        backend.enableFlinkFormatSnapshots();
    }

    private <T> ValueState<T> values(ValueStateDescriptor<T> descriptor) throws Exception {
        return backend.getPartitionedState(null, VoidSerializer.INSTANCE, descriptor);
    }

    private void put(long key, long value) throws Exception {
        backend.setCurrentKey(key);
        values(LONGS).update(value);
    }

    private byte[] export() throws Exception {
        return FlinkStreams.bytesOf(BackendProgram.materialized(backend, 1));
    }

    private static List<StateDescriptor<?, ?>> header(byte[] stream) throws IOException {
        return new FlinkFormatReader(new ByteArrayInputStream(stream), null).readHeader();
    }

    /** The rows of each state, as text. */
    private static TreeMap<String, String> rows(byte[] stream) throws IOException {
        FlinkFormatReader reader = new FlinkFormatReader(new ByteArrayInputStream(stream), null);
        List<StateDescriptor<?, ?>> states = reader.readHeader();
        TreeMap<String, String> rows = new TreeMap<>();
        while (reader.next()) {
            rows.put(states.get(reader.state()).getName() + " " + hex(reader.key()), hex(reader.value()));
        }
        return rows;
    }

    private static String hex(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (byte each : bytes) {
            text.append(String.format("%02x", each));
        }
        return text.toString();
    }

    private void assertRefused(String words) throws Exception {
        Exception thrown = assertThrows(Exception.class, this::export);
        assertTrue(thrown.getMessage().contains(words), thrown.getMessage());
    }

    @Test
    void the_bytes_are_those_of_Flink_1_1() throws Exception {
        open(LongSerializer.INSTANCE);
        put(3, 3);
        put(2, 5);
        byte[] expected = FlinkStreams.of(LONGS)
                .record(0, "0000000000000002 2a 00", "0000000000000005")
                .record(0, "0000000000000003 2a 00", "0000000000000003")
                .toBytes();
        assertArrayEquals(expected, export());
        assertEquals(535, expected.length, "as long as such a stream in a savepoint of Flink 1.1");
    }

    @Test
    void lists_have_commas_and_no_lengths() throws Exception {
        open(StringSerializer.INSTANCE);
        backend.setCurrentKey("a");
        ListState<String> list = backend.getPartitionedState(null, VoidSerializer.INSTANCE, LISTS);
        for (String element : new String[] {"1", "u1", ",", "", null, "x".repeat(300)}) {
            list.add(element);
        }
        byte[] expected = FlinkStreams.of(LISTS)
                .record(0, "0261 2a 00", "0231 2c 037531 2c 022c 2c 01 2c 00 2c ad02" + "78".repeat(300))
                .toBytes();
        assertArrayEquals(expected, export());
    }

    @Test
    void large_and_small_rows_are_written_whole() throws Exception {
        ValueStateDescriptor<String> texts = new ValueStateDescriptor<>("texts", StringSerializer.INSTANCE, null);
        int[] sizes = {0, 1, 65_533, 65_534, 65_535, 65_536, 200_000, 3, 131_072, 7};
        open(StringSerializer.INSTANCE);
        for (int i = 0; i < sizes.length; i++) {
            backend.setCurrentKey("k" + i + "y".repeat(sizes[sizes.length - 1 - i]));
            values(texts).update("v".repeat(sizes[i]));
        }
        byte[] stream = export();
        open(StringSerializer.INSTANCE);
        BackendProgram.restore(backend, FlinkStreams.snapshot(stream));
        for (int i = 0; i < sizes.length; i++) {
            backend.setCurrentKey("k" + i + "y".repeat(sizes[sizes.length - 1 - i]));
            assertEquals("v".repeat(sizes[i]), values(texts).value());
        }
        assertArrayEquals(stream, export());
    }

    @ParameterizedTest
    @EnumSource(names = {"INT", "STRING", "BYTES", "POJO"})
    void random_states_are_the_same_after_export_and_import(Sample keys) throws Exception {
        int rounds = "1".equals(System.getenv("GABION_SOAK")) ? 100 : 1;
        for (int round = 0; round < rounds; round++) {
            Scenario scenario = new Scenario(round, keys, 16);
            open(keys.serializer());
            scenario.run(backend, 1500);
            byte[] first = export();
            byte[] own = portable();
            open(keys.serializer());
            BackendProgram.restore(backend, FlinkStreams.snapshot(first));
            assertEquals(rows(first), rows(export()), "untouched");
            scenario.verify(backend);
            scenario.run(backend, 500);
            scenario.verify(backend);
            byte[] second = export();
            open(keys.serializer());
            BackendProgram.restore(backend, FlinkStreams.snapshot(second));
            assertEquals(rows(second), rows(export()));
            scenario.verify(backend);
            open(keys.serializer());
            BackendProgram.restore(backend, FlinkStreams.snapshot(own));
            assertEquals(rows(first), rows(export()), "from a snapshot of Gabion's");
        }
    }

    private byte[] portable() throws Exception {
        backend.disableFlinkFormatSnapshots();
        byte[] stream = export();
        backend.enableFlinkFormatSnapshots();
        assertEquals("GABIONST", new String(stream, 0, 8, StandardCharsets.US_ASCII));
        return stream;
    }

    @Test
    void states_that_the_program_has_not_asked_for_are_written() throws Exception {
        open(LongSerializer.INSTANCE);
        put(3, 3);
        byte[] own = portable();
        byte[] exported = export();
        open(LongSerializer.INSTANCE);
        BackendProgram.restore(backend, FlinkStreams.snapshot(own));
        assertArrayEquals(exported, export());
    }

    @Test
    void the_state_is_that_of_the_synchronous_part() throws Exception {
        open(LongSerializer.INSTANCE);
        put(1, 1);
        KvStateSnapshot<?, ?, ?, ?, ?> taken = BackendProgram.taken(backend, 1);
        put(1, 2);
        put(2, 2);
        backend.setCurrentKey(1L);
        backend.getPartitionedState(null, VoidSerializer.INSTANCE, LISTS).add("later");
        byte[] stream = FlinkStreams.bytesOf(((AsynchronousKvStateSnapshot<?, ?, ?, ?, ?>) taken).materialize());
        assertEquals("{state-name 00000000000000012a00=0000000000000001}", rows(stream).toString());
        assertEquals(List.of(LONGS), header(stream));
    }

    @Test
    void up_to_256_states_are_read_and_written_and_more_are_refused() throws Exception {
        StateDescriptor<?, ?>[] states = new StateDescriptor<?, ?>[FlinkFormatReader.MAX_STATES];
        Arrays.setAll(states, i -> new ValueStateDescriptor<>("state " + i, LongSerializer.INSTANCE, null));
        FlinkStreams stream = FlinkStreams.of(states);
        for (int i = 0; i < states.length; i++) {
            stream.record(i, "0000000000000007 2a 00", String.format("%016x", i));
        }
        open(LongSerializer.INSTANCE);
        BackendProgram.restore(backend, stream.snapshot());
        assertArrayEquals(stream.toBytes(), export());
        backend.setCurrentKey(7L);
        assertEquals(200, values(new ValueStateDescriptor<>("state 200", LongSerializer.INSTANCE, null)).value());
        values(new ValueStateDescriptor<>("one more", LongSerializer.INSTANCE, null)).update(1L);
        Exception thrown = assertThrows(Exception.class, () -> BackendProgram.taken(backend, 1));
        assertTrue(thrown.getMessage().contains("257 states"), thrown.getMessage());
        assertEquals(1, values(new ValueStateDescriptor<>("one more", LongSerializer.INSTANCE, null)).value());
    }

    /** That format has no lengths, so these would be lost without a word. */
    @Test
    void elements_of_no_bytes_are_refused() throws Exception {
        open(LongSerializer.INSTANCE);
        backend.setCurrentKey(1L);
        backend.getPartitionedState(null, VoidSerializer.INSTANCE, new ListStateDescriptor<>("nothings", new NothingSerializer()))
                .add("");
        assertRefused("element of no bytes");
    }

    /** B16: key "a" with namespace "b*c" has the bytes of key "a*b" with namespace "c". */
    @Test
    void keys_and_namespaces_that_run_into_each_other_are_refused() throws Exception {
        open(new GreedySerializer());
        ValueStateDescriptor<Long> descriptor = new ValueStateDescriptor<>("greedy", LongSerializer.INSTANCE, null);
        backend.setCurrentKey("a");
        backend.getPartitionedState("b*c", new GreedySerializer(), descriptor).update(1L);
        assertEquals(1, rows(export()).size());
        backend.setCurrentKey("a*b");
        backend.getPartitionedState("c", new GreedySerializer(), descriptor).update(2L);
        assertRefused("the state 'greedy'");
    }

    @Test
    void rows_that_collide_are_never_written_in_silence() throws Exception {
        Random random = new Random(5);
        ValueStateDescriptor<Long> descriptor = new ValueStateDescriptor<>("greedy", LongSerializer.INSTANCE, null);
        int refused = 0;
        for (int round = 0; round < 30; round++) {
            open(new GreedySerializer());
            TreeMap<String, String> pairs = new TreeMap<>();
            for (int i = 0; i < 6; i++) {
                String key = text(random);
                String namespace = text(random);
                backend.setCurrentKey(key);
                backend.getPartitionedState(namespace, new GreedySerializer(), descriptor).update(1L);
                pairs.put(key.length() + ":" + key + "*" + namespace, "");
            }
            try {
                assertEquals(pairs.size(), rows(export()).size());
            } catch (Exception e) {
                refused++;
            }
        }
        assertTrue(refused > 0 && refused < 30, refused + " of 30 refused");
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int length = random.nextInt(4); length > 0; length--) {
            text.append("a*\0".charAt(random.nextInt(3)));
        }
        return text.toString();
    }

    static final class OwnDescriptor extends ValueStateDescriptor<Long> {
        private static final long serialVersionUID = 1L;

        OwnDescriptor() {
            super("own", LongSerializer.INSTANCE, 9L);
        }
    }

    @Test
    void a_descriptor_class_of_the_users_own_is_kept() throws Exception {
        open(LongSerializer.INSTANCE);
        backend.setCurrentKey(1L);
        values(new OwnDescriptor()).update(1L);
        assertSame(OwnDescriptor.class, header(export()).get(0).getClass());
    }

    /** Notes who serialized it. */
    static final class NotingSerializer extends GreedySerializer {
        private static final long serialVersionUID = 1L;
        static final List<Thread> THREADS = new CopyOnWriteArrayList<>();

        private Object writeReplace() {
            THREADS.add(Thread.currentThread());
            return new GreedySerializer();
        }
    }

    /** B30: on another thread, the program may be using them. */
    @Test
    void serializers_are_written_by_the_tasks_thread() throws Exception {
        open(LongSerializer.INSTANCE);
        backend.setCurrentKey(1L);
        values(new ValueStateDescriptor<>("noting", new NotingSerializer(), null)).update("x");
        AsynchronousKvStateSnapshot<?, ?, ?, ?, ?> taken =
                (AsynchronousKvStateSnapshot<?, ?, ?, ?, ?>) BackendProgram.taken(backend, 1);
        NotingSerializer.THREADS.clear();
        KvStateSnapshot<?, ?, ?, ?, ?> written = CompletableFuture.supplyAsync(() -> {
                    try {
                        return taken.materialize();
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                })
                .get();
        assertEquals(1, rows(FlinkStreams.bytesOf(written)).size());
        assertEquals(List.of(), NotingSerializer.THREADS);
        BackendProgram.taken(backend, 2).discardState();
        assertEquals(Set.of(Thread.currentThread()), Set.copyOf(NotingSerializer.THREADS));
    }

    @Test
    void no_function_or_default_value_of_the_users_is_written() throws Exception {
        open(LongSerializer.INSTANCE);
        backend.setCurrentKey(1L);
        values(new ValueStateDescriptor<>("defaulted", LongSerializer.INSTANCE, 0x1122334455667788L)).update(1L);
        backend.getPartitionedState(
                        null,
                        VoidSerializer.INSTANCE,
                        new ReducingStateDescriptor<>(
                                "reduced", new Scenario.Mix(Sample.LONG), Sample.<Object>cast(LongSerializer.INSTANCE)))
                .add(1L);
        backend.getPartitionedState(
                        null,
                        VoidSerializer.INSTANCE,
                        new FoldingStateDescriptor<>(
                                "folded", 5L, new Scenario.Mix(Sample.LONG), Sample.<Object>cast(LongSerializer.INSTANCE)))
                .add(1L);
        byte[] stream = export();
        assertFalse(hex(stream).contains("1122334455667788"));
        String text = new String(stream, StandardCharsets.ISO_8859_1);
        assertFalse(text.contains("Mix") || text.contains("contrib"), "a class that Flink 1.1 has not");
        List<StateDescriptor<?, ?>> states = header(stream);
        assertEquals("defaulted", states.get(0).getName());
        assertSame(ValueStateDescriptor.class, states.get(0).getClass());
        assertNull(states.get(0).getDefaultValue());
        assertNull(((ReducingStateDescriptor<?>) states.get(1)).getReduceFunction());
        assertNull(((FoldingStateDescriptor<?, ?>) states.get(2)).getFoldFunction());
    }

    @Test
    void a_snapshot_is_written_once_and_not_after_it_was_discarded() throws Exception {
        open(LongSerializer.INSTANCE);
        put(1, 1);
        AsynchronousKvStateSnapshot<?, ?, ?, ?, ?> taken =
                (AsynchronousKvStateSnapshot<?, ?, ?, ?, ?>) BackendProgram.taken(backend, 1);
        taken.materialize();
        assertThrows(IllegalStateException.class, taken::materialize);
        AsynchronousKvStateSnapshot<?, ?, ?, ?, ?> dropped =
                (AsynchronousKvStateSnapshot<?, ?, ?, ?, ?>) BackendProgram.taken(backend, 2);
        dropped.discardState();
        assertThrows(IllegalStateException.class, dropped::materialize);
    }

    @Test
    void a_snapshot_of_a_disposed_backend_fails() throws Exception {
        open(LongSerializer.INSTANCE);
        put(1, 1);
        AsynchronousKvStateSnapshot<?, ?, ?, ?, ?> taken =
                (AsynchronousKvStateSnapshot<?, ?, ?, ?, ?>) BackendProgram.taken(backend, 1);
        backend.dispose();
        assertThrows(Exception.class, taken::materialize);
    }
}
