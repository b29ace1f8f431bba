package org.rocksdb;

import static org.rocksdb.DbSettings.ENV;

import dev.gabion.flink.options.RecordedOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@link DBOptions} and {@link ColumnFamilyOptions} in one object. */
public class Options extends RocksObject implements DBOptionsInterface, ColumnFamilyOptionsInterface, RecordedOptions {
    /** More files than there ever are. */
    private static final int NEVER = 1 << 30;

    private final DBOptions db = new DBOptions();
    private final ColumnFamilyOptions cf = new ColumnFamilyOptions();

    /** Makes options that leave everything as it is. */
    public Options() {}

    /**
     * Makes options with a copy of others.
     *
     * @param dbOptions options of a database
     * @param columnFamilyOptions options of column families
     */
    public Options(DBOptions dbOptions, ColumnFamilyOptions columnFamilyOptions) {
        db.settings.setAll(dbOptions.settings);
        cf.settings.setAll(columnFamilyOptions.settings);
    }

    /** This, after one of its parts was changed. */
    private Options with(RecordedOptions changed) {
        return this;
    }

    @Override
    public Map<String, String> asText() {
        Map<String, String> all = db.asText();
        all.putAll(cf.asText());
        return all;
    }

    @Override
    public Map<String, String> asFamilyText() { return cf.asFamilyText(); }

    @Override
    public List<String> unsupported() {
        List<String> all = new ArrayList<>(db.unsupported());
        all.addAll(cf.unsupported());
        return all;
    }

    /**
     * Sets where files and threads come from; in Gabion always {@link Env#getDefault}.
     *
     * @param env an environment
     * @return this
     */
    public Options setEnv(Env env) {
        db.settings.set(ENV, env);
        return this;
    }

    /**
     * Returns where files and threads come from.
     *
     * @return what was set, or {@link Env#getDefault}
     */
    public Env getEnv() {
        return db.settings.has(ENV) ? db.settings.get(ENV) : Env.getDefault();
    }

    /**
     * Makes ready for writing much that is compacted later: there are no compactions until then.
     *
     * @return this
     */
    public Options prepareForBulkLoad() {
        setLevelZeroFileNumCompactionTrigger(NEVER);
        setLevelZeroSlowdownWritesTrigger(NEVER);
        setLevelZeroStopWritesTrigger(NEVER);
        cf.settings.set(FamilySettings.SOFT_PENDING_COMPACTION_BYTES_LIMIT, 0L);
        cf.settings.set(FamilySettings.HARD_PENDING_COMPACTION_BYTES_LIMIT, 0L);
        setDisableAutoCompactions(true);
        setDisableDataSync(true);
        setSourceCompactionFactor(NEVER);
        setNumLevels(2);
        setMaxWriteBufferNumber(6);
        setMinWriteBufferNumberToMerge(1);
        setMaxBackgroundFlushes(4);
        setMaxBackgroundCompactions(2);
        return setTargetFileSizeBase(256L << 20);
    }

    @Override
    public Options setIncreaseParallelism(int totalThreads) { return with(db.setIncreaseParallelism(totalThreads)); }

    @Override
    public Options createStatistics() { return with(db.createStatistics()); }
    @Override
    public Statistics statisticsPtr() { return db.statisticsPtr(); }

    @Override
    public Options setCreateIfMissing(boolean value) { return with(db.setCreateIfMissing(value)); }
    @Override
    public boolean createIfMissing() { return db.createIfMissing(); }

    @Override
    public Options setCreateMissingColumnFamilies(boolean value) { return with(db.setCreateMissingColumnFamilies(value)); }
    @Override
    public boolean createMissingColumnFamilies() { return db.createMissingColumnFamilies(); }

    @Override
    public Options setErrorIfExists(boolean value) { return with(db.setErrorIfExists(value)); }
    @Override
    public boolean errorIfExists() { return db.errorIfExists(); }

    @Override
    public Options setParanoidChecks(boolean value) { return with(db.setParanoidChecks(value)); }
    @Override
    public boolean paranoidChecks() { return db.paranoidChecks(); }

