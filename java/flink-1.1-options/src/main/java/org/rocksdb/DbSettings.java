package org.rocksdb;

import java.util.Properties;

/** The settings of {@link DBOptions}: RocksDB 4.11.2's names and defaults, and what Gabion does with each. */
final class DbSettings {
    private static final Catalog ALL = new Catalog();

    private static final String ONE_DIRECTORY = 
            "a backend keeps all its files in one private directory; set the backend's storage paths";
    private static final String ONE_WRITER = "a backend has one writer at a time and no transactions";
    private static final String NO_LOG = "RocksDB's message log is off; read the backend's metrics";

    static final Setting<Boolean> CREATE_IF_MISSING =
            ALL.kept("create_if_missing", "setCreateIfMissing", false, true, "a backend opens in a new directory");
    static final Setting<Boolean> CREATE_MISSING_COLUMN_FAMILIES = ALL.kept("create_missing_column_families",
            "setCreateMissingColumnFamilies", false, true, "Gabion knows which column families there are");
    static final Setting<Boolean> ERROR_IF_EXISTS =
            ALL.kept("error_if_exists", "setErrorIfExists", false, false, "a backend always opens in a new directory");
    static final Setting<Boolean> PARANOID_CHECKS = ALL.passed("paranoid_checks", true);
    static final Setting<RateLimiterConfig> RATE_LIMITER = new Setting<>("rate_limiter_bytes_per_sec",
            "setRateLimiterConfig", null, RateLimiterConfig::objection, RateLimiterConfig::text);
    static final Setting<Logger> LOGGER = new Setting<>("info_log", "setLogger", null, logger -> NO_LOG, logger -> null);
    static final Setting<InfoLogLevel> INFO_LOG_LEVEL =
            ALL.kept("info_log_level", "setInfoLogLevel", InfoLogLevel.INFO_LEVEL, InfoLogLevel.FATAL_LEVEL, NO_LOG);
    static final Setting<Integer> MAX_OPEN_FILES = ALL.passed("max_open_files", -1);
    static final Setting<Long> MAX_TOTAL_WAL_SIZE = ALL.passed("max_total_wal_size", 0L);
    static final Setting<Statistics> STATISTICS = new Setting<>("statistics", "createStatistics", null,
            statistics -> null, statistics -> "true");
    static final Setting<Boolean> DISABLE_DATA_SYNC = ALL.gone("disableDataSync", "setDisableDataSync", false);
    static final Setting<Boolean> USE_FSYNC = ALL.passed("use_fsync", false);
    static final Setting<String> DB_LOG_DIR = ALL.kept("db_log_dir", "setDbLogDir", "", "", ONE_DIRECTORY);
    static final Setting<String> WAL_DIR = ALL.kept("wal_dir", "setWalDir", "", "", ONE_DIRECTORY);
    static final Setting<Long> DELETE_OBSOLETE_FILES_PERIOD_MICROS =
            ALL.passed("delete_obsolete_files_period_micros", 6L * 60 * 60 * 1_000_000);
    /** What {@code setIncreaseParallelism} asks for; a default of RocksDB 11. */
    static final Setting<Integer> MAX_BACKGROUND_JOBS =
            new Setting<>("max_background_jobs", null, 2, n -> null, Setting::plain);
    static final Setting<Integer> MAX_BACKGROUND_COMPACTIONS = ALL.passed("max_background_compactions", 1);
    static final Setting<Integer> MAX_BACKGROUND_FLUSHES = ALL.passed("max_background_flushes", 1);
    static final Setting<Long> MAX_LOG_FILE_SIZE = ALL.passed("max_log_file_size", 0L);
    static final Setting<Long> LOG_FILE_TIME_TO_ROLL = ALL.passed("log_file_time_to_roll", 0L);
    static final Setting<Long> KEEP_LOG_FILE_NUM = ALL.passed("keep_log_file_num", 1000L);
    static final Setting<Long> MAX_MANIFEST_FILE_SIZE = ALL.passed("max_manifest_file_size", -1L);
    static final Setting<Integer> TABLE_CACHE_NUMSHARDBITS = ALL.passed("table_cache_numshardbits", 6);
    static final Setting<Long> WAL_TTL_SECONDS = ALL.passed("WAL_ttl_seconds", 0L);
    static final Setting<Long> WAL_SIZE_LIMIT_MB = ALL.passed("WAL_size_limit_MB", 0L);
    static final Setting<Long> MANIFEST_PREALLOCATION_SIZE = ALL.passed("manifest_preallocation_size", 4L << 20);
    static final Setting<Boolean> ALLOW_OS_BUFFER = ALL.gone("allow_os_buffer", "setAllowOsBuffer", true);
    static final Setting<Boolean> ALLOW_MMAP_READS = ALL.passed("allow_mmap_reads", false);
    static final Setting<Boolean> ALLOW_MMAP_WRITES = ALL.passed("allow_mmap_writes", false);
    static final Setting<Boolean> IS_FD_CLOSE_ON_EXEC = ALL.passed("is_fd_close_on_exec", true);
    static final Setting<Integer> STATS_DUMP_PERIOD_SEC = ALL.passed("stats_dump_period_sec", 600);
    static final Setting<Boolean> ADVISE_RANDOM_ON_OPEN = ALL.passed("advise_random_on_open", true);
    static final Setting<Boolean> USE_ADAPTIVE_MUTEX = ALL.passed("use_adaptive_mutex", false);
    static final Setting<Long> BYTES_PER_SYNC = ALL.passed("bytes_per_sync", 0L);
    static final Setting<Env> ENV = new Setting<>("env", "setEnv", null,
            env -> env == Env.getDefault() ? null : "Gabion uses the local file system", env -> null);

    static { // Those without a setter can be given as properties.
        ALL.passed("allow_fallocate", true);
        ALL.kept("allow_2pc", null, false, false, ONE_WRITER);
        ALL.gone("disable_data_sync", null, false);
        ALL.passed("enable_thread_tracking", false);
        ALL.gone("skip_log_error_on_recovery", null, false);
        ALL.passed("skip_stats_update_on_db_open", false);
        ALL.gone("new_table_reader_for_compaction_inputs", null, false);
        ALL.passed("compaction_readahead_size", 0L);
        ALL.gone("random_access_max_buffer_size", null, 1L << 20);
        ALL.passed("writable_file_max_buffer_size", 1L << 20);
        ALL.gone("base_background_compactions", null, 1);
        ALL.passed("max_file_opening_threads", 16);
        ALL.kept("db_write_buffer_size", null, 0L, 0L, "the backend's memory budget covers memtables");
        ALL.passed("recycle_log_file_num", 0L);
        ALL.passed("max_subcompactions", 1);
        ALL.passed("delayed_write_rate", 2L << 20);
        ALL.passed("wal_bytes_per_sync", 0L);
        ALL.gone("fail_if_options_file_error", null, false);
        ALL.kept("allow_concurrent_memtable_write", null, false, false, ONE_WRITER);
        ALL.passed("wal_recovery_mode", "kTolerateCorruptedTailRecords");
        ALL.passed("enable_write_thread_adaptive_yield", false);
        ALL.passed("write_thread_slow_yield_usec", 3L);
        ALL.passed("write_thread_max_yield_usec", 100L);
        ALL.gone("access_hint_on_compaction_start", null, "NORMAL");
        ALL.passed("dump_malloc_stats", false);
        ALL.passed("avoid_flush_during_recovery", false);
    }

    private DbSettings() {}

    static Settings parse(Properties properties) {
        return ALL.parse(properties);
    }
}
