//! The options that RocksDB 11.8 knows, by name, with the form of their values.
//!
//! The names and types are those of `options/db_options.cc`, `options/cf_options.cc` and
//! `table/block_based/block_based_table_factory.cc` in RocksDB's sources; `tests/options.rs` compares them with the OPTIONS
//! file that RocksDB writes.

use super::Place;
use super::value::{Kind, check_members, integer, is_double, pairs};

/// A table of options or members: name, and the form of the value.
type Table = &'static [(&'static str, Kind)];

/// All options of RocksDB that can be set.
pub fn options() -> impl Iterator<Item = (&'static str, Place, Kind)> {
    let all = [(DATABASE, Place::Database), (FAMILY, Place::ColumnFamily), (TABLE, Place::Table)];
    all.into_iter().flat_map(|(table, place)| table.iter().map(move |(name, kind)| (*name, place, *kind)))
}

/// What the library is built with.
const COMPRESSION: Kind = Kind::Enum(&[
    "kNoCompression",
    "kSnappyCompression",
    "kLZ4Compression",
    "kLZ4HCCompression",
    "kDisableCompressionOption",
]);
const TEMPERATURE: Kind = Kind::Enum(&["kUnknown", "kHot", "kWarm", "kCool", "kCold", "kIce"]);
const CHECKSUM: Kind = Kind::Enum(&["kNoChecksum", "kCRC32c", "kxxHash", "kxxHash64", "kXXH3"]);
const COMPACTION_STYLE: Kind =
    Kind::Enum(&["kCompactionStyleLevel", "kCompactionStyleUniversal", "kCompactionStyleFIFO", "kCompactionStyleNone"]);
const COMPACTION_PRIORITY: Kind = Kind::Enum(&[
    "kByCompensatedSize",
    "kOldestLargestSeqFirst",
    "kOldestSmallestSeqFirst",
    "kMinOverlappingRatio",
    "kRoundRobin",
]);
const STOP_STYLE: Kind = Kind::Enum(&["kCompactionStopStyleSimilarSize", "kCompactionStopStyleTotalSize"]);
const PINNING: Kind = Kind::Enum(&["kFallback", "kNone", "kFlushedAndSimilar", "kAll"]);
const LOG_LEVEL: &[&str] = &["DEBUG_LEVEL", "INFO_LEVEL", "WARN_LEVEL", "ERROR_LEVEL", "FATAL_LEVEL", "HEADER_LEVEL"];
const CACHE_TIER: &[&str] = &["kVolatileTier", "kVolatileCompressedTier", "kNonVolatileBlockTier"];
const WAL_RECOVERY: &[&str] =
    &["kTolerateCorruptedTailRecords", "kAbsoluteConsistency", "kPointInTimeRecovery", "kSkipAnyCorruptedRecords"];
const INDEX_TYPE: &[&str] = &["kBinarySearch", "kHashSearch", "kTwoLevelIndexSearch", "kBinarySearchWithFirstKey"];
const INDEX_SHORTENING: &[&str] = &["kNoShortening", "kShortenSeparators", "kShortenSeparatorsAndSuccessor"];

// RocksDB leaves out objects that it can't make, without an error, so that their forms are checked here.
const FILTER: Kind =
    Kind::Form(is_filter, "`nullptr`, `bloomfilter:<bits per key>[:false]` or `ribbonfilter:<bits per key>[:<level>]`");
const PREFIX: Kind =
    Kind::Form(is_prefix, "`nullptr`, `rocksdb.FixedPrefix.<bytes>` or `rocksdb.CappedPrefix.<bytes>`");
const PARTITIONER: Kind =
    Kind::Form(is_partitioner, "`nullptr` or `{id=SstPartitionerFixedPrefixFactory;length=<bytes>}`");
const COLLECTOR: Kind = Kind::Form(
    is_collector,
    "`{id=CompactOnDeletionCollector;window_size=<rows>;deletion_trigger=<rows>;deletion_ratio=<fraction>;\
     min_file_size=<bytes>}` (or less after the id)",
);

