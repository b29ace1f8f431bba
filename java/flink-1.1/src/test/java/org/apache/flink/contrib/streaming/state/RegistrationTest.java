package org.apache.flink.contrib.streaming.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.api.common.state.FoldingStateDescriptor;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ReducingState;
import org.apache.flink.api.common.state.ReducingStateDescriptor;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.FloatSerializer;
import org.apache.flink.api.common.typeutils.base.IntSerializer;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.api.common.typeutils.base.VoidSerializer;
import org.apache.flink.runtime.state.KvStateSnapshot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A state is the one it was, or it is refused. */
class RegistrationTest extends BackendTest {
    private static final String FRAGMENT = "Trying to access state using wrong StateDescriptor";

    private static void assertRefused(String word, Executable call) {
        RuntimeException thrown = assertThrows(RuntimeException.class, call);
        assertTrue(thrown.getMessage().contains(FRAGMENT), thrown.getMessage());
        assertTrue(thrown.getMessage().contains(word), thrown.getMessage());
    }

    private static List<StateDescriptor<?, ?>> othersNamedState() {
        return List.of(
                new ValueStateDescriptor<>("state", FloatSerializer.INSTANCE, null),
                new ListStateDescriptor<>("state", StringSerializer.INSTANCE),
                new ReducingStateDescriptor<>("state", (a, b) -> a, StringSerializer.INSTANCE),
                new FoldingStateDescriptor<>("state", "", (a, b) -> a, StringSerializer.INSTANCE));
    }

    /** B25, B43; checklist 12: value serializer, kind, namespace serializer and key serializer on restore. */
    @ParameterizedTest
    @EnumSource
    void a_restored_state_is_refused_to_whoever_asks_for_another(Mode mode) throws Exception {
        Operator writer = operator(mode).start();
        writer.key(1);
        writer.state(text("state")).update("x");
        KvStateSnapshot<?, ?, ?, ?, ?> snapshot = writer.snapshot(1);
        for (StateDescriptor<?, ?> other : othersNamedState()) {
            Operator reader = operator(mode).start();
            reader.restore(snapshot);
            assertRefused("'state'", () -> reader.state(other));
        }
        Operator namespaces = operator(mode).start();
        namespaces.restore(snapshot);
        assertRefused(
                IntSerializer.class.getName(),
                () -> namespaces.backend.getPartitionedState(7, IntSerializer.INSTANCE, text("state")));
        Operator keys = operator(mode).start(LongSerializer.INSTANCE);
        assertRefused(LongSerializer.class.getName(), () -> keys.restore(snapshot));
        snapshot.discardState();
    }

    /** B43: the base class hands the first object out again and looks at the name only. */
    @Test
    void a_live_state_is_refused_to_whoever_asks_for_another() throws Exception {
        Operator operator = operator(Mode.SEMI_ASYNC).start();
        operator.key(1);
        operator.state(text("state")).update("x");
        operator.state(text("another"));
        for (StateDescriptor<?, ?> other : othersNamedState()) {
            assertRefused("'state'", () -> operator.state(other));
        }
        assertRefused(
                "'state'", () -> operator.backend.getPartitionedState(7, IntSerializer.INSTANCE, text("state")));
        assertSame(operator.state(text("state")), operator.state(text("state")), "equal descriptors get the same object");
        assertEquals("x", operator.state(text("state")).value());
    }

    /** B18: what is stored is the newest serializer, and no function or default value. */
    @ParameterizedTest
    @EnumSource
    void functions_and_defaults_are_the_programs_and_not_stored(Mode mode) throws Exception {
        Operator operator = operator(mode).start();
        operator.key(1);
        operator.state(new ReducingStateDescriptor<>("sum", (a, b) -> a + b, LongSerializer.INSTANCE)).add(5L);
        operator.state(new ValueStateDescriptor<>("value", StringSerializer.INSTANCE, "old default"));
        var first = operator.snapshot(1);
        operator.restartFrom(first);
        first.discardState();
        var second = operator.snapshot(2);
        operator.restartFrom(second);
        second.discardState();
        operator.key(1);
        ReducingState<Long> product =
                operator.state(new ReducingStateDescriptor<>("sum", (a, b) -> a * b, LongSerializer.INSTANCE));
        product.add(3L);
        assertEquals(15L, product.get());
        assertEquals(
                "new default",
                operator.state(new ValueStateDescriptor<>("value", StringSerializer.INSTANCE, "new default")).value());
    }

    @Test
    void the_newer_of_two_equal_serializers_is_kept() throws Exception {
        Operator writer = operator(Mode.FULLY_ASYNC).start();
        writer.state(new ValueStateDescriptor<>("value", new BareBytes(1), null));
        var snapshot = writer.snapshot(1);
        Operator reader = operator(Mode.FULLY_ASYNC).start();
        reader.restore(snapshot);
        StateFamily family = reader.backend.session().families().get("value");
        assertArrayEquals(StoredSerializer.of(new BareBytes(1)).bytes(), family.record().value().bytes());
        reader.state(new ValueStateDescriptor<>("value", new BareBytes(2), null));
        byte[] newer = StoredSerializer.of(new BareBytes(2)).bytes();
        assertArrayEquals(newer, family.record().value().bytes());
        assertArrayEquals(newer, StateRecord.parse(family.rows().descriptor()).value().bytes());
    }

