package org.apache.flink.contrib.streaming.state;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.NotSerializableException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.runtime.state.AsynchronousKvStateSnapshot;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.runtime.state.filesystem.FsStateBackend;
import org.apache.flink.runtime.state.memory.MemoryStateBackend;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A snapshot from its first part to its end, whichever end that is. */
class SnapshotLifeTest extends BackendTest {
    @BeforeEach
    void setTraps() {
        TrapFileSystem.set();
    }

    private Operator withState(Mode mode) throws Exception {
        return withState(operator(mode));
    }

    private static Operator withState(Operator operator) throws Exception {
        operator.start();
        operator.key(1);
        operator.state(text("value")).update("x");
        return operator;
    }

    /** One whose checkpoints go to a file system that the test can stop; all kinds of state do. */
    private Operator onTrap(Mode mode) throws Exception {
        return withState(operator(
                backend(mode, TrapFileSystem.uri(checkpoints()), new FsStateBackend(TrapFileSystem.uri(checkpoints()), 0))));
    }

    /** B22; checklist 9. The original copied nothing the second time, and deleted the good copy. */
    @ParameterizedTest
    @EnumSource
    void a_snapshot_is_materialized_once(Mode mode) throws Exception {
        Operator operator = withState(mode);
        AsynchronousKvStateSnapshot<?, ?, ?, ?, ?> begun = operator.begin(1);
        var snapshot = begun.materialize();
        assertThrows(IllegalStateException.class, begun::materialize);
        begun.discardState(); // is the final snapshot's business now
        operator.restartFrom(snapshot);
        operator.key(1);
        assertEquals("x", operator.state(text("value")).value());
        snapshot.discardState();
    }

    /** B22, B34; checklist 9. */
    @ParameterizedTest
    @EnumSource
    void a_discarded_snapshot_holds_nothing_and_cannot_be_materialized(Mode mode) throws Exception {
        Operator operator = withState(mode);
        AsynchronousKvStateSnapshot<?, ?, ?, ?, ?> begun = operator.begin(1);
        begun.discardState();
        begun.discardState();
        assertThrows(IllegalStateException.class, begun::materialize);
        assertEquals(List.of(), captures());
        assertEquals(null, live().get("streams"));
        assertEquals(null, live().get("snapshots"));
        begun.close();
    }

    private List<String> captures() throws IOException {
        List<String> all = everything(storage());
        all.removeIf(name -> !name.contains("/capture-"));
        return all;
    }

    /** B22, B34; checklist 9; the original crashed, or left its local copy. */
    @ParameterizedTest
    @EnumSource
    void after_the_backend_is_disposed_a_snapshot_fails_and_leaves_nothing(Mode mode) throws Exception {
        Operator operator = withState(mode);
        AsynchronousKvStateSnapshot<?, ?, ?, ?, ?> begun = operator.begin(1);
        AsynchronousKvStateSnapshot<?, ?, ?, ?, ?> other = operator.begin(2);
        operator.backend.dispose();
        assertThrows(Exception.class, begun::materialize);
        assertDoesNotThrow(other::discardState);
        assertDoesNotThrow(begun::discardState);
    }

    /** A snapshot belongs to the life of the backend in which it was taken. */
    @ParameterizedTest
    @EnumSource
    void a_snapshot_of_an_earlier_life_does_not_snapshot_the_present_one(Mode mode) throws Exception {
        Operator operator = withState(mode);
        AsynchronousKvStateSnapshot<?, ?, ?, ?, ?> begun = operator.begin(1);
        operator.backend.dispose();
        operator.start();
        operator.key(1);
        operator.state(text("value")).update("of the second life");
        assertThrows(Exception.class, begun::materialize);
        assertEquals("of the second life", operator.state(text("value")).value());
        begun.discardState();
    }

    @ParameterizedTest
    @EnumSource
    void after_close_no_snapshot_is_written_and_state_is_still_there(Mode mode) throws Exception {
        Operator operator = withState(mode);
        ValueState<String> value = operator.state(text("value"));
        AsynchronousKvStateSnapshot<?, ?, ?, ?, ?> begun = operator.begin(1);
        operator.backend.close();
        Exception thrown = assertThrows(Exception.class, begun::materialize);
        assertTrue(thrown.getMessage().contains("closed"), thrown.getMessage());
        assertEquals("x", value.value());
        value.update("y");
        assertEquals("y", value.value());
        operator.backend.close();
    }

