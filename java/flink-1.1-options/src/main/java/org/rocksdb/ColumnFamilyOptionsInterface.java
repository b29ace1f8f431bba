package org.rocksdb;

import java.util.List;

/**
 * Options of column families.
 *
 * <p>Setters return this object.
 */
public interface ColumnFamilyOptionsInterface {
    /** 512 MiB. */
    long DEFAULT_COMPACTION_MEMTABLE_MEMORY_BUDGET = 512L << 20;

    /** Makes gets fast: a block cache of so many megabytes, filters, and a hash memtable. */
    Object optimizeForPointLookup(long blockCacheSizeMb);

    /** Calls {@link #optimizeLevelStyleCompaction(long)} with 512 MiB. */
    Object optimizeLevelStyleCompaction();

    /** Sizes level compaction by the bytes that memtables may take. */
    Object optimizeLevelStyleCompaction(long memtableMemoryBudget);

    /** Calls {@link #optimizeUniversalStyleCompaction(long)} with 512 MiB. */
    Object optimizeUniversalStyleCompaction();

    /** Sizes universal compaction by the bytes that memtables may take. */
    Object optimizeUniversalStyleCompaction(long memtableMemoryBudget);

    /** Sets the order of keys; in Gabion always bytewise. */
    Object setComparator(BuiltinComparator comparator);

    /** Sets the order of keys; in Gabion always bytewise. */
    Object setComparator(AbstractComparator<? extends AbstractSlice<?>> comparator);

    /** Sets how values are combined; in Gabion lists append. */
    Object setMergeOperatorName(String value);

    /** Sets how values are combined; in Gabion lists append. */
    Object setMergeOperator(MergeOperator value);

    /** Sets the bytes of a memtable. */
    Object setWriteBufferSize(long value);

    /** Returns the bytes of a memtable. */
    long writeBufferSize();

    /** Sets how many memtables there may be; in Gabion at least 4. */
    Object setMaxWriteBufferNumber(int value);

    /** Returns how many memtables there may be. */
    int maxWriteBufferNumber();

    /** Sets how many memtables are flushed at once; in Gabion 1. */
    Object setMinWriteBufferNumberToMerge(int value);

    /** Returns how many memtables are flushed at once. */
    int minWriteBufferNumberToMerge();

    /** Sets the length of prefixes; no effect. */
    Object useFixedLengthPrefixExtractor(int value);

    /** Sets the largest length of prefixes; no effect. */
    Object useCappedPrefixExtractor(int value);

    /** Sets how blocks are compressed. */
    Object setCompressionType(CompressionType value);

    /** Returns how blocks are compressed. */
    CompressionType compressionType();

    /** Sets how blocks of each level are compressed. */
    Object setCompressionPerLevel(List<CompressionType> value);

    /** Returns how blocks of each level are compressed. */
    List<CompressionType> compressionPerLevel();

    /** Sets the number of levels. */
    Object setNumLevels(int value);

    /** Returns the number of levels. */
    int numLevels();

    /** Sets at how many files level 0 is compacted. */
    Object setLevelZeroFileNumCompactionTrigger(int value);

    /** Returns at how many files level 0 is compacted. */
    int levelZeroFileNumCompactionTrigger();

    /** Sets at how many files of level 0 writes are slowed down. */
    Object setLevelZeroSlowdownWritesTrigger(int value);

    /** Returns at how many files of level 0 writes are slowed down. */
    int levelZeroSlowdownWritesTrigger();

    /** Sets at how many files of level 0 writes are stopped. */
    Object setLevelZeroStopWritesTrigger(int value);

    /** Returns at how many files of level 0 writes are stopped. */
    int levelZeroStopWritesTrigger();

    /** Sets the level that memtables are flushed to; no effect. */
    Object setMaxMemCompactionLevel(int value);

    /** Returns the level that memtables are flushed to. */
    int maxMemCompactionLevel();

    /** Sets the bytes of a file of level 1. */
    Object setTargetFileSizeBase(long value);

    /** Returns the bytes of a file of level 1. */
    long targetFileSizeBase();

    /** Sets how much larger files are with each level. */
    Object setTargetFileSizeMultiplier(int value);

    /** Returns how much larger files are with each level. */
    int targetFileSizeMultiplier();

    /** Sets the bytes of level 1. */
    Object setMaxBytesForLevelBase(long value);

    /** Returns the bytes of level 1. */
    long maxBytesForLevelBase();

    /** Sets whether the sizes of levels follow the size of the last one. */
    Object setLevelCompactionDynamicLevelBytes(boolean value);

    /** Returns whether the sizes of levels follow the size of the last one. */
    boolean levelCompactionDynamicLevelBytes();

    /** Sets how much larger each level is than the one before. */
    Object setMaxBytesForLevelMultiplier(int value);

    /** Returns how much larger each level is than the one before. */
    int maxBytesForLevelMultiplier();

    /** Sets how large a compaction may grow; no effect. */
    Object setExpandedCompactionFactor(int value);

    /** Returns how large a compaction may grow. */
    int expandedCompactionFactor();

