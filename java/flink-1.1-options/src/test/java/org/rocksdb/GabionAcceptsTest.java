package org.rocksdb;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gabion.Backend;
import dev.gabion.ColumnFamily;
import dev.gabion.GabionException;
import dev.gabion.flink.options.RecordedOptions;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backend is opened with what the recorders hand over, and RocksDB says what is in effect. */
class GabionAcceptsTest {
    /** Gabion's own options, and what RocksDB does not write to its OPTIONS file. */
    private static final Set<String> NOT_IN_FILE = Set.of("memory.block_cache", "statistics", "rate_limiter_bytes_per_sec");

    private static final byte[] KEY = {1};
    private static final byte[] VALUE = new byte[1000];

    @TempDir Path scratch;

    private Backend open(Map<String, String> text) {
        dev.gabion.Options options = new dev.gabion.Options().set("storage.paths", scratch.toString()).setAll(text);
        return Backend.open(options);
    }

    private static ColumnFamily family(Backend backend, Map<String, String> text) {
        return backend.createColumnFamily(KEY, KEY, new dev.gabion.Options().setAll(text));
    }

    /** Opens a backend with the options, writes and reads, and answers what is not in effect. */
    private List<String> ineffective(RecordedOptions recorded) {
        Map<String, String> text = recorded.asText();
        try (Backend backend = open(text)) {
            ColumnFamily family = family(backend, recorded.asFamilyText());
            family.put(KEY, VALUE);
            assertArrayEquals(VALUE, family.get(KEY));
            List<String> effective = List.of(backend.effectiveOptions().split("\n"));
            return text.entrySet().stream()
                    .filter(option -> !NOT_IN_FILE.contains(option.getKey()))
                    .filter(option -> !option.getValue().isEmpty()) // RocksDB writes no empty list
                    .filter(option -> effective.stream().noneMatch(line -> says(line, option.getKey(), option.getValue())))
                    .map(Object::toString)
                    .collect(Collectors.toList());
        } catch (GabionException e) {
            return List.of(e.toString());
        }
    }

    /** Whether a line of an OPTIONS file has this value, perhaps with other zeros or with more members. */
    private static boolean says(String line, String name, String value) {
        if (!line.startsWith("  " + name + "=")) {
            return false;
        }
        String there = line.substring(line.indexOf('=') + 1);
        if (value.startsWith("{")) {
            return there.contains(value.substring(1, value.length() - 1));
        }
        return there.equals(value) || there.contains(".") && Double.parseDouble(there) == Double.parseDouble(value);
    }

    private static RecordedOptions with(Class<?> type, Method setter, Object value) throws Exception {
        Object options = type.getConstructor().newInstance();
        setter.invoke(options, value);
        if (options instanceof BlockBasedTableConfig) {
            return new ColumnFamilyOptions().setTableFormatConfig((BlockBasedTableConfig) options);
        }
        return (RecordedOptions) options;
    }

    @Test
    void each_setter_with_each_value_has_its_effect_or_says_why_not() throws Exception {
        List<String> wrong = new ArrayList<>();
        int inEffect = 0;
        for (Class<?> type : List.of(DBOptions.class, ColumnFamilyOptions.class, BlockBasedTableConfig.class)) {
            for (Method setter : RealRocksDb.setters(type)) {
                for (Object value : Samples.of(setter)) {
                    RecordedOptions recorded = with(type, setter, value);
                    inEffect += recorded.asText().size() + recorded.asFamilyText().size();
                    List<String> ineffective = ineffective(recorded);
                    if (!ineffective.isEmpty()) {
                        wrong.add(setter.getName() + "(" + value + "): " + ineffective);
                    }
                }
            }
        }
        assertEquals(List.of(), wrong);
        assertTrue(inEffect > 100, "in effect: " + inEffect);
    }

