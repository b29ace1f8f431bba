package dev.gabion;

import static dev.gabion.Given.assertCode;
import static dev.gabion.Given.bytes;
import static dev.gabion.Given.direct;
import static dev.gabion.Given.get;
import static dev.gabion.Given.pattern;
import static dev.gabion.Given.put;
import static dev.gabion.Given.text;
import static dev.gabion.Given.texts;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gabion.GabionException.Code;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ColumnFamilyTest {
    @TempDir Path scratch;
    private Backend backend;
    private ColumnFamily family;

    @BeforeEach
    void open() {
        backend = Backend.open(Given.storage(scratch));
        family = Given.family(backend, "f");
    }

    @AfterEach
    void close() {
        backend.close();
    }

    private ColumnFamily with(String option, String value) {
        return backend.createColumnFamily(bytes(value), bytes(""), new Options().set(option, value));
    }

    @Test
    void an_absent_row_is_null_or_minus_one() {
        assertNull(family.get(bytes("k")));
        assertEquals(-1, family.get(bytes("k"), new byte[10]));
        assertEquals(-1, family.get(direct(bytes("k")), direct(new byte[10])));
        assertFalse(family.contains(bytes("k")));
        assertFalse(family.contains(direct(bytes("k"))));
        family.delete(bytes("k"));
    }

    @Test
    void an_empty_value_is_not_absent_and_an_empty_key_is_a_key() {
        family.put(bytes(""), bytes(""));
        assertArrayEquals(new byte[0], family.get(bytes("")));
        assertEquals(0, family.get(bytes(""), new byte[0]));
        assertEquals(0, family.get(direct(bytes("")), direct(bytes(""))));
        assertTrue(family.contains(bytes("")));
        family.put(direct(bytes("")), direct(bytes("x")));
        assertEquals("x", get(family, ""));
    }

    private static long directMemory() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getTotalCapacity)
                .sum();
    }

    @Test
    void a_get_into_a_large_array_costs_what_the_value_costs() {
        put(family, "k", "v");
        byte[] into = new byte[40 << 20];
        long before = directMemory();
        assertEquals(1, family.get(bytes("k"), into));
        assertTrue(directMemory() - before < 1 << 20, "it allocated " + (directMemory() - before) + " bytes");
        assertEquals('v', into[0]);
    }

    @Test
    void a_get_into_an_array_of_the_values_length_or_more_or_less_answers_the_length() {
        // Around the sizes of the buffer that the value crosses the border in.
        for (int length : new int[] {0, 1, (64 << 10) - 18, (64 << 10) - 17, (64 << 10) - 16, 300_000, 17 << 20}) {
            byte[] value = pattern(length);
            family.put(bytes("k"), value);
            for (int room : new int[] {length, length + 1}) {
                byte[] into = new byte[room];
                assertEquals(length, family.get(bytes("k"), into));
                assertArrayEquals(value, Arrays.copyOf(into, length));
            }
            if (length > 0) {
                byte[] into = new byte[length - 1];
                assertEquals(length, family.get(bytes("k"), into));
                assertArrayEquals(new byte[length - 1], into);
            }
        }
    }

    @Test
    void what_get_returns_is_the_callers_own() {
        put(family, "k", "v");
        byte[] first = family.get(bytes("k"));
        assertNotSame(first, family.get(bytes("k")));
        first[0] = 'x';
        assertEquals("v", get(family, "k"));
    }

    @Test
    void what_put_takes_is_not_kept() {
        byte[] key = bytes("k");
        byte[] value = bytes("v");
        family.put(key, value);
        key[0] = 'x';
        value[0] = 'x';
        assertEquals("v", get(family, "k"));
    }

    /** Around the exchange's first size, its doubling, and what it keeps. */
    @ParameterizedTest
    @ValueSource(ints = {1, 4095, 65519, 65520, 65521, 65536, 1_000_000, (16 << 20) - 17, (16 << 20) - 16, 20_000_000})
    void rows_of_any_size_go_in_and_out(int size) {
        byte[] value = pattern(size);
        family.put(bytes("k"), value);
        assertArrayEquals(value, family.get(bytes("k")));
        byte[] into = new byte[size];
        assertEquals(size, family.get(bytes("k"), into));
        assertArrayEquals(value, into);
        ByteBuffer buffer = direct(new byte[size]);
        assertEquals(size, family.get(direct(bytes("k")), buffer));
        byte[] copy = new byte[size];
        buffer.duplicate().get(copy);
        assertArrayEquals(value, copy);
        buffer.clear();
        for (int at : new int[] {0, 1, 2, 3 + size, 4 + size, 5 + size, 6 + size}) {
            assertEquals(0x55, buffer.get(at));
        }
        try (Scan scan = family.scan(ScanRange.all())) {
            assertTrue(scan.next());
            assertArrayEquals(value, scan.value());
            assertFalse(scan.next());
        }
        assertArrayEquals(value, family.multiGet(List.of(bytes("k"))).get(0));
        family.put(value, bytes("as key"));
        assertEquals("as key", text(family.get(value)));
        assertTrue(family.contains(value));
        family.delete(value);
        assertFalse(family.contains(value));
    }

    @Test
    void an_array_that_is_too_small_is_left_alone() {
        put(family, "k", "12345");
        byte[] into = bytes("abcd");
        assertEquals(5, family.get(bytes("k"), into));
        assertEquals("abcd", text(into));
        byte[] larger = bytes("abcdefgh");
        assertEquals(5, family.get(bytes("k"), larger));
        assertEquals("12345fgh", text(larger));
    }

    @Test
    void keys_and_values_may_be_parts_of_arrays() {
        byte[] both = bytes("..key|value..");
        family.put(both, 2, 3, both, 6, 5);
        assertEquals("value", get(family, "key"));
        assertEquals("..key|value..", text(both));
        byte[] into = bytes("abcdefg");
        assertEquals(5, family.get(both, 2, 3, into));
        assertEquals("valuefg", text(into));
        assertEquals(-1, family.get(both, 1, 3, into));
        assertEquals(5, family.get(both, 2, 3, both));
        assertEquals("value|value..", text(both));
        family.put(both, 0, 0, both, both.length, 0);
        assertEquals("", get(family, ""));
        family.delete(bytes("[key]"), 1, 3);
        assertFalse(family.contains(bytes("key")));
    }

    @Test
    void an_operand_may_be_a_part_of_an_array() {
        ColumnFamily list = with("merge", "string-append");
        byte[] both = bytes("(k)[one][two]");
        list.merge(both, 1, 1, both, 4, 3);
        list.merge(both, 1, 1, both, 9, 3);
        assertEquals("one,two", get(list, "k"));
    }

    @Test
    void parts_that_reach_beyond_their_array_are_refused() {
        byte[] four = new byte[4];
        assertThrows(IndexOutOfBoundsException.class, () -> family.get(four, 1, 4, four));
        assertThrows(IndexOutOfBoundsException.class, () -> family.put(four, -1, 1, four, 0, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> family.put(four, 0, 1, four, 4, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> family.merge(four, 0, 1, four, 0, 5));
        assertThrows(IndexOutOfBoundsException.class, () -> family.delete(four, 0, -1));
    }

    @Test
    void direct_buffers_are_used_in_place_and_keep_their_positions() {
        ByteBuffer key = direct(bytes("key"));
        ByteBuffer value = direct(bytes("value"));
        family.put(key, value);
        ByteBuffer into = direct(new byte[7]);
        assertEquals(5, family.get(key, into));
        for (ByteBuffer buffer : List.of(key, value, into)) {
            assertEquals(3, buffer.position());
        }
        assertEquals(3 + 7, into.limit());
        byte[] copy = new byte[7];
        into.duplicate().get(copy);
        assertEquals("value\0\0", text(copy));
        assertEquals(0x55, into.get(2));
        assertEquals("value", get(family, "key"));

        ByteBuffer small = direct(bytes("abcd"));
        assertEquals(5, family.get(key, small));
        byte[] untouched = new byte[4];
        small.duplicate().get(untouched);
        assertEquals("abcd", text(untouched));

        assertTrue(family.contains(key));
        family.delete(key);
        assertFalse(family.contains(key));
    }

    @Test
    void buffers_that_cannot_serve_are_refused() {
        ByteBuffer heap = ByteBuffer.allocate(10);
        ByteBuffer good = direct(bytes("k"));
        assertThrows(IllegalArgumentException.class, () -> family.get(heap, good));
        assertThrows(IllegalArgumentException.class, () -> family.get(good, heap));
        assertThrows(IllegalArgumentException.class, () -> family.put(heap, good));
        assertThrows(IllegalArgumentException.class, () -> family.put(good, heap));
        assertThrows(IllegalArgumentException.class, () -> family.merge(good, heap));
        assertThrows(IllegalArgumentException.class, () -> family.delete(heap));
        assertThrows(IllegalArgumentException.class, () -> family.contains(heap));
        assertThrows(ReadOnlyBufferException.class, () -> family.get(good, direct(bytes("v")).asReadOnlyBuffer()));
        family.put(good.asReadOnlyBuffer(), direct(bytes("v")).asReadOnlyBuffer());
        assertEquals("v", get(family, "k"));
        ByteBuffer one = ByteBuffer.allocateDirect(100);
        assertCode(Code.INVALID_ARGUMENT, () -> family.get(one, one));
    }

    @Test
    void several_rows_are_read_in_the_order_of_their_keys() {
        put(family, "a", "1");
        put(family, "c", "");
        assertEquals(
                Arrays.asList("", null, "1", "1"),
                texts(family.multiGet(List.of(bytes("c"), bytes("b"), bytes("a"), bytes("a")))));
        assertEquals(List.of(), family.multiGet(List.of()));
    }

    @Test
    void ranges_and_all_rows_can_be_deleted() {
        for (String key : List.of("a", "b", "c", "d")) {
            put(family, key, key);
        }
        family.deleteRange(bytes("b"), bytes("d"));
        assertEquals(
                Arrays.asList("a", null, null, "d"),
                texts(family.multiGet(List.of(bytes("a"), bytes("b"), bytes("c"), bytes("d")))));
        family.deleteRange(bytes("d"), bytes("a"));
        family.deleteRange(bytes("a"), bytes("a"));
        assertTrue(family.contains(bytes("a")));
        family.clear();
        try (Scan scan = family.scan(ScanRange.all())) {
            assertFalse(scan.next());
        }
    }

    @Test
    void operands_are_appended_with_the_delimiter() {
        ColumnFamily list = with("merge", "string-append");
        list.merge(bytes("k"), bytes("a"));
        list.merge(direct(bytes("k")), direct(bytes("b")));
        assertEquals("a,b", get(list, "k"));
        ColumnFamily tabs = backend.createColumnFamily(
                bytes("tabs"), bytes(""), new Options().set("merge", "string-append").set("merge.delimiter", "0x09"));
        tabs.merge(bytes("k"), bytes("a"));
        tabs.merge(bytes("k"), bytes("b"));
        assertEquals("a\tb", get(tabs, "k"));
    }

    @Test
    void integers_are_added_and_anything_else_is_refused() {
        ColumnFamily sum = with("merge", "uint64-add");
        byte[] five = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(5).array();
        sum.merge(bytes("k"), five);
        sum.merge(bytes("k"), five);
        assertEquals(10, ByteBuffer.wrap(sum.get(bytes("k"))).order(ByteOrder.LITTLE_ENDIAN).getLong());
        assertCode(Code.INVALID_ARGUMENT, () -> sum.merge(bytes("k"), bytes("seven b")));
        assertCode(Code.INVALID_ARGUMENT, () -> sum.put(bytes("k"), bytes("seven b")));
    }

    @Test
    void merging_without_a_merge_kind_is_refused() {
        GabionException thrown = assertCode(Code.INVALID_ARGUMENT, () -> family.merge(bytes("k"), bytes("v")));
        assertTrue(thrown.getMessage().contains("merge"), thrown.getMessage());
    }

    @Test
    void a_family_for_points_does_what_any_other_does() {
        ColumnFamily points = with("memtable", "hash-link-list");
        for (int i = 0; i < 1000; i++) {
            put(points, "k" + i, "v" + i);
        }
        assertEquals("v77", get(points, "k77"));
        try (Scan scan = points.scan(ScanRange.prefix(bytes("k99")))) {
            int rows = 0;
            while (scan.next()) {
                rows++;
            }
            assertEquals(11, rows);
        }
    }

    @Test
    void the_descriptor_is_what_was_last_set() {
        assertEquals("", text(family.descriptor()));
        family.setDescriptor(bytes("new"));
        assertEquals("new", text(family.descriptor()));
        assertEquals("f", text(family.name()));
    }
}
