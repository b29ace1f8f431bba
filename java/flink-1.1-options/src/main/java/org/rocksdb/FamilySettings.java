package org.rocksdb;

import static org.rocksdb.BuiltinComparator.BYTEWISE_COMPARATOR;

import java.util.List;
import java.util.Properties;

/** The settings of {@link ColumnFamilyOptions}: RocksDB 4.11.2's names and defaults, and what Gabion does with each. */
final class FamilySettings {
    private static final Catalog ALL = new Catalog();

    private static final String ORDER = "keys are ordered as unsigned bytes";
    private static final String MERGE = "Gabion picks the merge operator: lists append, other states hold one value";
    private static final String FILTER = "it would drop rows that a snapshot needs";
    private static final String PREFIX = "Gabion sets it where the memtable needs one, and filters hold whole keys";
    private static final String FIFO = "FIFO compaction deletes rows that a snapshot needs";
    private static final String STRUCTURED = "this property is not read; call the setters";

    /** RocksDB stops writes when a family has used up its write buffers, and a snapshot's barrier takes one. */
    private static final int LEAST_WRITE_BUFFERS = 4;
    private static final String BARRIER = "there are at least 4, since a snapshot's barrier takes one";

    static final Setting<Object> COMPARATOR =
            new Setting<>("comparator", "setComparator", null, c -> c == BYTEWISE_COMPARATOR ? null : ORDER, c -> null);
    static final Setting<MergeOperator> MERGE_OPERATOR = new Setting<>("merge_operator", "setMergeOperator", null,
            operator -> operator instanceof StringAppendOperator ? null : MERGE, operator -> null);
    static final Setting<String> MERGE_OPERATOR_NAME = new Setting<>("merge_operator", "setMergeOperatorName", null,
            name -> name.equals("stringappend") ? null : MERGE, name -> null);
    static final Setting<AbstractCompactionFilter<?>> COMPACTION_FILTER =
            new Setting<>("compaction_filter", "setCompactionFilter", null, filter -> FILTER, filter -> null);
    static final Setting<Long> WRITE_BUFFER_SIZE = ALL.passed("write_buffer_size", 64L << 20);
    static final Setting<Integer> MAX_WRITE_BUFFER_NUMBER = ALL.limited("max_write_buffer_number",
            "setMaxWriteBufferNumber", 2, n -> n < LEAST_WRITE_BUFFERS ? BARRIER : null);
    static final Setting<Integer> MIN_WRITE_BUFFER_NUMBER_TO_MERGE = ALL.kept("min_write_buffer_number_to_merge",
            "setMinWriteBufferNumberToMerge", 1, 1, "a snapshot waits until no memtable is left to flush");
    static final Setting<Integer> FIXED_PREFIX =
            new Setting<>("prefix_extractor", "useFixedLengthPrefixExtractor", null, n -> PREFIX, n -> null);
    static final Setting<Integer> CAPPED_PREFIX =
            new Setting<>("prefix_extractor", "useCappedPrefixExtractor", null, n -> PREFIX, n -> null);
    static final Setting<CompressionType> COMPRESSION = ALL.limited("compression", "setCompressionType",
            CompressionType.SNAPPY_COMPRESSION, CompressionType::objection);
    static final Setting<List<CompressionType>> COMPRESSION_PER_LEVEL =
            ALL.limited("compression_per_level", "setCompressionPerLevel", List.of(), CompressionType::objectionToAny);
    static final Setting<Integer> NUM_LEVELS = ALL.passed("num_levels", 7);
    static final Setting<Integer> LEVEL0_FILE_NUM_COMPACTION_TRIGGER = ALL.passed("level0_file_num_compaction_trigger", 4);
    static final Setting<Integer> LEVEL0_SLOWDOWN_WRITES_TRIGGER = ALL.passed("level0_slowdown_writes_trigger", 20);
    static final Setting<Integer> LEVEL0_STOP_WRITES_TRIGGER = ALL.passed("level0_stop_writes_trigger", 24);
    static final Setting<Integer> MAX_MEM_COMPACTION_LEVEL =
            ALL.gone("max_mem_compaction_level", "setMaxMemCompactionLevel", 0);
    static final Setting<Long> TARGET_FILE_SIZE_BASE = ALL.passed("target_file_size_base", 64L << 20);
    static final Setting<Integer> TARGET_FILE_SIZE_MULTIPLIER = ALL.passed("target_file_size_multiplier", 1);
    static final Setting<Long> MAX_BYTES_FOR_LEVEL_BASE = ALL.passed("max_bytes_for_level_base", 256L << 20);
    static final Setting<Boolean> LEVEL_COMPACTION_DYNAMIC_LEVEL_BYTES =
            ALL.passed("level_compaction_dynamic_level_bytes", false);
    static final Setting<Integer> MAX_BYTES_FOR_LEVEL_MULTIPLIER = ALL.passed("max_bytes_for_level_multiplier", 10);
    static final Setting<Integer> EXPANDED_COMPACTION_FACTOR =
            ALL.gone("expanded_compaction_factor", "setExpandedCompactionFactor", 25);
    static final Setting<Integer> SOURCE_COMPACTION_FACTOR =
            ALL.gone("source_compaction_factor", "setSourceCompactionFactor", 1);
    static final Setting<Integer> MAX_GRANDPARENT_OVERLAP_FACTOR =
            ALL.gone("max_grandparent_overlap_factor", "setMaxGrandparentOverlapFactor", 10);
    static final Setting<Double> SOFT_RATE_LIMIT = ALL.gone("soft_rate_limit", "setSoftRateLimit", 0.0);
    static final Setting<Double> HARD_RATE_LIMIT = ALL.gone("hard_rate_limit", "setHardRateLimit", 0.0);
    static final Setting<Integer> RATE_LIMIT_DELAY_MAX_MILLISECONDS =
            ALL.gone("rate_limit_delay_max_milliseconds", "setRateLimitDelayMaxMilliseconds", 1000);
    static final Setting<Long> ARENA_BLOCK_SIZE = ALL.passed("arena_block_size", 0L);
    static final Setting<Boolean> DISABLE_AUTO_COMPACTIONS = ALL.passed("disable_auto_compactions", false);
    static final Setting<Boolean> PURGE_REDUNDANT_KVS_WHILE_FLUSH =
            ALL.gone("purge_redundant_kvs_while_flush", "setPurgeRedundantKvsWhileFlush", true);
    static final Setting<CompactionStyle> COMPACTION_STYLE = ALL.limited("compaction_style", "setCompactionStyle",
            CompactionStyle.LEVEL, style -> style == CompactionStyle.FIFO ? FIFO : null);
    static final Setting<Long> MAX_TABLE_FILES_SIZE_FIFO =
            ALL.kept("compaction_options_fifo", "setMaxTableFilesSizeFIFO", 1L << 30, 1L << 30, FIFO);
    static final Setting<Boolean> VERIFY_CHECKSUMS_IN_COMPACTION =
            ALL.gone("verify_checksums_in_compaction", "setVerifyChecksumsInCompaction", true);
    static final Setting<Long> MAX_SEQUENTIAL_SKIP_IN_ITERATIONS = ALL.passed("max_sequential_skip_in_iterations", 8L);
    /** Gabion's option {@code memtable}; RocksDB 4 reads a property of that name too. */
    static final Setting<Choice> MEMTABLE = new Setting<>("memtable", "setMemTableConfig",
            new SkipListMemTableConfig().choice(), choice -> choice.objection, choice -> choice.text);
    /** A table format that is not Gabion's; block-based tables are in {@link TableSettings}. */
    static final Setting<Choice> OTHER_TABLE = new Setting<>("table_factory", "setTableFormatConfig",
            new BlockBasedTableConfig().choice(), choice -> choice.objection, choice -> choice.text);
    static final Setting<Boolean> INPLACE_UPDATE_SUPPORT = ALL.kept(
            "inplace_update_support", "setInplaceUpdateSupport", false, false, "it would change rows that a snapshot needs");
    static final Setting<Long> INPLACE_UPDATE_NUM_LOCKS = ALL.passed("inplace_update_num_locks", 10_000L);
    static final Setting<Double> MEMTABLE_PREFIX_BLOOM_SIZE_RATIO = ALL.passed("memtable_prefix_bloom_size_ratio", 0.0);
    static final Setting<Integer> BLOOM_LOCALITY = ALL.passed("bloom_locality", 0);
    static final Setting<Long> MAX_SUCCESSIVE_MERGES = ALL.passed("max_successive_merges", 0L);
    static final Setting<Integer> MIN_PARTIAL_MERGE_OPERANDS =
            ALL.gone("min_partial_merge_operands", "setMinPartialMergeOperands", 2);
    static final Setting<Boolean> OPTIMIZE_FILTERS_FOR_HITS = ALL.passed("optimize_filters_for_hits", false);