    @Override
    public Options setRateLimiterConfig(RateLimiterConfig value) { return with(db.setRateLimiterConfig(value)); }

    @Override
    public Options setLogger(Logger value) { return with(db.setLogger(value)); }

    @Override
    public Options setInfoLogLevel(InfoLogLevel value) { return with(db.setInfoLogLevel(value)); }
    @Override
    public InfoLogLevel infoLogLevel() { return db.infoLogLevel(); }

    @Override
    public Options setMaxOpenFiles(int value) { return with(db.setMaxOpenFiles(value)); }
    @Override
    public int maxOpenFiles() { return db.maxOpenFiles(); }

    @Override
    public Options setMaxTotalWalSize(long value) { return with(db.setMaxTotalWalSize(value)); }
    @Override
    public long maxTotalWalSize() { return db.maxTotalWalSize(); }

    @Override
    public Options setDisableDataSync(boolean value) { return with(db.setDisableDataSync(value)); }
    @Override
    public boolean disableDataSync() { return db.disableDataSync(); }

    @Override
    public Options setUseFsync(boolean value) { return with(db.setUseFsync(value)); }
    @Override
    public boolean useFsync() { return db.useFsync(); }

    @Override
    public Options setDbLogDir(String value) { return with(db.setDbLogDir(value)); }
    @Override
    public String dbLogDir() { return db.dbLogDir(); }

    @Override
    public Options setWalDir(String value) { return with(db.setWalDir(value)); }
    @Override
    public String walDir() { return db.walDir(); }

    @Override
    public Options setDeleteObsoleteFilesPeriodMicros(long value) { return with(db.setDeleteObsoleteFilesPeriodMicros(value)); }
    @Override
    public long deleteObsoleteFilesPeriodMicros() { return db.deleteObsoleteFilesPeriodMicros(); }

    @Override
    public Options setMaxBackgroundCompactions(int value) { return with(db.setMaxBackgroundCompactions(value)); }
    @Override
    public int maxBackgroundCompactions() { return db.maxBackgroundCompactions(); }

    @Override
    public Options setMaxBackgroundFlushes(int value) { return with(db.setMaxBackgroundFlushes(value)); }
    @Override
    public int maxBackgroundFlushes() { return db.maxBackgroundFlushes(); }

    @Override
    public Options setMaxLogFileSize(long value) { return with(db.setMaxLogFileSize(value)); }
    @Override
    public long maxLogFileSize() { return db.maxLogFileSize(); }

    @Override
    public Options setLogFileTimeToRoll(long value) { return with(db.setLogFileTimeToRoll(value)); }
    @Override
    public long logFileTimeToRoll() { return db.logFileTimeToRoll(); }

    @Override
    public Options setKeepLogFileNum(long value) { return with(db.setKeepLogFileNum(value)); }
    @Override
    public long keepLogFileNum() { return db.keepLogFileNum(); }

    @Override
    public Options setMaxManifestFileSize(long value) { return with(db.setMaxManifestFileSize(value)); }
    @Override
    public long maxManifestFileSize() { return db.maxManifestFileSize(); }

    @Override
    public Options setTableCacheNumshardbits(int value) { return with(db.setTableCacheNumshardbits(value)); }
    @Override
    public int tableCacheNumshardbits() { return db.tableCacheNumshardbits(); }

    @Override
    public Options setWalTtlSeconds(long value) { return with(db.setWalTtlSeconds(value)); }
    @Override
    public long walTtlSeconds() { return db.walTtlSeconds(); }

    @Override
    public Options setWalSizeLimitMB(long value) { return with(db.setWalSizeLimitMB(value)); }
    @Override
    public long walSizeLimitMB() { return db.walSizeLimitMB(); }

    @Override
    public Options setManifestPreallocationSize(long value) { return with(db.setManifestPreallocationSize(value)); }
    @Override
    public long manifestPreallocationSize() { return db.manifestPreallocationSize(); }

    @Override
    public Options setAllowOsBuffer(boolean value) { return with(db.setAllowOsBuffer(value)); }
    @Override
    public boolean allowOsBuffer() { return db.allowOsBuffer(); }

