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
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gabion.GabionException.Code;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackendTest {
    @TempDir Path scratch;

    private Backend open() {
        return Backend.open(storage(scratch));
    }

    private List<Path> left() throws Exception {
        try (Stream<Path> files = Files.list(scratch)) {
            return files.filter(file -> file.getFileName().toString().startsWith("gabion-")).collect(Collectors.toList());
        }
    }

    @Test
    void the_directory_lives_as_long_as_the_backend() throws Exception {
        Path directory;
        try (Backend backend = open()) {
            directory = backend.directory();
            assertTrue(directory.startsWith(scratch), directory.toString());
            assertTrue(Files.isDirectory(directory));
            assertTrue(backend.toString().contains(directory.toString()));
        }
        assertFalse(Files.exists(directory));
        assertEquals(List.of(), left());
    }

    @Test
    void closing_is_idempotent_and_every_call_afterwards_says_closed() {
        Backend backend = open();
        ColumnFamily family = family(backend, "f");
        Batch batch = new Batch();
        Scan scan = family.scan(ScanRange.all());
        View view = backend.view();
        backend.close();
        backend.close();
        byte[] key = bytes("k");
        assertClosed(
                () -> backend.createColumnFamily(key, key, NONE),
                () -> backend.registerColumnFamily(key, key, NONE),
                () -> backend.columnFamily(key),
                backend::columnFamilies,
                () -> backend.dropColumnFamily(family),
                () -> backend.write(batch),
                backend::view,
                () -> backend.startSnapshot(SnapshotRequest.publish(SnapshotKind.NATIVE, "file:///nowhere")),
                backend::metrics,
                backend::effectiveOptions,
                backend::directory);
        assertClosed(
                family::name,
                family::descriptor,
                () -> family.setDescriptor(key),
                () -> family.get(key),
                () -> family.get(key, new byte[1]),
                () -> family.get(Given.direct(key), Given.direct(key)),
                () -> family.contains(key),
                () -> family.contains(Given.direct(key)),
                () -> family.multiGet(List.of(key)),
                () -> family.put(key, key),
                () -> family.put(Given.direct(key), Given.direct(key)),
                () -> family.merge(key, key),
                () -> family.merge(Given.direct(key), Given.direct(key)),
                () -> family.delete(key),
                () -> family.delete(Given.direct(key)),
                () -> family.deleteRange(key, key),
                family::clear,
                () -> family.scan(ScanRange.all()),
                () -> family.scan(ScanRange.all(), view));
        assertClosed(scan::next, scan::key, scan::value, () -> view.get(family, key), () -> batch.put(family, key, key));
        assertEquals("Backend[closed]", backend.toString());
        assertEquals(List.of(), backend.restoredFrom());
        scan.close();
        view.close();
        batch.close();
    }

    @Test
    void null_arguments_are_refused() {
        try (Backend backend = open()) {
            ColumnFamily family = family(backend, "f");
            byte[] some = bytes("k");
            Given.assertNull(
                    () -> Backend.open(null),
                    () -> Backend.open(NONE, null),
                    () -> backend.createColumnFamily(null, some, NONE),
                    () -> backend.createColumnFamily(some, null, NONE),
                    () -> backend.createColumnFamily(some, some, null),
                    () -> backend.registerColumnFamily(null, some, NONE),
                    () -> backend.columnFamily(null),
                    () -> backend.dropColumnFamily(null),
                    () -> backend.write(null),
                    () -> backend.startSnapshot(null),
                    () -> family.get((byte[]) null),
                    () -> family.get(some, null),
                    () -> family.get(null, some),
                    () -> family.put(null, some),
                    () -> family.put(some, null),
                    () -> family.merge(some, null),
                    () -> family.delete((byte[]) null),
                    () -> family.multiGet(null),
                    () -> family.deleteRange(null, some),
                    () -> family.deleteRange(some, null),
                    () -> family.setDescriptor(null),
                    () -> family.scan(null),
                    () -> family.scan(ScanRange.all(), null),
                    () -> new Options().set(null, ""),
                    () -> new Options().set("", null));
            assertNull(get(family, "k"));
        }
    }

    @Test
    void families_are_made_once_found_by_name_and_listed_in_order() {
        try (Backend backend = open()) {
            assertNull(backend.columnFamily(bytes("b")));
            ColumnFamily b = backend.createColumnFamily(bytes("b"), bytes("of b"), NONE);
            family(backend, "a");
            put(b, "k", "v");
            assertCode(Code.ALREADY_EXISTS, () -> family(backend, "b"));
            assertEquals("v", get(backend.columnFamily(bytes("b")), "k"));
            assertEquals("of b", text(backend.columnFamily(bytes("b")).descriptor()));
            List<String> names = new ArrayList<>();
            backend.columnFamilies().forEach(family -> names.add(text(family.name())));
            assertEquals(List.of("b", "a"), names);
        }
    }

    @Test
    void registering_finds_what_is_there_and_refuses_another_descriptor() {
        try (Backend backend = open()) {
            ColumnFamily made = backend.registerColumnFamily(bytes("f"), bytes("one"), NONE);
            put(made, "k", "v");
            assertEquals("v", get(backend.registerColumnFamily(bytes("f"), bytes("one"), NONE), "k"));
            GabionException thrown = assertCode(
                    Code.MISMATCH, () -> backend.registerColumnFamily(bytes("f"), bytes("two"), NONE));
            for (String part : List.of("f", "one", "two")) {
                assertTrue(thrown.getMessage().contains(part), thrown.getMessage());
            }
            made.setDescriptor(bytes("two"));
            assertEquals("v", get(backend.registerColumnFamily(bytes("f"), bytes("two"), NONE), "k"));
        }
    }

    @Test
    void any_bytes_are_a_name() {
        try (Backend backend = open()) {
            List<byte[]> names = List.of(
                    bytes(""), bytes("default"), bytes("näme \u4e2d\ud83d\ude00"), new byte[] {0, 1, 0}, pattern(10_000));
            for (byte[] name : names) {
                ColumnFamily family = backend.createColumnFamily(name, name, NONE);
                family.put(name, name);
            }
            for (byte[] name : names) {
                ColumnFamily family = backend.columnFamily(name);
                assertArrayEquals(name, family.name());
                assertArrayEquals(name, family.descriptor());
                assertArrayEquals(name, family.get(name));
            }
        }
    }

    @Test
    void a_dropped_family_is_gone_and_its_name_is_free() {
        try (Backend backend = open()) {
            ColumnFamily old = family(backend, "f");
            put(old, "k", "v");
            backend.dropColumnFamily(old);
            assertNull(backend.columnFamily(bytes("f")));
            assertCode(Code.NOT_FOUND, () -> get(old, "k"));
            assertCode(Code.NOT_FOUND, () -> put(old, "k", "v"));
            assertNull(get(family(backend, "f"), "k"));
        }
    }

    @Test
    void a_family_of_another_backend_is_refused() {
        try (Backend one = open();
                Backend other = open();
                View view = other.view()) {
            ColumnFamily family = family(one, "f");
            assertCode(Code.INVALID_ARGUMENT, () -> other.dropColumnFamily(family));
            assertCode(Code.INVALID_ARGUMENT, () -> view.get(family, bytes("k")));
            assertCode(Code.INVALID_ARGUMENT, () -> family.scan(ScanRange.all(), view));
        }
    }

    @Test
    void a_wrong_option_is_quoted() {
        GabionException thrown = assertCode(
                Code.INVALID_ARGUMENT, () -> Backend.open(storage(scratch).set("max_backgrund_jobs", "4")));
        assertTrue(thrown.getMessage().contains("max_backgrund_jobs"), thrown.getMessage());
        assertTrue(thrown.getMessage().contains("max_background_jobs"), thrown.getMessage());
        assertTrue(thrown.toString().contains("INVALID_ARGUMENT"));
    }

    @Test
    void the_effective_options_are_rocksdbs() {
        try (Backend backend = Backend.open(storage(scratch).set("max_background_jobs", "3"))) {
            assertTrue(backend.effectiveOptions().contains("max_background_jobs=3"));
        }
    }

    @Test
    void metrics_are_numbers_by_name() {
        try (Backend backend = open()) {
            family(backend, "f");
            assertFalse(backend.metrics().isEmpty());
            backend.metrics().forEach((name, value) -> {
                assertFalse(name.isEmpty());
                assertNotNull(value);
            });
        }
    }

    @Test
    void a_budget_is_shared_and_may_be_closed_first() {
        Backend first;
        Backend second;
        try (Budget budget = new Budget(64 << 20)) {
            first = Backend.open(storage(scratch), budget);
            second = Backend.open(storage(scratch), budget);
            put(family(first, "f"), "k", "v");
            assertEquals(List.of("block_cache", "block_cache_pinned", "memtables"), new ArrayList<>(budget.used().keySet()));
            assertTrue(budget.used().get("memtables") > 0, budget.used().toString());
        }
        put(family(second, "f"), "k", "v");
        first.close();
        assertEquals("v", get(second.columnFamily(bytes("f")), "k"));
        second.close();
    }

    @Test
    void a_budget_that_is_too_small_or_closed_is_refused() {
        assertCode(Code.INVALID_ARGUMENT, () -> new Budget(-1));
        assertCode(Code.INVALID_ARGUMENT, () -> new Budget(1000));
        Budget budget = new Budget(1 << 20);
        budget.close();
        assertClosed(budget::used, () -> Backend.open(storage(scratch), budget));
    }
}
