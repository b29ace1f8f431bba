//! RocksDB's options that can't be set here: refused ones, fixed ones, and ones that RocksDB itself ignores.

use super::value::{boolean, integer};
use super::{Place, Texts};

const CACHE: &str =
    "Gabion makes the block cache; set its size as `memory.block_cache`, or set `memory.budget`, or share a budget";
const DIRECTORY: &str = "a backend keeps all its files in one private directory; set `storage.paths`";
const LOG: &str = "RocksDB's write-ahead log is off and its files are no part of a snapshot; leave it out";
const MEMTABLE: &str = "Gabion picks the memtable; set `memtable` to `skip-list` or `hash-link-list`";
const ONE_WRITER: &str = "a backend has one writer at a time and no transactions; leave it out";
const FILTER: &str = "it drops rows that a snapshot needs; delete rows by key or by range";
const BLOB: &str = "a snapshot carries table files only, no blob files; leave it out";
const OPENING: &str = "Gabion opens new directories and complete snapshots only; leave it out";
const TABLE: &str = "tables are block-based; set each table option by its own name, such as `block_size`";
const INDEX: &str = "there is no user-defined index; set `index_type`";

/// Name, and the reason with what to do instead.
pub const NAMES: &[(&str, &str)] = &[
    ("allow_2pc", ONE_WRITER),
    ("best_efforts_recovery", OPENING),
    ("blob_cache", BLOB),
    ("blob_direct_write_partition_strategy", BLOB),
    ("block_based_table_factory", TABLE),
    ("block_cache", CACHE),
    ("cf_paths", DIRECTORY),
    ("comparator", "keys are ordered as unsigned bytes, in snapshots too; encode keys so that this is their order"),
    ("compaction_filter", FILTER),
    ("compaction_filter_factory", FILTER),
    ("compaction_options_fifo", "it is for FIFO compaction, which deletes rows that a snapshot needs; leave it out"),
    ("compression_manager", "it names a C++ object that can't be given as text; set `compression`"),
    ("db_log_dir", DIRECTORY),
    ("db_paths", DIRECTORY),
    ("db_write_buffer_size", "the budget covers memtables too; set `memory.budget`, or share a budget"),
    ("disallow_memtable_writes", "a family that refuses writes can't be used; leave it out"),
    ("enable_blob_direct_write", BLOB),
    ("enable_blob_files", BLOB),
    ("env", "Gabion uses the local file system; snapshots go to other stores by their URL"),
    ("error_if_exists", OPENING),
    ("experimental_mempurge_threshold", "it keeps rows in memory that a snapshot waits to see in a file; leave it out"),
    ("fail_if_no_udi_on_open", INDEX),
    ("file_checksum_gen_factory", "snapshots name files by their CRC32C, so that it is always computed; leave it out"),
    ("flush_block_policy_factory", "it names a C++ object; set `block_size` and `block_size_deviation`"),
    ("inplace_update_support", "it changes rows that a snapshot needs; leave it out"),
    ("listeners", "it names C++ objects that can't be given as text; read the metrics"),
    ("memtable_factory", MEMTABLE),
    ("merge_operator", "Gabion picks the merge operator; set `merge` to `string-append` or `uint64-add`"),
    (
        "persist_stats_to_disk",
        "it keeps a column family of its own in the database; set `statistics` and read the metrics",
    ),
    ("persist_user_defined_timestamps", "keys have no timestamps; leave it out"),
    ("plain_table_factory", TABLE),
    ("prefix_extractor", "Gabion sets it where the memtable kind needs one, and filters hold whole keys; leave it out"),
    ("reuse_manifest_on_open", OPENING),
    ("table_factory", TABLE),
    ("track_and_verify_wals", LOG),
    ("track_and_verify_wals_in_manifest", LOG),
    ("two_write_queues", ONE_WRITER),
    ("unordered_write", ONE_WRITER),
    ("use_udi_as_primary_index", INDEX),
    ("user_defined_index_factory", INDEX),
    ("wal_dir", DIRECTORY),
    ("wal_filter", LOG),
];

