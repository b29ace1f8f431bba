package org.apache.flink.contrib.streaming.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.IntSerializer;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.api.common.typeutils.base.VoidSerializer;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.junit.jupiter.api.Test;

class RowKeyTest extends BackendTest {
    private static <K, N> byte[] written(TypeSerializer<K> keys, K key, TypeSerializer<N> namespaces, N namespace)
            throws IOException {
        ByteOutput out = new ByteOutput(0);
        new RowKey(RowKey.fixedLengthOf(keys)).write(keys, key, namespaces, namespace, out);
        return out.toBytes();
    }

    private static String hex(byte[] bytes) {
        StringBuilder hex = new StringBuilder();
        for (byte each : bytes) {
            hex.append(String.format("%02x", each));
        }
        return hex.toString();
    }

    /** The examples of Flink 1.1's layout; behind keys that are not all of one length stands theirs. */
    @Test
    void keys_and_namespaces_have_flinks_layout() throws IOException {
        assertEquals("00000000000000032a00", hex(written(LongSerializer.INSTANCE, 3L, VoidSerializer.INSTANCE, null)));
        assertEquals("000000012a00", hex(written(IntSerializer.INSTANCE, 1, VoidSerializer.INSTANCE, null)));
        assertEquals(
                "02612a00000007" + "00000002", hex(written(StringSerializer.INSTANCE, "a", IntSerializer.INSTANCE, 7)));
    }

    @Test
    void the_suffix_can_be_taken_off() throws IOException {
        byte[] fixed = written(IntSerializer.INSTANCE, 1, StringSerializer.INSTANCE, "n");
        assertEquals(fixed.length, new RowKey(4).lengthWithoutSuffix(fixed));
        byte[] variable = written(StringSerializer.INSTANCE, "k", StringSerializer.INSTANCE, "n");
        assertEquals(variable.length - 4, new RowKey(RowKey.VARIABLE).lengthWithoutSuffix(variable));
    }

    /** B16; checklist 5: with serializers that write bare bytes, many pairs have the same key ++ 42 ++ namespace. */
    @Test
    void no_two_pairs_of_key_and_namespace_share_a_row() throws IOException {
        byte[][] parts = {{}, {42}, {1}, {1, 42}, {42, 2}, {2}, {42, 42}, {42, 42, 42}, {1, 42, 42, 2}};
        Set<String> seen = new HashSet<>();
        for (byte[] key : parts) {
            for (byte[] namespace : parts) {
                assertTrue(
                        seen.add(hex(written(new BareBytes(-1), key, new BareBytes(-1), namespace))),
                        "key " + hex(key) + ", namespace " + hex(namespace));
            }
        }
    }

    /** B16 through the backend. */
    @Test
    void colliding_keys_and_namespaces_have_states_of_their_own() throws Exception {
        Operator operator = operator(Mode.FULLY_ASYNC).start(new BareBytes(-1));
        ValueState<String> value =
                operator.backend.getPartitionedState(new byte[] {2}, new BareBytes(-1), text("value"));
        operator.key(new byte[] {1, 42});
        value.update("one");
        operator.key(new byte[] {1});
        value = operator.backend.getPartitionedState(new byte[] {42, 2}, new BareBytes(-1), text("value"));
        assertEquals(null, value.value());
        value.update("two");
        operator.key(new byte[] {1, 42});
        value = operator.backend.getPartitionedState(new byte[] {2}, new BareBytes(-1), text("value"));
        assertEquals("one", value.value());
    }

    @Test
    void a_key_serializer_that_breaks_its_word_about_lengths_is_refused() throws Exception {
        Operator operator = operator(Mode.FULLY_ASYNC).start(new BareBytes(2));
        ValueState<String> value = operator.state(text("value"));
        operator.key(new byte[] {1, 2});
        value.update("x");
        operator.key(new byte[] {1, 2, 3});
        IllegalStateException read = assertThrows(IllegalStateException.class, value::value);
        assertTrue(read.getMessage().contains("getLength()"), read.getMessage());
        assertThrows(RuntimeException.class, () -> value.update("y"));
        operator.key(new byte[] {1, 2});
        assertEquals("x", value.value());
    }

    /** Flink's window serializers answer 0, and write 16 bytes or one. */
    @Test
    void a_length_of_zero_is_not_believed() throws IOException {
        TypeSerializer<TimeWindow> windows = new TimeWindow.Serializer();
        assertEquals(0, windows.getLength());
        assertEquals(RowKey.VARIABLE, RowKey.fixedLengthOf(windows));
        byte[] row = written(windows, new TimeWindow(1, 2), VoidSerializer.INSTANCE, null);
        assertEquals(16 + 1 + 1 + 4, row.length);
    }

    /** The layout is the family's, whatever a later serializer says of its length. */
    @Test
    void a_serializer_that_changes_its_mind_about_lengths_finds_the_old_rows() throws Exception {
        Operator writer = operator(Mode.FULLY_ASYNC).start(new BareBytes(-1));
        writer.key(new byte[] {5, 6});
        writer.state(text("value")).update("old");
        var snapshot = writer.snapshot(1);
        Operator reader = operator(Mode.FULLY_ASYNC).start(new BareBytes(2));
        reader.restore(snapshot);
        reader.key(new byte[] {5, 6});
        assertEquals("old", reader.state(text("value")).value());
    }
}
