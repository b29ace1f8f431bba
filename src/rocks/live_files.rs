//! What files make up the database right now.

use std::collections::HashMap;
use std::ffi::CStr;
use std::ptr;

use librocksdb_sys as ffi;

use super::check;
use super::db::Db;
use super::family::{Family, bytes, flush};
use super::gate::Call;
use crate::error::{Error, Result};

/// A table file that is in use.
#[derive(Clone, Debug)]
pub struct LiveFile {
    /// RocksDB name of the family it belongs to.
    pub family: Vec<u8>,
    /// 0 for files as they were flushed.
    pub level: i32,
    /// Largest sequence number in it.
    pub largest_sequence: u64,
    pub smallest_key: Vec<u8>,
    pub largest_key: Vec<u8>,
}

/// What a file in the list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoredKind {
    Table,
    Manifest,
    Current,
    Options,
    Log,
    Other(i32),
}

/// A file that a copy of the database needs.
#[derive(Clone, Debug)]
pub struct StoredFile {
    pub name: String,
    pub kind: StoredKind,
    /// Bytes to copy; the file itself may have grown since.
    pub size: u64,
    /// CRC32C of the whole file, where RocksDB computed it.
    pub crc32c: Option<u32>,
    /// What to write instead of a copy.
    pub contents: Option<Vec<u8>>,
}

impl Db {
    /// Table files in use, by name.
    pub fn live_files(&self, call: &Call<'_>) -> HashMap<String, LiveFile> {
        // SAFETY: the call proves the database open; the list is immutable and freed at the end.
        unsafe {
            let list = ffi::rocksdb_livefiles(self.raw(call));
            let files = (0..ffi::rocksdb_livefiles_count(list))
                .map(|at| {
                    let (mut smallest, mut largest) = (0, 0);
                    let smallest_key = ffi::rocksdb_livefiles_smallestkey(list, at, &mut smallest);
                    let largest_key = ffi::rocksdb_livefiles_largestkey(list, at, &mut largest);
                    let file = LiveFile {
                        family: CStr::from_ptr(ffi::rocksdb_livefiles_column_family_name(list, at)).to_bytes().to_vec(),
                        level: ffi::rocksdb_livefiles_level(list, at),
                        largest_sequence: ffi::rocksdb_livefiles_largest_seqno(list, at),
                        smallest_key: bytes(smallest_key, smallest).to_vec(),
                        largest_key: bytes(largest_key, largest).to_vec(),
                    };
                    (plain(ffi::rocksdb_livefiles_name(list, at)), file)
                })
                .collect();
            ffi::rocksdb_livefiles_destroy(list);
            files
        }
    }

    /// Everything a copy of the database needs, without flushing anything. Deletions of files should be off.
    pub fn stored_files(&self, call: &Call<'_>) -> Result<Vec<StoredFile>> {
        let mut error = ptr::null_mut();
        // SAFETY: the call proves the database open; list and options are freed at the end.
        unsafe {
            let options = ffi::rocksdb_livefiles_storage_info_options_create();
            ffi::rocksdb_livefiles_storage_info_options_set_wal_size_for_flush(options, u64::MAX);
            ffi::rocksdb_livefiles_storage_info_options_set_include_checksum_info(options, 1);
            let list = ffi::rocksdb_get_livefiles_storage_info(self.raw(call), options, &mut error);
            ffi::rocksdb_livefiles_storage_info_options_destroy(options);
            check(error, "list the database's files")?;
            let files = (0..ffi::rocksdb_livefiles_storage_info_count(list)).map(|at| stored_file(list, at)).collect();
            ffi::rocksdb_livefiles_storage_info_destroy(list);
            files
        }
    }

    /// Keeps obsolete files on disk until `enable_file_deletions`; the two are counted.
    pub fn disable_file_deletions(&self, call: &Call<'_>) -> Result<()> {
        let mut error = ptr::null_mut();
        // SAFETY: the call proves the database open.
        unsafe { ffi::rocksdb_disable_file_deletions(self.raw(call), &mut error) };
        check(error, "keep obsolete files")
    }

    pub fn enable_file_deletions(&self, call: &Call<'_>) -> Result<()> {
        let mut error = ptr::null_mut();
        // SAFETY: the call proves the database open.
        unsafe { ffi::rocksdb_enable_file_deletions(self.raw(call), &mut error) };
        check(error, "let obsolete files go")
    }

    /// Switches the memtables of `families`; the writing happens in the background.
    pub fn switch_memtables(&self, call: &Call<'_>, families: &[&Family]) -> Result<()> {
        flush(self, call, families, false)
    }

    /// Writes the memtables of `families` out, and waits for it.
    pub fn flush(&self, call: &Call<'_>, families: &[&Family]) -> Result<()> {
        flush(self, call, families, true)
    }
}

/// # Safety
/// `list` is alive and has an entry `at`.
unsafe fn stored_file(list: *const ffi::rocksdb_livefiles_storage_info_t, at: usize) -> Result<StoredFile> {
    const CRC32C: &str = "FileChecksumCrc32c";
    // SAFETY: by this function's own contract; a CRC32C checksum is four bytes.
    unsafe {
        let name = plain(ffi::rocksdb_livefiles_storage_info_relative_filename(list, at));
        let function = plain(ffi::rocksdb_livefiles_storage_info_file_checksum_func_name(list, at));
        let crc32c = (function == CRC32C).then(|| {
            let checksum = bytes(ffi::rocksdb_livefiles_storage_info_file_checksum(list, at), 4);
            u32::from_be_bytes([checksum[0], checksum[1], checksum[2], checksum[3]])
        });
        let mut length = 0;
        let contents = ffi::rocksdb_livefiles_storage_info_replacement_contents(list, at, &mut length);
        let kind = match ffi::rocksdb_livefiles_storage_info_file_type(list, at) {
            0 => StoredKind::Log,
            2 => StoredKind::Table,
            3 => StoredKind::Manifest,
            4 => StoredKind::Current,
            9 => StoredKind::Options,
            other => StoredKind::Other(other),
        };
        if name.is_empty() || name.contains('/') {
            return Err(Error::corruption(format!("RocksDB lists a file named {name:?}")));
        }
        Ok(StoredFile {
            name,
            kind,
            size: ffi::rocksdb_livefiles_storage_info_size(list, at),
            crc32c,
            contents: (length > 0).then(|| bytes(contents, length).to_vec()),
        })
    }
}

/// # Safety
/// `name` is a NUL-terminated string.
unsafe fn plain(name: *const std::ffi::c_char) -> String {
    // SAFETY: by this function's own contract.
    unsafe { CStr::from_ptr(name).to_string_lossy().trim_start_matches('/').to_owned() }
}
