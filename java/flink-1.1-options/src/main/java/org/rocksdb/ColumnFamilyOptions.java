package org.rocksdb;

import static org.rocksdb.CompressionType.NO_COMPRESSION;
import static org.rocksdb.CompressionType.SNAPPY_COMPRESSION;
import static org.rocksdb.FamilySettings.*;
import static org.rocksdb.TableSettings.DATA_BLOCK_HASH_TABLE_UTIL_RATIO;
import static org.rocksdb.TableSettings.DATA_BLOCK_INDEX_TYPE;

import dev.gabion.flink.options.RecordedOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** Options of column families, as a record of what was set. The interface says what each means. */
public class ColumnFamilyOptions extends RocksObject implements ColumnFamilyOptionsInterface, RecordedOptions {
    /** Gabion takes it where a family is made, all else where a backend is opened. */
    private static final String OF_EACH_FAMILY = MEMTABLE.name;
    private static final int LOOKUP_BITS_PER_KEY = 10;

    final Settings settings = new Settings();

    /** Makes options that leave everything as it is. */
    public ColumnFamilyOptions() {}

    /**
     * Makes options from properties with RocksDB's names, such as {@code write_buffer_size}.
     *
     * @param properties at least one
     * @return the options; null if a name or a value is wrong
     * @throws IllegalArgumentException if there are no properties
     */
    public static ColumnFamilyOptions getColumnFamilyOptionsFromProps(Properties properties) {
        Settings read = FamilySettings.parse(properties);
        if (read == null) {
            return null;
        }
        ColumnFamilyOptions options = new ColumnFamilyOptions();
        options.settings.setAll(read);
        return options;
    }

    @Override
    public Map<String, String> asText() {
        Map<String, String> all = settings.asText();
        all.remove(OF_EACH_FAMILY);
        return all;
    }

    @Override
    public Map<String, String> asFamilyText() {
        Map<String, String> some = settings.asText();
        some.keySet().retainAll(List.of(OF_EACH_FAMILY));
        return some;
    }

    @Override
    public List<String> unsupported() {
        return settings.unsupported();
    }

    private <T> ColumnFamilyOptions set(Setting<T> setting, T value) {
        settings.set(setting, value);
        return this;
    }

    /** In place of another setting that says the same in other words. */
    private <T> ColumnFamilyOptions set(Setting<T> setting, T value, Setting<?> other) {
        settings.unset(other);
        return set(setting, value);
    }

    @Override
    public ColumnFamilyOptions optimizeForPointLookup(long blockCacheSizeMb) {
        setTableFormatConfig(new BlockBasedTableConfig()
                .setFilter(new BloomFilter(LOOKUP_BITS_PER_KEY))
                .setBlockCacheSize(blockCacheSizeMb << 20));
        set(DATA_BLOCK_INDEX_TYPE, "kDataBlockBinaryAndHash");
        set(DATA_BLOCK_HASH_TABLE_UTIL_RATIO, 0.75);
        return setMemTableConfig(new HashLinkedListMemTableConfig());
    }

    @Override
    public ColumnFamilyOptions optimizeLevelStyleCompaction() {
        return optimizeLevelStyleCompaction(DEFAULT_COMPACTION_MEMTABLE_MEMORY_BUDGET);
    }

    @Override
    public ColumnFamilyOptions optimizeLevelStyleCompaction(long memtableMemoryBudget) {
        optimizeMemtables(memtableMemoryBudget);
        setLevelZeroFileNumCompactionTrigger(2);
        setTargetFileSizeBase(memtableMemoryBudget / 8);
        setMaxBytesForLevelBase(memtableMemoryBudget);
        setCompactionStyle(CompactionStyle.LEVEL);
        List<CompressionType> levels = new ArrayList<>(Collections.nCopies(numLevels(), SNAPPY_COMPRESSION));
        Collections.fill(levels.subList(0, Math.min(2, levels.size())), NO_COMPRESSION);
        return setCompressionPerLevel(levels);
    }

    @Override
    public ColumnFamilyOptions optimizeUniversalStyleCompaction() {
        return optimizeUniversalStyleCompaction(DEFAULT_COMPACTION_MEMTABLE_MEMORY_BUDGET);
    }

    @Override
    public ColumnFamilyOptions optimizeUniversalStyleCompaction(long memtableMemoryBudget) {
        optimizeMemtables(memtableMemoryBudget);
        setCompactionStyle(CompactionStyle.UNIVERSAL);
        return set(COMPACTION_OPTIONS_UNIVERSAL, "{compression_size_percent=80;}");
    }

