package org.rocksdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gabion.flink.options.RecordedOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.rocksdb.util.SizeUnit;

/** What is handed over for what was set, and what is said of the rest. */
class RecordsTest {
    private static void assertUnsupported(RecordedOptions options, String... sentences) {
        assertEquals(List.of(sentences), options.unsupported());
    }

    @Test
    void nothing_set_is_nothing_handed_over() {
        for (RecordedOptions options : List.of(new DBOptions(), new ColumnFamilyOptions(), new Options())) {
            assertEquals(Map.of(), options.asText());
            assertEquals(Map.of(), options.asFamilyText());
            assertUnsupported(options);
        }
    }

    @Test
    void options_of_a_database_become_text() {
        DBOptions options = new DBOptions()
                .setIncreaseParallelism(4)
                .setUseFsync(false)
                .setMaxOpenFiles(-1)
                .setWalSizeLimitMB(7)
                .setMaxManifestFileSize(-1)
                .setRateLimiterConfig(new GenericRateLimiterConfig(SizeUnit.MB))
                .createStatistics();
        assertEquals(
                "{max_background_jobs=4, use_fsync=false, max_open_files=-1, WAL_size_limit_MB=7, "
                        + "max_manifest_file_size=18446744073709551615, rate_limiter_bytes_per_sec=1048576, statistics=true}",
                options.asText().toString());
        assertUnsupported(options);
    }

    @Test
    void options_of_column_families_become_text() {
        ColumnFamilyOptions options = new ColumnFamilyOptions()
                .setCompactionStyle(CompactionStyle.UNIVERSAL)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setCompressionPerLevel(List.of(CompressionType.NO_COMPRESSION, CompressionType.SNAPPY_COMPRESSION))
                .setMaxBytesForLevelMultiplier(8)
                .setMemTableConfig(new HashLinkedListMemTableConfig())
                .setMergeOperator(new StringAppendOperator())
                .setComparator(BuiltinComparator.BYTEWISE_COMPARATOR)
                .setTableFormatConfig(new BlockBasedTableConfig()
                        .setBlockSize(128 * SizeUnit.KB)
                        .setBlockCacheSize(256 * SizeUnit.MB)
                        .setFilter(new BloomFilter(12))
                        .setChecksumType(ChecksumType.kxxHash));
        assertEquals(
                "{compaction_style=kCompactionStyleUniversal, compression=kLZ4Compression, "
                        + "compression_per_level=kNoCompression:kSnappyCompression, max_bytes_for_level_multiplier=8, "
                        + "block_size=131072, memory.block_cache=268435456, filter_policy=bloomfilter:12:false, checksum=kxxHash}",
                options.asText().toString());
        assertEquals(Map.of("memtable", "hash-link-list"), options.asFamilyText());
        assertUnsupported(options);
    }

    @Test
    void a_later_value_replaces_an_earlier_one_in_its_place() {
        ColumnFamilyOptions options = new ColumnFamilyOptions().setNumLevels(4).setArenaBlockSize(1).setNumLevels(5);
        assertEquals("{num_levels=5, arena_block_size=1}", options.asText().toString());
        options.setCompressionType(CompressionType.LZ4_COMPRESSION).setCompressionType(CompressionType.BZLIB2_COMPRESSION);
        assertEquals(CompressionType.BZLIB2_COMPRESSION, options.compressionType());
        assertNull(options.asText().get("compression"));
        assertUnsupported(options, "setCompressionType(BZLIB2_COMPRESSION): Gabion is built without it; take LZ4_COMPRESSION");
        assertUnsupported(options.setCompressionType(CompressionType.NO_COMPRESSION));
    }

    @Test
    void what_rocksdb_has_no_more_is_said() {
        assertUnsupported(new DBOptions().setDisableDataSync(true).setAllowOsBuffer(false),
                "setDisableDataSync(true): RocksDB has it no more",
                "setAllowOsBuffer(false): RocksDB has it no more");
        assertUnsupported(new ColumnFamilyOptions().setSoftRateLimit(0.5).setMaxMemCompactionLevel(2).setFilterDeletes(true),
                "setSoftRateLimit(0.5): RocksDB has it no more",
                "setMaxMemCompactionLevel(2): RocksDB has it no more",
                "setFilterDeletes(true): RocksDB has it no more");
    }