    /** B15, B19; checklist 13. */
    @ParameterizedTest
    @ValueSource(strings = {"default", "", "zust\u00e4nde \u72b6\u614b \ud83d\ude00", "gabion%64", "a\u0000b", " ", "dummy_state"})
    void a_state_may_have_any_name(String name) throws Exception {
        for (Mode mode : Mode.values()) {
            Operator operator = operator(mode).start();
            operator.key(1);
            operator.state(text(name)).update("x");
            var snapshot = operator.snapshot(1);
            operator.restartFrom(snapshot);
            snapshot.discardState();
            operator.key(1);
            assertEquals("x", operator.state(text(name)).value());
        }
    }

    /** B15; checklist 13. */
    @Test
    void a_name_may_have_ten_kilobytes() throws Exception {
        a_state_may_have_any_name("n".repeat(10_240));
    }

    @Test
    void a_name_with_half_a_character_is_refused() throws Exception {
        Operator operator = operator(Mode.SEMI_ASYNC).start();
        IllegalArgumentException thrown =
                assertThrows(IllegalArgumentException.class, () -> operator.state(text("half \ud83d")));
        assertTrue(thrown.getMessage().contains("surrogate"), thrown.getMessage());
    }

    @Test
    void a_serializer_whose_class_is_gone_fails_only_who_asks_for_its_state() throws Exception {
        StateRecord sound = StateRecord.of(StateKind.VALUE, "gone", IntSerializer.INSTANCE, LongSerializer.INSTANCE);
        StateRecord broken = new StateRecord(
                sound.kind(), sound.name(), 4, sound.key(), null, new StoredSerializer(new byte[] {1, 2, 3}));
        Operator writer = operator(Mode.SEMI_ASYNC).start();
        writer.backend.session().families().create(broken);
        writer.key(1);
        writer.state(text("sound")).update("x");
        var first = writer.snapshot(1);
        writer.restartFrom(first);
        first.discardState();
        var second = writer.snapshot(2);
        writer.restartFrom(second);
        second.discardState();
        writer.key(1);
        assertEquals("x", writer.state(text("sound")).value());
        assertRefused(
                "unreadable", () -> writer.state(new ValueStateDescriptor<>("gone", LongSerializer.INSTANCE, 0L)));
    }

    /** A family of which only the descriptor is known takes the namespace serializer of the first who asks. */
    @ParameterizedTest
    @EnumSource
    void a_namespace_serializer_that_is_not_known_is_that_of_the_first_who_asks(Mode mode) throws Exception {
        Operator operator = operator(mode).start();
        operator.backend.getColumnFamily(text("state"));
        assertNull(operator.backend.session().families().get("state").record().namespace());
        var snapshot = operator.snapshot(1);
        operator.restartFrom(snapshot);
        snapshot.discardState();
        operator.key(1);
        operator.backend.<Integer, ValueState<String>>getPartitionedState(
                1, IntSerializer.INSTANCE, text("state")).update("x");
        assertRefused("'state'", () -> operator.state(text("state")));
    }

    @Test
    void records_are_read_as_they_were_written() throws IOException {
        StateRecord record = StateRecord.of(StateKind.LIST, "n\u00e4me", StringSerializer.INSTANCE, LongSerializer.INSTANCE);
        for (StateRecord each : List.of(
                record, record.with(record.key(), StoredSerializer.of(VoidSerializer.INSTANCE), record.value()))) {
            StateRecord read = StateRecord.parse(each.toBytes());
            assertArrayEquals(each.toBytes(), read.toBytes());
            assertEquals(StateKind.LIST, read.kind());
            assertEquals("n\u00e4me", read.name().text());
            assertEquals(each.namespace() == null, read.namespace() == null);
        }
    }

    @Test
    void bytes_that_are_no_record_are_refused() throws IOException {
        byte[] sound = StateRecord.of(StateKind.VALUE, "n", IntSerializer.INSTANCE, LongSerializer.INSTANCE).toBytes();
        for (int length = 0; length < sound.length; length++) {
            byte[] cut = Arrays.copyOf(sound, length);
            assertThrows(IOException.class, () -> StateRecord.parse(cut), "cut at " + length);
        }
        assertThrows(IOException.class, () -> StateRecord.parse(Arrays.copyOf(sound, sound.length + 1)));
        byte[] later = sound.clone();
        later[0] = 2;
        assertTrue(assertThrows(IOException.class, () -> StateRecord.parse(later)).getMessage().contains("version 2"));
        byte[] kind = sound.clone();
        kind[1] = 4;
        assertThrows(IOException.class, () -> StateRecord.parse(kind));
    }
}
