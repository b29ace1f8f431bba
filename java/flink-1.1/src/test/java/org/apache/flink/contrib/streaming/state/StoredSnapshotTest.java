package org.apache.flink.contrib.streaming.state;

import static org.apache.flink.contrib.streaming.state.StoredSubtask.random;
import static org.apache.flink.contrib.streaming.state.StoredSubtask.snapshot;
import static org.apache.flink.contrib.streaming.state.StoredSubtask.state;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.api.common.JobID;
import org.apache.flink.runtime.state.AsynchronousKvStateSnapshot;
import org.apache.flink.runtime.state.KvStateSnapshot;
import org.apache.flink.runtime.state.memory.MemoryStateBackend;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Snapshots in a native snapshot store. */
class StoredSnapshotTest {
    @TempDir Path scratch;
    private StoredSubtask subtask;

    @BeforeEach
    void aSubtask() {
        subtask = new StoredSubtask(scratch, url(), Map.of());
    }

    @AfterEach
    void dispose() throws Exception {
        subtask.dispose();
    }

    private Path store() {
        return scratch.resolve("the store%20");
    }

    private String url() {
        return "file://" + store();
    }

    private static AsynchronousKvStateSnapshot<?, ?, ?, ?, ?> begin(RocksDBStateBackend backend) throws Exception {
        return (AsynchronousKvStateSnapshot<?, ?, ?, ?, ?>) BackendProgram.taken(backend, 1);
    }

    private Path directory() {
        return Path.of(subtask.directory().getPath());
    }

    private Set<String> names(String folder) throws IOException {
        return new TreeSet<>(new LocalStoreObjects(directory().toUri()).list(folder));
    }

    private static void awaitTrue(Callable condition) throws Exception {
        for (long end = System.nanoTime() + Duration.ofSeconds(60).toNanos(); !condition.call(); Thread.sleep(20)) {
            assertTrue(System.nanoTime() < end, "it is not so within a minute");
        }
    }

    private interface Callable {
        boolean call() throws Exception;
    }

    @Test
    void a_snapshot_is_restored_and_discarded() throws Exception {
        RocksDBStateBackend backend = subtask.start();
        state(backend, 1).update("one");
        KvStateSnapshot<?, ?, ?, ?, ?> first = snapshot(backend, 1);
        state(backend, 1).update("changed");
        KvStateSnapshot<?, ?, ?, ?, ?> second = snapshot(backend, 2);
        backend.dispose();
        BackendProgram.restore(subtask.restart(backend), first);
        first.discardState();
        first.discardState();
        assertEquals("one", state(backend, 1).value());
        backend.dispose();
        BackendProgram.restore(subtask.restart(backend), second);
        assertEquals("changed", state(backend, 1).value());
        assertThrows(Exception.class, () -> BackendProgram.restore(backend, first));
        second.discardState();
        subtask.sweep();
        assertEquals(Set.of(), names("files"));
        assertFalse(Files.exists(scratch.resolve("checkpoints").resolve(subtask.job().toString())), "nothing goes there");
    }

    @Test
    void a_snapshot_shares_the_files_of_earlier_ones_even_across_a_restart() throws Exception {
        subtask.withoutCompactions();
        RocksDBStateBackend backend = subtask.start();
        for (int key = 0; key < 300; key++) {
            state(backend, key).update(random(key));
        }
        KvStateSnapshot<?, ?, ?, ?, ?> first = snapshot(backend, 1);
        long firstBytes = bytesIn("files");
        assertTrue(first.getStateSize() >= 200_000, "" + first.getStateSize());
        state(backend, 1).update("small");
        KvStateSnapshot<?, ?, ?, ?, ?> second = snapshot(backend, 2);
        assertTrue(bytesIn("files") - firstBytes < 100_000, bytesIn("files") + " after " + firstBytes);
        assertTrue(second.getStateSize() >= 200_000, "the size is that of all its files: " + second.getStateSize());
        backend.dispose();
        BackendProgram.restore(subtask.restart(backend), second);
        long secondBytes = bytesIn("files");
        state(backend, 2).update("small too");
        KvStateSnapshot<?, ?, ?, ?, ?> third = snapshot(backend, 3);
        assertTrue(bytesIn("files") - secondBytes < 100_000, bytesIn("files") + " after " + secondBytes);
        first.discardState();
        second.discardState();
        subtask.sweep();
        backend.dispose();
        BackendProgram.restore(subtask.restart(backend), third);
        assertEquals(random(299), state(backend, 299).value());
        assertEquals("small", state(backend, 1).value());
        assertEquals("small too", state(backend, 2).value());
    }

    private long bytesIn(String folder) throws IOException {
        long bytes = 0;
        for (String name : names(folder)) {
            bytes += Files.size(directory().resolve(folder).resolve(name));
        }
        return bytes;
    }