    @Override
    public Options setAllowMmapReads(boolean value) { return with(db.setAllowMmapReads(value)); }
    @Override
    public boolean allowMmapReads() { return db.allowMmapReads(); }

    @Override
    public Options setAllowMmapWrites(boolean value) { return with(db.setAllowMmapWrites(value)); }
    @Override
    public boolean allowMmapWrites() { return db.allowMmapWrites(); }

    @Override
    public Options setIsFdCloseOnExec(boolean value) { return with(db.setIsFdCloseOnExec(value)); }
    @Override
    public boolean isFdCloseOnExec() { return db.isFdCloseOnExec(); }

    @Override
    public Options setStatsDumpPeriodSec(int value) { return with(db.setStatsDumpPeriodSec(value)); }
    @Override
    public int statsDumpPeriodSec() { return db.statsDumpPeriodSec(); }

    @Override
    public Options setAdviseRandomOnOpen(boolean value) { return with(db.setAdviseRandomOnOpen(value)); }
    @Override
    public boolean adviseRandomOnOpen() { return db.adviseRandomOnOpen(); }

    @Override
    public Options setUseAdaptiveMutex(boolean value) { return with(db.setUseAdaptiveMutex(value)); }
    @Override
    public boolean useAdaptiveMutex() { return db.useAdaptiveMutex(); }

    @Override
    public Options setBytesPerSync(long value) { return with(db.setBytesPerSync(value)); }
    @Override
    public long bytesPerSync() { return db.bytesPerSync(); }

    @Override
    public Options optimizeForPointLookup(long megabytes) { return with(cf.optimizeForPointLookup(megabytes)); }

    @Override
    public Options optimizeLevelStyleCompaction() { return with(cf.optimizeLevelStyleCompaction()); }

    @Override
    public Options optimizeLevelStyleCompaction(long budget) { return with(cf.optimizeLevelStyleCompaction(budget)); }

    @Override
    public Options optimizeUniversalStyleCompaction() { return with(cf.optimizeUniversalStyleCompaction()); }

    @Override
    public Options optimizeUniversalStyleCompaction(long budget) { return with(cf.optimizeUniversalStyleCompaction(budget)); }

    @Override
    public Options setComparator(BuiltinComparator comparator) { return with(cf.setComparator(comparator)); }

    @Override
    public Options setComparator(AbstractComparator<? extends AbstractSlice<?>> comparator) {
        return with(cf.setComparator(comparator));
    }

    @Override
    public Options setMergeOperatorName(String value) { return with(cf.setMergeOperatorName(value)); }

    @Override
    public Options setMergeOperator(MergeOperator value) { return with(cf.setMergeOperator(value)); }

    @Override
    public Options setWriteBufferSize(long value) { return with(cf.setWriteBufferSize(value)); }
    @Override
    public long writeBufferSize() { return cf.writeBufferSize(); }

    @Override
    public Options setMaxWriteBufferNumber(int value) { return with(cf.setMaxWriteBufferNumber(value)); }
    @Override
    public int maxWriteBufferNumber() { return cf.maxWriteBufferNumber(); }

    @Override
    public Options setMinWriteBufferNumberToMerge(int value) { return with(cf.setMinWriteBufferNumberToMerge(value)); }
    @Override
    public int minWriteBufferNumberToMerge() { return cf.minWriteBufferNumberToMerge(); }

    @Override
    public Options useFixedLengthPrefixExtractor(int value) { return with(cf.useFixedLengthPrefixExtractor(value)); }

    @Override
    public Options useCappedPrefixExtractor(int value) { return with(cf.useCappedPrefixExtractor(value)); }

    @Override
    public Options setCompressionType(CompressionType value) { return with(cf.setCompressionType(value)); }
    @Override
    public CompressionType compressionType() { return cf.compressionType(); }

    @Override
    public Options setCompressionPerLevel(List<CompressionType> value) { return with(cf.setCompressionPerLevel(value)); }
    @Override
    public List<CompressionType> compressionPerLevel() { return cf.compressionPerLevel(); }

    @Override
    public Options setNumLevels(int value) { return with(cf.setNumLevels(value)); }
    @Override
    public int numLevels() { return cf.numLevels(); }

