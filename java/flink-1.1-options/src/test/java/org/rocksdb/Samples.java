package org.rocksdb;

import static org.junit.jupiter.api.Assertions.fail;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.rocksdb.util.BytewiseComparator;

/** Values to call setters with. */
final class Samples {
    /** For setters that do not take everything of their type. */
    private static final Map<String, List<Object>> OF_SETTER = Map.ofEntries(
            Map.entry("setMergeOperatorName", List.of("stringappend", "max")),
            Map.entry("setDbLogDir", List.of("", "/tmp/log")),
            Map.entry("setWalDir", List.of("", "/tmp/wal")),
            Map.entry("setFormatVersion", List.of(0, 1, 2)),
            Map.entry("setMaxOpenFiles", List.of(-1, 500)),
            Map.entry("setMaxWriteBufferNumber", List.of(2, 3, 4, 6)),
            Map.entry("setTableCacheNumshardbits", List.of(4, 5)),
            Map.entry("setMaxManifestFileSize", List.of(-1L, 1L << 30)),
            Map.entry("setMaxTotalWalSize", List.of(-1L, 1L << 20)),
            Map.entry("setBlockCacheSize", List.of(0L, 5L, 48L << 20)),
            Map.entry("setLevelZeroSlowdownWritesTrigger", List.of(21)),
            Map.entry("setLevelZeroStopWritesTrigger", List.of(30)),
            Map.entry("setWriteBufferSize", List.of(3L << 20)),
            Map.entry("setArenaBlockSize", List.of(1L << 20)),
            Map.entry("setTargetFileSizeBase", List.of(1L << 20, 128L << 20)),
            Map.entry("optimizeForPointLookup", List.of(2L, 16L)),
            Map.entry("optimizeLevelStyleCompaction", List.of(64L << 20)),
            Map.entry("optimizeUniversalStyleCompaction", List.of(64L << 20)));

    private Samples() {}

    static List<Object> of(Method setter) {
        Class<?> type = setter.getParameterTypes()[0];
        if (OF_SETTER.containsKey(setter.getName())) {
            return OF_SETTER.get(setter.getName());
        }
        if (type == boolean.class) {
            return List.of(false, true);
        }
        if (type == int.class) {
            return List.of(3, 7);
        }
        if (type == long.class) {
            return List.of(1000L, 3L << 20);
        }
        if (type == double.class) {
            return List.of(0.25);
        }
        return type.isEnum() ? Arrays.asList(type.getEnumConstants()) : objects(type);
    }

    private static List<Object> objects(Class<?> type) {
        List<Object> all = List.of(
                new SkipListMemTableConfig(), new HashLinkedListMemTableConfig(), new HashSkipListMemTableConfig(),
                new VectorMemTableConfig(), new HashLinkedListMemTableConfig().setBucketCount(7),
                new BlockBasedTableConfig(), new PlainTableConfig(),
                new BloomFilter(), new BloomFilter(12), new BloomFilter(7, false),
                new StringAppendOperator(), new RemoveEmptyValueCompactionFilter(),
                new BytewiseComparator(new ComparatorOptions()),
                new GenericRateLimiterConfig(5 << 20), new GenericRateLimiterConfig(5 << 20, 1000, 3),
                Env.getDefault(), new RocksMemEnv(),
                logger(),
                List.of(),
                List.of(CompressionType.NO_COMPRESSION, CompressionType.LZ4HC_COMPRESSION),
                List.of(CompressionType.NO_COMPRESSION, CompressionType.ZLIB_COMPRESSION));
        List<Object> fitting = all.stream().filter(type::isInstance).collect(Collectors.toList());
        return fitting.isEmpty() ? fail("no sample of " + type) : fitting;
    }

    private static Logger logger() {
        return new Logger(new DBOptions()) {
            @Override
            protected void log(InfoLogLevel infoLogLevel, String logMsg) {}
        };
    }
}
