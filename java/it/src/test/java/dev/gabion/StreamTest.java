package dev.gabion;

import static dev.gabion.Given.NONE;
import static dev.gabion.Given.assertClosed;
import static dev.gabion.Given.assertCode;
import static dev.gabion.Given.assertNull;
import static dev.gabion.Given.bytes;
import static dev.gabion.Given.get;
import static dev.gabion.Given.pattern;
import static dev.gabion.Given.put;
import static dev.gabion.Given.storage;
import static dev.gabion.Given.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gabion.GabionException.Code;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamTest {
    @TempDir Path scratch;
    private Backend backend;
    private ColumnFamily family;
    private ColumnFamily counts;

    @BeforeEach
    void open() {
        backend = Backend.open(storage(scratch));
        family = backend.createColumnFamily(bytes("f"), bytes("descriptor"), new Options().set("merge", "string-append"));
        counts = backend.createColumnFamily(
                bytes("größe"), bytes(""), new Options().set("merge", "uint64-add").set("memtable", "hash-link-list"));
        for (int i = 0; i < 2000; i++) {
            family.put(bytes("key" + i), pattern(i % 300));
            counts.merge(bytes("k" + i % 10), new byte[] {1, 0, 0, 0, 0, 0, 0, 0});
        }
        family.merge(bytes("list"), bytes("a"));
        family.merge(bytes("list"), bytes("b"));
        family.put(bytes("large"), pattern(300_000));
    }

    @AfterEach
    void close() {
        backend.close();
    }

    private PulledStream pull() {
        return backend.pullStream(bytes("id"), bytes("metadata"));
    }

    private byte[] pulled() throws IOException {
        try (PulledStream in = pull()) {
            return in.readAllBytes();
        }
    }

    private PushedStream push(KeyRange range) {
        return PushedStream.open(storage(scratch), null, range);
    }

    private static void assertSame(Backend expected, Backend found) {
        assertEquals(expected.columnFamilies().size(), found.columnFamilies().size());
        for (ColumnFamily family : expected.columnFamilies()) {
            ColumnFamily other = found.columnFamily(family.name());
            assertArrayEquals(family.descriptor(), other.descriptor());
            try (Scan rows = family.scan(ScanRange.all()); Scan others = other.scan(ScanRange.all())) {
                while (rows.next()) {
                    assertTrue(others.next());
                    assertArrayEquals(rows.key(), others.key());
                    assertArrayEquals(rows.value(), others.value());
                }
                assertEquals(false, others.next());
            }
        }
    }

    private long scratchDirectories() throws IOException {
        try (var files = Files.list(scratch)) {
            return files.filter(Files::isDirectory).count();
        }
    }

    @Test
    void what_is_pulled_can_be_pushed() throws Exception {
        try (PulledStream in = pull(); PushedStream out = push(KeyRange.all())) {
            long length = in.transferTo(out);
            try (Backend copy = out.finish()) {
                assertSame(backend, copy);
                copy.columnFamily(bytes("f")).merge(bytes("list"), bytes("c"));
                assertEquals("a,b,c", get(copy.columnFamily(bytes("f")), "list"));
                SnapshotInfo info = copy.restoredFrom().get(0);
                assertEquals(1, copy.restoredFrom().size());
                assertEquals("id", text(info.id()));
                assertEquals("metadata", text(info.metadata()));
                assertEquals(0, info.number());
                assertEquals(SnapshotKind.PORTABLE, info.kind());
                assertEquals(2, info.families());
                assertEquals(length, info.bytes());
            }
            assertEquals(-1, in.read());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1000, 1 << 20})
    void blocks_and_pieces_may_have_any_size(int size) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] block = new byte[size + 5];
        try (PulledStream in = pull()) {
            for (int read = 0; read >= 0; read = in.read(block, 3, size)) {
                assertTrue(read <= size);
                assertEquals(0, block[0] | block[1] | block[2] | block[size + 3] | block[size + 4]);
                bytes.write(block, 3, read);
                assertEquals(0, in.read(block, 0, 0));
            }
        }
        byte[] all = bytes.toByteArray();
        assertEquals(pulled().length, all.length);
        try (PushedStream out = push(KeyRange.all())) {
            for (int at = 0; at < all.length; at += size) {
                out.write(all, at, Math.min(size, all.length - at));
                out.write(all, at, 0);
            }
            try (Backend copy = out.finish()) {
                assertSame(backend, copy);
            }
        }
    }

    @Test
    void single_bytes_pass_too() throws Exception {
        try (Backend small = Backend.open(storage(scratch))) {
            put(Given.family(small, "f"), "k", "\u00ff\u0080");
            try (PulledStream in = small.pullStream(bytes(""), bytes("")); PushedStream out = push(KeyRange.all())) {
                for (int one = in.read(); one >= 0; one = in.read()) {
                    out.write(one | 0x5500);
                }
                try (Backend copy = out.finish()) {
                    assertSame(small, copy);
                }
            }
        }
    }

    @Test
    void a_stream_holds_the_state_of_its_beginning() throws Exception {
        try (PulledStream in = pull(); PushedStream out = push(KeyRange.all())) {
            put(family, "later", "value");
            backend.createColumnFamily(bytes("later"), bytes(""), NONE);
            in.transferTo(out);
            try (Backend copy = out.finish()) {
                assertEquals(null, get(copy.columnFamily(bytes("f")), "later"));
                assertEquals(2, copy.columnFamilies().size());
            }
        }
    }

    @Test
    void a_key_range_keeps_only_its_keys() throws Exception {
        try (Budget budget = new Budget(64 << 20);
                PushedStream out =
                        PushedStream.open(storage(scratch), budget, KeyRange.of(bytes("key10"), bytes("key100")))) {
            out.write(pulled());
            try (Backend copy = out.finish()) {
                assertEquals(null, get(copy.columnFamily(bytes("f")), "key1"));
                assertArrayEquals(pattern(10), copy.columnFamily(bytes("f")).get(bytes("key10")));
                assertEquals(null, get(copy.columnFamily(bytes("f")), "key100"));
                assertEquals(null, copy.columnFamily(bytes("größe")).get(bytes("k1")));
            }
        }
    }

    @Test
    void a_broken_stream_is_refused_and_leaves_nothing() throws Exception {
        byte[] all = pulled();
        for (int length : new int[] {0, 5, 12, all.length / 2, all.length - 1}) {
            try (PushedStream out = push(KeyRange.all())) {
                out.write(all, 0, length);
                assertCode(Code.CORRUPTION, out::finish);
                assertClosed(() -> out.write(0), out::finish);
            }
        }
        byte[] changed = all.clone();
        changed[all.length / 3] ^= 1;
        try (PushedStream out = push(KeyRange.all())) {
            assertCode(Code.CORRUPTION, () -> out.write(changed));
            assertCode(Code.CORRUPTION, () -> out.write(new byte[1]));
            assertCode(Code.CORRUPTION, out::finish);
        }
        try (PushedStream out = push(KeyRange.all())) {
            out.write(Arrays.copyOf(all, all.length / 2));
            assertEquals(2, scratchDirectories());
        }
        assertEquals(1, scratchDirectories());
    }

    @Test
    void a_stream_is_closed_with_its_backend_and_never_looks_complete() {
        PulledStream in = pull();
        assertTrue(in.read() >= 0);
        backend.close();
        assertClosed(in::read, () -> in.read(new byte[0]), () -> in.read(new byte[10]));
        in.close();
    }

    @Test
    void streams_that_are_closed_say_so() {
        PulledStream in = pull();
        in.close();
        in.close();
        assertClosed(in::read, () -> in.read(new byte[0]));
        PushedStream out = push(KeyRange.all());
        out.close();
        out.close();
        assertClosed(() -> out.write(1), () -> out.write(new byte[0]), out::finish);
        backend.close();
        assertClosed(this::pull);
    }

    @Test
    void bad_arguments_are_refused() throws Exception {
        assertNull(
                () -> backend.pullStream(null, bytes("")),
                () -> backend.pullStream(bytes(""), null),
                () -> PushedStream.open(null, null, KeyRange.all()),
                () -> PushedStream.open(NONE, null, null));
        assertCode(Code.INVALID_ARGUMENT, () -> backend.pullStream(new byte[5000], bytes("")));
        assertCode(Code.INVALID_ARGUMENT, () -> push(KeyRange.of(bytes("b"), bytes("a"))));
        assertCode(
                Code.INVALID_ARGUMENT,
                () -> PushedStream.open(storage(scratch).set("no.such", "option"), null, KeyRange.all()));
        try (PulledStream in = pull(); PushedStream out = push(KeyRange.all())) {
            assertThrows(IndexOutOfBoundsException.class, () -> in.read(new byte[5], 3, 3));
            assertThrows(IndexOutOfBoundsException.class, () -> out.write(new byte[5], -1, 3));
            assertNull(() -> in.read(null, 0, 0), () -> out.write((byte[]) null));
        }
    }
}
