package org.apache.flink.contrib.streaming.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.typeutils.base.IntSerializer;
import org.apache.flink.runtime.execution.Environment;
import org.apache.flink.runtime.io.disk.iomanager.IOManagerAsync;
import org.apache.flink.runtime.operators.testutils.DummyEnvironment;
import org.apache.flink.runtime.state.memory.MemoryStateBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The local directories. */
class StorageTest extends BackendTest {
    /** B37: operators without state have no database. */
    @Test
    void a_database_opens_with_the_first_state() throws Exception {
        Operator operator = operator(Mode.SEMI_ASYNC).start();
        assertEquals(List.of(), everything(storage()));
        operator.state(text("value"));
        assertEquals(1, storage().toFile().list().length);
    }

    /** B8, B9: a directory of each instance's own, which goes with it. */
    @Test
    void two_attempts_of_one_subtask_do_not_meet() throws Exception {
        Operator first = operator(Mode.SEMI_ASYNC).start();
        first.key(1);
        first.state(text("value")).update("first");
        Operator second = operator(Mode.SEMI_ASYNC).start();
        second.key(1);
        second.state(text("value")).update("second");
        assertEquals(2, storage().toFile().list().length);
        assertEquals("first", first.state(text("value")).value());
        first.backend.dispose();
        assertEquals(1, storage().toFile().list().length);
        assertEquals("second", second.state(text("value")).value());
    }

    /** B8: what a killed process left goes with the next that comes. */
    @Test
    void the_directory_of_a_dead_process_is_swept() throws Exception {
        Path dead = Files.createDirectories(storage().resolve("gabion-flink-dead-0123456789abcdef0123456789abcdef"));
        Files.createFile(dead.resolve("gabion.lock"));
        Files.createFile(dead.resolve("000012.sst"));
        operator(Mode.SEMI_ASYNC).start().state(text("value"));
        assertTrue(Files.notExists(dead), everything(storage()).toString());
    }

    /** B33. */
    @Test
    void trying_directories_leaves_nothing_in_them() throws Exception {
        RocksDBStateBackend backend = backend(Mode.SEMI_ASYNC);
        backend.setDbStoragePaths(storage().resolve("a").toString(), storage().resolve("b").toString());
        Operator operator = operator(backend).start();
        assertEquals(List.of("a", "b"), everything(storage()));
        assertArrayEquals(
                new File[] {storage().resolve("a").toFile(), storage().resolve("b").toFile()}, backend.getStoragePaths());
        operator.backend.dispose();
        Files.delete(storage().resolve("a"));
        Files.delete(storage().resolve("b"));
    }

    /** B45: one of the directories, not one for each state. */
    @Test
    void an_instance_keeps_to_one_directory_and_several_spread() throws Exception {
        Set<String> used = new HashSet<>();
        for (int i = 0; i < 40 && used.size() < 2; i++) {
            RocksDBStateBackend backend = backend(Mode.SEMI_ASYNC);
            backend.setDbStoragePaths(storage().resolve("a").toString(), storage().resolve("b").toString());
            Operator operator = operator(backend).start();
            operator.state(text("one"));
            operator.state(text("two"));
            Set<String> own = new HashSet<>();
            for (String directory : new String[] {"a", "b"}) {
                if (!files(storage().resolve(directory)).isEmpty()) {
                    own.add(directory);
                }
            }
            assertEquals(1, own.size());
            used.addAll(own);
            backend.dispose();
        }
        assertEquals(Set.of("a", "b"), used);
        Files.delete(storage().resolve("a"));
        Files.delete(storage().resolve("b"));
    }

    @Test
    void without_directories_the_task_managers_own_are_used() throws Exception {
        String[] own = {root.resolve("tmp1").toString(), root.resolve("tmp2").toString()};
        for (String each : own) {
            Files.createDirectories(Path.of(each));
        }
        IOManagerAsync manager = new IOManagerAsync(own);
        Environment environment = new DummyEnvironment("test", 1, 0) {
            @Override
            public IOManagerAsync getIOManager() {
                return manager;
            }
        };
        RocksDBStateBackend backend = new RocksDBStateBackend(checkpoints().toUri(), new MemoryStateBackend());
        backend.initializeForJob(environment, "op", IntSerializer.INSTANCE);
        assertArrayEquals(manager.getSpillingDirectories(), backend.getStoragePaths());
        new Operator(backend, "op").state(text("value"));
        assertEquals(root, backend.session().openFamilies().core().directory().getParent().getParent().getParent());
        backend.dispose();
        manager.shutdown();
    }

