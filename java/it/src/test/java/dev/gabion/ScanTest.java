package dev.gabion;

import static dev.gabion.Given.assertClosed;
import static dev.gabion.Given.bytes;
import static dev.gabion.Given.pattern;
import static dev.gabion.Given.put;
import static dev.gabion.Given.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScanTest {
    @TempDir Path scratch;
    private Backend backend;
    private ColumnFamily family;

    @BeforeEach
    void open() {
        backend = Backend.open(Given.storage(scratch));
        family = Given.family(backend, "f");
        for (String key : List.of("a", "b", "ba", "bb", "c")) {
            put(family, key, "of " + key);
        }
    }

    @AfterEach
    void close() {
        backend.close();
    }

    private List<String> keys(ScanRange range) {
        List<String> keys = new ArrayList<>();
        try (Scan scan = family.scan(range)) {
            for (Row row : scan) {
                assertEquals("of " + text(row.key()), text(row.value()));
                keys.add(text(row.key()));
            }
        }
        return keys;
    }

    @Test
    void a_scan_keeps_to_its_range_and_direction() {
        assertEquals(List.of("a", "b", "ba", "bb", "c"), keys(ScanRange.all()));
        assertEquals(List.of("c", "bb", "ba", "b", "a"), keys(ScanRange.all().backward()));
        assertEquals(List.of("b", "ba"), keys(ScanRange.of(bytes("b"), bytes("bb"))));
        assertEquals(List.of("ba", "b"), keys(ScanRange.of(bytes("b"), bytes("bb")).backward()));
        assertEquals(List.of("bb", "c"), keys(ScanRange.of(bytes("bb"), null)));
        assertEquals(List.of("a"), keys(ScanRange.of(null, bytes("b"))));
        assertEquals(List.of("b", "ba", "bb"), keys(ScanRange.prefix(bytes("b"))));
        assertEquals(List.of("a", "b", "ba", "bb", "c"), keys(ScanRange.prefix(bytes(""))));
        assertEquals(List.of(), keys(ScanRange.of(bytes("c"), bytes("b"))));
        assertEquals(List.of(), keys(ScanRange.of(bytes("b"), bytes("b"))));
        assertEquals(List.of(), keys(ScanRange.of(bytes("x"), null)));
    }

    @Test
    void a_prefix_of_the_largest_bytes_has_an_end_where_there_is_one() {
        byte[][] keys = {{1, -1}, {1, -1, -1}, {2}, {-1, -1}, {-1, -1, 0}};
        family.clear();
        for (byte[] key : keys) {
            family.put(key, key);
        }
        assertEquals(2, count(ScanRange.prefix(new byte[] {1, -1})));
        assertEquals(2, count(ScanRange.prefix(new byte[] {-1, -1})));
        assertEquals(5, count(ScanRange.all()));
    }

    private int count(ScanRange range) {
        int rows = 0;
        try (Scan scan = family.scan(range)) {
            while (scan.next()) {
                assertArrayEquals(scan.key(), scan.value());
                rows++;
            }
        }
        return rows;
    }

    @Test
    void the_cursor_copies_only_what_fits() {
        try (Scan scan = family.scan(ScanRange.all())) {
            assertThrows(NoSuchElementException.class, scan::key);
            assertTrue(scan.next());
            byte[] into = bytes("12345678");
            assertEquals(1, scan.key(into));
            assertEquals("a2345678", text(into));
            assertEquals(4, scan.value(into));
            assertEquals("of a5678", text(into));
            byte[] small = bytes("xyz");
            assertEquals(4, scan.value(small));
            assertEquals("xyz", text(small));
            while (scan.next()) {
                scan.key();
            }
            assertFalse(scan.next());
            assertThrows(NoSuchElementException.class, scan::value);
        }
    }

    @Test
    void the_iterator_goes_on_from_the_cursor_and_is_given_once() {
        try (Scan scan = family.scan(ScanRange.all())) {
            assertTrue(scan.next());
            Iterator<Row> rest = scan.iterator();
            assertTrue(rest.hasNext());
            assertTrue(rest.hasNext());
            assertEquals("b", text(rest.next().key()));
            assertThrows(IllegalStateException.class, scan::iterator);
            assertEquals("ba", text(rest.next().key()));
            rest.next();
            rest.next();
            assertFalse(rest.hasNext());
            assertThrows(NoSuchElementException.class, rest::next);
        }
    }

    @Test
    void a_scan_sees_the_rows_of_its_beginning() {
        try (Scan scan = family.scan(ScanRange.all())) {
            family.clear();
            put(family, "new", "of new");
            List<String> keys = new ArrayList<>();
            scan.forEach(row -> keys.add(text(row.key())));
            assertEquals(List.of("a", "b", "ba", "bb", "c"), keys);
        }
        assertEquals(List.of("new"), keys(ScanRange.all()));
    }

    @Test
    void many_blocks_and_rows_larger_than_a_block_come_out_whole() {
        family.clear();
        int rows = 20_000;
        for (int i = 0; i < rows; i++) {
            byte[] key = bytes(String.format("%06d", i));
            family.put(key, i % 5000 == 1 ? pattern(300_000 + i) : key);
        }
        for (ScanRange range : List.of(ScanRange.all(), ScanRange.all().backward())) {
            int seen = 0;
            try (Scan scan = family.scan(range)) {
                while (scan.next()) {
                    int i = range.backward ? rows - 1 - seen : seen;
                    assertEquals(i, Integer.parseInt(text(scan.key())));
                    assertArrayEquals(i % 5000 == 1 ? pattern(300_000 + i) : scan.key(), scan.value());
                    seen++;
                }
            }
            assertEquals(rows, seen);
        }
    }

    @Test
    void two_scans_and_writes_can_be_interleaved() {
        try (Scan one = family.scan(ScanRange.all());
                Scan other = family.scan(ScanRange.all().backward())) {
            for (int i = 0; i < 5; i++) {
                assertTrue(one.next());
                put(family, "d" + i, "x");
                assertTrue(other.next());
                assertEquals("of " + text(one.key()), text(one.value()));
                assertEquals("of " + text(other.key()), text(other.value()));
            }
            assertFalse(one.next());
            assertFalse(other.next());
        }
    }

    @Test
    void a_closed_scan_says_so() {
        Scan scan = family.scan(ScanRange.all());
        assertTrue(scan.next());
        scan.close();
        scan.close();
        assertClosed(scan::next, scan::key, scan::value, () -> scan.key(new byte[9]), () -> scan.iterator().hasNext());
    }

    @Test
    void a_view_shows_one_instant_of_all_families() {
        ColumnFamily other = Given.family(backend, "g");
        put(other, "k", "1");
        try (View view = backend.view()) {
            put(other, "k", "2");
            other.put(bytes("large"), pattern(200_000));
            family.clear();
            assertEquals("1", text(view.get(other, bytes("k"))));
            assertEquals("of a", text(view.get(family, bytes("a"))));
            assertEquals(null, view.get(other, bytes("large")));
            try (Scan scan = family.scan(ScanRange.all(), view)) {
                int rows = 0;
                while (scan.next()) {
                    rows++;
                }
                assertEquals(5, rows);
            }
            try (View later = backend.view()) {
                assertArrayEquals(pattern(200_000), later.get(other, bytes("large")));
            }
            Given.assertNull(() -> view.get(null, bytes("k")), () -> view.get(other, null));
        }
    }

    @Test
    void a_scan_outlives_its_view() {
        View view = backend.view();
        try (Scan scan = family.scan(ScanRange.all(), view)) {
            view.close();
            view.close();
            assertTrue(scan.next());
            assertEquals("a", text(scan.key()));
            assertClosed(() -> view.get(family, bytes("a")), () -> family.scan(ScanRange.all(), view));
        }
    }
}