    // Of 4.5.1 alone.
    static final Setting<Boolean> FILTER_DELETES = ALL.gone("filter_deletes", "setFilterDeletes", false);
    static final Setting<Integer> MEMTABLE_PREFIX_BLOOM_BITS =
            ALL.gone("memtable_prefix_bloom_bits", "setMemtablePrefixBloomBits", 0);
    static final Setting<Integer> MEMTABLE_PREFIX_BLOOM_PROBES =
            ALL.gone("memtable_prefix_bloom_probes", "setMemtablePrefixBloomProbes", 6);

    /** What {@code optimizeUniversalStyleCompaction} asks for. */
    static final Setting<String> COMPACTION_OPTIONS_UNIVERSAL =
            new Setting<>("compaction_options_universal", null, "", value -> null, Setting::plain);

    // Those without a setter; most can be given as properties only.
    static final Setting<Long> SOFT_PENDING_COMPACTION_BYTES_LIMIT =
            ALL.passed("soft_pending_compaction_bytes_limit", 64L << 30);
    static final Setting<Long> HARD_PENDING_COMPACTION_BYTES_LIMIT =
            ALL.passed("hard_pending_compaction_bytes_limit", 256L << 30);

    static {
        ALL.passed("report_bg_io_stats", false);
        ALL.gone("compaction_measure_io_stats", null, false);
        ALL.passed("paranoid_file_checks", false);
        ALL.gone("max_write_buffer_number_to_maintain", null, 0);
        ALL.passed("memtable_huge_page_size", 0L);
        ALL.gone("memtable_prefix_bloom_huge_page_tlb_size", null, 0L);
        ALL.limited("bottommost_compression", null, "kDisableCompressionOption", CompressionType::objectionTo);
        ALL.passed("max_bytes_for_level_multiplier_additional", "");
        for (String name : List.of("block_based_table_factory", "plain_table_factory", "memtable", "compression_opts")) {
            ALL.unread(name, STRUCTURED);
        }
        for (String name : List.of("comparator", "compaction_filter", "compaction_filter_factory", "memtable_factory",
                "merge_operator", "prefix_extractor", "table_factory")) {
            ALL.unread(name, "RocksDB makes no object from a property");
        }
    }

    private FamilySettings() {}

    static Settings parse(Properties properties) {
        return ALL.parse(properties);
    }
}