    @Test
    void a_zombie_attempt_is_fenced() throws Exception {
        RocksDBStateBackend zombie = subtask.start();
        state(zombie, 1).update("one");
        KvStateSnapshot<?, ?, ?, ?, ?> last = snapshot(zombie, 1);
        RocksDBStateBackend next = subtask.start();
        BackendProgram.restore(next, last);
        state(next, 1).update("next");
        KvStateSnapshot<?, ?, ?, ?, ?> nexts = snapshot(next, 2);
        state(zombie, 1).update("zombie");
        Exception thrown = assertThrows(Exception.class, () -> snapshot(zombie, 2));
        assertTrue(thrown.getMessage().contains("a newer attempt of this task"), thrown.getMessage());
        next.dispose();
        BackendProgram.restore(subtask.restart(next), nexts);
        assertEquals("next", state(next, 1).value());
        snapshot(next, 3);
    }

    @Test
    void a_snapshot_that_nobody_asks_for_leaves_nothing() throws Exception {
        RocksDBStateBackend backend = subtask.start();
        state(backend, 1).update("one");
        KvStateSnapshot<?, ?, ?, ?, ?> kept = snapshot(backend, 1);
        state(backend, 1).update("two");
        AsynchronousKvStateSnapshot<?, ?, ?, ?, ?> dropped = begin(backend);
        dropped.discardState();
        assertThrows(IllegalStateException.class, dropped::materialize);
        long completed = completed(backend); // the dropped one may be among them
        AsynchronousKvStateSnapshot<?, ?, ?, ?, ?> published = begin(backend);
        awaitTrue(() -> completed(backend) > completed);
        published.discardState();
        kept.discardState();
        awaitNothingAfterSweep();
    }

    private static long completed(RocksDBStateBackend backend) {
        return backend.getMetrics().get("snapshots.completed");
    }

    /** What a cancelled job has begun may end after it. */
    private void awaitNothingAfterSweep() throws Exception {
        awaitTrue(() -> {
            subtask.sweep();
            return names("files").isEmpty() && names("intents").isEmpty();
        });
    }

