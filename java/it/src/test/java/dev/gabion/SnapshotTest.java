package dev.gabion;

import static dev.gabion.Given.NONE;
import static dev.gabion.Given.assertClosed;
import static dev.gabion.Given.assertCode;
import static dev.gabion.Given.bytes;
import static dev.gabion.Given.family;
import static dev.gabion.Given.get;
import static dev.gabion.Given.pattern;
import static dev.gabion.Given.put;
import static dev.gabion.Given.storage;
import static dev.gabion.Given.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gabion.GabionException.Code;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SnapshotTest {
    @TempDir Path scratch;
    @TempDir Path target;
    private final ExecutorService executor = Executors.newCachedThreadPool();
    private String url;
    private Backend backend;
    private ColumnFamily family;
    /** Takes connections, and answers nothing. */
    private ServerSocket silent;

    @BeforeEach
    void open() throws IOException {
        silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        url = target.resolve("snapshots").toUri().toString();
        backend = Backend.open(storage(scratch));
        family = backend.createColumnFamily(bytes("f"), bytes("descriptor"), NONE);
        put(family, "a", "1");
        put(family, "b", "2");
    }

    @AfterEach
    void close() throws IOException {
        backend.close();
        silent.close();
        executor.shutdownNow();
    }

    private SnapshotInfo take(SnapshotRequest request) throws Exception {
        try (Snapshot snapshot = backend.startSnapshot(request)) {
            return snapshot.await();
        }
    }

    private Backend restore(Source... sources) {
        return Backend.restore(storage(scratch), null, KeyRange.all(), sources);
    }

    @ParameterizedTest
    @EnumSource(SnapshotKind.class)
    void a_snapshot_holds_the_state_of_its_start(SnapshotKind kind) throws Exception {
        SnapshotRequest request = SnapshotRequest.publish(kind, url).id(bytes("host's id")).metadata(pattern(1000));
        SnapshotInfo info;
        long pause;
        try (Snapshot snapshot = backend.startSnapshot(request)) {
            put(family, "a", "later");
            put(family, "c", "later");
            info = snapshot.await();
            pause = snapshot.pauseNanos();
            assertEquals(SnapshotState.COMPLETED, snapshot.state());
            assertEquals(SnapshotState.COMPLETED, snapshot.await(Duration.ZERO));
            assertEquals(info.number(), snapshot.result().number());
            assertEquals(snapshot.progress().bytesTotal(), snapshot.progress().bytesDone());
        }
        assertTrue(info.number() > 0);
        assertEquals(kind, info.kind());
        assertEquals("host's id", text(info.id()));
        assertArrayEquals(pattern(1000), info.metadata());
        assertEquals(1, info.families());
        assertTrue(info.files() > 0 && info.bytes() > 0 && info.bytesWritten() > 0, info.toString());
        assertTrue(Duration.between(info.created(), Instant.now()).abs().compareTo(Duration.ofMinutes(5)) < 0);
        assertTrue(pause > 0);
        assertEquals(pause, info.pause().toNanos());

        for (Source source : List.of(Source.latest(url), Source.snapshot(url, info.number()))) {
            try (Backend restored = restore(source)) {
                ColumnFamily found = restored.columnFamily(bytes("f"));
                assertEquals("1", get(found, "a"));
                assertEquals("2", get(found, "b"));
                assertNull(get(found, "c"));
                assertEquals("descriptor", text(found.descriptor()));
                SnapshotInfo from = restored.restoredFrom().get(0);
                assertEquals(info.number(), from.number());
                assertEquals("host's id", text(from.id()));
                assertArrayEquals(pattern(1000), from.metadata());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(SnapshotKind.class)
    void a_capture_is_a_directory_to_restore_from(SnapshotKind kind) throws Exception {
        Path capture = target.resolve("capture");
        SnapshotInfo info = take(SnapshotRequest.capture(kind, capture).id(bytes("x")));
        assertEquals(0, info.number());
        assertTrue(Files.isDirectory(capture));
        put(family, "a", "later");
        try (Backend restored = restore(Source.capture(capture))) {
            assertEquals("1", get(restored.columnFamily(bytes("f")), "a"));
            assertEquals("x", text(restored.restoredFrom().get(0).id()));
        }
        assertCode(Code.ALREADY_EXISTS, () -> take(SnapshotRequest.capture(kind, capture)));
    }

    @ParameterizedTest
    @EnumSource(SnapshotKind.class)
    void a_restore_keeps_only_the_keys_of_its_range(SnapshotKind kind) throws Exception {
        take(SnapshotRequest.publish(kind, url));
        KeyRange range = KeyRange.of(bytes("b"), bytes("c"));
        try (Budget budget = new Budget(32 << 20);
                Backend restored = Backend.restore(storage(scratch), budget, range, Source.latest(url))) {
            ColumnFamily found = restored.columnFamily(bytes("f"));
            assertNull(get(found, "a"));
            assertEquals("2", get(found, "b"));
        }
        try (Backend restored = Backend.restore(storage(scratch), null, KeyRange.from(bytes("b")), Source.latest(url))) {
            assertNull(get(restored.columnFamily(bytes("f")), "a"));
        }
    }

    @Test
    void several_sources_are_united() throws Exception {
        String other = target.resolve("other").toUri().toString();
        take(SnapshotRequest.publish(SnapshotKind.NATIVE, url));
        try (Backend second = Backend.open(storage(scratch))) {
            ColumnFamily same = second.createColumnFamily(bytes("f"), bytes("descriptor"), NONE);
            put(same, "z", "26");
            try (Snapshot snapshot = second.startSnapshot(SnapshotRequest.publish(SnapshotKind.NATIVE, other))) {
                snapshot.await();
            }
        }
        try (Backend restored = restore(Source.latest(url), Source.latest(other))) {
            ColumnFamily found = restored.columnFamily(bytes("f"));
            assertEquals("1", get(found, "a"));
            assertEquals("26", get(found, "z"));
            assertEquals(2, restored.restoredFrom().size());
        }
        assertCode(Code.MISMATCH, () -> restore(Source.latest(url), Source.latest(url)));
    }

    @Test
    void what_is_not_there_cannot_be_restored_and_leaves_nothing() throws Exception {
        assertCode(Code.NOT_FOUND, () -> restore(Source.latest(url)));
        assertCode(Code.NOT_FOUND, () -> restore(Source.snapshot(url, 12)));
        assertCode(Code.NOT_FOUND, () -> restore(Source.capture(target.resolve("none"))));
        assertCode(Code.INVALID_ARGUMENT, () -> restore(Source.snapshot(url, -1)));
        assertCode(Code.INVALID_ARGUMENT, () -> restore());
        assertCode(Code.UNSUPPORTED, () -> restore(Source.latest("nonsense://x")));
        try (var directories = Files.list(scratch)) {
            assertEquals(
                    List.of(backend.directory()),
                    directories.filter(Files::isDirectory).collect(Collectors.toList()));
        }
        assertEquals(1, Gabion.liveObjects().get("backends"));
    }

    @Test
    void a_future_ends_with_the_job() throws Exception {
        try (Snapshot snapshot = backend.startSnapshot(SnapshotRequest.publish(SnapshotKind.NATIVE, url))) {
            SnapshotInfo info = snapshot.done(executor).get(1, TimeUnit.MINUTES);
            assertEquals(snapshot.result().number(), info.number());
        }
    }

    /** A job that reads and writes its rows, and then waits for its store as long as nobody stops it. */
    private Snapshot startEndless() {
        fill(60 << 20);
        String store = "hdfs://127.0.0.1:" + silent.getLocalPort() + "/snapshots";
        return backend.startSnapshot(SnapshotRequest.publish(SnapshotKind.PORTABLE, store));
    }

    @Test
    void cancelling_the_future_cancels_the_job() throws Exception {
        try (Snapshot snapshot = startEndless()) {
            CompletableFuture<SnapshotInfo> future = snapshot.done(executor);
            assertTrue(future.cancel(true));
            assertThrows(CancellationException.class, future::get);
            assertEquals(SnapshotState.CANCELLED, snapshot.await(Duration.ofSeconds(10)));
            assertCode(Code.CANCELLED, snapshot::result);
            snapshot.cancel();
        }
        assertTrue(backend.columnFamily(bytes("f")).contains(bytes("a")));
    }

    @Test
    void a_running_job_says_so_and_can_be_interrupted_while_one_waits() throws Exception {
        try (Snapshot snapshot = startEndless()) {
            assertCode(Code.RUNNING, snapshot::result);
            assertEquals(SnapshotState.RUNNING, snapshot.state());
            Thread.currentThread().interrupt();
            assertThrows(InterruptedException.class, snapshot::await);
            Thread.currentThread().interrupt();
            assertThrows(InterruptedException.class, () -> snapshot.await(Duration.ofSeconds(Long.MAX_VALUE)));
            snapshot.cancel();
            assertEquals(SnapshotState.CANCELLED, snapshot.await(Duration.ofSeconds(Long.MAX_VALUE)));
        }
    }

    private void fill(int bytes) {
        byte[] value = pattern(10_000);
        for (int i = 0; i < bytes / value.length; i++) {
            value[i % value.length] ^= (byte) i;
            family.put(bytes("fill" + i), value);
        }
    }

    @Test
    void closing_the_backend_ends_a_job_and_its_future() throws Exception {
        Snapshot snapshot = startEndless();
        CompletableFuture<SnapshotInfo> future = snapshot.done(executor);
        long started = System.nanoTime();
        backend.close();
        assertTrue(System.nanoTime() - started < TimeUnit.SECONDS.toNanos(10));
        Throwable cause = assertThrows(ExecutionException.class, () -> future.get(10, TimeUnit.SECONDS)).getCause();
        assertTrue(cause instanceof IllegalStateException || cause instanceof GabionException, cause.toString());
        assertClosed(
                snapshot::state,
                snapshot::result,
                snapshot::progress,
                snapshot::pauseNanos,
                snapshot::cancel,
                snapshot::await,
                () -> snapshot.await(Duration.ZERO));
        snapshot.close();
        assertEquals(0, Gabion.liveObjects().get("snapshots"));
    }

    @Test
    void a_request_that_cannot_be_met_is_refused() {
        assertCode(
                Code.INVALID_ARGUMENT,
                () -> backend.startSnapshot(SnapshotRequest.publish(SnapshotKind.NATIVE, "no url at all")));
        assertCode(
                Code.INVALID_ARGUMENT,
                () -> backend.startSnapshot(
                        SnapshotRequest.publish(SnapshotKind.NATIVE, url).options(new Options().set("snapshot.what", "1"))));
        Given.assertNull(
                () -> SnapshotRequest.publish(null, url),
                () -> SnapshotRequest.publish(SnapshotKind.NATIVE, null),
                () -> SnapshotRequest.publish(SnapshotKind.NATIVE, url).id(null),
                () -> Source.latest(null),
                () -> KeyRange.of(bytes("a"), null));
    }

    @Test
    void a_directory_lists_describes_verifies_and_cleans_up() throws Exception {
        SnapshotInfo first = take(SnapshotRequest.publish(SnapshotKind.NATIVE, url).id(bytes("one")));
        put(family, "c", "3");
        SnapshotInfo second = take(SnapshotRequest.publish(SnapshotKind.PORTABLE, url).id(bytes("two")));
        SnapshotInfo third = take(SnapshotRequest.publish(SnapshotKind.NATIVE, url).id(bytes("three")));
        try (SnapshotDirectory directory = new SnapshotDirectory(url, NONE)) {
            List<SnapshotInfo> all = directory.list();
            assertEquals(
                    List.of("one", "two", "three"),
                    all.stream().map(info -> text(info.id())).collect(Collectors.toList()));
            assertThrows(UnsupportedOperationException.class, () -> all.remove(0));
            assertEquals(second.number(), all.get(1).number());
            assertEquals(SnapshotKind.PORTABLE, all.get(1).kind());
            assertTrue(directory.describe(first.number()).startsWith("{"), directory.describe(first.number()));
            assertTrue(directory.verify(third.number()) > 0);
            assertTrue(directory.size() >= first.bytes());
            directory.discard(first.number());
            assertCode(Code.NOT_FOUND, () -> directory.describe(first.number()));
            assertCode(Code.NOT_FOUND, () -> directory.discard(first.number()));
            assertEquals(List.of(second.number()), directory.retain(1));
            assertEquals(1, directory.list().size());
            backend.close();
            assertEquals(List.of(), directory.sweep(Duration.ofNanos(1), true).names());
            Swept would = directory.sweep(Duration.ZERO, true);
            assertFalse(would.names().isEmpty());
            Swept swept = directory.sweep(Duration.ZERO, false);
            assertEquals(would.objects(), swept.objects());
            assertEquals(would.bytes(), swept.bytes());
            assertEquals(would.names().size(), swept.names().size());
            try (Backend restored = restore(Source.latest(url))) {
                assertEquals("3", get(restored.columnFamily(bytes("f")), "c"));
            }
            assertThrows(IllegalArgumentException.class, () -> directory.retain(-1));
            assertThrows(IllegalArgumentException.class, () -> directory.sweep(Duration.ofMillis(-1), true));
        }
    }

    @Test
    void a_broken_file_is_named() throws Exception {
        SnapshotInfo info = take(SnapshotRequest.publish(SnapshotKind.PORTABLE, url));
        Path largest;
        try (var files = Files.walk(target.resolve("snapshots"))) {
            largest = files.filter(Files::isRegularFile)
                    .filter(file -> !file.getFileName().toString().endsWith(".json"))
                    .max((one, other) -> Long.compare(one.toFile().length(), other.toFile().length()))
                    .orElseThrow();
        }
        byte[] contents = Files.readAllBytes(largest);
        contents[contents.length / 2] ^= 1;
        Files.delete(largest);
        Files.write(largest, contents);
        try (SnapshotDirectory directory = new SnapshotDirectory(url, NONE)) {
            GabionException thrown = assertCode(Code.CORRUPTION, () -> directory.verify(info.number()));
            assertNotNull(thrown.getMessage());
        }
    }

    @Test
    void a_directory_needs_a_url_and_is_closed_like_anything_else() {
        assertCode(Code.INVALID_ARGUMENT, () -> new SnapshotDirectory("no url at all", NONE));
        SnapshotDirectory directory = new SnapshotDirectory(url, NONE);
        assertCode(Code.NOT_FOUND, () -> directory.describe(1));
        directory.close();
        directory.close();
        assertClosed(
                directory::list,
                () -> directory.describe(1),
                () -> directory.verify(1),
                () -> directory.discard(1),
                () -> directory.retain(1),
                () -> directory.sweep(Duration.ZERO, true),
                directory::size);
    }
}