    @Test
    void what_gabion_does_otherwise_is_said() {
        assertUnsupported(
                new DBOptions()
                        .setCreateIfMissing(false)
                        .setInfoLogLevel(InfoLogLevel.DEBUG_LEVEL)
                        .setWalDir("/wal")
                        .setRateLimiterConfig(new GenericRateLimiterConfig(9, 5, 1)),
                "setCreateIfMissing(false): a backend opens in a new directory",
                "setInfoLogLevel(DEBUG_LEVEL): RocksDB's message log is off; read the backend's metrics",
                "setWalDir(/wal): a backend keeps all its files in one private directory; set the backend's storage paths",
                "setRateLimiterConfig(GenericRateLimiterConfig): "
                        + "the limit holds, with RocksDB's refill period of 100,000 microseconds and fairness of 10");
        ColumnFamilyOptions families = new ColumnFamilyOptions()
                .setMergeOperatorName("max")
                .setComparator(BuiltinComparator.REVERSE_BYTEWISE_COMPARATOR)
                .setCompactionStyle(CompactionStyle.FIFO)
                .setMaxWriteBufferNumber(2)
                .setMinWriteBufferNumberToMerge(3)
                .useCappedPrefixExtractor(8)
                .setMemTableConfig(new VectorMemTableConfig())
                .setTableFormatConfig(new PlainTableConfig());
        assertUnsupported(families,
                "setMergeOperatorName(max): Gabion picks the merge operator: lists append, other states hold one value",
                "setComparator(REVERSE_BYTEWISE_COMPARATOR): keys are ordered as unsigned bytes",
                "setCompactionStyle(FIFO): FIFO compaction deletes rows that a snapshot needs",
                "setMaxWriteBufferNumber(2): there are at least 4, since a snapshot's barrier takes one",
                "setMinWriteBufferNumberToMerge(3): a snapshot waits until no memtable is left to flush",
                "useCappedPrefixExtractor(8): Gabion sets it where the memtable needs one, and filters hold whole keys",
                "setMemTableConfig(VectorMemTableConfig): Gabion has SkipListMemTableConfig and HashLinkedListMemTableConfig",
                "setTableFormatConfig(PlainTableConfig): tables are block-based; set a BlockBasedTableConfig");
        assertEquals(Map.of(), families.asText());
        assertEquals(Map.of(), families.asFamilyText());
        assertEquals("VectorRepFactory PlainTable", families.memTableFactoryName() + " " + families.tableFactoryName());
    }

    @Test
    void what_gabion_does_anyway_is_not_said() {
        assertUnsupported(new DBOptions().setCreateIfMissing(true).setErrorIfExists(false).setDisableDataSync(false).setWalDir(""));
        assertUnsupported(new ColumnFamilyOptions().setMergeOperatorName("stringappend").setMinWriteBufferNumberToMerge(1)
                .setVerifyChecksumsInCompaction(true).setInplaceUpdateSupport(false).setHardRateLimit(0));
    }

    @Test
    void a_table_configuration_counts_as_it_was_when_it_was_set_and_in_place_of_all_of_an_earlier_one() {
        BlockBasedTableConfig first = new BlockBasedTableConfig().setBlockSize(1).setFilter(null);
        BlockBasedTableConfig second = new BlockBasedTableConfig().setNoBlockCache(true);
        ColumnFamilyOptions options = new ColumnFamilyOptions().setTableFormatConfig(first);
        first.setBlockSize(2);
        assertEquals(Map.of("block_size", "1", "filter_policy", "nullptr"), options.asText());
        options.setTableFormatConfig(new PlainTableConfig()).setTableFormatConfig(second);
        assertEquals(Map.of("no_block_cache", "true"), options.asText());
        assertUnsupported(options);
        HashLinkedListMemTableConfig memtable = new HashLinkedListMemTableConfig();
        options.setMemTableConfig(memtable);
        memtable.setBucketCount(7);
        assertUnsupported(options);
        assertUnsupported(options.setMemTableConfig(memtable), "setMemTableConfig(HashLinkedListMemTableConfig): "
                + "it is a hash table of linked lists, with Gabion's own sizes");
        assertEquals(Map.of("memtable", "hash-link-list"), options.asFamilyText());
    }

    @Test
    void block_caches_are_at_least_one_mebibyte_and_none_is_rocksdbs_default() {
        ColumnFamilyOptions options = new ColumnFamilyOptions();
        options.setTableFormatConfig(new BlockBasedTableConfig().setBlockCacheSize(1));
        assertEquals(Map.of("memory.block_cache", "1048576"), options.asText());
        options.setTableFormatConfig(new BlockBasedTableConfig().setBlockCacheSize(0));
        assertEquals(Map.of(), options.asText());
    }

    @Test
    void the_last_of_two_ways_to_say_the_same_counts() {
        ColumnFamilyOptions options = new ColumnFamilyOptions().setMergeOperatorName("max").useFixedLengthPrefixExtractor(2);
        options.setMergeOperator(new StringAppendOperator()).useCappedPrefixExtractor(3);
        assertEquals(1, options.unsupported().size());
        assertTrue(options.unsupported().get(0).startsWith("useCappedPrefixExtractor(3): "), options.unsupported().toString());
    }

