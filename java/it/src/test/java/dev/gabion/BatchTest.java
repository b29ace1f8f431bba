package dev.gabion;

import static dev.gabion.Given.assertClosed;
import static dev.gabion.Given.assertCode;
import static dev.gabion.Given.bytes;
import static dev.gabion.Given.direct;
import static dev.gabion.Given.family;
import static dev.gabion.Given.get;
import static dev.gabion.Given.pattern;
import static dev.gabion.Given.put;
import static dev.gabion.Given.storage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.gabion.GabionException.Code;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchTest {
    @TempDir Path scratch;

    @Test
    void all_writes_of_a_batch_are_applied_together_and_in_order() {
        try (Backend backend = Backend.open(storage(scratch));
                Batch batch = new Batch()) {
            ColumnFamily rows = family(backend, "rows");
            ColumnFamily lists = backend.createColumnFamily(
                    bytes("lists"), bytes(""), new Options().set("merge", "string-append"));
            put(rows, "gone", "1");
            put(rows, "r1", "1");
            put(rows, "r2", "1");
            batch.put(rows, bytes("a"), bytes("1"))
                    .put(rows, bytes("a"), bytes("2"))
                    .put(rows, direct(bytes("b")), direct(bytes("3")))
                    .merge(lists, bytes("l"), bytes("x"))
                    .merge(lists, direct(bytes("l")), direct(bytes("y")))
                    .delete(rows, bytes("gone"))
                    .delete(rows, direct(bytes("b")))
                    .deleteRange(rows, bytes("r1"), bytes("r2"))
                    .put(lists, bytes("big"), pattern(100_000));
            assertEquals(9, batch.count());
            assertNull(get(rows, "a"));
            backend.write(batch);
            assertEquals("2", get(rows, "a"));
            assertNull(get(rows, "b"));
            assertNull(get(rows, "gone"));
            assertNull(get(rows, "r1"));
            assertEquals("1", get(rows, "r2"));
            assertEquals("x,y", get(lists, "l"));
            assertArrayEquals(pattern(100_000), lists.get(bytes("big")));
            assertEquals(9, batch.count());
        }
    }

    @Test
    void an_empty_batch_writes_nothing() {
        try (Backend backend = Backend.open(storage(scratch));
                Batch batch = new Batch()) {
            backend.write(batch);
            assertEquals(0, batch.count());
        }
    }

    @Test
    void a_cleared_batch_may_serve_another_backend() {
        try (Backend one = Backend.open(storage(scratch));
                Backend other = Backend.open(storage(scratch));
                Batch batch = new Batch()) {
            ColumnFamily ones = family(one, "f");
            ColumnFamily others = family(other, "f");
            batch.put(ones, bytes("k"), bytes("v"));
            assertCode(Code.INVALID_ARGUMENT, () -> batch.put(others, bytes("k"), bytes("v")));
            assertCode(Code.INVALID_ARGUMENT, () -> other.write(batch));
            assertEquals(1, batch.count());
            batch.clear().put(others, bytes("k"), bytes("v"));
            other.write(batch);
            assertEquals("v", get(others, "k"));
            assertNull(get(ones, "k"));
        }
    }

    @Test
    void a_wrong_write_is_refused_when_it_is_added() {
        try (Backend backend = Backend.open(storage(scratch));
                Batch batch = new Batch()) {
            ColumnFamily plain = family(backend, "f");
            assertCode(Code.INVALID_ARGUMENT, () -> batch.merge(plain, bytes("k"), bytes("v")));
            Given.assertNull(
                    () -> batch.put(null, bytes("k"), bytes("v")),
                    () -> batch.put(plain, null, bytes("v")),
                    () -> batch.put(plain, bytes("k"), null),
                    () -> batch.delete(plain, (byte[]) null));
            assertEquals(0, batch.count());
        }
    }

    @Test
    void a_closed_batch_says_so() {
        try (Backend backend = Backend.open(storage(scratch))) {
            ColumnFamily family = family(backend, "f");
            Batch batch = new Batch();
            batch.close();
            batch.close();
            assertClosed(
                    () -> batch.put(family, bytes("k"), bytes("v")),
                    batch::count,
                    batch::clear,
                    () -> backend.write(batch));
        }
    }

    @Test
    void a_batch_outlives_its_backend() {
        try (Batch batch = new Batch()) {
            try (Backend backend = Backend.open(storage(scratch))) {
                batch.put(family(backend, "f"), bytes("k"), bytes("v"));
            }
            assertEquals(1, batch.count());
            batch.clear();
            try (Backend backend = Backend.open(storage(scratch))) {
                backend.write(batch);
            }
        }
    }
}
