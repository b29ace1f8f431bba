package dev.gabion;

import static dev.gabion.Given.bytes;
import static dev.gabion.Given.storage;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The RocksDBs that stream engines ship can open a native snapshot. Each runs in a JVM of its own. */
class StockEnginesTest {
    private static final int KEYS = 400;

    @TempDir Path scratch;

    /** The rows that each family must have. */
    private final Map<String, TreeMap<String, byte[]>> expected = new TreeMap<>();

    static List<Path> jars() throws IOException {
        try (var files = Files.list(Path.of(System.getProperty("gabion.stock")))) {
            return files.sorted().collect(Collectors.toList());
        }
    }

    private static byte[] number(long value) {
        return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    }

    private static long number(byte[] value) {
        return ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    private static byte[] value(String kind, int i) {
        return kind.equals("uint64-add") ? number(i * 1_000_003L) : bytes(("value " + i + " ").repeat(i % 40));
    }

    /** What a merge makes of a value that may be absent. */
    private static byte[] merged(String kind, byte[] value, byte[] operand) {
        if (value == null) {
            return operand;
        }
        if (kind.equals("uint64-add")) {
            return number(number(value) + number(operand));
        }
        return ByteBuffer.allocate(value.length + 1 + operand.length).put(value).put((byte) ',').put(operand).array();
    }

    private static String key(int i) {
        return String.format("key%04d", i);
    }

    private void writeValues(Backend backend) {
        for (String kind : List.of("none", "string-append", "uint64-add")) {
            for (String memtable : List.of("skip-list", "hash-link-list")) {
                for (String compression : List.of("LZ4", "Snappy")) {
                    String name = kind + "/" + memtable + "/" + compression;
                    Options options = new Options()
                            .set("merge", kind)
                            .set("memtable", memtable)
                            .set("compression", "k" + compression + "Compression");
                    ColumnFamily family = backend.createColumnFamily(bytes(name), bytes(""), options);
                    TreeMap<String, byte[]> rows = new TreeMap<>();
                    for (int i = 0; i < KEYS; i += 2) {
                        family.put(bytes(key(i)), value(kind, i));
                        rows.put(key(i), value(kind, i));
                    }
                    expected.put(name, rows);
                }
            }
        }
    }

    /** Writes that lie in files of their own, above those of the values: operands without a value, deletes, overwrites. */
    private void writeChanges(Backend backend) {
        expected.forEach((name, rows) -> {
            String kind = name.split("/")[0];
            ColumnFamily family = backend.columnFamily(bytes(name));
            for (int i = 0; i < KEYS; i++) {
                byte[] key = bytes(key(i));
                if (i % 7 == 0) {
                    family.delete(key);
                    rows.remove(key(i));
                }
                for (int operand = 0; operand < i % 3; operand++) {
                    if (kind.equals("none")) {
                        family.put(key, value(kind, i + operand));
                        rows.put(key(i), value(kind, i + operand));
                    } else {
                        family.merge(key, value(kind, i + operand));
                        rows.put(key(i), merged(kind, rows.get(key(i)), value(kind, i + operand)));
                    }
                }
            }
            family.deleteRange(bytes(key(100)), bytes(key(120)));
            rows.subMap(key(100), key(120)).clear();
        });
    }

    private Path capture(Backend backend, String name) throws Exception {
        Path directory = scratch.resolve(name);
        try (Snapshot snapshot = backend.startSnapshot(SnapshotRequest.capture(SnapshotKind.NATIVE, directory))) {
            assertEquals(0, snapshot.await().fallbacks());
        }
        return directory;
    }

    private Path captured() throws Exception {
        try (Backend backend = Backend.open(storage(scratch))) {
            writeValues(backend);
            capture(backend, "values");
            writeChanges(backend);
            return capture(backend, "changes");
        }
    }

    /** What a stock RocksDB prints of a copy of the database. */
    private List<String> read(Path jar, Path database, String operators) throws Exception {
        Path copy = Files.createTempDirectory(scratch, "copy");
        try (var files = Files.list(database)) {
            for (Path file : files.collect(Collectors.toList())) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        Path classes = Path.of(StockReader.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        ChildJvm child = ChildJvm.startPlain(
                scratch, classes + File.pathSeparator + jar, StockReader.class, copy.toString(), operators);
        assertEquals(0, child.exit(60), child::output);
        return child.output().lines().collect(Collectors.toList());
    }

    private List<String> expectedRows() {
        List<String> lines = new ArrayList<>();
        expected.forEach((name, rows) -> rows.forEach((key, value) -> {
            String hex = StockReader.hex(value);
            lines.add("row " + name + " " + StockReader.hex(bytes(key)) + " " + hex + " " + hex);
        }));
        return lines;
    }

    private static List<String> starting(String prefix, List<String> lines) {
        return lines.stream().filter(line -> line.startsWith(prefix)).sorted().collect(Collectors.toList());
    }

    @Test
    void two_stock_engines_are_tried() throws Exception {
        assertEquals(2, jars().size(), jars().toString());
        assertTrue(jars().get(0).getFileName().toString().startsWith("frocksdbjni-6.20.3"), jars().toString());
        assertTrue(jars().get(1).getFileName().toString().startsWith("frocksdbjni-8.10.0"), jars().toString());
    }

    @ParameterizedTest
    @MethodSource("jars")
    void a_native_snapshot_opens_and_has_every_row(Path jar) throws Exception {
        Path database = captured();
        List<String> byName = read(jar, database, "name");
        assertEquals(expectedRows(), starting("row ", byName));
        assertEquals(expectedRows(), starting("row ", read(jar, database, "object")));
        for (String name : expected.keySet()) {
            List<String> tables = starting("table " + name + " ", byName);
            assertEquals(2, tables.size(), tables.toString());
            String kind = name.split("/")[0];
            long operands = 0;
            for (String table : tables) {
                String[] words = table.split(" ");
                assertEquals(name.split("/")[2], words[2]);
                String operator = kind.equals("none") ? "nullptr" : kind.equals("uint64-add")
                        ? "UInt64AddOperator" : "StringAppendTESTOperator";
                assertEquals(operator, words[3]);
                operands += Long.parseLong(words[4]);
            }
            assertEquals(!kind.equals("none"), operands > 0, tables.toString());
        }
    }
}
