//! `Family`: a column family's handle, and the data operations on it.

use std::ptr;
use std::sync::Arc;

use librocksdb_sys as ffi;

use super::db::{Db, Resource};
use super::gate::Call;
use super::pin::Pin;
use super::{FamilyOptions, c_path, check, take_text};
use crate::error::{Code, Error, Result};

unsafe extern "C" {
    fn gabion_shim_compact(
        db: *mut ffi::rocksdb_t,
        family: *mut ffi::rocksdb_column_family_handle_t,
        error: *mut *mut std::ffi::c_char,
    );
}

/// A column family of a `Db`. Inert once that is closed.
#[derive(Debug)]
pub struct Family {
    pub(super) db: Arc<Db>,
    /// Followed only while a `Call` of `db` is held.
    raw: *mut ffi::rocksdb_column_family_handle_t,
    resource: u64,
    id: u32,
    name: Vec<u8>,
    options: FamilyOptions,
}

// SAFETY: RocksDB's handle may be used by any number of threads; the rest is immutable.
unsafe impl Send for Family {}
// SAFETY: as above.
unsafe impl Sync for Family {}

impl Family {
    pub(super) fn adopt(
        db: &Arc<Db>,
        raw: *mut ffi::rocksdb_column_family_handle_t,
        name: Vec<u8>,
        options: FamilyOptions,
    ) -> Family {
        // SAFETY: `raw` came from `db` just now.
        let id = unsafe { ffi::rocksdb_column_family_handle_get_id(raw) };
        Family { db: Arc::clone(db), raw, resource: db.own(Resource::Family(raw)), id, name, options }
    }

    /// RocksDB's number of the family; never used again in this database.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Its name in RocksDB.
    pub fn name(&self) -> &[u8] {
        &self.name
    }

    /// The database it belongs to.
    pub fn database(&self) -> &Arc<Db> {
        &self.db
    }

    pub(super) fn options(&self) -> &FamilyOptions {
        &self.options
    }

    pub(super) fn raw(&self, call: &Call<'_>) -> *mut ffi::rocksdb_column_family_handle_t {
        self.db.raw(call);
        self.raw
    }

    fn read_options(&self, pin: Option<&Pin>) -> *const ffi::rocksdb_readoptions_t {
        pin.map_or(self.db.read_options, |pin| pin.read_options(&self.db))
    }

    /// The value's full length, or `None`; the value is in `buffer` if it fits, else nothing is written.
    pub fn get_into(&self, call: &Call<'_>, key: &[u8], buffer: &mut [u8], pin: Option<&Pin>) -> Result<Option<usize>> {
        let (mut length, mut found, mut error) = (0, 0, ptr::null_mut());
        // SAFETY: the call proves database, handle and pin alive; RocksDB writes at most `buffer.len()` bytes.
        unsafe {
            ffi::rocksdb_get_into_buffer_cf(
                self.db.raw(call),
                self.read_options(pin),
                self.raw,
                key.as_ptr().cast(),
                key.len(),
                buffer.as_mut_ptr().cast(),
                buffer.len(),
                &mut length,
                &mut found,
                &mut error,
            );
        }
        check(error, "get a value")?;
        Ok((found != 0).then_some(length))
    }

    /// The value of `key`, or `None`.
    pub fn get(&self, call: &Call<'_>, key: &[u8], pin: Option<&Pin>) -> Result<Option<Vec<u8>>> {
        let mut error = ptr::null_mut();
        // SAFETY: the call proves database, handle and pin alive; the slice is copied and freed by `take_slice`.
        unsafe {
            let slice = ffi::rocksdb_get_pinned_cf(
                self.db.raw(call),
                self.read_options(pin),
                self.raw,
                key.as_ptr().cast(),
                key.len(),
                &mut error,
            );
            check(error, "get a value")?;
            Ok(take_slice(slice))
        }
    }

