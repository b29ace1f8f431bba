package org.rocksdb;

/**
 * Options of a database.
 *
 * <p>Setters return this object.
 */
public interface DBOptionsInterface {
    /** Sets how many threads flush and compact: RocksDB 11's {@code max_background_jobs}. */
    Object setIncreaseParallelism(int totalThreads);

    /** Counts RocksDB's tickers. */
    Object createStatistics();

    /** Returns the tickers, which are counted from now on. */
    Statistics statisticsPtr();

    /** Sets whether a database is made if there is none; in Gabion always. */
    Object setCreateIfMissing(boolean value);

    /** Returns whether a database is made if there is none. */
    boolean createIfMissing();

    /** Sets whether column families are made if they are not there; in Gabion always. */
    Object setCreateMissingColumnFamilies(boolean value);

    /** Returns whether column families are made if they are not there. */
    boolean createMissingColumnFamilies();

    /** Sets whether a database that exists is an error; in Gabion there is never one. */
    Object setErrorIfExists(boolean value);

    /** Returns whether a database that exists is an error. */
    boolean errorIfExists();

    /** Sets whether damaged data stops the database. */
    Object setParanoidChecks(boolean value);

    /** Returns whether damaged data stops the database. */
    boolean paranoidChecks();

    /** Sets how fast flushes and compactions write. */
    Object setRateLimiterConfig(RateLimiterConfig value);

    /** Sets who takes messages; no effect. */
    Object setLogger(Logger value);

    /** Sets how much is logged; in Gabion nothing. */
    Object setInfoLogLevel(InfoLogLevel value);

    /** Returns how much is logged. */
    InfoLogLevel infoLogLevel();

    /** Sets how many files may be open, -1 for any number. */
    Object setMaxOpenFiles(int value);

    /** Returns how many files may be open, -1 for any number. */
    int maxOpenFiles();

    /** Sets the bytes of write-ahead logs that cause a flush; there is no such log. */
    Object setMaxTotalWalSize(long value);

    /** Returns the bytes of write-ahead logs that cause a flush. */
    long maxTotalWalSize();

    /** Sets whether files are not synced to disk; no effect. */
    Object setDisableDataSync(boolean value);

    /** Returns whether files are not synced to disk. */
    boolean disableDataSync();

    /** Sets whether files are synced with fsync instead of fdatasync. */
    Object setUseFsync(boolean value);

    /** Returns whether files are synced with fsync instead of fdatasync. */
    boolean useFsync();

    /** Sets where messages are logged; no effect. */
    Object setDbLogDir(String value);

    /** Returns where messages are logged. */
    String dbLogDir();

    /** Sets where write-ahead logs are; no effect. */
    Object setWalDir(String value);

    /** Returns where write-ahead logs are. */
    String walDir();

    /** Sets how often a full search for obsolete files is made. */
    Object setDeleteObsoleteFilesPeriodMicros(long value);

    /** Returns how often a full search for obsolete files is made. */
    long deleteObsoleteFilesPeriodMicros();

    /** Sets how many compactions run at once. */
    Object setMaxBackgroundCompactions(int value);

    /** Returns how many compactions run at once. */
    int maxBackgroundCompactions();

    /** Sets how many flushes run at once. */
    Object setMaxBackgroundFlushes(int value);

    /** Returns how many flushes run at once. */
    int maxBackgroundFlushes();

    /** Sets the bytes of a file of messages. */
    Object setMaxLogFileSize(long value);

    /** Returns the bytes of a file of messages. */
    long maxLogFileSize();

    /** Sets the seconds of a file of messages. */
    Object setLogFileTimeToRoll(long value);

    /** Returns the seconds of a file of messages. */
    long logFileTimeToRoll();

    /** Sets how many files of messages are kept. */
    Object setKeepLogFileNum(long value);

    /** Returns how many files of messages are kept. */
    long keepLogFileNum();

    /** Sets the bytes of RocksDB's manifest file. */
    Object setMaxManifestFileSize(long value);

    /** Returns the bytes of RocksDB's manifest file. */
    long maxManifestFileSize();

    /** Sets the table cache's number of shards, as a power of two. */
    Object setTableCacheNumshardbits(int value);

    /** Returns the table cache's number of shards, as a power of two. */
    int tableCacheNumshardbits();

    /** Sets how long write-ahead logs are kept; there are none. */
    Object setWalTtlSeconds(long value);

    /** Returns how long write-ahead logs are kept. */
    long walTtlSeconds();

    /** Sets how many megabytes of write-ahead logs are kept; there are none. */
    Object setWalSizeLimitMB(long value);

    /** Returns how many megabytes of write-ahead logs are kept. */
    long walSizeLimitMB();

    /** Sets the bytes that are reserved for RocksDB's manifest file. */
    Object setManifestPreallocationSize(long value);

    /** Returns the bytes that are reserved for RocksDB's manifest file. */
    long manifestPreallocationSize();

    /** Sets whether the system may buffer files; no effect. */
    Object setAllowOsBuffer(boolean value);

    /** Returns whether the system may buffer files. */
    boolean allowOsBuffer();

    /** Sets whether files are read through mmap. */
    Object setAllowMmapReads(boolean value);

    /** Returns whether files are read through mmap. */
    boolean allowMmapReads();

    /** Sets whether files are written through mmap. */
    Object setAllowMmapWrites(boolean value);

    /** Returns whether files are written through mmap. */
    boolean allowMmapWrites();

    /** Sets whether child processes have no access to open files. */
    Object setIsFdCloseOnExec(boolean value);

    /** Returns whether child processes have no access to open files. */
    boolean isFdCloseOnExec();

    /** Sets how often statistics are written to the log of messages. */
    Object setStatsDumpPeriodSec(int value);

    /** Returns how often statistics are written to the log of messages. */
    int statsDumpPeriodSec();

    /** Sets whether the system is told that files are read at random. */
    Object setAdviseRandomOnOpen(boolean value);

    /** Returns whether the system is told that files are read at random. */
    boolean adviseRandomOnOpen();

    /** Sets whether locks spin before they wait. */
    Object setUseAdaptiveMutex(boolean value);

    /** Returns whether locks spin before they wait. */
    boolean useAdaptiveMutex();

    /** Sets after how many bytes a file that is being written is synced, 0 for never. */
    Object setBytesPerSync(long value);

    /** Returns after how many bytes a file that is being written is synced, 0 for never. */
    long bytesPerSync();
}