    /** Sets how much a compaction may start with; no effect. */
    Object setSourceCompactionFactor(int value);

    /** Returns how much a compaction may start with. */
    int sourceCompactionFactor();

    /** Sets how much of the level after next a file may overlap; no effect. */
    Object setMaxGrandparentOverlapFactor(int value);

    /** Returns how much of the level after next a file may overlap. */
    int maxGrandparentOverlapFactor();

    /** Sets from which score on writes are slowed down; no effect. */
    Object setSoftRateLimit(double value);

    /** Returns from which score on writes are slowed down. */
    double softRateLimit();

    /** Sets from which score on writes are slowed down hard; no effect. */
    Object setHardRateLimit(double value);

    /** Returns from which score on writes are slowed down hard. */
    double hardRateLimit();

    /** Sets how long a write is held at most; no effect. */
    Object setRateLimitDelayMaxMilliseconds(int value);

    /** Returns how long a write is held at most. */
    int rateLimitDelayMaxMilliseconds();

    /** Sets the bytes that a memtable reserves at once, 0 for an eighth of it. */
    Object setArenaBlockSize(long value);

    /** Returns the bytes that a memtable reserves at once, 0 for an eighth of it. */
    long arenaBlockSize();

    /** Sets whether there are no compactions. */
    Object setDisableAutoCompactions(boolean value);

    /** Returns whether there are no compactions. */
    boolean disableAutoCompactions();

    /** Sets whether flushes leave out what was overwritten; they always do. */
    Object setPurgeRedundantKvsWhileFlush(boolean value);

    /** Returns whether flushes leave out what was overwritten. */
    boolean purgeRedundantKvsWhileFlush();

    /** Sets how files are compacted. */
    Object setCompactionStyle(CompactionStyle value);

    /** Returns how files are compacted. */
    CompactionStyle compactionStyle();

    /** Sets at how many bytes FIFO compaction drops files; no effect. */
    Object setMaxTableFilesSizeFIFO(long value);

    /** Returns at how many bytes FIFO compaction drops files. */
    long maxTableFilesSizeFIFO();

    /** Sets whether compactions verify checksums; they always do. */
    Object setVerifyChecksumsInCompaction(boolean value);

    /** Returns whether compactions verify checksums. */
    boolean verifyChecksumsInCompaction();

    /** Sets after how many versions of a key a scan seeks. */
    Object setMaxSequentialSkipInIterations(long value);

    /** Returns after how many versions of a key a scan seeks. */
    long maxSequentialSkipInIterations();

    /** Sets what holds rows before they are in a file. */
    Object setMemTableConfig(MemTableConfig value);

    /** Returns RocksDB's name of it. */
    String memTableFactoryName();

    /** Sets the format of files. */
    Object setTableFormatConfig(TableFormatConfig value);

    /** Returns RocksDB's name of it. */
    String tableFactoryName();

    /** Sets whether values are overwritten in memtables; in Gabion never. */
    Object setInplaceUpdateSupport(boolean value);

    /** Returns whether values are overwritten in memtables. */
    boolean inplaceUpdateSupport();

    /** Sets how many locks such updates have. */
    Object setInplaceUpdateNumLocks(long value);

    /** Returns how many locks such updates have. */
    long inplaceUpdateNumLocks();

    /** Sets the part of a memtable that is a bloom filter. */
    Object setMemtablePrefixBloomSizeRatio(double value);

    /** Returns the part of a memtable that is a bloom filter. */
    double memtablePrefixBloomSizeRatio();

    /** Sets whether that filter is laid out for the CPU's cache. */
    Object setBloomLocality(int value);

    /** Returns whether that filter is laid out for the CPU's cache. */
    int bloomLocality();

    /** Sets after how many merges of a key a memtable combines them, 0 for never. */
    Object setMaxSuccessiveMerges(long value);

    /** Returns after how many merges of a key a memtable combines them, 0 for never. */
    long maxSuccessiveMerges();

    /** Sets from how many operands on they are combined without a value; no effect. */
    Object setMinPartialMergeOperands(int value);

    /** Returns from how many operands on they are combined without a value. */
    int minPartialMergeOperands();

    /** Sets whether the last level has no filters. */
    Object setOptimizeFiltersForHits(boolean value);

    /** Returns whether the last level has no filters. */
    boolean optimizeFiltersForHits();

    /** Sets whether deletions of absent keys are left out; no effect, of 4.5.1 alone. */
    Object setFilterDeletes(boolean value);

    /** Returns whether deletions of absent keys are left out. */
    boolean filterDeletes();

    /** Sets the bits of a memtable's bloom filter; no effect, of 4.5.1 alone. */
    Object setMemtablePrefixBloomBits(int value);

    /** Returns the bits of a memtable's bloom filter. */
    int memtablePrefixBloomBits();

    /** Sets the probes of that filter; no effect, of 4.5.1 alone. */
    Object setMemtablePrefixBloomProbes(int value);

    /** Returns the probes of that filter. */
    int memtablePrefixBloomProbes();
}