fn is_filter(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    let is_bits = |text: &str| is_double(text) && !text.starts_with('-');
    match parts[..] {
        ["nullptr"] => true,
        ["bloomfilter", bits] | ["bloomfilter", bits, "true" | "false"] | ["ribbonfilter", bits] => is_bits(bits),
        ["ribbonfilter", bits, level] => is_bits(bits) && Kind::INT.check(level).is_ok(),
        _ => false,
    }
}

fn is_prefix(text: &str) -> bool {
    let bytes = text.strip_prefix("rocksdb.FixedPrefix.").or_else(|| text.strip_prefix("rocksdb.CappedPrefix."));
    text == "nullptr" || bytes.is_some_and(|bytes| integer(bytes).is_some() && Kind::UINT8.check(bytes).is_ok())
}

fn is_partitioner(text: &str) -> bool {
    text == "nullptr" || is_object(text, "SstPartitionerFixedPrefixFactory", &[("length", Kind::UINT32)])
}

fn is_collector(text: &str) -> bool {
    let members = &[
        ("window_size", Kind::UINT32),
        ("deletion_trigger", Kind::UINT32),
        ("deletion_ratio", Kind::Double),
        ("min_file_size", Kind::UINT64),
    ];
    is_object(text, "CompactOnDeletionCollector", members)
}

