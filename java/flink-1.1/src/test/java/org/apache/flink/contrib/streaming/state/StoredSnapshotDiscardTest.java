package org.apache.flink.contrib.streaming.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gabion.Backend;
import dev.gabion.ColumnFamily;
import dev.gabion.GabionException;
import dev.gabion.KeyRange;
import dev.gabion.Options;
import dev.gabion.Snapshot;
import dev.gabion.SnapshotDirectory;
import dev.gabion.SnapshotInfo;
import dev.gabion.SnapshotKind;
import dev.gabion.SnapshotRequest;
import dev.gabion.Source;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Snapshots that the engine has published are discarded in plain Java, and the engine goes on with what that leaves. */
class StoredSnapshotDiscardTest {
    /** How a directory is reached. */
    enum Reach {
        BY_LINK,
        BY_RENAME;

        StoreObjects open(URI directory) throws IOException {
            return this == BY_LINK ? StoreObjects.open(directory) : RenamingFileSystem.open(directory);
        }
    }

    @TempDir Path scratch;
    private URI directory;
    private String url;

    @BeforeEach
    void placeWithOddCharacters() {
        directory = StoreUrl.parse(scratch.toUri().toString().replaceFirst("^file:/*", "file:///") + "a b%20c#d");
        url = StoreUrl.forGabion(directory);
    }

    private Backend open() {
        return Backend.open(new Options().set("storage.paths", scratch.toString()));
    }

    private static ColumnFamily family(Backend backend) {
        return backend.createColumnFamily(new byte[] {'f'}, new byte[0], new Options());
    }

    private SnapshotInfo publish(Backend backend) throws InterruptedException {
        SnapshotRequest request = SnapshotRequest.publish(SnapshotKind.NATIVE, url);
        try (Snapshot snapshot = backend.startSnapshot(request)) {
            return snapshot.await();
        }
    }

