package org.rocksdb;

import static org.rocksdb.DbSettings.*;

import dev.gabion.flink.options.RecordedOptions;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** Options of a database, as a record of what was set. The interface says what each means. */
public class DBOptions extends RocksObject implements DBOptionsInterface, RecordedOptions {
    final Settings settings = new Settings();

    /** Makes options that leave everything as it is. */
    public DBOptions() {}

    /**
     * Makes options from properties with RocksDB's names, such as {@code max_open_files}.
     *
     * @param properties at least one
     * @return the options; null if a name or a value is wrong
     * @throws IllegalArgumentException if there are no properties
     */
    public static DBOptions getDBOptionsFromProps(Properties properties) {
        Settings read = DbSettings.parse(properties);
        if (read == null) {
            return null;
        }
        DBOptions options = new DBOptions();
        options.settings.setAll(read);
        return options;
    }

    @Override
    public Map<String, String> asText() {
        return settings.asText();
    }

    @Override
    public List<String> unsupported() {
        return settings.unsupported();
    }

    private <T> DBOptions set(Setting<T> setting, T value) {
        settings.set(setting, value);
        return this;
    }

    /** In place of what was set for flushes and compactions, as in RocksDB. */
    @Override
    public DBOptions setIncreaseParallelism(int totalThreads) {
        settings.unset(MAX_BACKGROUND_COMPACTIONS);
        settings.unset(MAX_BACKGROUND_FLUSHES);
        return set(MAX_BACKGROUND_JOBS, totalThreads);
    }

    @Override
    public int maxBackgroundCompactions() {
        boolean byParallelism = settings.has(MAX_BACKGROUND_JOBS) && !settings.has(MAX_BACKGROUND_COMPACTIONS);
        return byParallelism ? settings.get(MAX_BACKGROUND_JOBS) - 1 : settings.get(MAX_BACKGROUND_COMPACTIONS);
    }

    @Override
    public int maxBackgroundFlushes() {
        return settings.get(MAX_BACKGROUND_FLUSHES);
    }

    /** Keeps what there is, so that nobody is left with statistics that count no more. */
    @Override
    public DBOptions createStatistics() {
        return settings.has(STATISTICS) ? this : set(STATISTICS, new Statistics());
    }

    /** The same object each time. */
    @Override
    public Statistics statisticsPtr() {
        return createStatistics().settings.get(STATISTICS);
    }

    @Override
    public DBOptions setCreateIfMissing(boolean value) { return set(CREATE_IF_MISSING, value); }
    @Override
    public boolean createIfMissing() { return settings.get(CREATE_IF_MISSING); }

    @Override
    public DBOptions setCreateMissingColumnFamilies(boolean value) {
        return set(CREATE_MISSING_COLUMN_FAMILIES, value);
    }
    @Override
    public boolean createMissingColumnFamilies() { return settings.get(CREATE_MISSING_COLUMN_FAMILIES); }

    @Override
    public DBOptions setErrorIfExists(boolean value) { return set(ERROR_IF_EXISTS, value); }
    @Override
    public boolean errorIfExists() { return settings.get(ERROR_IF_EXISTS); }

    @Override
    public DBOptions setParanoidChecks(boolean value) { return set(PARANOID_CHECKS, value); }
    @Override
    public boolean paranoidChecks() { return settings.get(PARANOID_CHECKS); }

    @Override
    public DBOptions setRateLimiterConfig(RateLimiterConfig value) { return set(RATE_LIMITER, value); }

    @Override
    public DBOptions setLogger(Logger value) { return set(LOGGER, value); }

    @Override
    public DBOptions setInfoLogLevel(InfoLogLevel value) { return set(INFO_LOG_LEVEL, value); }
    @Override
    public InfoLogLevel infoLogLevel() { return settings.get(INFO_LOG_LEVEL); }

    @Override
    public DBOptions setMaxOpenFiles(int value) { return set(MAX_OPEN_FILES, value); }
    @Override
    public int maxOpenFiles() { return settings.get(MAX_OPEN_FILES); }

    @Override
    public DBOptions setMaxTotalWalSize(long value) { return set(MAX_TOTAL_WAL_SIZE, value); }
    @Override
    public long maxTotalWalSize() { return settings.get(MAX_TOTAL_WAL_SIZE); }

    @Override
    public DBOptions setDisableDataSync(boolean value) { return set(DISABLE_DATA_SYNC, value); }
    @Override
    public boolean disableDataSync() { return settings.get(DISABLE_DATA_SYNC); }

    @Override
    public DBOptions setUseFsync(boolean value) { return set(USE_FSYNC, value); }
    @Override
    public boolean useFsync() { return settings.get(USE_FSYNC); }

    @Override
    public DBOptions setDbLogDir(String value) { return set(DB_LOG_DIR, value); }
    @Override
    public String dbLogDir() { return settings.get(DB_LOG_DIR); }