    private void optimizeMemtables(long budget) {
        setWriteBufferSize(budget / 4);
        setMinWriteBufferNumberToMerge(2);
        setMaxWriteBufferNumber(6);
    }

    @Override
    public ColumnFamilyOptions setComparator(BuiltinComparator comparator) {
        return set(COMPARATOR, comparator);
    }

    @Override
    public ColumnFamilyOptions setComparator(AbstractComparator<? extends AbstractSlice<?>> comparator) {
        return set(COMPARATOR, comparator);
    }

    @Override
    public ColumnFamilyOptions setMergeOperatorName(String value) {
        if (value == null) {
            throw new IllegalArgumentException("the merge operator's name is null; give a name");
        }
        return set(MERGE_OPERATOR_NAME, value, MERGE_OPERATOR);
    }

    @Override
    public ColumnFamilyOptions setMergeOperator(MergeOperator value) {
        return set(MERGE_OPERATOR, value, MERGE_OPERATOR_NAME);
    }

    /**
     * Sets what drops rows in compactions; no effect.
     *
     * @param compactionFilter a filter
     * @return this
     */
    public ColumnFamilyOptions setCompactionFilter(AbstractCompactionFilter<? extends AbstractSlice<?>> compactionFilter) {
        return set(COMPACTION_FILTER, compactionFilter);
    }

    @Override
    public ColumnFamilyOptions useFixedLengthPrefixExtractor(int value) {
        return set(FIXED_PREFIX, value, CAPPED_PREFIX);
    }

    @Override
    public ColumnFamilyOptions useCappedPrefixExtractor(int value) {
        return set(CAPPED_PREFIX, value, FIXED_PREFIX);
    }

    @Override
    public ColumnFamilyOptions setCompressionPerLevel(List<CompressionType> value) {
        return set(COMPRESSION_PER_LEVEL, List.copyOf(value));
    }

    @Override
    public ColumnFamilyOptions setMemTableConfig(MemTableConfig value) {
        return set(MEMTABLE, value.choice());
    }

    @Override
    public String memTableFactoryName() {
        return settings.get(MEMTABLE).factoryName;
    }

    /** In place of all of an earlier one, as in RocksDB. */
    @Override
    public ColumnFamilyOptions setTableFormatConfig(TableFormatConfig value) {
        settings.unsetAll(TableSettings.all());
        settings.unset(OTHER_TABLE);
        if (value instanceof BlockBasedTableConfig) {
            settings.setAll(((BlockBasedTableConfig) value).settings);
            return this;
        }
        return set(OTHER_TABLE, value.choice());
    }

    @Override
    public String tableFactoryName() {
        return settings.get(OTHER_TABLE).factoryName;
    }

    @Override
    public ColumnFamilyOptions setWriteBufferSize(long value) { return set(WRITE_BUFFER_SIZE, value); }
    @Override
    public long writeBufferSize() { return settings.get(WRITE_BUFFER_SIZE); }

    @Override
    public ColumnFamilyOptions setMaxWriteBufferNumber(int value) { return set(MAX_WRITE_BUFFER_NUMBER, value); }
    @Override
    public int maxWriteBufferNumber() { return settings.get(MAX_WRITE_BUFFER_NUMBER); }

    @Override
    public ColumnFamilyOptions setMinWriteBufferNumberToMerge(int value) {
        return set(MIN_WRITE_BUFFER_NUMBER_TO_MERGE, value);
    }
    @Override
    public int minWriteBufferNumberToMerge() { return settings.get(MIN_WRITE_BUFFER_NUMBER_TO_MERGE); }

    @Override
    public ColumnFamilyOptions setCompressionType(CompressionType value) { return set(COMPRESSION, value); }
    @Override
    public CompressionType compressionType() { return settings.get(COMPRESSION); }

    @Override
    public List<CompressionType> compressionPerLevel() { return settings.get(COMPRESSION_PER_LEVEL); }

    @Override
    public ColumnFamilyOptions setNumLevels(int value) { return set(NUM_LEVELS, value); }
    @Override
    public int numLevels() { return settings.get(NUM_LEVELS); }

    @Override
    public ColumnFamilyOptions setLevelZeroFileNumCompactionTrigger(int value) {
        return set(LEVEL0_FILE_NUM_COMPACTION_TRIGGER, value);
    }
    @Override
    public int levelZeroFileNumCompactionTrigger() { return settings.get(LEVEL0_FILE_NUM_COMPACTION_TRIGGER); }

