//! RocksDB options made from text, plus the few things that text can't say.

use std::collections::BTreeMap;
use std::ffi::c_char;
use std::ptr;

use librocksdb_sys as ffi;

use super::{Memory, c_string, check, exit, take_text};
use crate::error::{Error, Result};
use crate::kinds::{MemtableKind, MergeKind};

unsafe extern "C" {
    fn gabion_shim_set_string_append(options: *mut ffi::rocksdb_options_t, delimiter: c_char);
}

/// The part of a budget that an empty memtable may take for each of its two first allocations.
const SHARE: u64 = 2048;

/// RocksDB's options by name.
type Texts = BTreeMap<String, String>;

/// An owned native options object.
#[derive(Debug)]
struct Native(*mut ffi::rocksdb_options_t);

// SAFETY: a plain settings object, written only through `&mut` and read through `&`.
unsafe impl Send for Native {}
// SAFETY: as above.
unsafe impl Sync for Native {}

impl Native {
    fn new() -> Native {
        // SAFETY: no preconditions.
        Native(unsafe { ffi::rocksdb_options_create() })
    }

    /// Applies `name=value` by RocksDB's own parser; `table` names go into the block-based table's options.
    fn apply(&mut self, name: &str, value: &str, table: bool) -> Result<()> {
        // RocksDB separates options by semicolons; one inside a value would smuggle another option in.
        if value.contains(';') && !(value.starts_with('{') && value.ends_with('}')) {
            return Err(Error::invalid(format!(
                "option {name} is set to {value:?}, which has a semicolon; put it in braces"
            )));
        }
        let text = format!("{name}={value}");
        let text = if table { format!("block_based_table_factory={{{text}}}") } else { text };
        let text = c_string(text, "the option's value")?;
        let next = Native::new();
        let mut error = ptr::null_mut();
        // SAFETY: both objects and the text are alive; RocksDB only reads `self`.
        unsafe { ffi::rocksdb_get_options_from_string(self.0, text.as_ptr(), next.0, &mut error) };
        check(error, &format!("set option {name} to {value:?}")).map_err(|error| Error::invalid(error.message))?;
        *self = next;
        Ok(())
    }
}

impl Drop for Native {
    fn drop(&mut self) {
        // SAFETY: owned, and dropped once.
        unsafe { ffi::rocksdb_options_destroy(self.0) };
    }
}

/// Options of a database.
#[derive(Debug)]
pub struct DbOptions(Native);

impl DbOptions {
    /// RocksDB's defaults, then `settings`, then what Gabion fixes.
    pub fn new(settings: &Texts, memory: &Memory, statistics: bool) -> Result<DbOptions> {
        let _working = exit::work()?;
        let mut native = Native::new();
        for (name, value) in settings {
            native.apply(name, value, false)?;
        }
        let raw = native.0;
        // SAFETY: `raw` is alive; the factory and the manager are shared, and our own reference is dropped or kept by `memory`.
        unsafe {
            ffi::rocksdb_options_set_create_if_missing(raw, 1);
            ffi::rocksdb_options_set_create_missing_column_families(raw, 1);
            ffi::rocksdb_options_set_avoid_flush_during_shutdown(raw, 1);
            ffi::rocksdb_options_set_allow_concurrent_memtable_write(raw, 0);
            let crc32c = ffi::rocksdb_file_checksum_gen_crc32c_factory_create();
            ffi::rocksdb_options_set_file_checksum_gen_factory(raw, crc32c);
            ffi::rocksdb_file_checksum_gen_factory_destroy(crc32c);
            if !memory.manager.is_null() {
                ffi::rocksdb_options_set_write_buffer_manager(raw, memory.manager);
            }
            if statistics {
                ffi::rocksdb_options_enable_statistics(raw);
            }
        }
        Ok(DbOptions(native))
    }

    pub(super) fn raw(&self) -> *mut ffi::rocksdb_options_t {
        self.0.0
    }

    /// RocksDB's statistics as it prints them; empty without statistics.
    pub(super) fn statistics_text(&self) -> String {
        // SAFETY: `raw` is alive; the answer is a malloc'ed string or NULL.
        take_text(unsafe { ffi::rocksdb_options_statistics_get_string(self.raw()) })
    }
}

/// Options of a column family.
#[derive(Debug)]
pub struct FamilyOptions(Native);

impl FamilyOptions {
    /// RocksDB's defaults, then `settings` and the block-based table's `table` settings, then merge and memtable kind.
    pub fn new(
        settings: &Texts,
        table: &Texts,
        merge: MergeKind,
        memtable: MemtableKind,
        memory: &Memory,
    ) -> Result<FamilyOptions> {
        let _working = exit::work()?;
        let mut native = Native::new();
        // SAFETY: all objects are alive; options and factory take shares of what they are given.
        unsafe {
            let factory = ffi::rocksdb_block_based_options_create();
            ffi::rocksdb_block_based_options_set_block_cache(factory, memory.cache);
            ffi::rocksdb_options_set_block_based_table_factory(native.0, factory);
            ffi::rocksdb_block_based_options_destroy(factory);
            if let Some(budget) = memory.capacity() {
                ffi::rocksdb_options_set_arena_block_size(native.0, arena_block_size(budget));
            }
        }
        for (name, value) in settings {
            native.apply(name, value, false)?;
        }
        for (name, value) in table {
            native.apply(name, value, true)?;
        }
        set_merge(native.0, merge);
        if memtable == MemtableKind::HashLinkList {
            set_hash_link_list(native.0, memory);
        }
        Ok(FamilyOptions(native))
    }

    pub(super) fn raw(&self) -> *mut ffi::rocksdb_options_t {
        self.0.0
    }
}

fn set_merge(raw: *mut ffi::rocksdb_options_t, merge: MergeKind) {
    // SAFETY: `raw` is alive; both only set a shared operator.
    unsafe {
        match merge {
            MergeKind::None => {}
            MergeKind::StringAppend(delimiter) => gabion_shim_set_string_append(raw, delimiter as c_char),
            MergeKind::Uint64Add => ffi::rocksdb_options_set_uint64add_merge_operator(raw),
        }
    }
}

/// A memtable takes at least one arena block, by default 1 MiB; a small budget with hundreds of families needs smaller ones.
fn arena_block_size(budget: u64) -> usize {
    (budget / SHARE).clamp(32 << 10, 1 << 20) as usize
}

/// A hash memtable allots its bucket array at once, and a barrier waits for that: so the array follows the write buffer, the more
/// closely the smaller that is, and the budget when that is small.
fn set_hash_link_list(raw: *mut ffi::rocksdb_options_t, memory: &Memory) {
    // SAFETY: `raw` is alive; the options own the slice transform from then on.
    unsafe {
        let write_buffer = ffi::rocksdb_options_get_write_buffer_size(raw) as u64;
        let share = (write_buffer / 32).min(128 << 10).max(write_buffer / 128);
        let bytes = share.min(memory.capacity().unwrap_or(u64::MAX) / SHARE);
        let buckets = (bytes / 8).clamp(64, 1 << 20) as usize;
        ffi::rocksdb_options_set_hash_link_list_rep(raw, buckets);
        ffi::rocksdb_options_set_prefix_extractor(raw, ffi::rocksdb_slicetransform_create_noop());
    }
}