    @Override
    public DBOptions setWalDir(String value) { return set(WAL_DIR, value); }
    @Override
    public String walDir() { return settings.get(WAL_DIR); }

    @Override
    public DBOptions setDeleteObsoleteFilesPeriodMicros(long value) {
        return set(DELETE_OBSOLETE_FILES_PERIOD_MICROS, value);
    }
    @Override
    public long deleteObsoleteFilesPeriodMicros() { return settings.get(DELETE_OBSOLETE_FILES_PERIOD_MICROS); }

    @Override
    public DBOptions setMaxBackgroundCompactions(int value) { return set(MAX_BACKGROUND_COMPACTIONS, value); }

    @Override
    public DBOptions setMaxBackgroundFlushes(int value) { return set(MAX_BACKGROUND_FLUSHES, value); }

    @Override
    public DBOptions setMaxLogFileSize(long value) { return set(MAX_LOG_FILE_SIZE, value); }
    @Override
    public long maxLogFileSize() { return settings.get(MAX_LOG_FILE_SIZE); }

    @Override
    public DBOptions setLogFileTimeToRoll(long value) { return set(LOG_FILE_TIME_TO_ROLL, value); }
    @Override
    public long logFileTimeToRoll() { return settings.get(LOG_FILE_TIME_TO_ROLL); }

    @Override
    public DBOptions setKeepLogFileNum(long value) { return set(KEEP_LOG_FILE_NUM, value); }
    @Override
    public long keepLogFileNum() { return settings.get(KEEP_LOG_FILE_NUM); }

    @Override
    public DBOptions setMaxManifestFileSize(long value) { return set(MAX_MANIFEST_FILE_SIZE, value); }
    @Override
    public long maxManifestFileSize() { return settings.get(MAX_MANIFEST_FILE_SIZE); }

    @Override
    public DBOptions setTableCacheNumshardbits(int value) { return set(TABLE_CACHE_NUMSHARDBITS, value); }
    @Override
    public int tableCacheNumshardbits() { return settings.get(TABLE_CACHE_NUMSHARDBITS); }

    @Override
    public DBOptions setWalTtlSeconds(long value) { return set(WAL_TTL_SECONDS, value); }
    @Override
    public long walTtlSeconds() { return settings.get(WAL_TTL_SECONDS); }

    @Override
    public DBOptions setWalSizeLimitMB(long value) { return set(WAL_SIZE_LIMIT_MB, value); }
    @Override
    public long walSizeLimitMB() { return settings.get(WAL_SIZE_LIMIT_MB); }

    @Override
    public DBOptions setManifestPreallocationSize(long value) { return set(MANIFEST_PREALLOCATION_SIZE, value); }
    @Override
    public long manifestPreallocationSize() { return settings.get(MANIFEST_PREALLOCATION_SIZE); }

    @Override
    public DBOptions setAllowOsBuffer(boolean value) { return set(ALLOW_OS_BUFFER, value); }
    @Override
    public boolean allowOsBuffer() { return settings.get(ALLOW_OS_BUFFER); }

    @Override
    public DBOptions setAllowMmapReads(boolean value) { return set(ALLOW_MMAP_READS, value); }
    @Override
    public boolean allowMmapReads() { return settings.get(ALLOW_MMAP_READS); }

    @Override
    public DBOptions setAllowMmapWrites(boolean value) { return set(ALLOW_MMAP_WRITES, value); }
    @Override
    public boolean allowMmapWrites() { return settings.get(ALLOW_MMAP_WRITES); }

    @Override
    public DBOptions setIsFdCloseOnExec(boolean value) { return set(IS_FD_CLOSE_ON_EXEC, value); }
    @Override
    public boolean isFdCloseOnExec() { return settings.get(IS_FD_CLOSE_ON_EXEC); }

    @Override
    public DBOptions setStatsDumpPeriodSec(int value) { return set(STATS_DUMP_PERIOD_SEC, value); }
    @Override
    public int statsDumpPeriodSec() { return settings.get(STATS_DUMP_PERIOD_SEC); }

    @Override
    public DBOptions setAdviseRandomOnOpen(boolean value) { return set(ADVISE_RANDOM_ON_OPEN, value); }
    @Override
    public boolean adviseRandomOnOpen() { return settings.get(ADVISE_RANDOM_ON_OPEN); }

    @Override
    public DBOptions setUseAdaptiveMutex(boolean value) { return set(USE_ADAPTIVE_MUTEX, value); }
    @Override
    public boolean useAdaptiveMutex() { return settings.get(USE_ADAPTIVE_MUTEX); }

    @Override
    public DBOptions setBytesPerSync(long value) { return set(BYTES_PER_SYNC, value); }
    @Override
    public long bytesPerSync() { return settings.get(BYTES_PER_SYNC); }
}