    /** 2.7 item 5, B27: closing stops a writer whose file system does not answer, and does not wait for it. */
    @ParameterizedTest
    @EnumSource
    void closing_the_backend_ends_a_snapshot_that_hangs(Mode mode) throws Exception {
        Operator operator = onTrap(mode);
        TrapFileSystem.writes = new Semaphore(0);
        AsynchronousKvStateSnapshot<?, ?, ?, ?, ?> begun = operator.begin(1);
        CompletableFuture<Object> writing = inBackground(begun);
        assertTrue(TrapFileSystem.waiting.await(1, TimeUnit.MINUTES));
        operator.backend.close();
        ExecutionException thrown = assertThrows(ExecutionException.class, () -> writing.get(1, TimeUnit.MINUTES));
        assertTrue(thrown.getCause().getMessage().contains("checkpoint 1"), thrown.getCause().getMessage());
        assertEquals(List.of(), files(checkpoints()));
        discardJob(operator);
    }

    private static CompletableFuture<Object> inBackground(AsynchronousKvStateSnapshot<?, ?, ?, ?, ?> begun) {
        CompletableFuture<Object> done = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                done.complete(begun.materialize());
            } catch (Throwable t) {
                done.completeExceptionally(t);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return done;
    }

    /** Flink's file backend makes a directory of the job, which is its own to remove. */
    private static void discardJob(Operator operator) throws Exception {
        operator.backend.dispose();
        operator.start();
        operator.backend.disposeAllStateForCurrentJob();
    }

