package org.apache.flink.contrib.streaming.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.apache.flink.runtime.state.KvStateSnapshot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompactionStyle;
import org.rocksdb.DBOptions;
import org.rocksdb.SkipListMemTableConfig;

class OptionsTest extends BackendTest {
    private static void assertInEffect(Operator operator, String... settings) {
        String effective = operator.backend.session().openFamilies().core().effectiveOptions();
        for (String setting : settings) {
            assertTrue(effective.contains("\n  " + setting + "\n"), setting + " is not in " + effective);
        }
    }

    @ParameterizedTest
    @EnumSource
    void every_profile_opens_a_database_and_keeps_state(PredefinedOptions profile) throws Exception {
        for (Mode mode : Mode.values()) {
            RocksDBStateBackend backend = backend(mode);
            backend.setPredefinedOptions(profile);
            Operator operator = operator(backend).start();
            operator.key(1);
            operator.state(text("value")).update("x");
            operator.state(texts("list")).add("x");
            KvStateSnapshot<?, ?, ?, ?, ?> snapshot = operator.snapshot(1);
            operator.restartFrom(snapshot);
            snapshot.discardState();
            operator.key(1);
            operator.state(texts("list")).add("y");
            assertEquals(List.of("x", "y"), operator.state(texts("list")).get());
        }
    }

    @Test
    void profiles_have_their_values() throws Exception {
        RocksDBStateBackend backend = backend(Mode.SEMI_ASYNC);
        Operator operator = operator(backend).start();
        operator.state(text("value"));
        assertInEffect(
                operator, "write_buffer_size=4194304", "target_file_size_base=2097152", "max_bytes_for_level_base=10485760");
        backend.dispose();
        backend.setPredefinedOptions(PredefinedOptions.SPINNING_DISK_OPTIMIZED_HIGH_MEM);
        operator.start();
        operator.state(text("value"));
        assertInEffect(
                operator, "write_buffer_size=67108864", "target_file_size_base=268435456", "max_bytes_for_level_base=1073741824",
                "level_compaction_dynamic_level_bytes=true", "max_open_files=-1");
    }

    /** After a restore the present options hold, not those with which the state was written. */
    @ParameterizedTest
    @EnumSource
    void a_factory_changes_the_options_also_of_restored_state(Mode mode) throws Exception {
        RocksDBStateBackend backend = backend(mode);
        Operator operator = operator(backend).start();
        operator.state(text("value"));
        KvStateSnapshot<?, ?, ?, ?, ?> snapshot = operator.snapshot(1);
        backend.dispose();
        backend.setOptions((ColumnOptions) options -> options.setWriteBufferSize(5 << 20).setCompactionStyle(CompactionStyle.UNIVERSAL));
        operator.start();
        operator.restore(snapshot);
        snapshot.discardState();
        operator.state(text("another"));
        assertInEffect(operator, "write_buffer_size=5242880", "compaction_style=kCompactionStyleUniversal");
        String effective = operator.backend.session().openFamilies().core().effectiveOptions();
        assertEquals(1 + 3, effective.split("write_buffer_size=5242880\n", -1).length, "RocksDB's own family and both states");
    }

    /** Nobody walks over a state, so that a hash serves it better than an order; a user may know better still. */
    @ParameterizedTest
    @EnumSource
    void states_are_in_hash_memtables_unless_a_factory_says_otherwise(Mode mode) throws Exception {
        for (boolean ordered : new boolean[] {false, true}) {
            RocksDBStateBackend backend = backend(mode);
            if (ordered) {
                backend.setOptions((ColumnOptions) options -> options.setMemTableConfig(new SkipListMemTableConfig()));
            }
            Operator operator = operator(backend).start();
            operator.state(text("value"));
            operator.state(texts("list"));
            for (int i = 0; i < 2_000; i++) {
                operator.key(i);
                operator.state(text("value")).update("value " + i);
                operator.state(texts("list")).add("element " + i);
            }
            String effective = operator.backend.session().openFamilies().core().effectiveOptions();
            assertEquals(ordered ? 0 : 2, effective.split("HashLinkListRepFactory", -1).length - 1, effective);
            KvStateSnapshot<?, ?, ?, ?, ?> snapshot = operator.snapshot(1);
            operator.restartFrom(snapshot);
            snapshot.discardState();
            for (int i = 0; i < 2_000; i++) {
                operator.key(i);
                assertEquals("value " + i, operator.state(text("value")).value());
                assertEquals(List.of("element " + i), operator.state(texts("list")).get());
            }
        }
    }

    /** B14; checklist 15. */
    @ParameterizedTest
    @EnumSource
    void a_factory_that_returns_fresh_options_does_not_break_lists(Mode mode) throws Exception {
        RocksDBStateBackend backend = backend(mode);
        backend.setOptions((ColumnOptions) options -> new ColumnFamilyOptions());
        Operator operator = operator(backend).start();
        operator.key(1);
        operator.state(texts("list")).add("a");
        operator.state(texts("list")).add("b");
        KvStateSnapshot<?, ?, ?, ?, ?> snapshot = operator.snapshot(1);
        operator.restartFrom(snapshot);
        snapshot.discardState();
        operator.key(1);
        operator.state(texts("list")).add("c");
        assertEquals(List.of("a", "b", "c"), operator.state(texts("list")).get());
    }

    /** Flink 1.1's own test sets it; Gabion has no use for it, and says so in the log. */
    @Test
    void an_option_that_gabion_refuses_does_not_stop_the_job() throws Exception {
        RocksDBStateBackend backend = backend(Mode.SEMI_ASYNC);
        backend.setOptions((ColumnOptions) options ->
                options.setCompactionStyle(CompactionStyle.FIFO).setMaxWriteBufferNumber(1).setMinWriteBufferNumberToMerge(9));
        Operator operator = operator(backend).start();
        operator.key(1);
        operator.state(text("value")).update("x");
        assertEquals("x", operator.state(text("value")).value());
        assertEquals(CompactionStyle.FIFO, backend.getColumnOptions().compactionStyle());
    }

    @Test
    void a_factory_that_returns_null_is_told_so() throws Exception {
        RocksDBStateBackend backend = backend(Mode.SEMI_ASYNC);
        backend.setOptions((ColumnOptions) options -> null);
        IllegalStateException thrown = assertThrows(IllegalStateException.class, () -> operator(backend).start());
        assertTrue(thrown.getMessage().contains("createColumnOptions has returned null"), thrown.getMessage());
    }

    @Test
    void options_are_built_once_and_anew_after_dispose() throws Exception {
        RocksDBStateBackend backend = backend(Mode.SEMI_ASYNC);
        DBOptions database = backend.getDbOptions();
        ColumnFamilyOptions columns = backend.getColumnOptions();
        assertSame(database, backend.getDbOptions());
        assertSame(columns, backend.getColumnOptions());
        assertTrue(database.createIfMissing());
        backend.setPredefinedOptions(PredefinedOptions.SPINNING_DISK_OPTIMIZED);
        assertSame(columns, backend.getColumnOptions());
        backend.dispose();
        assertNotSame(database, backend.getDbOptions());
        assertEquals(CompactionStyle.LEVEL, backend.getColumnOptions().compactionStyle());
        assertThrows(NullPointerException.class, () -> backend.setPredefinedOptions(null));
        for (PredefinedOptions profile : PredefinedOptions.values()) {
            assertNotSame(profile.createDBOptions(), profile.createDBOptions());
            assertNotNull(profile.createColumnOptions());
        }
    }
}
