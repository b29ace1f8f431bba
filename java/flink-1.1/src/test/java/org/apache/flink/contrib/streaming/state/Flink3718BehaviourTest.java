package org.apache.flink.contrib.streaming.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.HashMap;
import java.util.List;
import org.apache.flink.api.common.state.FoldingState;
import org.apache.flink.api.common.state.FoldingStateDescriptor;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.typeutils.base.IntSerializer;
import org.apache.flink.api.common.typeutils.base.IntValueSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.types.IntValue;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The switch between the levels that original users may know: A, the first commit, and D, the last releases. */
class Flink3718BehaviourTest extends BackendTest {
    private static FoldingStateDescriptor<Integer, String> folding() {
        return new FoldingStateDescriptor<>("folding", "start", (all, next) -> all + "," + next, StringSerializer.INSTANCE);
    }

    @ParameterizedTest
    @EnumSource
    void with_it_nothing_is_an_empty_list_or_the_first_accumulator(Mode mode) throws Exception {
        RocksDBStateBackend backend = backend(mode);
        backend.enableFlink3718Behaviour();
        Operator operator = operator(backend).start();
        operator.key(1);
        ListState<String> list = operator.state(texts("list"));
        assertEquals(List.of(), list.get());
        assertNotSame(list.get(), list.get());
        list.add("x");
        assertEquals(List.of("x"), list.get());
        list.clear();
        assertEquals(List.of(), list.get());
        FoldingState<Integer, String> folding = operator.state(folding());
        assertEquals("start", folding.get());
        folding.add(1);
        assertEquals("start,1", folding.get());
        folding.clear();
        assertEquals("start", folding.get());
        operator.backend.mergePartitionedStates(1, List.of(2, 3), IntSerializer.INSTANCE, texts("merged"));
        assertEquals(List.of(), operator.backend
                .<Integer, ListState<String>>getPartitionedState(1, IntSerializer.INSTANCE, texts("merged")).get());
    }

    @ParameterizedTest
    @EnumSource
    void the_first_accumulator_is_the_callers_own(Mode mode) throws Exception {
        RocksDBStateBackend backend = backend(mode);
        backend.enableFlink3718Behaviour();
        Operator operator = operator(backend).start();
        operator.key(1);
        FoldingState<Integer, IntValue> state = operator.state(new FoldingStateDescriptor<>(
                "folding", new IntValue(7), (all, next) -> new IntValue(all.getValue() + next), IntValueSerializer.INSTANCE));
        state.get().setValue(99);
        assertEquals(7, state.get().getValue());
    }

    @ParameterizedTest
    @EnumSource
    void with_it_a_snapshot_of_no_state_is_an_empty_map(Mode mode) throws Exception {
        RocksDBStateBackend backend = backend(mode);
        backend.enableFlink3718Behaviour();
        Operator operator = operator(backend).start();
        assertEquals(new HashMap<>(), operator.backend.snapshotPartitionedState(1, 2));
        operator.backend.injectKeyValueStateSnapshots(new HashMap<>());
        operator.backend.injectKeyValueStateSnapshots(null); // the null of the first version was a defect
    }

    @ParameterizedTest
    @EnumSource
    void without_it_nothing_is_null(Mode mode) throws Exception {
        RocksDBStateBackend backend = backend(mode);
        backend.enableFlink3718Behaviour();
        backend.disableFlink3718Behaviour();
        Operator operator = operator(backend).start();
        operator.key(1);
        assertNull(operator.backend.snapshotPartitionedState(1, 2));
        assertNull(operator.state(texts("list")).get());
        assertNull(operator.state(folding()).get());
    }

    @ParameterizedTest
    @EnumSource
    void it_decides_the_profile_of_who_has_set_none(Mode mode) throws Exception {
        RocksDBStateBackend backend = backend(mode);
        assertEquals(PredefinedOptions.DEFAULT_ROCKS_4_5_1, backend.getPredefinedOptions());
        backend.enableFlink3718Behaviour();
        assertEquals(PredefinedOptions.DEFAULT, backend.getPredefinedOptions());
        backend.setPredefinedOptions(PredefinedOptions.FLASH_SSD_OPTIMIZED);
        assertEquals(PredefinedOptions.FLASH_SSD_OPTIMIZED, backend.getPredefinedOptions());
    }
}