    @Override
    public Options setLevelZeroFileNumCompactionTrigger(int value) {
        return with(cf.setLevelZeroFileNumCompactionTrigger(value));
    }
    @Override
    public int levelZeroFileNumCompactionTrigger() { return cf.levelZeroFileNumCompactionTrigger(); }

    @Override
    public Options setLevelZeroSlowdownWritesTrigger(int value) { return with(cf.setLevelZeroSlowdownWritesTrigger(value)); }
    @Override
    public int levelZeroSlowdownWritesTrigger() { return cf.levelZeroSlowdownWritesTrigger(); }

    @Override
    public Options setLevelZeroStopWritesTrigger(int value) { return with(cf.setLevelZeroStopWritesTrigger(value)); }
    @Override
    public int levelZeroStopWritesTrigger() { return cf.levelZeroStopWritesTrigger(); }

    @Override
    public Options setMaxMemCompactionLevel(int value) { return with(cf.setMaxMemCompactionLevel(value)); }
    @Override
    public int maxMemCompactionLevel() { return cf.maxMemCompactionLevel(); }

    @Override
    public Options setTargetFileSizeBase(long value) { return with(cf.setTargetFileSizeBase(value)); }
    @Override
    public long targetFileSizeBase() { return cf.targetFileSizeBase(); }

    @Override
    public Options setTargetFileSizeMultiplier(int value) { return with(cf.setTargetFileSizeMultiplier(value)); }
    @Override
    public int targetFileSizeMultiplier() { return cf.targetFileSizeMultiplier(); }

    @Override
    public Options setMaxBytesForLevelBase(long value) { return with(cf.setMaxBytesForLevelBase(value)); }
    @Override
    public long maxBytesForLevelBase() { return cf.maxBytesForLevelBase(); }

    @Override
    public Options setLevelCompactionDynamicLevelBytes(boolean value) {
        return with(cf.setLevelCompactionDynamicLevelBytes(value));
    }
    @Override
    public boolean levelCompactionDynamicLevelBytes() { return cf.levelCompactionDynamicLevelBytes(); }

    @Override
    public Options setMaxBytesForLevelMultiplier(int value) { return with(cf.setMaxBytesForLevelMultiplier(value)); }
    @Override
    public int maxBytesForLevelMultiplier() { return cf.maxBytesForLevelMultiplier(); }

    @Override
    public Options setExpandedCompactionFactor(int value) { return with(cf.setExpandedCompactionFactor(value)); }
    @Override
    public int expandedCompactionFactor() { return cf.expandedCompactionFactor(); }

    @Override
    public Options setSourceCompactionFactor(int value) { return with(cf.setSourceCompactionFactor(value)); }
    @Override
    public int sourceCompactionFactor() { return cf.sourceCompactionFactor(); }

    @Override
    public Options setMaxGrandparentOverlapFactor(int value) { return with(cf.setMaxGrandparentOverlapFactor(value)); }
    @Override
    public int maxGrandparentOverlapFactor() { return cf.maxGrandparentOverlapFactor(); }

    @Override
    public Options setSoftRateLimit(double value) { return with(cf.setSoftRateLimit(value)); }
    @Override
    public double softRateLimit() { return cf.softRateLimit(); }

    @Override
    public Options setHardRateLimit(double value) { return with(cf.setHardRateLimit(value)); }
    @Override
    public double hardRateLimit() { return cf.hardRateLimit(); }

    @Override
    public Options setRateLimitDelayMaxMilliseconds(int value) { return with(cf.setRateLimitDelayMaxMilliseconds(value)); }
    @Override
    public int rateLimitDelayMaxMilliseconds() { return cf.rateLimitDelayMaxMilliseconds(); }

    @Override
    public Options setArenaBlockSize(long value) { return with(cf.setArenaBlockSize(value)); }
    @Override
    public long arenaBlockSize() { return cf.arenaBlockSize(); }

    @Override
    public Options setDisableAutoCompactions(boolean value) { return with(cf.setDisableAutoCompactions(value)); }
    @Override
    public boolean disableAutoCompactions() { return cf.disableAutoCompactions(); }