/// Names that RocksDB accepts and ignores, so that it can read options of its past.
pub const IGNORED: &[&str] = &[
    "access_hint_on_compaction_start",
    "allow_os_buffer",
    "base_background_compactions",
    "block_cache_compressed",
    "bottommost_temperature",
    "check_flush_compaction_key_order",
    "compaction_measure_io_stats",
    "concurrent_prepare",
    "disableDataSync",
    "disable_data_sync",
    "expanded_compaction_factor",
    "experimental_allow_mempurge",
    "experimental_mempurge_policy",
    "fail_if_options_file_error",
    "filter_deletes",
    "hard_rate_limit",
    "hash_index_allow_collision",
    "ignore_max_compaction_bytes_for_input",
    "index_per_partition",
    "level_compaction_dynamic_file_size",
    "max_grandparent_overlap_factor",
    "max_mem_compaction_level",
    "max_write_buffer_number_to_maintain",
    "memtable_prefix_bloom_bits",
    "memtable_prefix_bloom_huge_page_tlb_size",
    "memtable_prefix_bloom_probes",
    "min_partial_merge_operands",
    "new_table_reader_for_compaction_inputs",
    "preserve_deletes",
    "purge_redundant_kvs_while_flush",
    "random_access_max_buffer_size",
    "rate_limit_delay_max_milliseconds",
    "rate_limiter",
    "reserve_table_builder_memory",
    "reserve_table_reader_memory",
    "seq_per_batch",
    "skip_checking_sst_file_sizes_on_db_open",
    "skip_log_error_on_recovery",
    "skip_table_builder_flush",
    "snap_refresh_nanos",
    "soft_rate_limit",
    "source_compaction_factor",
    "use_direct_writes",
    "verify_checksums_in_compaction",
];

/// An option with one value only.
pub struct Fixed {
    pub name: &'static str,
    pub place: Place,
    pub value: &'static str,
    pub reason: &'static str,
}

const fn fixed(name: &'static str, place: Place, value: &'static str, reason: &'static str) -> Fixed {
    Fixed { name, place, value, reason }
}

pub const FIXED: &[Fixed] = &[
    fixed(
        "allow_concurrent_memtable_write",
        Place::Database,
        "false",
        "a backend has one writer at a time, and a hash memtable takes no more",
    ),
    fixed(
        "avoid_flush_during_shutdown",
        Place::Database,
        "true",
        "closing removes the directory, so that there is nothing to save; what lasts is a snapshot",
    ),
    fixed("create_if_missing", Place::Database, "true", "a backend opens in a new directory"),
    fixed("create_missing_column_families", Place::Database, "true", "Gabion knows which families there are"),
    fixed("info_log_level", Place::Database, "FATAL_LEVEL", "RocksDB's message log is off; read the metrics"),
    fixed(
        "min_write_buffer_number_to_merge",
        Place::ColumnFamily,
        "1",
        "a snapshot waits until no memtable is left to flush, and RocksDB would leave full ones lying until it has more",
    ),
];

/// The fixed options of `place`.
pub fn fixed_in(place: Place) -> Texts {
    let here = FIXED.iter().filter(|fixed| fixed.place == place);
    here.map(|fixed| (fixed.name.to_owned(), fixed.value.to_owned())).collect()
}

/// Values of the right form that are refused, with the reason and what to do instead.
const VALUES: &[(&str, &str, &str)] = &[
    (
        "checksum",
        "kNoChecksum",
        "is refused: linked files of a snapshot are checked by their blocks' checksums; use kCRC32c",
    ),
    (
        "compaction_style",
        "kCompactionStyleFIFO",
        "is refused: it deletes rows that a snapshot needs; use kCompactionStyleLevel or kCompactionStyleUniversal",
    ),
    ("index_type", "kHashSearch", "is refused: it needs a prefix extractor, and there is none; use kBinarySearch"),
];

/// Fewer write buffers stop writes while a snapshot's barrier is flushed.
const LEAST_WRITE_BUFFERS: i128 = 4;

/// Nothing, or why the option can't have this value (of the right form): the rest of a sentence that begins with it.
pub fn check(name: &str, value: &str) -> Result<(), String> {
    if let Some(fixed) = FIXED.iter().find(|fixed| fixed.name == name && !same(fixed.value, value)) {
        return Err(format!("can't be: Gabion fixes it at `{}` ({}); leave it out", fixed.value, fixed.reason));
    }
    if let Some((_, _, found)) = VALUES.iter().find(|refused| (refused.0, refused.1) == (name, value)) {
        return Err((*found).to_owned());
    }
    if name == "max_write_buffer_number" && integer(value).is_some_and(|number| number < LEAST_WRITE_BUFFERS) {
        return Err(format!(
            "is below {LEAST_WRITE_BUFFERS}: a snapshot's barrier takes a write buffer of every family, and RocksDB stops \
             all writes when one family has used up its own"
        ));
    }
    Ok(())
}

/// The same boolean or the same text.
fn same(fixed: &str, value: &str) -> bool {
    match boolean(value) {
        Some(given) => Some(given) == boolean(fixed),
        None => fixed == value,
    }
}