    @Test
    void a_snapshot_is_materialized_once_and_stays_when_its_first_form_is_discarded() throws Exception {
        RocksDBStateBackend backend = subtask.start();
        state(backend, 1).update("one");
        AsynchronousKvStateSnapshot<?, ?, ?, ?, ?> begun = begin(backend);
        KvStateSnapshot<?, ?, ?, ?, ?> stored = begun.materialize();
        assertThrows(IllegalStateException.class, begun::materialize);
        begun.discardState();
        begun.close();
        backend.dispose();
        BackendProgram.restore(subtask.restart(backend), stored);
        assertEquals("one", state(backend, 1).value());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_closed_backend_makes_no_snapshot(boolean disposed) throws Exception {
        RocksDBStateBackend backend = subtask.start();
        state(backend, 1).update("one");
        AsynchronousKvStateSnapshot<?, ?, ?, ?, ?> begun = begin(backend);
        if (disposed) {
            backend.dispose();
        } else {
            backend.close();
        }
        assertThrows(Exception.class, begun::materialize);
    }

    @Test
    void an_interrupted_thread_makes_no_snapshot_and_leaves_nothing() throws Exception {
        RocksDBStateBackend backend = subtask.start();
        state(backend, 1).update("one");
        AsynchronousKvStateSnapshot<?, ?, ?, ?, ?> begun = begin(backend);
        Thread.currentThread().interrupt();
        assertThrows(Exception.class, begun::materialize);
        assertTrue(Thread.interrupted());
        if (Files.exists(directory())) {
            awaitNothingAfterSweep();
        }
    }

    @Test
    void what_was_discarded_goes_with_later_snapshots() throws Exception {
        RocksDBStateBackend backend = subtask.start(Map.of("snapshot.grace", "30m"));
        state(backend, 0).update(random(0));
        KvStateSnapshot<?, ?, ?, ?, ?> first = snapshot(backend, 0);
        Set<String> files = names("files");
        for (int i = 1; i < 16; i++) {
            state(backend, 0).update(random(i));
            snapshot(backend, i).discardState();
        }
        Set<String> all = names("files");
        first.discardState();
        ageTombstones(Duration.ofMinutes(45));
        KvStateSnapshot<?, ?, ?, ?, ?> last = snapshot(backend, 16);
        awaitTrue(() -> {
            Set<String> left = names("files");
            left.retainAll(all);
            return left.size() < all.size() && names("tombstones").isEmpty();
        });
        assertTrue(all.containsAll(files));
        backend.dispose();
        BackendProgram.restore(subtask.restart(backend), last);
        assertEquals(random(15), state(backend, 0).value());
    }

    /** Makes all tombstones that old. */
    private void ageTombstones(Duration age) throws IOException {
        FileTime then = FileTime.from(Instant.now().minus(age));
        for (String name : names("tombstones")) {
            Files.setLastModifiedTime(directory().resolve("tombstones").resolve(name), then);
        }
    }

    @Test
    void the_directories_of_jobs_that_ended_are_swept_too() throws Exception {
        NativeSnapshotStore store = new NativeSnapshotStore(url(), Map.of("snapshot.grace", "1ms"));
        RocksDBStateBackend ended = subtask.start(Map.of("snapshot.grace", "30m"));
        state(ended, 1).update("one");
        snapshot(ended, 1).discardState();
        ended.dispose();
        assertNotEquals(Set.of(), names("files"));
        Files.createDirectories(store().resolve("no job").resolve("no operator"));
        Files.createFile(store().resolve("no file"));
        StoreSweeper sweeper = new StoreSweeper(store, store.directory(new JobID(), "another"));
        for (int i = 0; i < 50; i++) {
            sweeper.sweep();
        }
        assertNotEquals(Set.of(), names("files"), "the grace period that its writer has recorded counts");
        ageTombstones(Duration.ofMinutes(45));
        awaitTrue(() -> {
            sweeper.sweep();
            return names("files").isEmpty();
        });
        try (var left = Files.list(store().resolve("no job").resolve("no operator"))) {
            assertEquals(0, left.count(), "what is no snapshot directory is left alone");
        }
    }

    /** Checklist 17. */
    @Test
    void a_JVM_with_nothing_else_of_Gabion_discards_a_snapshot() throws Exception {
        RocksDBStateBackend backend = subtask.start();
        state(backend, 1).update("one");
        KvStateSnapshot<?, ?, ?, ?, ?> snapshot = snapshot(backend, 1);
        Path file = scratch.resolve("snapshot");
        BackendProgram.write(snapshot, file);
        String said = TestJvm.run(scratch, StoredSubtask.classPathOfJobManager(), JobManagerProgram.class, file, file);
        assertTrue(said.contains("FinalStoredSnapshot " + snapshot.getStateSize()), said);
        assertEquals(1, names("tombstones").size());
        assertEquals(2, names("sequence").size(), "an epoch and a void");
        subtask.sweep();
        assertEquals(Set.of(), names("files"));
    }

    @Test
    void fully_asynchronous_snapshots_do_not_go_there() throws Exception {
        RocksDBStateBackend backend = subtask.start();
        backend.enableFullyAsyncSnapshots();
        state(backend, 1).update("one");
        snapshot(backend, 1);
        assertFalse(Files.exists(store()));
    }

    @Test
    void without_a_store_snapshots_go_to_the_checkpoint_directory_again() throws Exception {
        RocksDBStateBackend backend = subtask.start();
        state(backend, 1).update("one");
        KvStateSnapshot<?, ?, ?, ?, ?> stored = snapshot(backend, 1);
        backend.dispose();
        backend.setNativeSnapshotStore(null, null);
        BackendProgram.restore(subtask.restart(backend), stored);
        assertEquals("one", state(backend, 1).value());
        KvStateSnapshot<?, ?, ?, ?, ?> copied = snapshot(backend, 2);
        assertTrue(Files.exists(scratch.resolve("checkpoints").resolve(subtask.job().toString())));
        copied.discardState();
    }

    @Test
    void the_backend_travels_with_its_store() throws Exception {
        RocksDBStateBackend backend =
                new RocksDBStateBackend(scratch.resolve("checkpoints").toUri(), new MemoryStateBackend());
        backend.setDbStoragePath(scratch.resolve("storage").toString());
        Map<String, String> options = new HashMap<>(Map.of("snapshot.grace", "2h"));
        backend.setNativeSnapshotStore(url(), options);
        options.put("not", "there");
        RocksDBStateBackend copy = InstantiationUtil.clone(backend);
        subtask.restart(copy);
        assertNull(state(copy, 1).value());
        snapshot(copy, 1);
        assertTrue(Files.exists(directory()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3://bucket/path", "memory://store", "/no/scheme", "relative", "file://host/path", "file:///", "hdfs:///"})
    void a_place_that_a_JobManager_cannot_reach_is_refused(String url) throws Exception {
        RocksDBStateBackend backend =
                new RocksDBStateBackend(scratch.resolve("checkpoints").toUri(), new MemoryStateBackend());
        IllegalArgumentException thrown =
                assertThrows(IllegalArgumentException.class, () -> backend.setNativeSnapshotStore(url, Map.of()));
        assertTrue(thrown.getMessage().contains("hdfs://host:port/path"), thrown.getMessage());
    }

    @Test
    void hdfs_is_taken_and_a_wrong_option_is_told() throws Exception {
        RocksDBStateBackend backend = subtask.start(Map.of("no.such.option", "1"));
        backend.setNativeSnapshotStore("hdfs://host:8020/path", Map.of());
        for (String wrong : new String[] {"long", "0s"}) {
            assertThrows(
                    IllegalArgumentException.class, () -> backend.setNativeSnapshotStore(url(), Map.of("snapshot.grace", wrong)));
        }
        backend.setNativeSnapshotStore(url(), Map.of("no.such.option", "1"));
        state(backend, 1).update("one");
        Exception thrown = assertThrows(Exception.class, () -> snapshot(backend, 1));
        assertTrue(thrown.getMessage().contains("no.such.option"), thrown.getMessage());
    }
}