    /// The values of `keys`, in their order.
    pub fn multi_get(&self, call: &Call<'_>, keys: &[&[u8]], pin: Option<&Pin>) -> Result<Vec<Option<Vec<u8>>>> {
        let pointers: Vec<_> = keys.iter().map(|key| key.as_ptr().cast()).collect();
        let lengths: Vec<_> = keys.iter().map(|key| key.len()).collect();
        let mut slices = vec![ptr::null_mut(); keys.len()];
        let mut errors = vec![ptr::null_mut(); keys.len()];
        // SAFETY: all arrays have `keys.len()` entries and live through the call, which proves database, handle and pin alive.
        let values: Vec<_> = unsafe {
            ffi::rocksdb_batched_multi_get_cf(
                self.db.raw(call),
                self.read_options(pin),
                self.raw,
                keys.len(),
                pointers.as_ptr(),
                lengths.as_ptr(),
                slices.as_mut_ptr(),
                errors.as_mut_ptr(),
                false,
            );
            slices.into_iter().map(|slice| take_slice(slice)).collect()
        };
        // Every error is checked, so that every error string is freed.
        let checked: Vec<_> = errors.into_iter().map(|error| check(error, "get several values")).collect();
        checked.into_iter().collect::<Result<()>>()?;
        Ok(values)
    }

    pub fn put(&self, call: &Call<'_>, key: &[u8], value: &[u8]) -> Result<()> {
        let mut error = ptr::null_mut();
        // SAFETY: the call proves database and handle alive; RocksDB copies key and value.
        unsafe {
            ffi::rocksdb_put_cf(
                self.db.raw(call),
                self.db.write_options(),
                self.raw,
                key.as_ptr().cast(),
                key.len(),
                value.as_ptr().cast(),
                value.len(),
                &mut error,
            );
        }
        check(error, "put a value")
    }

    pub fn merge(&self, call: &Call<'_>, key: &[u8], operand: &[u8]) -> Result<()> {
        let mut error = ptr::null_mut();
        // SAFETY: the call proves database and handle alive; RocksDB copies key and operand.
        unsafe {
            ffi::rocksdb_merge_cf(
                self.db.raw(call),
                self.db.write_options(),
                self.raw,
                key.as_ptr().cast(),
                key.len(),
                operand.as_ptr().cast(),
                operand.len(),
                &mut error,
            );
        }
        check(error, "merge an operand")
    }

    pub fn delete(&self, call: &Call<'_>, key: &[u8]) -> Result<()> {
        let mut error = ptr::null_mut();
        // SAFETY: the call proves database and handle alive; RocksDB copies the key.
        unsafe {
            ffi::rocksdb_delete_cf(
                self.db.raw(call),
                self.db.write_options(),
                self.raw,
                key.as_ptr().cast(),
                key.len(),
                &mut error,
            );
        }
        check(error, "delete a key")
    }

    /// Deletes `from <= key < to`.
    pub fn delete_range(&self, call: &Call<'_>, from: &[u8], to: &[u8]) -> Result<()> {
        let mut error = ptr::null_mut();
        // SAFETY: the call proves database and handle alive; RocksDB copies both keys.
        unsafe {
            ffi::rocksdb_delete_range_cf(
                self.db.raw(call),
                self.db.write_options(),
                self.raw,
                from.as_ptr().cast(),
                from.len(),
                to.as_ptr().cast(),
                to.len(),
                &mut error,
            );
        }
        check(error, "delete a range")
    }

    /// An integer property of the family, or `None` if RocksDB knows no such property.
    pub fn property_int(&self, call: &Call<'_>, name: &str) -> Option<u64> {
        let name = std::ffi::CString::new(name).ok()?;
        let mut value = 0;
        // SAFETY: the call proves database and handle alive.
        let code = unsafe { ffi::rocksdb_property_int_cf(self.db.raw(call), self.raw, name.as_ptr(), &mut value) };
        (code == 0).then_some(value)
    }

    /// A property of the family as text, or `None` if RocksDB knows no such property.
    pub fn property(&self, call: &Call<'_>, name: &str) -> Option<String> {
        let name = std::ffi::CString::new(name).ok()?;
        // SAFETY: the call proves database and handle alive; the answer is malloc'ed or NULL.
        let text = unsafe { ffi::rocksdb_property_value_cf(self.db.raw(call), self.raw, name.as_ptr()) };
        (!text.is_null()).then(|| take_text(text))
    }

    /// Compacts everything to the bottommost level, and waits for it.
    pub fn compact(&self, call: &Call<'_>) -> Result<()> {
        let mut error = ptr::null_mut();
        // SAFETY: the call proves database and handle alive.
        unsafe { gabion_shim_compact(self.db.raw(call), self.raw, &mut error) };
        check(error, "compact a column family")
    }

