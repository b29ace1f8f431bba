//! `WriteBatch`: writes that are applied together.

use std::ptr;

use librocksdb_sys as ffi;

use super::check;
use super::db::Db;
use super::family::Family;
use super::gate::Call;
use crate::error::Result;

/// A list of writes. It remembers families by their number, and belongs to no database until it is written.
#[derive(Debug)]
pub struct WriteBatch(*mut ffi::rocksdb_writebatch_t);

// SAFETY: owned; changed only through `&mut`.
unsafe impl Send for WriteBatch {}
// SAFETY: `&` counts, which reads, and applies; applying a batch sets its sequence number, but a batch with writes belongs to one
// database, which has one writer at a time, and an empty one is not given to RocksDB.
unsafe impl Sync for WriteBatch {}

impl Default for WriteBatch {
    fn default() -> Self {
        // SAFETY: no preconditions.
        WriteBatch(unsafe { ffi::rocksdb_writebatch_create() })
    }
}

impl WriteBatch {
    pub fn put(&mut self, call: &Call<'_>, family: &Family, key: &[u8], value: &[u8]) {
        // SAFETY: the call proves the handle alive; RocksDB copies key and value.
        unsafe {
            let handle = family.raw(call);
            ffi::rocksdb_writebatch_put_cf(
                self.0,
                handle,
                key.as_ptr().cast(),
                key.len(),
                value.as_ptr().cast(),
                value.len(),
            );
        }
    }

    pub fn merge(&mut self, call: &Call<'_>, family: &Family, key: &[u8], operand: &[u8]) {
        // SAFETY: the call proves the handle alive; RocksDB copies key and operand.
        unsafe {
            let handle = family.raw(call);
            ffi::rocksdb_writebatch_merge_cf(
                self.0,
                handle,
                key.as_ptr().cast(),
                key.len(),
                operand.as_ptr().cast(),
                operand.len(),
            );
        }
    }

    pub fn delete(&mut self, call: &Call<'_>, family: &Family, key: &[u8]) {
        // SAFETY: the call proves the handle alive; RocksDB copies the key.
        unsafe { ffi::rocksdb_writebatch_delete_cf(self.0, family.raw(call), key.as_ptr().cast(), key.len()) };
    }

    pub fn delete_range(&mut self, call: &Call<'_>, family: &Family, from: &[u8], to: &[u8]) {
        // SAFETY: the call proves the handle alive; RocksDB copies both keys.
        unsafe {
            let handle = family.raw(call);
            ffi::rocksdb_writebatch_delete_range_cf(
                self.0,
                handle,
                from.as_ptr().cast(),
                from.len(),
                to.as_ptr().cast(),
                to.len(),
            );
        }
    }

    pub fn clear(&mut self) {
        // SAFETY: owned.
        unsafe { ffi::rocksdb_writebatch_clear(self.0) };
    }

    pub fn count(&self) -> usize {
        // SAFETY: owned; counting doesn't change it.
        unsafe { ffi::rocksdb_writebatch_count(self.0) as usize }
    }

    /// Applies all of it, or nothing, within a writer's call.
    pub fn apply(&self, db: &Db, call: &Call<'_>) -> Result<()> {
        if self.count() == 0 {
            return Ok(());
        }
        let mut error = ptr::null_mut();
        // SAFETY: the call proves the database open; see `Sync` above for the batch.
        unsafe { ffi::rocksdb_write(db.raw(call), db.write_options(), self.0, &mut error) };
        check(error, "write a batch")
    }
}

impl Drop for WriteBatch {
    fn drop(&mut self) {
        // SAFETY: owned, and dropped once.
        unsafe { ffi::rocksdb_writebatch_destroy(self.0) };
    }
}