    @Override
    public ColumnFamilyOptions setLevelZeroSlowdownWritesTrigger(int value) {
        return set(LEVEL0_SLOWDOWN_WRITES_TRIGGER, value);
    }
    @Override
    public int levelZeroSlowdownWritesTrigger() { return settings.get(LEVEL0_SLOWDOWN_WRITES_TRIGGER); }

    @Override
    public ColumnFamilyOptions setLevelZeroStopWritesTrigger(int value) {
        return set(LEVEL0_STOP_WRITES_TRIGGER, value);
    }
    @Override
    public int levelZeroStopWritesTrigger() { return settings.get(LEVEL0_STOP_WRITES_TRIGGER); }

    @Override
    public ColumnFamilyOptions setMaxMemCompactionLevel(int value) { return set(MAX_MEM_COMPACTION_LEVEL, value); }
    @Override
    public int maxMemCompactionLevel() { return settings.get(MAX_MEM_COMPACTION_LEVEL); }

    @Override
    public ColumnFamilyOptions setTargetFileSizeBase(long value) { return set(TARGET_FILE_SIZE_BASE, value); }
    @Override
    public long targetFileSizeBase() { return settings.get(TARGET_FILE_SIZE_BASE); }

    @Override
    public ColumnFamilyOptions setTargetFileSizeMultiplier(int value) {
        return set(TARGET_FILE_SIZE_MULTIPLIER, value);
    }
    @Override
    public int targetFileSizeMultiplier() { return settings.get(TARGET_FILE_SIZE_MULTIPLIER); }

    @Override
    public ColumnFamilyOptions setMaxBytesForLevelBase(long value) { return set(MAX_BYTES_FOR_LEVEL_BASE, value); }
    @Override
    public long maxBytesForLevelBase() { return settings.get(MAX_BYTES_FOR_LEVEL_BASE); }

    @Override
    public ColumnFamilyOptions setLevelCompactionDynamicLevelBytes(boolean value) {
        return set(LEVEL_COMPACTION_DYNAMIC_LEVEL_BYTES, value);
    }
    @Override
    public boolean levelCompactionDynamicLevelBytes() { return settings.get(LEVEL_COMPACTION_DYNAMIC_LEVEL_BYTES); }

    @Override
    public ColumnFamilyOptions setMaxBytesForLevelMultiplier(int value) {
        return set(MAX_BYTES_FOR_LEVEL_MULTIPLIER, value);
    }
    @Override
    public int maxBytesForLevelMultiplier() { return settings.get(MAX_BYTES_FOR_LEVEL_MULTIPLIER); }

    @Override
    public ColumnFamilyOptions setExpandedCompactionFactor(int value) { return set(EXPANDED_COMPACTION_FACTOR, value); }
    @Override
    public int expandedCompactionFactor() { return settings.get(EXPANDED_COMPACTION_FACTOR); }

    @Override
    public ColumnFamilyOptions setSourceCompactionFactor(int value) { return set(SOURCE_COMPACTION_FACTOR, value); }
    @Override
    public int sourceCompactionFactor() { return settings.get(SOURCE_COMPACTION_FACTOR); }

    @Override
    public ColumnFamilyOptions setMaxGrandparentOverlapFactor(int value) {
        return set(MAX_GRANDPARENT_OVERLAP_FACTOR, value);
    }
    @Override
    public int maxGrandparentOverlapFactor() { return settings.get(MAX_GRANDPARENT_OVERLAP_FACTOR); }

    @Override
    public ColumnFamilyOptions setSoftRateLimit(double value) { return set(SOFT_RATE_LIMIT, value); }
    @Override
    public double softRateLimit() { return settings.get(SOFT_RATE_LIMIT); }

    @Override
    public ColumnFamilyOptions setHardRateLimit(double value) { return set(HARD_RATE_LIMIT, value); }
    @Override
    public double hardRateLimit() { return settings.get(HARD_RATE_LIMIT); }

    @Override
    public ColumnFamilyOptions setRateLimitDelayMaxMilliseconds(int value) {
        return set(RATE_LIMIT_DELAY_MAX_MILLISECONDS, value);
    }
    @Override
    public int rateLimitDelayMaxMilliseconds() { return settings.get(RATE_LIMIT_DELAY_MAX_MILLISECONDS); }

    @Override
    public ColumnFamilyOptions setArenaBlockSize(long value) { return set(ARENA_BLOCK_SIZE, value); }
    @Override
    public long arenaBlockSize() { return settings.get(ARENA_BLOCK_SIZE); }

    @Override
    public ColumnFamilyOptions setDisableAutoCompactions(boolean value) { return set(DISABLE_AUTO_COMPACTIONS, value); }
    @Override
    public boolean disableAutoCompactions() { return settings.get(DISABLE_AUTO_COMPACTIONS); }

