package org.apache.flink.contrib.streaming.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.apache.flink.api.common.state.FoldingState;
import org.apache.flink.api.common.state.FoldingStateDescriptor;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ReducingState;
import org.apache.flink.api.common.state.ReducingStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.IntSerializer;
import org.apache.flink.api.common.typeutils.base.IntValueSerializer;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.types.IntValue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What each kind of state answers, at the level of the last 1.1 releases. */
class StatesTest extends BackendTest {
    private Operator operator;

    private static ReducingStateDescriptor<String> joined(String name) {
        return new ReducingStateDescriptor<>(name, (a, b) -> a + "," + b, StringSerializer.INSTANCE);
    }

    private static FoldingStateDescriptor<Integer, String> folded(String name) {
        return new FoldingStateDescriptor<>(name, "start:", (all, next) -> all + next, StringSerializer.INSTANCE);
    }

    @BeforeEach
    void start() throws Exception {
        operator = operator(Mode.SEMI_ASYNC).start();
    }

    @Test
    void a_value_is_the_default_until_it_is_updated_and_after_it_is_cleared() throws Exception {
        ValueState<Long> value = operator.state(new ValueStateDescriptor<>("value", LongSerializer.INSTANCE, 42L));
        operator.key(1);
        assertEquals(42L, value.value());
        value.update(1L);
        assertEquals(1L, value.value());
        operator.key(2);
        assertEquals(42L, value.value());
        operator.key(1);
        value.update(null);
        assertEquals(42L, value.value());
        value.update(2L);
        value.clear();
        assertEquals(42L, value.value());
    }

    @Test
    void defaults_and_values_are_the_callers_own() throws Exception {
        ValueState<IntValue> value =
                operator.state(new ValueStateDescriptor<>("value", IntValueSerializer.INSTANCE, new IntValue(-1)));
        operator.key(1);
        value.value().setValue(99);
        assertEquals(-1, value.value().getValue());
        value.update(new IntValue(5));
        IntValue first = value.value();
        first.setValue(99);
        assertNotSame(first, value.value());
        assertEquals(5, value.value().getValue());
    }

    @Test
    void reducing_starts_with_the_first_value() throws Exception {
        ReducingState<String> state = operator.state(joined("reducing"));
        operator.key(1);
        assertNull(state.get());
        state.add("a");
        assertEquals("a", state.get());
        state.add("b");
        state.add("c");
        assertEquals("a,b,c", state.get());
        operator.key(2);
        assertNull(state.get());
        operator.key(1);
        state.clear();
        assertNull(state.get());
    }

    @Test
    void folding_starts_with_the_first_accumulator_which_is_not_a_result() throws Exception {
        FoldingState<Integer, String> state = operator.state(folded("folding"));
        operator.key(1);
        assertNull(state.get());
        state.add(1);
        state.add(2);
        assertEquals("start:12", state.get());
        state.clear();
        assertNull(state.get());
        state.add(3);
        assertEquals("start:3", state.get());
    }

    /** A null that a serializer can write is a value, not nothing. */
    @Test
    void a_null_that_was_reduced_is_reduced_further() throws Exception {
        ReducingState<String> state = operator.state(joined("reducing"));
        operator.key(1);
        state.add(null);
        state.add("x");
        assertEquals("null,x", state.get());
    }

    @Test
    void namespaces_are_apart_and_share_one_object() throws Exception {
        operator.key(1);
        ValueState<String> one = operator.backend.getPartitionedState(1, IntSerializer.INSTANCE, text("value"));
        one.update("of 1");
        ValueState<String> two = operator.backend.getPartitionedState(2, IntSerializer.INSTANCE, text("value"));
        assertSame(one, two);
        assertNull(two.value());
        two.update("of 2");
        operator.backend.getPartitionedState(1, IntSerializer.INSTANCE, text("value"));
        assertEquals("of 1", one.value());
    }