    /** As root a directory can't be made read-only; a file in its place will do. */
    @Test
    void if_none_can_be_used_each_is_named_and_if_some_can_they_are() throws Exception {
        Path file = Files.createFile(root.resolve("a file"));
        RocksDBStateBackend backend = backend(Mode.SEMI_ASYNC);
        backend.setDbStoragePaths(file.toString(), file.resolve("below").toString());
        Exception thrown = assertThrows(Exception.class, () -> operator(backend).start());
        assertTrue(thrown.getMessage().contains("No local storage directories available"), thrown.getMessage());
        assertTrue(thrown.getMessage().contains(file.resolve("below").toString()), thrown.getMessage());
        backend.setDbStoragePaths(file.toString(), storage().toString());
        Operator operator = operator(backend).start();
        assertArrayEquals(new File[] {storage().toFile()}, backend.getStoragePaths());
        operator.state(text("value"));
    }

    @Test
    void relative_paths_and_file_uris_are_local() throws Exception {
        RocksDBStateBackend backend = backend(Mode.SEMI_ASYNC);
        backend.setDbStoragePath(storage().toUri().toString());
        operator(backend).start().state(text("value"));
        assertEquals(1, storage().toFile().list().length);
        Path here = Path.of("").toAbsolutePath();
        RocksDBStateBackend relative = backend(Mode.SEMI_ASYNC);
        relative.setDbStoragePath(here.relativize(storage()).toString());
        operator(relative).start().state(text("value"));
        assertEquals(2, storage().toFile().list().length);
    }

    @Test
    void paths_are_kept_in_flinks_form_or_refused() throws IOException {
        RocksDBStateBackend backend = new RocksDBStateBackend(checkpoints().toUri());
        assertNull(backend.getDbStoragePaths());
        assertNull(backend.getStoragePaths());
        backend.setDbStoragePaths("/a//b/", "file:///x");
        assertArrayEquals(new String[] {"/a/b", "file:/x"}, backend.getDbStoragePaths());
        assertThrows(IllegalArgumentException.class, () -> backend.setDbStoragePaths("/ok", null));
        assertThrows(IllegalArgumentException.class, () -> backend.setDbStoragePaths("/ok", "hdfs:///x"));
        assertThrows(IllegalArgumentException.class, () -> backend.setDbStoragePaths());
        assertArrayEquals(new String[] {"/a/b", "file:/x"}, backend.getDbStoragePaths(), "nothing was set by halves");
        backend.setDbStoragePath(null);
        assertNull(backend.getDbStoragePaths());
        backend.setDbStoragePaths("FILE:/y");
        backend.setDbStoragePaths((String[]) null);
        assertNull(backend.getDbStoragePaths());
    }

    @Test
    void a_path_with_a_comma_is_left_out_and_refused_if_there_is_no_other() throws Exception {
        RocksDBStateBackend backend = backend(Mode.SEMI_ASYNC);
        Path comma = storage().resolve("a,b");
        backend.setDbStoragePath(comma.toString());
        Exception thrown = assertThrows(Exception.class, () -> operator(backend).start());
        assertTrue(thrown.getMessage().contains("comma"), thrown.getMessage());
        backend.setDbStoragePaths(comma.toString(), storage().resolve("c").toString());
        for (int i = 0; i < 5; i++) {
            operator(backend).start().state(text("value"));
        }
        backend.dispose();
        Files.delete(comma);
        Files.delete(storage().resolve("c"));
    }

    /** B20: nor does a restore write one. */
    @ParameterizedTest
    @EnumSource
    void there_is_no_write_ahead_log(Mode mode) throws Exception {
        Operator operator = operator(mode).start();
        RocksDBStateBackend backend = operator.backend;
        for (boolean flinkFormat : new boolean[] {false, true}) {
            if (flinkFormat) {
                backend.enableFlinkFormatSnapshots();
            }
            for (int i = 0; i < 1000; i++) {
                operator.key(i);
                operator.state(text("value")).update("value " + i);
                operator.state(texts("list")).add("element " + i);
                operator.state(text("value")).clear();
            }
            var snapshot = operator.snapshot(1);
            operator.restartFrom(snapshot);
            snapshot.discardState();
            for (String file : files(storage())) {
                assertTrue(!file.endsWith(".log") || Files.size(storage().resolve(file)) == 0, file);
            }
        }
    }

    /** B8: also what a restore that fails has begun. */
    @ParameterizedTest
    @EnumSource
    void a_restore_that_fails_leaves_no_directory(Mode mode) throws Exception {
        Operator operator = operator(mode).start();
        FinalNativeSnapshot gone = new FinalNativeSnapshot(checkpoints().resolve(new JobID().toString()).toUri(), 1, 1);
        assertThrows(IOException.class, () -> operator.restore(gone));
        assertEquals(List.of(), everything(storage()));
    }

    /** Checklist 11: the place of the database vanishes under it. */
    @Test
    void storage_that_cannot_be_written_to_is_an_error_with_its_path() throws Exception {
        Operator operator = operator(Mode.SEMI_ASYNC).start();
        Files.delete(storage());
        Files.createFile(storage());
        RuntimeException thrown = assertThrows(RuntimeException.class, () -> operator.state(text("value")));
        assertTrue(thrown.getMessage().contains(storage().toString()), thrown.getMessage());
        Files.delete(storage());
        operator.state(text("value"));
    }
}