/// `{id=<class>;member=value;…}`.
fn is_object(text: &str, class: &str, members: &[(&'static str, Kind)]) -> bool {
    match pairs(text).unwrap_or_default()[..] {
        [("id", id), ref rest @ ..] => id == class && check_members(rest, members).is_ok(),
        _ => false,
    }
}

const COMPRESSION_OPTIONS: Table = &[
    ("checksum", Kind::Bool),
    ("enabled", Kind::Bool),
    ("level", Kind::INT),
    ("max_compressed_bytes_per_kb", Kind::INT),
    ("max_dict_buffer_bytes", Kind::UINT64),
    ("max_dict_bytes", Kind::INT),
    ("parallel_threads", Kind::UINT32),
    ("strategy", Kind::INT),
    ("use_zstd_dict_trainer", Kind::Bool),
    ("window_bits", Kind::INT),
    ("zstd_max_train_bytes", Kind::UINT32),
];

const UNIVERSAL: Table = &[
    ("allow_trivial_move", Kind::Bool),
    ("compression_size_percent", Kind::INT),
    ("incremental", Kind::Bool),
    ("max_merge_width", Kind::UINT32),
    ("max_read_amp", Kind::INT),
    ("max_size_amplification_percent", Kind::UINT32),
    ("min_merge_width", Kind::UINT32),
    ("reduce_file_locking", Kind::Bool),
    ("size_ratio", Kind::UINT32),
    ("stop_style", STOP_STYLE),
];

const METADATA_CACHE: Table =
    &[("partition_pinning", PINNING), ("top_level_index_pinning", PINNING), ("unpartitioned_pinning", PINNING)];

const DATABASE: Table = &[
    ("WAL_size_limit_MB", Kind::UINT64),
    ("WAL_ttl_seconds", Kind::UINT64),
    ("advise_random_on_open", Kind::Bool),
    ("allow_concurrent_memtable_write", Kind::Bool),
    ("allow_data_in_errors", Kind::Bool),
    ("allow_fallocate", Kind::Bool),
    ("allow_ingest_behind", Kind::Bool),
    ("allow_mmap_reads", Kind::Bool),
    ("allow_mmap_writes", Kind::Bool),
    ("async_wal_precreate", Kind::Bool),
    ("atomic_flush", Kind::Bool),
    ("avoid_flush_during_recovery", Kind::Bool),
    ("avoid_flush_during_shutdown", Kind::Bool),
    ("avoid_unnecessary_blocking_io", Kind::Bool),
    ("background_close_inactive_wals", Kind::Bool),
    ("bgerror_resume_retry_interval", Kind::UINT64),
    ("bytes_per_sync", Kind::UINT64),
    ("compaction_readahead_size", Kind::UINT64),
    ("compaction_verify_record_count", Kind::Bool),
    ("create_if_missing", Kind::Bool),
    ("create_missing_column_families", Kind::Bool),
    ("daily_offpeak_time_utc", Kind::Text),
    ("db_host_id", Kind::Text),
    ("delayed_write_rate", Kind::UINT64),
    ("delete_obsolete_files_period_micros", Kind::UINT64),
    ("dump_malloc_stats", Kind::Bool),
    ("enable_pipelined_write", Kind::Bool),
    ("enable_thread_tracking", Kind::Bool),
    ("enable_write_thread_adaptive_yield", Kind::Bool),
    ("enforce_single_del_contracts", Kind::Bool),
    ("enforce_write_buffer_manager_during_recovery", Kind::Bool),
    ("fast_sst_open", Kind::Bool),
    ("flush_verify_memtable_count", Kind::Bool),
    ("follower_catchup_retry_count", Kind::UINT64),
    ("follower_catchup_retry_wait_ms", Kind::UINT64),
    ("follower_refresh_catchup_period_ms", Kind::UINT64),
    ("info_log_level", Kind::Enum(LOG_LEVEL)),
    ("is_fd_close_on_exec", Kind::Bool),
    ("keep_log_file_num", Kind::UINT64),
    ("log_file_time_to_roll", Kind::UINT64),
    ("log_readahead_size", Kind::UINT64),
    ("lowest_used_cache_tier", Kind::Enum(CACHE_TIER)),
    ("manifest_preallocation_size", Kind::UINT64),
    ("manual_wal_flush", Kind::Bool),
    ("max_background_compactions", Kind::INT),
    ("max_background_flushes", Kind::INT),
    ("max_background_jobs", Kind::INT),
    ("max_bgerror_resume_count", Kind::INT),
    ("max_compaction_trigger_wakeup_seconds", Kind::UINT64),
    ("max_file_opening_threads", Kind::INT),
    ("max_log_file_size", Kind::UINT64),
    ("max_manifest_file_size", Kind::UINT64),
    ("max_manifest_space_amp_pct", Kind::INT),
    ("max_open_files", Kind::INT),
    ("max_subcompactions", Kind::UINT32),
    ("max_total_wal_size", Kind::UINT64),
    ("max_write_batch_group_size_bytes", Kind::UINT64),
    ("metadata_write_temperature", TEMPERATURE),
    ("open_files_async", Kind::Bool),
    ("optimize_manifest_for_recovery", Kind::Bool),
    ("paranoid_checks", Kind::Bool),
    ("prefix_seek_opt_in_only", Kind::Bool),
    ("rate_limiter_bytes_per_sec", Kind::Integer(1, i64::MAX as i128)),
    ("read_io_executor_threads", Kind::INT),
    ("recycle_log_file_num", Kind::UINT64),
    ("skip_stats_update_on_db_open", Kind::Bool),
    ("stats_dump_period_sec", Kind::UINT32),
    ("stats_history_buffer_size", Kind::UINT64),
    ("stats_persist_period_sec", Kind::UINT32),
    ("strict_bytes_per_sync", Kind::Bool),
    ("table_cache_numshardbits", Kind::INT),
    ("use_adaptive_mutex", Kind::Bool),
    ("use_direct_io_for_compaction_reads", Kind::Bool),
    ("use_direct_io_for_flush_and_compaction", Kind::Bool),
    ("use_direct_reads", Kind::Bool),
    ("use_fsync", Kind::Bool),
    ("verify_manifest_content_on_close", Kind::Bool),
    ("verify_sst_unique_id_in_manifest", Kind::Bool),
    ("wal_bytes_per_sync", Kind::UINT64),
    ("wal_compression", COMPRESSION),
    ("wal_recovery_mode", Kind::Enum(WAL_RECOVERY)),
    ("wal_write_temperature", TEMPERATURE),
    ("writable_file_max_buffer_size", Kind::UINT64),
    ("write_dbid_to_manifest", Kind::Bool),
    ("write_identity_file", Kind::Bool),
    ("write_thread_max_yield_usec", Kind::UINT64),
    ("write_thread_slow_yield_usec", Kind::UINT64),
];

const FAMILY: Table = &[
    ("arena_block_size", Kind::UINT64),
    ("blob_compaction_readahead_size", Kind::UINT64),
    ("blob_compression_opts", Kind::Struct(COMPRESSION_OPTIONS)),
    ("blob_compression_type", COMPRESSION),
    ("blob_direct_write_partitions", Kind::UINT32),
    ("blob_file_size", Kind::UINT64),
    ("blob_file_starting_level", Kind::INT),
    ("blob_garbage_collection_age_cutoff", Kind::Double),
    ("blob_garbage_collection_force_threshold", Kind::Double),
    ("block_protection_bytes_per_key", Kind::UINT8),
    ("bloom_locality", Kind::UINT32),
    ("bottommost_compression", COMPRESSION),
    ("bottommost_compression_opts", Kind::Struct(COMPRESSION_OPTIONS)),
    ("bottommost_file_compaction_delay", Kind::UINT32),
    ("cf_allow_ingest_behind", Kind::Bool),
    ("compaction_options_universal", Kind::Struct(UNIVERSAL)),
    ("compaction_pri", COMPACTION_PRIORITY),
    ("compaction_style", COMPACTION_STYLE),
    ("compression", COMPRESSION),
    ("compression_opts", Kind::Struct(COMPRESSION_OPTIONS)),
    ("compression_per_level", Kind::List(&COMPRESSION)),
    ("default_temperature", TEMPERATURE),
    ("default_write_temperature", TEMPERATURE),
    ("disable_auto_compactions", Kind::Bool),
    ("enable_blob_garbage_collection", Kind::Bool),
    ("force_consistency_checks", Kind::Bool),
    ("hard_pending_compaction_bytes_limit", Kind::UINT64),
    ("inplace_update_num_locks", Kind::UINT64),
    ("last_level_temperature", TEMPERATURE),
    ("level0_file_num_compaction_trigger", Kind::INT),
    ("level0_slowdown_writes_trigger", Kind::INT),
    ("level0_stop_writes_trigger", Kind::INT),
    ("level_compaction_dynamic_level_bytes", Kind::Bool),
    ("max_bytes_for_level_base", Kind::UINT64),
    ("max_bytes_for_level_multiplier", Kind::Double),
    ("max_bytes_for_level_multiplier_additional", Kind::List(&Kind::INT)),
    ("max_compaction_bytes", Kind::UINT64),
    ("max_sequential_skip_in_iterations", Kind::UINT64),
    ("max_successive_merges", Kind::UINT64),
    ("max_write_buffer_number", Kind::INT),
    ("max_write_buffer_size_to_maintain", Kind::INT64),
    ("memtable_avg_op_scan_flush_trigger", Kind::UINT32),
    ("memtable_batch_lookup_optimization", Kind::Bool),
    ("memtable_huge_page_size", Kind::UINT64),
    ("memtable_insert_with_hint_prefix_extractor", PREFIX),
    ("memtable_max_range_deletions", Kind::UINT32),
    ("memtable_op_scan_flush_trigger", Kind::UINT32),
    ("memtable_prefix_bloom_size_ratio", Kind::Double),
    ("memtable_protection_bytes_per_key", Kind::UINT32),
    ("memtable_verify_per_key_checksum_on_seek", Kind::Bool),
    ("memtable_whole_key_filtering", Kind::Bool),
    ("min_blob_size", Kind::UINT64),
    ("min_tombstones_for_range_conversion", Kind::UINT32),
    ("min_write_buffer_number_to_merge", Kind::INT),
    ("num_levels", Kind::INT),
    ("optimize_filters_for_hits", Kind::Bool),
    ("paranoid_file_checks", Kind::Bool),
    ("paranoid_memory_checks", Kind::Bool),
    ("periodic_compaction_seconds", Kind::UINT64),
    ("preclude_last_level_data_seconds", Kind::UINT64),
    ("prepopulate_blob_cache", Kind::Enum(&["kDisable", "kFlushOnly"])),
    ("preserve_internal_time_seconds", Kind::UINT64),
    ("read_triggered_compaction_threshold", Kind::Double),
    ("report_bg_io_stats", Kind::Bool),
    ("sample_for_compression", Kind::UINT64),
    ("soft_pending_compaction_bytes_limit", Kind::UINT64),
    ("sst_partitioner_factory", PARTITIONER),
    ("strict_max_successive_merges", Kind::Bool),
    ("table_properties_collectors", COLLECTOR),
    ("target_file_size_base", Kind::UINT64),
    ("target_file_size_is_upper_bound", Kind::Bool),
    ("target_file_size_multiplier", Kind::INT),
    ("ttl", Kind::UINT64),
    ("uncache_aggressiveness", Kind::UINT32),
    ("verify_output_flags", Kind::UINT32),
    ("write_buffer_size", Kind::UINT64),
];

const TABLE: Table = &[
    ("block_align", Kind::Bool),
    ("block_restart_interval", Kind::INT),
    ("block_size", Kind::UINT64),
    ("block_size_deviation", Kind::INT),
    ("cache_index_and_filter_blocks", Kind::Bool),
    ("cache_index_and_filter_blocks_with_high_priority", Kind::Bool),
    ("checksum", CHECKSUM),
    ("data_block_hash_table_util_ratio", Kind::Double),
    ("data_block_index_type", Kind::Enum(&["kDataBlockBinarySearch", "kDataBlockBinaryAndHash"])),
    ("decouple_partitioned_filters", Kind::Bool),
    ("detect_filter_construct_corruption", Kind::Bool),
    ("enable_index_compression", Kind::Bool),
    ("filter_policy", FILTER),
    ("format_version", Kind::UINT32),
    ("index_block_restart_interval", Kind::INT),
    ("index_block_search_type", Kind::Enum(&["kBinary", "kInterpolation", "kAuto"])),
    ("index_shortening", Kind::Enum(INDEX_SHORTENING)),
    ("index_type", Kind::Enum(INDEX_TYPE)),
    ("initial_auto_readahead_size", Kind::UINT64),
    ("max_auto_readahead_size", Kind::UINT64),
    ("metadata_block_size", Kind::UINT64),
    ("metadata_cache_options", Kind::Struct(METADATA_CACHE)),
    ("no_block_cache", Kind::Bool),
    ("num_file_reads_for_auto_readahead", Kind::UINT64),
    ("optimize_filters_for_memory", Kind::Bool),
    ("partition_filters", Kind::Bool),
    ("pin_l0_filter_and_index_blocks_in_cache", Kind::Bool),
    ("pin_top_level_index_and_filter", Kind::Bool),
    ("prepopulate_block_cache", Kind::Enum(&["kDisable", "kFlushOnly", "kFlushAndCompaction"])),
    ("read_amp_bytes_per_bit", Kind::UINT32),
    ("separate_key_value_in_data_block", Kind::Bool),
    ("super_block_alignment_size", Kind::UINT64),
    ("super_block_alignment_space_overhead_ratio", Kind::UINT64),
    ("uniform_cv_threshold", Kind::Double),
    ("use_delta_encoding", Kind::Bool),
    ("verify_compression", Kind::Bool),
    ("whole_key_filtering", Kind::Bool),
];