    @Test
    void values_of_any_size_go_in_and_out() throws Exception {
        ValueState<String> value = operator.state(text("value"));
        int[] sizes = {0, 1, 100, 255, 256, 257, 5_000, 65_520, 300_000, 3_000_000, 10};
        for (int size : sizes) {
            operator.key(size);
            value.update("x".repeat(size));
            assertEquals(size, value.value().length());
        }
        for (int size : sizes) {
            operator.key(size);
            assertEquals("x".repeat(size), value.value());
        }
    }

    /** The function of a state may look at other states, and at the same one. */
    @Test
    void a_function_may_use_the_state_it_is_called_for() throws Exception {
        operator.key(1);
        ValueState<String> log = operator.state(text("log"));
        ReducingState<String>[] itself = newArray();
        itself[0] = operator.state(new ReducingStateDescriptor<>(
                "reducing",
                (a, b) -> {
                    log.update(log.value() + "|" + itself[0].get());
                    return a + b;
                },
                StringSerializer.INSTANCE));
        for (String each : List.of("a", "b", "c")) {
            itself[0].add(each);
        }
        assertEquals("abc", itself[0].get());
        assertEquals("null|a|ab", log.value());
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // there are no arrays of generic types
    private static ReducingState<String>[] newArray() {
        return new ReducingState[1];
    }

    @Test
    void what_a_function_throws_comes_wrapped_and_changes_nothing() throws Exception {
        operator.key(1);
        ReducingState<String> state = operator.state(new ReducingStateDescriptor<>(
                "reducing",
                (a, b) -> {
                    throw new IOException("from the function");
                },
                StringSerializer.INSTANCE));
        state.add("first");
        RuntimeException thrown = assertThrows(RuntimeException.class, () -> state.add("second"));
        assertTrue(thrown.getMessage().contains("adding data"), thrown.getMessage());
        assertEquals("from the function", thrown.getCause().getMessage());
        assertEquals("first", state.get());
    }

    /** B32; checklist 19. */
    @Test
    void without_a_current_key_every_access_says_so() throws Exception {
        ValueState<String> value = operator.state(text("value"));
        ListState<String> list = operator.state(texts("list"));
        ReducingState<String> reducing = operator.state(joined("reducing"));
        FoldingState<Integer, String> folding = operator.state(folded("folding"));
        Executable[] accesses = {
            value::value, () -> value.update("x"), () -> value.update(null), value::clear,
            list::get, () -> list.add("x"), list::clear,
            reducing::get, () -> reducing.add("x"), folding::get, () -> folding.add(1)
        };
        for (Executable access : accesses) {
            IllegalStateException thrown = assertThrows(IllegalStateException.class, access);
            assertTrue(thrown.getMessage().startsWith("No key set"), thrown.getMessage());
        }
    }

    @Test
    void an_operator_without_a_key_serializer_has_no_keyed_state() throws Exception {
        Operator unkeyed = operator(backend(Mode.SEMI_ASYNC)).start(null);
        RuntimeException thrown = assertThrows(RuntimeException.class, () -> unkeyed.state(text("value")));
        assertTrue(thrown.getMessage().contains("key serializer"), thrown.getMessage());
        assertNull(unkeyed.backend.snapshotPartitionedState(1, 2));
    }

    @Test
    void reducing_states_of_several_namespaces_are_merged() throws Exception {
        operator.key(1);
        for (int namespace = 1; namespace <= 3; namespace++) {
            ReducingState<String> state =
                    operator.backend.getPartitionedState(namespace, IntSerializer.INSTANCE, joined("reducing"));
            state.add("" + namespace);
        }
        operator.backend.mergePartitionedStates(3, List.of(1, 2), IntSerializer.INSTANCE, joined("reducing"));
        ReducingState<String> merged = operator.backend.getPartitionedState(3, IntSerializer.INSTANCE, joined("reducing"));
        assertEquals("3,1,2", merged.get());
        merged = operator.backend.getPartitionedState(1, IntSerializer.INSTANCE, joined("reducing"));
        assertNull(merged.get());
    }
}
