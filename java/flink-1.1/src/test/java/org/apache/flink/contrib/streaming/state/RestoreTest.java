package org.apache.flink.contrib.streaming.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.runtime.state.KvStateSnapshot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RestoreTest extends BackendTest {
    @ParameterizedTest
    @EnumSource
    void a_snapshot_holds_the_state_of_its_instant(Mode mode) throws Exception {
        Operator operator = operator(mode).start();
        ValueState<String> value = operator.state(text("value"));
        ListState<String> list = operator.state(texts("list"));
        operator.key(1);
        value.update("then");
        list.add("a");
        var begun = operator.begin(7);
        value.update("later");
        list.add("b");
        operator.key(2);
        value.update("new");
        var snapshot = begun.materialize();

        operator.restartFrom(snapshot);
        snapshot.discardState();
        operator.key(1);
        assertEquals("then", operator.state(text("value")).value());
        assertEquals(List.of("a"), operator.state(texts("list")).get());
        operator.key(2);
        assertNull(operator.state(text("value")).value());
    }

    @ParameterizedTest
    @EnumSource
    void either_kind_restores_in_either_mode(Mode mode) throws Exception {
        Operator writer = operator(mode).start();
        writer.key(1);
        writer.state(text("value")).update("x");
        var snapshot = writer.snapshot(1);
        Operator reader = operator(mode == Mode.SEMI_ASYNC ? Mode.FULLY_ASYNC : Mode.SEMI_ASYNC).start();
        reader.restore(snapshot);
        reader.key(1);
        assertEquals("x", reader.state(text("value")).value());
        snapshot.discardState();
        var again = reader.snapshot(2);
        Operator third = operator(mode).start();
        third.restore(again);
        again.discardState();
        third.key(1);
        assertEquals("x", third.state(text("value")).value());
    }

    /** B1; checklist 1. */
    @ParameterizedTest
    @EnumSource
    void a_checkpoint_before_the_first_access_after_a_restore_keeps_the_state(Mode mode) throws Exception {
        Operator operator = operator(mode).start();
        operator.key(1);
        operator.state(text("value")).update("kept");
        operator.state(texts("list")).add("kept too");
        var first = operator.snapshot(1);
        operator.restartFrom(first);
        first.discardState();
        var second = operator.snapshot(2);
        operator.restartFrom(second);
        second.discardState();
        var third = operator.snapshot(3);
        operator.restartFrom(third);
        third.discardState();
        operator.key(1);
        assertEquals("kept", operator.state(text("value")).value());
        assertEquals(List.of("kept too"), operator.state(texts("list")).get());
    }

    /** B2; checklist 2. */
    @Test
    void three_hundred_states_fit_into_one_snapshot() throws Exception {
        Operator operator = operator(Mode.FULLY_ASYNC).start();
        operator.key(1);
        for (int i = 0; i < 300; i++) {
            operator.state(text("state " + i)).update("value " + i);
        }
        var snapshot = operator.snapshot(1);
        operator.restartFrom(snapshot);
        snapshot.discardState();
        operator.key(1);
        for (int i = 0; i < 300; i++) {
            assertEquals("value " + i, operator.state(text("state " + i)).value());
        }
    }

    @ParameterizedTest
    @EnumSource
    void no_state_is_a_null_snapshot_and_null_or_nothing_restores_to_no_state(Mode mode) throws Exception {
        Operator operator = operator(mode).start();
        assertNull(operator.backend.snapshotPartitionedState(1, 2));
        operator.backend.injectKeyValueStateSnapshots(null);
        operator.backend.injectKeyValueStateSnapshots(new HashMap<>());
        assertNull(operator.backend.snapshotPartitionedState(2, 3));
        assertEquals(List.of(), everything(storage()), "no database was needed");
    }

    @Test
    void what_is_no_snapshot_of_this_backend_is_refused() throws Exception {
        Operator operator = operator(Mode.SEMI_ASYNC).start();
        for (KvStateSnapshot<?, ?, ?, ?, ?> none : new KvStateSnapshot<?, ?, ?, ?, ?>[] {null, operatorsOwn(operator)}) {
            RuntimeException thrown = assertThrows(
                    RuntimeException.class,
                    () -> operator.backend.injectKeyValueStateSnapshots(Operator.asMap(none)));
            assertTrue(thrown.getMessage().contains("Unknown RocksDB snapshot"), thrown.getMessage());
        }
    }

    /** A snapshot that was not materialized. */
    private static KvStateSnapshot<?, ?, ?, ?, ?> operatorsOwn(Operator operator) throws Exception {
        operator.state(text("value"));
        return operator.begin(1);
    }

    /** Upstream's final snapshots say so, too: the backend restores them, not they themselves. */
    @ParameterizedTest
    @EnumSource
    void a_snapshot_restores_nothing_itself(Mode mode) throws Exception {
        Operator operator = operator(mode).start();
        operator.state(text("value"));
        KvStateSnapshot<?, ?, ?, ?, ?> snapshot = operator.snapshot(1);
        assertThrows(RuntimeException.class, () -> snapshot.restoreState(null, null, null));
        snapshot.discardState();
    }

    @ParameterizedTest
    @EnumSource
    void state_objects_that_were_handed_out_before_a_restore_go_on_with_the_restored_rows(Mode mode) throws Exception {
        Operator writer = operator(mode).start();
        writer.key(1);
        writer.state(text("value")).update("restored");
        var snapshot = writer.snapshot(1);

        Operator reader = operator(mode).start();
        reader.key(1);
        ValueState<String> value = reader.state(text("value"));
        ValueState<String> other = reader.state(text("other"));
        value.update("before");
        other.update("before");
        reader.restore(snapshot);
        snapshot.discardState();
        assertEquals("restored", value.value());
        assertEquals("restored", reader.state(text("value")).value());
        assertNull(other.value(), "a restore replaces all state");
        other.update("after");
        var again = reader.snapshot(2);
        reader.restartFrom(again);
        again.discardState();
        reader.key(1);
        assertEquals("after", reader.state(text("other")).value());
    }

    /** B47: it is kept, since the program may ask for it later. */
    @ParameterizedTest
    @EnumSource
    void state_that_nobody_asks_for_any_more_is_kept(Mode mode) throws Exception {
        Operator operator = operator(mode).start();
        operator.key(1);
        operator.state(text("dead")).update("old");
        operator.state(text("alive")).update("new");
        var first = operator.snapshot(1);
        operator.restartFrom(first);
        first.discardState();
        operator.key(1);
        operator.state(text("alive")).update("newer");
        var second = operator.snapshot(2);
        operator.restartFrom(second);
        second.discardState();
        operator.key(1);
        assertEquals("old", operator.state(text("dead")).value());
        assertEquals("newer", operator.state(text("alive")).value());
    }

    @ParameterizedTest
    @EnumSource
    void snapshots_may_overlap(Mode mode) throws Exception {
        Operator operator = operator(mode).start();
        operator.key(1);
        ValueState<String> value = operator.state(text("value"));
        value.update("1");
        var one = operator.begin(1);
        value.update("2");
        var two = operator.begin(2);
        value.update("3");
        var three = operator.begin(3);
        KvStateSnapshot<?, ?, ?, ?, ?>[] done = {three.materialize(), one.materialize(), two.materialize()};
        String[] expected = {"3", "1", "2"};
        for (int i = 0; i < done.length; i++) {
            operator.restartFrom(done[i]);
            done[i].discardState();
            operator.key(1);
            assertEquals(expected[i], operator.state(text("value")).value());
        }
    }

    @ParameterizedTest
    @EnumSource
    void the_size_is_remembered(Mode mode) throws Exception {
        Operator operator = operator(mode).start();
        operator.key(1);
        operator.state(text("value")).update("x".repeat(10_000));
        var snapshot = operator.snapshot(1);
        long size = snapshot.getStateSize();
        assertTrue(size > 500, "a size of " + size);
        snapshot.discardState();
        assertEquals(size, snapshot.getStateSize(), "B46: without a look at the files");
    }
}
