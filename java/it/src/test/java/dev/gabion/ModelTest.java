package dev.gabion;

import static dev.gabion.Given.bytes;
import static dev.gabion.Given.storage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random operations, compared with a sorted map after each. The seed is the test's argument. */
class ModelTest {
    @TempDir Path scratch;
    @TempDir Path target;
    private Random random;
    private Backend backend;
    private ColumnFamily family;
    private TreeMap<byte[], byte[]> model = new TreeMap<>(Arrays::compareUnsigned);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void random_operations_do_what_they_do_to_a_sorted_map(long seed) throws Exception {
        random = new Random(seed);
        Options options = new Options()
                .set("merge", "string-append")
                .set("merge.delimiter", "|")
                .set("memtable", seed % 2 == 0 ? "hash-link-list" : "skip-list");
        backend = Backend.open(storage(scratch).set("write_buffer_size", "128K"));
        try {
            family = backend.createColumnFamily(bytes("f"), bytes("d"), options);
            int steps = Given.soak() ? 200_000 : 6_000;
            for (int step = 0; step < steps; step++) {
                step();
            }
            compareAll();
            throughSnapshot();
            compareAll();
        } finally {
            backend.close();
        }
    }

    /** Few different keys, so that operations meet; some bytes are beyond 127. */
    private byte[] key() {
        byte[] key = new byte[random.nextInt(4)];
        for (int i = 0; i < key.length; i++) {
            key[i] = (byte) (random.nextInt(6) * 50);
        }
        return key;
    }

    private byte[] value() {
        byte[] value = new byte[random.nextInt(50) == 0 ? random.nextInt(200_000) : random.nextInt(40)];
        random.nextBytes(value);
        return value;
    }

    private void step() throws Exception {
        int kind = random.nextInt(100);
        if (kind < 30) {
            put(key(), value());
        } else if (kind < 40) {
            merge(key(), value());
        } else if (kind < 50) {
            delete(key());
        } else if (kind < 75) {
            get(key());
        } else if (kind < 80) {
            multiGet();
        } else if (kind < 88) {
            scan();
        } else if (kind < 92) {
            batch();
        } else if (kind < 96) {
            deleteRange(key(), key());
        } else if (random.nextInt(40) == 0) {
            throughSnapshot();
        } else if (random.nextInt(40) == 0) {
            family.clear();
            model.clear();
        }
    }

    private void put(byte[] key, byte[] value) {
        if (random.nextBoolean()) {
            family.put(key, value);
        } else {
            family.put(Given.direct(key), Given.direct(value));
        }
        model.put(key, value);
    }

    private void merge(byte[] key, byte[] operand) {
        if (random.nextBoolean()) {
            family.merge(key, operand);
        } else {
            family.merge(Given.direct(key), Given.direct(operand));
        }
        model.merge(key, operand, ModelTest::append);
    }

    private static byte[] append(byte[] old, byte[] operand) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        joined.writeBytes(old);
        joined.write('|');
        joined.writeBytes(operand);
        return joined.toByteArray();
    }

    private void delete(byte[] key) {
        if (random.nextBoolean()) {
            family.delete(key);
        } else {
            family.delete(Given.direct(key));
        }
        model.remove(key);
    }

    private void deleteRange(byte[] from, byte[] to) {
        family.deleteRange(from, to);
        if (Arrays.compareUnsigned(from, to) < 0) {
            model.subMap(from, to).clear();
        }
    }

    private void get(byte[] key) {
        byte[] expected = model.get(key);
        assertArrayEquals(expected, family.get(key));
        assertEquals(expected != null, family.contains(key));
        byte[] into = new byte[random.nextInt(60)];
        int length = family.get(key, into);
        assertEquals(expected == null ? -1 : expected.length, length);
        if (length >= 0 && length <= into.length) {
            assertArrayEquals(expected, Arrays.copyOf(into, length));
        }
    }

    private void multiGet() {
        List<byte[]> keys = new ArrayList<>();
        for (int i = random.nextInt(20); i > 0; i--) {
            keys.add(key());
        }
        List<byte[]> values = family.multiGet(keys);
        for (int i = 0; i < keys.size(); i++) {
            assertArrayEquals(model.get(keys.get(i)), values.get(i));
        }
    }

    private void scan() {
        byte[] from = random.nextInt(4) == 0 ? null : key();
        byte[] to = random.nextInt(4) == 0 ? null : key();
        NavigableMap<byte[], byte[]> expected = model;
        if (from != null) {
            expected = expected.tailMap(from, true);
        }
        if (to != null) {
            expected = from != null && Arrays.compareUnsigned(from, to) > 0 ? new TreeMap<>() : expected.headMap(to, false);
        }
        boolean backward = random.nextBoolean();
        ScanRange range = ScanRange.of(from, to);
        try (View view = random.nextBoolean() ? backend.view() : null) {
            ScanRange directed = backward ? range.backward() : range;
            compare(
                    backward ? expected.descendingMap() : expected,
                    view == null ? family.scan(directed) : family.scan(directed, view));
        }
    }

    private static void compare(Map<byte[], byte[]> expected, Scan found) {
        try (found) {
            expected.forEach((key, value) -> {
                assertTrue(found.next());
                assertArrayEquals(key, found.key());
                assertArrayEquals(value, found.value());
            });
            assertFalse(found.next());
        }
    }

    private void batch() {
        try (Batch batch = new Batch()) {
            for (int i = random.nextInt(30); i > 0; i--) {
                byte[] key = key();
                byte[] value = value();
                if (random.nextInt(3) > 0) {
                    batch.put(family, key, value);
                    model.put(key, value);
                } else if (random.nextBoolean()) {
                    batch.merge(family, key, value);
                    model.merge(key, value, ModelTest::append);
                } else {
                    batch.delete(family, key);
                    model.remove(key);
                }
            }
            backend.write(batch);
        }
    }

    /** Replaces the backend by one that is restored from a snapshot, of either kind and either target. */
    private void throughSnapshot() throws Exception {
        SnapshotKind kind = random.nextBoolean() ? SnapshotKind.NATIVE : SnapshotKind.PORTABLE;
        String url = target.resolve("snapshots").toUri().toString();
        Path capture = target.resolve("capture" + random.nextInt(Integer.MAX_VALUE));
        boolean publish = random.nextBoolean();
        SnapshotRequest request = publish ? SnapshotRequest.publish(kind, url) : SnapshotRequest.capture(kind, capture);
        try (Snapshot snapshot = backend.startSnapshot(request)) {
            TreeMap<byte[], byte[]> before = new TreeMap<>(model);
            put(key(), value());
            delete(key());
            snapshot.await();
            model = before;
        }
        backend.close();
        backend = Backend.restore(
                storage(scratch).set("write_buffer_size", "128K"),
                null,
                KeyRange.all(),
                publish ? Source.latest(url) : Source.capture(capture));
        family = backend.columnFamily(bytes("f"));
    }

    private void compareAll() {
        compare(model, family.scan(ScanRange.all()));
        compare(model.descendingMap(), family.scan(ScanRange.all().backward()));
    }
}