    @Test
    void all_settings_that_have_an_effect_go_together() throws Exception {
        DBOptions db = new DBOptions();
        ColumnFamilyOptions family = new ColumnFamilyOptions();
        BlockBasedTableConfig table = new BlockBasedTableConfig();
        int called = 0;
        for (Object options : List.of(db, family, table)) {
            for (Method setter : RealRocksDb.setters(options.getClass())) {
                Object value = supported(options.getClass(), setter);
                boolean isExclusive = List.of("setNoBlockCache", "setIncreaseParallelism").contains(setter.getName())
                        || setter.getName().startsWith("optimizeFor");
                if (value != null && !isExclusive) {
                    setter.invoke(options, value);
                    called++;
                }
            }
        }
        family.setTableFormatConfig(table).setCompactionStyle(CompactionStyle.LEVEL); // which has dynamic level bytes
        Options all = new Options(db, family);
        assertEquals(List.of("setMinWriteBufferNumberToMerge"), // which the methods that optimize a compaction call
                List.of(String.join(",", all.unsupported()).split("\\(")[0]));
        assertEquals(List.of(), ineffective(all));
        assertTrue(called > 70 && all.asText().size() > 55, called + " setters gave " + all.asText());
    }

    /** A sample that has its effect; null if none has. */
    private static Object supported(Class<?> type, Method setter) throws Exception {
        Object last = null;
        for (Object value : Samples.of(setter)) {
            boolean isOptimizer = setter.getName().startsWith("optimize");
            if (isOptimizer || with(type, setter, value).unsupported().isEmpty()) {
                last = value;
            }
        }
        return last;
    }

    @Test
    void properties_have_the_same_effect() {
        Properties db = new Properties();
        db.putAll(Map.of("max_open_files", "77", "bytes_per_sync", "4k", "wal_recovery_mode", "kAbsoluteConsistency",
                "max_subcompactions", "2", "delayed_write_rate", "3M", "use_fsync", "1"));
        DBOptions options = DBOptions.getDBOptionsFromProps(db);
        assertEquals(6, options.asText().size());
        assertEquals(List.of(), ineffective(options));
        Properties family = new Properties();
        family.putAll(Map.of("bottommost_compression", "kLZ4HCCompression", "paranoid_file_checks", "true", "num_levels", "5",
                "max_bytes_for_level_multiplier_additional", "1:2:1", "compaction_style", "kCompactionStyleUniversal"));
        ColumnFamilyOptions families = ColumnFamilyOptions.getColumnFamilyOptionsFromProps(family);
        assertEquals(5, families.asText().size());
        assertEquals(List.of(), ineffective(families));
    }

    @Test
    void the_block_cache_has_the_size_that_was_set() {
        long small = cached(1 << 20);
        long large = cached(48 << 20);
        assertTrue(small < 2 << 20 && large > 4 << 20, small + " and " + large + " bytes in the caches");
    }

    /** Bytes in a block cache of that size after about 8 MiB were read from files. */
    private long cached(long size) {
        ColumnFamilyOptions options = new ColumnFamilyOptions()
                .setWriteBufferSize(1 << 20)
                .setCompressionType(CompressionType.NO_COMPRESSION)
                .setTableFormatConfig(new BlockBasedTableConfig().setBlockCacheSize(size));
        Random random = new Random(1);
        try (Backend backend = open(options.asText())) {
            ColumnFamily family = family(backend, Map.of());
            for (int i = 0; i < 10_000; i++) {
                random.nextBytes(VALUE);
                family.put(key(i), VALUE);
            }
            for (int i = 0; i < 10_000; i++) {
                assertEquals(VALUE.length, family.get(key(i)).length);
            }
            return backend.metrics().get("memory.block_cache");
        }
    }

    private static byte[] key(int number) {
        return new byte[] {(byte) (number >> 8), (byte) number};
    }

    @Test
    void tickers_have_their_names_and_count() {
        DBOptions options = new DBOptions().createStatistics();
        Statistics statistics = options.statisticsPtr();
        assertEquals(0, statistics.getTickerCount(TickerType.NUMBER_KEYS_WRITTEN));
        try (Backend backend = open(options.asText())) {
            statistics.readFrom(backend::metrics);
            ColumnFamily family = family(backend, Map.of());
            for (int i = 0; i < 7; i++) {
                family.put(key(i), VALUE);
            }
            assertEquals(7, statistics.getTickerCount(TickerType.NUMBER_KEYS_WRITTEN));
            for (TickerType type : TickerType.values()) {
                assertTrue(type.metric() == null || backend.metrics().containsKey(type.metric()), type.toString());
            }
        }
        assertEquals(0, statistics.getTickerCount(TickerType.RATE_LIMIT_DELAY_MILLIS));
        assertEquals(0, statistics.getHistogramData(HistogramType.DB_GET).getMedian());
    }
}