    @Override
    public Options setPurgeRedundantKvsWhileFlush(boolean value) { return with(cf.setPurgeRedundantKvsWhileFlush(value)); }
    @Override
    public boolean purgeRedundantKvsWhileFlush() { return cf.purgeRedundantKvsWhileFlush(); }

    @Override
    public Options setCompactionStyle(CompactionStyle value) { return with(cf.setCompactionStyle(value)); }
    @Override
    public CompactionStyle compactionStyle() { return cf.compactionStyle(); }

    @Override
    public Options setMaxTableFilesSizeFIFO(long value) { return with(cf.setMaxTableFilesSizeFIFO(value)); }
    @Override
    public long maxTableFilesSizeFIFO() { return cf.maxTableFilesSizeFIFO(); }

    @Override
    public Options setVerifyChecksumsInCompaction(boolean value) { return with(cf.setVerifyChecksumsInCompaction(value)); }
    @Override
    public boolean verifyChecksumsInCompaction() { return cf.verifyChecksumsInCompaction(); }

    @Override
    public Options setMaxSequentialSkipInIterations(long value) { return with(cf.setMaxSequentialSkipInIterations(value)); }
    @Override
    public long maxSequentialSkipInIterations() { return cf.maxSequentialSkipInIterations(); }

    @Override
    public Options setMemTableConfig(MemTableConfig value) { return with(cf.setMemTableConfig(value)); }
    @Override
    public String memTableFactoryName() { return cf.memTableFactoryName(); }

    @Override
    public Options setTableFormatConfig(TableFormatConfig value) { return with(cf.setTableFormatConfig(value)); }
    @Override
    public String tableFactoryName() { return cf.tableFactoryName(); }

    @Override
    public Options setInplaceUpdateSupport(boolean value) { return with(cf.setInplaceUpdateSupport(value)); }
    @Override
    public boolean inplaceUpdateSupport() { return cf.inplaceUpdateSupport(); }

    @Override
    public Options setInplaceUpdateNumLocks(long value) { return with(cf.setInplaceUpdateNumLocks(value)); }
    @Override
    public long inplaceUpdateNumLocks() { return cf.inplaceUpdateNumLocks(); }

    @Override
    public Options setMemtablePrefixBloomSizeRatio(double value) { return with(cf.setMemtablePrefixBloomSizeRatio(value)); }
    @Override
    public double memtablePrefixBloomSizeRatio() { return cf.memtablePrefixBloomSizeRatio(); }

    @Override
    public Options setBloomLocality(int value) { return with(cf.setBloomLocality(value)); }
    @Override
    public int bloomLocality() { return cf.bloomLocality(); }

    @Override
    public Options setMaxSuccessiveMerges(long value) { return with(cf.setMaxSuccessiveMerges(value)); }
    @Override
    public long maxSuccessiveMerges() { return cf.maxSuccessiveMerges(); }

    @Override
    public Options setMinPartialMergeOperands(int value) { return with(cf.setMinPartialMergeOperands(value)); }
    @Override
    public int minPartialMergeOperands() { return cf.minPartialMergeOperands(); }

    @Override
    public Options setOptimizeFiltersForHits(boolean value) { return with(cf.setOptimizeFiltersForHits(value)); }
    @Override
    public boolean optimizeFiltersForHits() { return cf.optimizeFiltersForHits(); }

    @Override
    public Options setFilterDeletes(boolean value) { return with(cf.setFilterDeletes(value)); }
    @Override
    public boolean filterDeletes() { return cf.filterDeletes(); }

    @Override
    public Options setMemtablePrefixBloomBits(int value) { return with(cf.setMemtablePrefixBloomBits(value)); }
    @Override
    public int memtablePrefixBloomBits() { return cf.memtablePrefixBloomBits(); }

    @Override
    public Options setMemtablePrefixBloomProbes(int value) { return with(cf.setMemtablePrefixBloomProbes(value)); }
    @Override
    public int memtablePrefixBloomProbes() { return cf.memtablePrefixBloomProbes(); }
}