    @Override
    public ColumnFamilyOptions setPurgeRedundantKvsWhileFlush(boolean value) {
        return set(PURGE_REDUNDANT_KVS_WHILE_FLUSH, value);
    }
    @Override
    public boolean purgeRedundantKvsWhileFlush() { return settings.get(PURGE_REDUNDANT_KVS_WHILE_FLUSH); }

    @Override
    public ColumnFamilyOptions setCompactionStyle(CompactionStyle value) { return set(COMPACTION_STYLE, value); }
    @Override
    public CompactionStyle compactionStyle() { return settings.get(COMPACTION_STYLE); }

    @Override
    public ColumnFamilyOptions setMaxTableFilesSizeFIFO(long value) { return set(MAX_TABLE_FILES_SIZE_FIFO, value); }
    @Override
    public long maxTableFilesSizeFIFO() { return settings.get(MAX_TABLE_FILES_SIZE_FIFO); }

    @Override
    public ColumnFamilyOptions setVerifyChecksumsInCompaction(boolean value) {
        return set(VERIFY_CHECKSUMS_IN_COMPACTION, value);
    }
    @Override
    public boolean verifyChecksumsInCompaction() { return settings.get(VERIFY_CHECKSUMS_IN_COMPACTION); }

    @Override
    public ColumnFamilyOptions setMaxSequentialSkipInIterations(long value) {
        return set(MAX_SEQUENTIAL_SKIP_IN_ITERATIONS, value);
    }
    @Override
    public long maxSequentialSkipInIterations() { return settings.get(MAX_SEQUENTIAL_SKIP_IN_ITERATIONS); }

    @Override
    public ColumnFamilyOptions setInplaceUpdateSupport(boolean value) { return set(INPLACE_UPDATE_SUPPORT, value); }
    @Override
    public boolean inplaceUpdateSupport() { return settings.get(INPLACE_UPDATE_SUPPORT); }

    @Override
    public ColumnFamilyOptions setInplaceUpdateNumLocks(long value) { return set(INPLACE_UPDATE_NUM_LOCKS, value); }
    @Override
    public long inplaceUpdateNumLocks() { return settings.get(INPLACE_UPDATE_NUM_LOCKS); }

    @Override
    public ColumnFamilyOptions setMemtablePrefixBloomSizeRatio(double value) {
        return set(MEMTABLE_PREFIX_BLOOM_SIZE_RATIO, value);
    }
    @Override
    public double memtablePrefixBloomSizeRatio() { return settings.get(MEMTABLE_PREFIX_BLOOM_SIZE_RATIO); }

    @Override
    public ColumnFamilyOptions setBloomLocality(int value) { return set(BLOOM_LOCALITY, value); }
    @Override
    public int bloomLocality() { return settings.get(BLOOM_LOCALITY); }

    @Override
    public ColumnFamilyOptions setMaxSuccessiveMerges(long value) { return set(MAX_SUCCESSIVE_MERGES, value); }
    @Override
    public long maxSuccessiveMerges() { return settings.get(MAX_SUCCESSIVE_MERGES); }

    @Override
    public ColumnFamilyOptions setMinPartialMergeOperands(int value) { return set(MIN_PARTIAL_MERGE_OPERANDS, value); }
    @Override
    public int minPartialMergeOperands() { return settings.get(MIN_PARTIAL_MERGE_OPERANDS); }

    @Override
    public ColumnFamilyOptions setOptimizeFiltersForHits(boolean value) {
        return set(OPTIMIZE_FILTERS_FOR_HITS, value);
    }
    @Override
    public boolean optimizeFiltersForHits() { return settings.get(OPTIMIZE_FILTERS_FOR_HITS); }

    @Override
    public ColumnFamilyOptions setFilterDeletes(boolean value) { return set(FILTER_DELETES, value); }
    @Override
    public boolean filterDeletes() { return settings.get(FILTER_DELETES); }

    @Override
    public ColumnFamilyOptions setMemtablePrefixBloomBits(int value) { return set(MEMTABLE_PREFIX_BLOOM_BITS, value); }
    @Override
    public int memtablePrefixBloomBits() { return settings.get(MEMTABLE_PREFIX_BLOOM_BITS); }

    @Override
    public ColumnFamilyOptions setMemtablePrefixBloomProbes(int value) {
        return set(MEMTABLE_PREFIX_BLOOM_PROBES, value);
    }
    @Override
    public int memtablePrefixBloomProbes() { return settings.get(MEMTABLE_PREFIX_BLOOM_PROBES); }
}