    /** Publishes {@code count} snapshots; the i-th has the rows 0 to i. */
    private List<Long> publish(Backend backend, ColumnFamily family, int count) throws InterruptedException {
        List<Long> numbers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            family.put(new byte[] {(byte) i}, new byte[] {(byte) i});
            numbers.add(publish(backend).number());
        }
        return numbers;
    }

    private int rowsOf(long number) {
        Options options = new Options().set("storage.paths", scratch.toString()).set("restore.verify", "full");
        try (Backend backend = Backend.restore(options, null, KeyRange.all(), Source.snapshot(url, number))) {
            ColumnFamily family = backend.columnFamily(new byte[] {'f'});
            int rows = 0;
            while (family.contains(new byte[] {(byte) rows})) {
                rows++;
            }
            return rows;
        }
    }

    private List<Long> listed() {
        try (SnapshotDirectory all = new SnapshotDirectory(url, new Options())) {
            return all.list().stream().map(SnapshotInfo::number).collect(Collectors.toList());
        }
    }

    private void sweep() {
        try (SnapshotDirectory all = new SnapshotDirectory(url, new Options())) {
            all.sweep(Duration.ZERO, false);
        }
    }

    private Set<String> names(String folder) throws IOException {
        return new TreeSet<>(StoreObjects.open(directory).list(folder));
    }

    private static void assertFenced(Callable<?> call) {
        GabionException thrown = assertThrows(GabionException.class, call::call);
        assertEquals(GabionException.Code.FENCED, thrown.code(), thrown.getMessage());
    }

    @ParameterizedTest
    @EnumSource
    void the_others_stay_and_a_sweep_removes_the_files(Reach reach) throws Exception {
        try (Backend backend = open()) {
            List<Long> numbers = publish(backend, family(backend), 3);
            StoreObjects store = reach.open(directory);
            StoredSnapshotDiscard.discard(store, numbers.get(1));
            assertEquals(List.of(numbers.get(0), numbers.get(2)), listed());
            StoredSnapshotDiscard.discard(store, numbers.get(2));
            assertEquals(List.of(numbers.get(0)), listed());
            int files = names("files").size();
            sweep();
            assertTrue(names("files").size() < files);
            assertEquals(Set.of(), names("tombstones"));
            assertEquals(1, rowsOf(numbers.get(0)));
            StoredSnapshotDiscard.discard(store, numbers.get(0));
            sweep();
            assertEquals(Set.of(), names("files"));
            assertTrue(publish(backend).number() > numbers.get(2));
            sweep();
            assertEquals(3, rowsOf(listed().get(0)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void what_is_gone_is_no_error(Reach reach) throws Exception {
        StoreObjects store = reach.open(directory);
        StoredSnapshotDiscard.discard(store, 7);
        assertFalse(Files.exists(Path.of(directory.getPath())), "nothing is made");
        try (Backend backend = open()) {
            long number = publish(backend, family(backend), 1).get(0);
            StoredSnapshotDiscard.discard(store, number);
            Set<String> sequence = names("sequence");
            StoredSnapshotDiscard.discard(store, number);
            assertEquals(sequence, names("sequence"));
            assertEquals(1, names("tombstones").size());
        }
    }

    /** The plain removal of the largest number would let the old writer publish behind the new one's epoch. */
    @ParameterizedTest
    @EnumSource
    void a_zombie_is_fenced_after_the_newest_snapshot_is_discarded(Reach reach) throws Exception {
        try (Backend zombie = open();
                Backend next = open()) {
            long number = publish(zombie, family(zombie), 1).get(0);
            StoredSnapshotDiscard.discard(reach.open(directory), number);
            assertEquals(1, names("sequence").stream().filter(name -> Long.parseLong(name) > number).count());
            publish(next, family(next), 1);
            assertFenced(() -> publish(zombie));
            publish(next);
        }
    }

    @Test
    void the_tombstone_is_the_one_that_the_engine_writes() throws Exception {
        try (Backend backend = open()) {
            List<Long> numbers = publish(backend, family(backend), 2);
            StoredSnapshotDiscard.discard(StoreObjects.open(directory), numbers.get(0));
            String ours = tombstone(numbers.get(0));
            // The engine discards the same manifest, put back for it.
            try (SnapshotDirectory all = new SnapshotDirectory(url, new Options())) {
                all.discard(numbers.get(1));
            }
            String theirs = tombstone(numbers.get(1));
            assertEquals(members(theirs), members(ours));
            assertTrue(strings(ours).size() >= 3, ours);
            assertTrue(strings(theirs).containsAll(
                    strings(ours).stream().filter(name -> name.endsWith(".sst")).collect(Collectors.toSet())));
        }
    }

    private String tombstone(long number) throws IOException {
        String name = names("tombstones").stream().filter(each -> each.startsWith(String.format("%020d-", number)))
                .findFirst().orElseThrow();
        byte[] bytes = StoreObjects.open(directory).read("tombstones/" + name);
        assertEquals(SnapshotDocument.Kind.TOMBSTONE, SnapshotDocument.parse(bytes).kind);
        return new String(bytes, StandardCharsets.UTF_8).split("\n", 2)[1];
    }

    private static List<String> members(String json) {
        return find("\"([a-z]+)\":", json);
    }

    private static Set<String> strings(String json) {
        return new TreeSet<>(find("\"([0-9a-f]{32}-[0-9]+-[0-9]+-[0-9a-f]{8}[.][0-9a-f]{32}[.][a-z]+)\"", json));
    }

    private static List<String> find(String pattern, String text) {
        List<String> found = new ArrayList<>();
        for (Matcher matcher = Pattern.compile(pattern).matcher(text); matcher.find(); ) {
            found.add(matcher.group(1));
        }
        return found;
    }

    /** Fails after so many changes, as a JobManager does that is killed. */
    private static final class Mortal extends StoreObjects {
        private final StoreObjects inner;
        private int changes;

        Mortal(StoreObjects inner, int changes) {
            this.inner = inner;
            this.changes = changes;
        }

        private void change() throws IOException {
            if (changes-- == 0) {
                throw new IOException("killed");
            }
        }

        @Override
        byte[] read(String name) throws IOException {
            return inner.read(name);
        }

        @Override
        List<String> list(String folder) throws IOException {
            return inner.list(folder);
        }

        @Override
        boolean create(String name, byte[] bytes) throws IOException {
            change();
            return inner.create(name, bytes);
        }

        @Override
        void delete(String name) throws IOException {
            change();
            inner.delete(name);
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_death_between_any_two_steps_harms_nothing_and_a_repeat_completes(Reach reach) throws Exception {
        try (Backend backend = open()) {
            ColumnFamily family = family(backend);
            int rows = 0;
            for (int steps = 0; steps < 3; steps++) {
                family.put(new byte[] {(byte) rows}, new byte[0]);
                long kept = publish(backend).number();
                family.put(new byte[] {(byte) (rows + 1)}, new byte[0]);
                rows += 2;
                long dropped = publish(backend).number();
                Mortal store = new Mortal(reach.open(directory), steps);
                assertThrows(IOException.class, () -> StoredSnapshotDiscard.discard(store, dropped), "step " + steps);
                sweep();
                assertEquals(rows - 1, rowsOf(kept));
                assertEquals(rows, rowsOf(dropped));
                StoredSnapshotDiscard.discard(reach.open(directory), dropped);
                sweep();
                assertEquals(List.of(kept), listed());
                assertEquals(Set.of(), names("tombstones"));
                assertEquals(rows - 1, rowsOf(kept));
                StoredSnapshotDiscard.discard(reach.open(directory), kept);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void discards_may_race_with_each_other_and_with_the_writer(Reach reach) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try (Backend backend = open()) {
            ColumnFamily family = family(backend);
            long last = publish(backend, family, 1).get(0);
            int rounds = "1".equals(System.getenv("GABION_SOAK")) ? 1000 : 40;
            for (int round = 0; round < rounds; round++) {
                family.put(new byte[] {1}, new byte[] {(byte) round});
                long victim = last;
                StoreObjects store = reach.open(directory);
                Callable<Void> discard = () -> {
                    StoredSnapshotDiscard.discard(store, victim);
                    return null;
                };
                Future<Void> first = threads.submit(discard);
                Future<Void> second = threads.submit(discard);
                long number = publish(backend).number();
                first.get();
                second.get();
                assertTrue(number > last, number + " after " + last);
                assertEquals(List.of(number), listed());
                last = number;
                if (round % 20 == 0) {
                    sweep();
                    assertEquals(2, rowsOf(last));
                }
            }
            sweep();
            assertEquals(2, rowsOf(last));
            assertEquals(Set.of(), names("tombstones"));
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void what_a_killed_discard_has_staged_goes_with_a_sweep() throws Exception {
        try (Backend backend = open()) {
            long number = publish(backend, family(backend), 1).get(0);
            StoreObjects store = StoreObjects.open(directory);
            for (String name : new String[] {"sequence/x", "tombstones/x"}) {
                Path staged = Path.of(directory.getPath()).resolve(StoreObjects.staging(name));
                Files.createDirectories(staged.getParent());
                Files.write(staged, new byte[] {1});
            }
            assertEquals(1, store.list("tombstones").size());
            assertEquals(List.of(number), listed());
            sweep();
            assertEquals(Set.of(), names("tombstones"));
            assertTrue(names("sequence").stream().noneMatch(name -> name.startsWith("staging")));
            assertEquals(1, rowsOf(number));
        }
    }

    @Test
    void a_damaged_manifest_is_left_alone() throws Exception {
        try (Backend backend = open()) {
            long number = publish(backend, family(backend), 1).get(0);
            Path manifest = Path.of(directory.getPath()).resolve(String.format("sequence/%020d", number));
            byte[] damaged = Files.readAllBytes(manifest);
            damaged[damaged.length - 2] ^= 1;
            Files.write(manifest, damaged);
            IOException thrown = assertThrows(
                    IOException.class, () -> StoredSnapshotDiscard.discard(StoreObjects.open(directory), number));
            assertTrue(thrown.getMessage().contains("SnapshotDirectory.discard"), thrown.getMessage());
            assertArrayEquals(damaged, Files.readAllBytes(manifest));
            assertEquals(Set.of(), names("tombstones"));
        }
    }

    @Test
    void what_is_no_manifest_is_left_alone() throws Exception {
        try (Backend backend = open()) {
            publish(backend, family(backend), 1);
            Set<String> sequence = names("sequence");
            assertThrows(IOException.class, () -> StoredSnapshotDiscard.discard(StoreObjects.open(directory), 1));
            assertEquals(sequence, names("sequence"));
        }
    }
}
