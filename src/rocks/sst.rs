//! `SstWriter`: sorted rows into a table file that `Family::ingest` takes.

use std::path::Path;
use std::ptr;

use librocksdb_sys as ffi;

use super::family::Family;
use super::{c_path, check, exit};
use crate::error::Result;

/// A table file that is being written. One thread at a time.
#[derive(Debug)]
pub struct SstWriter {
    raw: *mut ffi::rocksdb_sstfilewriter_t,
    environment: *mut ffi::rocksdb_envoptions_t,
    path: String,
}

// SAFETY: owned; used only through `&mut`.
unsafe impl Send for SstWriter {}

impl SstWriter {
    /// Starts a file with the table options of `family`. Needs no open database.
    pub fn create(path: &Path, family: &Family) -> Result<SstWriter> {
        let _working = exit::work()?;
        let c_name = c_path(path)?;
        let mut error = ptr::null_mut();
        // SAFETY: the options live in `family`; the writer copies them. The environment options are freed after the writer.
        let writer = unsafe {
            let environment = ffi::rocksdb_envoptions_create();
            let raw = ffi::rocksdb_sstfilewriter_create(environment, family.options().raw());
            ffi::rocksdb_sstfilewriter_open(raw, c_name.as_ptr(), &mut error);
            SstWriter { raw, environment, path: path.display().to_string() }
        };
        check(error, &format!("create table file {}", writer.path))?;
        Ok(writer)
    }

    /// Adds a row; keys must come in ascending order.
    pub fn put(&mut self, key: &[u8], value: &[u8]) -> Result<()> {
        let _working = exit::work()?;
        let mut error = ptr::null_mut();
        // SAFETY: owned; RocksDB copies key and value.
        unsafe {
            ffi::rocksdb_sstfilewriter_put(
                self.raw,
                key.as_ptr().cast(),
                key.len(),
                value.as_ptr().cast(),
                value.len(),
                &mut error,
            );
        }
        if error.is_null() { Ok(()) } else { check(error, &format!("add a row to {}", self.path)) }
    }

    /// Bytes written so far.
    pub fn size(&self) -> u64 {
        let mut size = 0;
        // SAFETY: owned.
        unsafe { ffi::rocksdb_sstfilewriter_file_size(self.raw, &mut size) };
        size
    }

    /// Completes and syncs the file. A file without rows is an error.
    pub fn finish(self) -> Result<()> {
        let _working = exit::work()?;
        let mut error = ptr::null_mut();
        // SAFETY: owned.
        unsafe { ffi::rocksdb_sstfilewriter_finish(self.raw, &mut error) };
        check(error, &format!("finish table file {}", self.path))
    }
}

impl Drop for SstWriter {
    fn drop(&mut self) {
        // While the process is ending it is left alone.
        let Ok(_working) = exit::work() else { return };
        // SAFETY: owned, and dropped once; the writer goes before what it was made from.
        unsafe {
            ffi::rocksdb_sstfilewriter_destroy(self.raw);
            ffi::rocksdb_envoptions_destroy(self.environment);
        }
    }
}