    /** B23: the original's copier went on after its directory was deleted. */
    @ParameterizedTest
    @EnumSource
    void an_interrupted_snapshot_stops_writing_and_removes_what_it_wrote(Mode mode) throws Exception {
        Operator operator = onTrap(mode);
        operator.state(text("value")).update("x".repeat(10_000)); // more than Flink's stream keeps for its end
        TrapFileSystem.writes = new Semaphore(1);
        AsynchronousKvStateSnapshot<?, ?, ?, ?, ?> begun = operator.begin(1);
        CompletableFuture<Object> done = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                done.complete(begun.materialize());
            } catch (Throwable t) {
                done.complete(Thread.currentThread().isInterrupted() ? t : "the interruption is lost");
            }
        });
        thread.start();
        assertTrue(TrapFileSystem.waiting.await(1, TimeUnit.MINUTES));
        thread.interrupt();
        Object thrown = done.get(1, TimeUnit.MINUTES);
        assertTrue(thrown instanceof Exception, thrown.toString());
        assertEquals(List.of(), files(checkpoints()));
        discardJob(operator);
    }

    /** B11, B35; checklist 11: whatever ends the copying, the snapshot fails. */
    @ParameterizedTest
    @EnumSource
    void a_write_that_fails_fails_the_snapshot_and_leaves_nothing(Mode mode) throws Exception {
        for (boolean error : new boolean[] {false, true}) {
            Operator operator = withState(
                    operator(backend(mode, TrapFileSystem.uri(checkpoints()), failingOthers(error, mode))));
            TrapFileSystem.failsWithError = error;
            for (String file : new String[] {"CURRENT", "gabion.manifest"}) {
                TrapFileSystem.failingWrite = file;
                AsynchronousKvStateSnapshot<?, ?, ?, ?, ?> begun = operator.begin(1);
                assertThrows(Throwable.class, begun::materialize, file);
                assertEquals(List.of(), files(checkpoints()));
                begun.discardState();
                assertEquals(List.of(), captures());
                assertEquals(null, live().get("streams"));
            }
        }
        removeEmptyDirectories();
    }

    /** For fully asynchronous snapshots, the stream of another backend is what fails. */
    private static MemoryStateBackend failingOthers(boolean error, Mode mode) {
        return mode == Mode.SEMI_ASYNC ? new MemoryStateBackend() : new FailingStreams(error);
    }

    private static final class FailingStreams extends MemoryStateBackend {
        private static final long serialVersionUID = 1L;

        private final boolean error;

        FailingStreams(boolean error) {
            this.error = error;
        }

        @Override
        public CheckpointStateOutputStream createCheckpointStateOutputStream(long checkpointId, long timestamp) {
            return new CheckpointStateOutputStream() {
                @Override
                public void write(int one) throws IOException {
                    if (error) {
                        throw new NoClassDefFoundError("writing fails badly");
                    }
                    throw new IOException("writing fails");
                }

                @Override
                public StreamStateHandle closeAndGetHandle() {
                    throw new AssertionError("nothing was written");
                }
            };
        }
    }

    /** B36: one that fails before there is anything to copy. */
    @Test
    void a_capture_that_fails_leaves_no_directory() throws Exception {
        Operator operator = withState(Mode.SEMI_ASYNC);
        operator.snapshot(1).discardState();
        for (String name : files(storage())) {
            if (name.endsWith(".sst")) {
                Files.delete(storage().resolve(name));
            }
        }
        AsynchronousKvStateSnapshot<?, ?, ?, ?, ?> begun = operator.begin(2);
        Exception thrown = assertThrows(Exception.class, begun::materialize);
        assertTrue(thrown.getMessage().contains(".sst"), thrown.getMessage());
        assertEquals(List.of(), captures());
        assertEquals(List.of(), files(checkpoints()));
    }

    /** B24: what an aborted attempt left is in nobody's way. */
    @ParameterizedTest
    @EnumSource
    void a_checkpoint_may_have_the_number_of_an_earlier_one(Mode mode) throws Exception {
        Operator operator = withState(mode);
        var first = operator.snapshot(1);
        operator.state(text("value")).update("y");
        var second = operator.snapshot(1);
        first.discardState();
        operator.restartFrom(second);
        second.discardState();
        operator.key(1);
        assertEquals("y", operator.state(text("value")).value());
    }

    /** B34: Flink before 1.1.4 drops such snapshots without a word. */
    @ParameterizedTest
    @EnumSource
    void a_snapshot_that_is_forgotten_is_released_by_a_later_one(Mode mode) throws Exception {
        Operator operator = withState(mode);
        operator.begin(1);
        while (pinned(mode) == 0) {
            Thread.sleep(1); // a capture's directory comes in the background
        }
        for (int i = 2; i < 100 && pinned(mode) > 0; i++) {
            System.gc();
            Thread.sleep(20);
            operator.begin(i).discardState();
        }
        assertEquals(0, pinned(mode));
    }

    private long pinned(Mode mode) throws IOException {
        return mode == Mode.SEMI_ASYNC
                ? captures().stream().filter(name -> name.matches("[^/]*/capture-[^/]*")).count()
                : live().getOrDefault("streams", 0L);
    }

    @ParameterizedTest
    @EnumSource
    void a_snapshot_that_is_not_materialized_cannot_travel(Mode mode) throws Exception {
        Operator operator = withState(mode);
        AsynchronousKvStateSnapshot<?, ?, ?, ?, ?> begun = operator.begin(1);
        assertThrows(NotSerializableException.class, () -> InstantiationUtil.serializeObject(begun));
        assertThrows(RuntimeException.class, () -> begun.restoreState(null, null, null));
    }

    @ParameterizedTest
    @EnumSource
    void discarding_twice_is_discarding_once(Mode mode) throws Exception {
        Operator operator = withState(mode);
        var snapshot = operator.snapshot(1);
        var copy = Operator.travelled(snapshot);
        snapshot.discardState();
        copy.discardState();
    }

    /** RocksDB has told its checksums when it wrote the files; what is copied is compared with them. */
    @Test
    void a_file_that_was_damaged_before_it_is_copied_fails_the_snapshot() throws Exception {
        Operator operator = withState(Mode.SEMI_ASYNC);
        AsynchronousKvStateSnapshot<?, ?, ?, ?, ?> begun = operator.begin(1);
        while (captures().stream().noneMatch(name -> name.endsWith("/gabion.manifest"))) {
            Thread.sleep(1); // the capture is made in the background
        }
        String table = captures().stream().filter(name -> name.endsWith(".sst")).findFirst().get();
        flipByte(storage().resolve(table));
        Exception thrown = assertThrows(Exception.class, begun::materialize);
        assertTrue(thrown.getMessage().contains(".sst has the CRC32C "), thrown.getMessage());
        assertEquals(List.of(), files(checkpoints()));
    }

    /** Where another file system holds the files, they are copied here first. */
    @Test
    void files_of_another_file_system_are_fetched_and_checked() throws Exception {
        Operator operator = onTrap(Mode.SEMI_ASYNC);
        for (int i = 0; i < 200; i++) {
            operator.key(i);
            operator.state(text("value")).update("value " + i);
        }
        var snapshot = operator.snapshot(1);
        operator.restartFrom(snapshot);
        operator.key(150);
        assertEquals("value 150", operator.state(text("value")).value());
        TrapFileSystem.failingRead = "gabion.manifest";
        assertThrows(IOException.class, () -> operator.restore(snapshot));
        assertEquals("value 150", operator.state(text("value")).value(), "a restore that fails changes nothing");
        TrapFileSystem.failingRead = null;
        for (String name : files(checkpoints())) {
            Path file = checkpoints().resolve(name);
            byte[] sound = Files.readAllBytes(file);
            flipByte(file);
            if (file.endsWith("CURRENT")) { // what it says is in the manifest, too
                operator.restore(snapshot);
            } else {
                IOException thrown = assertThrows(IOException.class, () -> operator.restore(snapshot), name);
                assertTrue(thrown.getMessage().contains(file.getFileName().toString()), thrown.getMessage());
            }
            Files.write(file, Arrays.copyOf(sound, sound.length + 1));
            if (!file.endsWith("CURRENT")) {
                assertThrows(IOException.class, () -> operator.restore(snapshot), name + " with a byte more");
            }
            Files.write(file, sound);
        }
        snapshot.discardState();
        operator.backend.disposeAllStateForCurrentJob();
        removeEmptyDirectories();
    }

    private static void flipByte(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
    }

    @ParameterizedTest
    @EnumSource
    void the_backend_tells_how_long_its_barriers_held_the_task_up(Mode mode) throws Exception {
        Operator operator = operator(mode);
        assertEquals(Map.of(), operator.backend.getMetrics());
        withState(operator);
        assertEquals(0, operator.backend.getMetrics().get("snapshots.pause_nanos"));
        operator.begin(1).discardState();
        assertEquals(1, operator.backend.getMetrics().get("snapshots.pause_micros_le_inf"));
        assertTrue(operator.backend.getMetrics().get("snapshots.pause_nanos") > 0);
        operator.backend.dispose();
        assertEquals(Map.of(), operator.backend.getMetrics());
    }

    /** Checklist 20, B13. */
    @Test
    void a_stream_that_is_too_large_for_the_memory_backend_fails_with_its_words() throws Exception {
        Operator operator = withState(Mode.FULLY_ASYNC);
        for (int i = 0; i < 60; i++) {
            operator.key(i);
            operator.state(text("value")).update("x".repeat(100_000));
        }
        AsynchronousKvStateSnapshot<?, ?, ?, ?, ?> begun = operator.begin(1);
        Exception thrown = assertThrows(Exception.class, begun::materialize);
        assertTrue(thrown.getMessage().contains("maximum permitted memory"), thrown.getMessage());
        operator.backend.disableFullyAsyncSnapshots();
        var snapshot = operator.snapshot(2);
        assertTrue(snapshot.getStateSize() > 10_000);
        snapshot.discardState();
    }

    @Test
    void a_file_backend_that_was_closed_is_opened_again_with_the_next_life() throws Exception {
        RocksDBStateBackend backend = new RocksDBStateBackend(checkpoints().toUri());
        backend.setDbStoragePath(storage().toString());
        backend.enableFullyAsyncSnapshots();
        Operator operator = withState(operator(backend));
        var first = operator.snapshot(1);
        operator.restartFrom(first);
        var second = operator.snapshot(2);
        operator.restartFrom(second);
        operator.key(1);
        assertEquals("x", operator.state(text("value")).value());
        operator.backend.disposeAllStateForCurrentJob();
    }
}
