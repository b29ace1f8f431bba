package org.apache.flink.contrib.streaming.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.flink.api.common.JobID;
import org.apache.flink.runtime.state.KvStateSnapshot;
import org.apache.flink.runtime.state.memory.MemoryStateBackend;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointDirectoryTest extends BackendTest {
    @BeforeEach
    void setTraps() {
        TrapFileSystem.set();
    }

    private CheckpointDirectory fresh(JobID job, long checkpointId) throws IOException {
        return CheckpointDirectory.fresh(
                new org.apache.flink.core.fs.Path(checkpoints().toUri()), job, "op", checkpointId);
    }

    @Test
    void a_snapshot_is_in_a_directory_of_its_own() throws Exception {
        Operator operator = operator(Mode.SEMI_ASYNC).start();
        operator.state(text("value"));
        KvStateSnapshot<?, ?, ?, ?, ?> one = operator.snapshot(5);
        KvStateSnapshot<?, ?, ?, ?, ?> two = operator.snapshot(5);
        String expected = operator.job() + "/test_op/dummy_state/chk-5/[0-9a-f-]{36}/[^/]*";
        List<String> files = files(checkpoints());
        assertTrue(files.stream().allMatch(file -> file.matches(expected)), files.toString());
        assertEquals(2, files.stream().filter(file -> file.endsWith("/gabion.manifest")).count());
        one.discardState();
        assertEquals(1, files(checkpoints()).stream().filter(file -> file.endsWith("/gabion.manifest")).count());
        two.discardState();
    }

    /** B10. */
    @Test
    void directories_that_have_become_empty_go_and_others_stay() throws Exception {
        JobID job = new JobID();
        CheckpointDirectory one = fresh(job, 1);
        CheckpointDirectory two = fresh(job, 2);
        one.create("a").close();
        two.create("a").close();
        one.remove();
        assertEquals(5 + 1, everything(checkpoints()).size(), everything(checkpoints()).toString());
        Path job2 = Files.createDirectories(checkpoints().resolve(job.toString()).resolve("chk-7"));
        two.remove();
        assertEquals(List.of(job.toString(), job + "/chk-7"), everything(checkpoints()));
        Files.delete(job2);
        Files.delete(job2.getParent());
    }

    /**
     * The JobManager discards old snapshots while tasks write new ones; with Flink's own removal of empty directories, which looks
     * and then deletes, new ones would vanish.
     */
    @Test
    void discarding_old_snapshots_harms_no_new_ones() throws Exception {
        JobID job = new JobID();
        ExecutorService threads = Executors.newFixedThreadPool(3);
        List<Future<?>> all = new ArrayList<>();
        int rounds = soak() ? 5_000 : 300;
        for (int thread = 0; thread < 3; thread++) {
            int number = thread;
            all.add(threads.submit(() -> {
                for (int i = 0; i < rounds; i++) {
                    CheckpointDirectory directory = fresh(job, i);
                    for (String name : new String[] {"a", "b"}) {
                        try (OutputStream out = directory.create(name)) {
                            out.write(number);
                        }
                    }
                    assertEquals(2, directory.files().length);
                    assertEquals(2, directory.size());
                    directory.remove();
                }
                return null;
            }));
        }
        for (Future<?> each : all) {
            each.get();
        }
        threads.shutdown();
    }

    @Test
    void several_may_remove_one_directory() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(3);
        for (int round = 0; round < 50; round++) {
            CheckpointDirectory directory = fresh(new JobID(), round);
            for (int i = 0; i < 20; i++) {
                directory.create("file-" + i).close();
            }
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                all.add(threads.submit(() -> {
                    new CheckpointDirectory(directory.uri()).remove();
                    return null;
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        }
        threads.shutdown();
    }

    /** B12; checklist 14. */
    @ParameterizedTest
    @ValueSource(strings = {"with space", "50%", "%20", "a[b]{c}^d", "\u00fc\u72b6", "a+b&c", "a#b", "semi;colon", "que?stion"})
    void checkpoint_paths_may_have_any_characters(String name) throws Exception {
        Path directory = checkpoints().resolve(name);
        for (RocksDBStateBackend backend : new RocksDBStateBackend[] {
            new RocksDBStateBackend(directory.toUri(), new MemoryStateBackend()),
            new RocksDBStateBackend("file://" + directory, new MemoryStateBackend())
        }) {
            backend.setDbStoragePath(storage().toString());
            Operator operator = operator(backend).start();
            operator.key(1);
            operator.state(text("value")).update("x");
            KvStateSnapshot<?, ?, ?, ?, ?> snapshot = operator.snapshot(1);
            assertEquals(List.of(name), List.of(checkpoints().toFile().list()));
            operator.restartFrom(snapshot);
            operator.key(1);
            assertEquals("x", operator.state(text("value")).value());
            snapshot.discardState();
            assertEquals(List.of(name), everything(checkpoints()));
            Files.delete(directory);
        }
    }

    /** B12, for the other kind: the file backend names the place. */
    @ParameterizedTest
    @ValueSource(strings = {"with space", "50%", "%20"})
    void so_may_those_of_the_file_backend(String name) throws Exception {
        RocksDBStateBackend backend = new RocksDBStateBackend(checkpoints().resolve(name).toUri());
        backend.setDbStoragePath(storage().toString());
        backend.enableFullyAsyncSnapshots();
        Operator operator = operator(backend).start();
        operator.key(1);
        operator.state(text("value")).update("x".repeat(5_000));
        KvStateSnapshot<?, ?, ?, ?, ?> snapshot = operator.snapshot(1);
        operator.restartFrom(snapshot);
        operator.key(1);
        assertEquals(5_000, operator.state(text("value")).value().length());
        snapshot.discardState();
        assertEquals(List.of(), files(checkpoints()));
        removeEmptyDirectories();
    }

    /** B12. */
    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "../../up", "a:b", "Keyed Sum -> (50%)", "\u00fcber", "/", "hdfs://x/y"})
    void operators_may_have_any_name(String name) throws Exception {
        RocksDBStateBackend backend = backend(Mode.SEMI_ASYNC);
        Operator operator = new Operator(backend, name).start();
        try {
            operator.key(1);
            operator.state(text("value")).update("x");
            KvStateSnapshot<?, ?, ?, ?, ?> snapshot = operator.snapshot(1);
            assertTrue(
                    files(checkpoints()).get(0).matches(operator.job() + "/[0-9A-Za-z._-]+/dummy_state/chk-1/[0-9a-f-]{36}/.*"),
                    files(checkpoints()).get(0));
            operator.restartFrom(snapshot);
            operator.key(1);
            assertEquals("x", operator.state(text("value")).value());
            snapshot.discardState();
        } finally {
            backend.dispose();
        }
    }

    @Test
    void long_names_of_operators_keep_their_ends() {
        String name = CheckpointDirectory.nameOf("x".repeat(300) + "_17");
        assertEquals(255, name.length());
        assertTrue(name.endsWith("x_17"));
        assertEquals("_", CheckpointDirectory.nameOf(""));
        assertEquals("_2e.", CheckpointDirectory.nameOf(".."));
    }

    /** Checklist 11. */
    @Test
    void a_directory_that_cannot_be_written_to_is_named() throws Exception {
        Files.createDirectories(checkpoints().getParent());
        Files.createFile(checkpoints());
        Operator operator = operator(Mode.SEMI_ASYNC).start();
        operator.state(text("value"));
        var begun = operator.begin(1);
        Exception thrown = assertThrows(Exception.class, begun::materialize);
        assertTrue(thrown.getMessage().contains(checkpoints().toString()), thrown.getMessage());
        Files.delete(checkpoints());
    }

    /** On a file system of which nothing is known, only the snapshot's own directory is removed. */
    @Test
    void on_unknown_file_systems_empty_directories_stay() throws Exception {
        Operator operator = operator(
                backend(Mode.SEMI_ASYNC, TrapFileSystem.uri(checkpoints()), new MemoryStateBackend())).start();
        operator.state(text("value"));
        operator.snapshot(3).discardState();
        assertEquals(
                List.of("test_op", "test_op/dummy_state", "test_op/dummy_state/chk-3"),
                everything(checkpoints().resolve(operator.job())));
        removeEmptyDirectories();
    }
}