    @Test
    void options_for_point_lookups_are_those_of_rocksdb_11() {
        ColumnFamilyOptions options = new ColumnFamilyOptions().optimizeForPointLookup(16);
        assertEquals(
                "{filter_policy=bloomfilter:10:false, memory.block_cache=16777216, "
                        + "data_block_index_type=kDataBlockBinaryAndHash, data_block_hash_table_util_ratio=0.75}",
                options.asText().toString());
        assertEquals(Map.of("memtable", "hash-link-list"), options.asFamilyText());
    }

    @Test
    void both_options_in_one_are_a_copy() {
        DBOptions db = new DBOptions().setMaxOpenFiles(9).setDisableDataSync(true);
        ColumnFamilyOptions family = new ColumnFamilyOptions().setNumLevels(3).setMemTableConfig(new SkipListMemTableConfig());
        Options both = new Options(db, family);
        db.setMaxOpenFiles(10);
        assertEquals("{max_open_files=9, num_levels=3}", both.asText().toString());
        assertEquals(Map.of("memtable", "skip-list"), both.asFamilyText());
        assertUnsupported(both.setEnv(new RocksMemEnv()), "setDisableDataSync(true): RocksDB has it no more",
                "setEnv(RocksMemEnv): Gabion uses the local file system");
        assertUnsupported(both.setEnv(Env.getDefault()).setDisableDataSync(false));
        assertSame(Env.getDefault(), both.getEnv());
    }

    @Test
    void answers_are_the_callers_own() {
        DBOptions options = new DBOptions().setMaxOpenFiles(9).setDisableDataSync(true);
        options.asText().clear();
        options.unsupported().clear();
        assertEquals(1, options.asText().size());
        assertEquals(1, options.unsupported().size());
        List<CompressionType> levels = new ArrayList<>(List.of(CompressionType.NO_COMPRESSION));
        ColumnFamilyOptions family = new ColumnFamilyOptions().setCompressionPerLevel(levels);
        levels.add(CompressionType.LZ4_COMPRESSION);
        assertEquals(List.of(CompressionType.NO_COMPRESSION), family.compressionPerLevel());
    }

    @Test
    void null_is_refused_as_rocksdb_refuses_it() {
        assertThrows(NullPointerException.class, () -> new DBOptions().setRateLimiterConfig(null));
        assertThrows(NullPointerException.class, () -> new ColumnFamilyOptions().setCompactionStyle(null));
        assertThrows(NullPointerException.class, () -> new ColumnFamilyOptions().setMemTableConfig(null));
        assertThrows(IllegalArgumentException.class, () -> new ColumnFamilyOptions().setMergeOperatorName(null));
        assertThrows(IllegalArgumentException.class, () -> DBOptions.getDBOptionsFromProps(new Properties()));
        assertThrows(IllegalArgumentException.class, () -> ColumnFamilyOptions.getColumnFamilyOptionsFromProps(null));
        assertThrows(IllegalArgumentException.class, () -> InfoLogLevel.getInfoLogLevel((byte) 7));
    }

    @Test
    void properties_that_have_no_effect_are_said_by_their_names() {
        Properties properties = new Properties();
        properties.setProperty("compression_opts", "4:5:6");
        assertUnsupported(ColumnFamilyOptions.getColumnFamilyOptionsFromProps(properties),
                "compression_opts = 4:5:6: this property is not read; call the setters");
        properties.clear();
        properties.setProperty("random_access_max_buffer_size", "1");
        assertUnsupported(DBOptions.getDBOptionsFromProps(properties),
                "random_access_max_buffer_size = 1: RocksDB has it no more");
    }

    @Test
    void freed_options_still_answer() {
        DBOptions options = new DBOptions().setMaxOpenFiles(9);
        assertTrue(options.isOwningHandle());
        options.close();
        options.dispose();
        assertFalse(options.isOwningHandle());
        assertEquals(9, options.maxOpenFiles());
    }

    @Test
    void there_is_one_statistics_object_for_all_who_ask() {
        Options options = new Options();
        Statistics statistics = options.statisticsPtr();
        assertSame(statistics, options.createStatistics().statisticsPtr());
        assertSame(statistics, options.statisticsPtr());
        assertEquals(Map.of("statistics", "true"), options.asText());
    }

    @Test
    void handles_give_back_what_they_were_made_of() {
        Object family = new Object();
        assertSame(family, Handles.family(Handles.handle(family), Object.class));
        assertThrows(ClassCastException.class, () -> Handles.family(Handles.handle(family), String.class));
        assertThrows(NullPointerException.class, () -> Handles.handle(null));
        assertNotSame(Handles.database(), Handles.database());
    }
}