    /// Takes table files of an `SstWriter` in as rows of this family. The files are moved where the file system allows, else copied.
    pub fn ingest(&self, call: &Call<'_>, files: &[std::path::PathBuf]) -> Result<()> {
        self.ingest_as(call, files, false)
    }

    /// The same for files that another database wrote. Their rows must not overlap with this family's; files of one family come
    /// with the lower levels first, and within a level the older ones.
    pub fn ingest_database_files(&self, call: &Call<'_>, files: &[std::path::PathBuf]) -> Result<()> {
        self.ingest_as(call, files, true)
    }

    fn ingest_as(&self, call: &Call<'_>, files: &[std::path::PathBuf], of_database: bool) -> Result<()> {
        let paths = files.iter().map(|path| c_path(path)).collect::<Result<Vec<_>>>()?;
        let pointers: Vec<_> = paths.iter().map(|path| path.as_ptr()).collect();
        let mut error = ptr::null_mut();
        // SAFETY: the call proves database and handle alive; the array has the length given.
        unsafe {
            let options = ffi::rocksdb_ingestexternalfileoptions_create();
            ffi::rocksdb_ingestexternalfileoptions_set_move_files(options, 1);
            if of_database {
                ffi::rocksdb_ingestexternalfileoptions_set_allow_db_generated_files(options, 1);
                ffi::rocksdb_ingestexternalfileoptions_set_snapshot_consistency(options, 0);
                ffi::rocksdb_ingestexternalfileoptions_set_allow_blocking_flush(options, 0);
            }
            ffi::rocksdb_ingest_external_file_cf(
                self.db.raw(call),
                self.raw,
                pointers.as_ptr(),
                pointers.len(),
                options,
                &mut error,
            );
            ffi::rocksdb_ingestexternalfileoptions_destroy(options);
        }
        check(error, "ingest table files")
    }
}

impl Drop for Family {
    fn drop(&mut self) {
        self.db.release(self.resource);
    }
}

/// Flushes `families`: with `wait` until they are in table files; without it, only switches the memtables.
pub(super) fn flush(db: &Db, call: &Call<'_>, families: &[&Family], wait: bool) -> Result<()> {
    if families.is_empty() {
        return Ok(());
    }
    let mut handles: Vec<_> = families.iter().map(|family| family.raw(call)).collect();
    let count =
        i32::try_from(handles.len()).map_err(|_| Error::new(Code::Unsupported, "more than 2^31 column families"))?;
    let mut error = ptr::null_mut();
    // SAFETY: the call proves database and handles alive; the array has `count` entries.
    unsafe {
        let options = ffi::rocksdb_flushoptions_create();
        ffi::rocksdb_flushoptions_set_wait(options, wait.into());
        ffi::rocksdb_flushoptions_set_allow_write_stall(options, 1);
        ffi::rocksdb_flush_cfs(db.raw(call), options, handles.as_mut_ptr(), count, &mut error);
        ffi::rocksdb_flushoptions_destroy(options);
    }
    check(error, "flush column families")
}

/// # Safety
/// `slice` is NULL or came from RocksDB and is not used again.
unsafe fn take_slice(slice: *mut ffi::rocksdb_pinnableslice_t) -> Option<Vec<u8>> {
    if slice.is_null() {
        return None;
    }
    let mut length = 0;
    // SAFETY: by this function's own contract.
    unsafe {
        let data = ffi::rocksdb_pinnableslice_value(slice, &mut length);
        let value = bytes(data, length).to_vec();
        ffi::rocksdb_pinnableslice_destroy(slice);
        Some(value)
    }
}

/// # Safety
/// `data` points to `length` bytes that stay unchanged for `'a`, or `length` is 0.
#[expect(clippy::disallowed_methods, reason = "the one place of this floor that makes slices from RocksDB's pointers")]
pub(super) unsafe fn bytes<'a>(data: *const std::ffi::c_char, length: usize) -> &'a [u8] {
    if length == 0 {
        return &[];
    }
    // SAFETY: by this function's own contract.
    unsafe { std::slice::from_raw_parts(data.cast(), length) }
}
