//! `Iterator`: a bounded walk over one family.

use std::ptr;
use std::sync::Arc;

use librocksdb_sys as ffi;

use super::check;
use super::db::{Db, Resource, new_read_options};
use super::family::{Family, bytes};
use super::gate::Call;
use super::pin::Pin;
use crate::error::Result;

/// What an iterator may see, and how it reads.
#[derive(Clone, Debug, Default)]
pub struct Bounds {
    /// First key, inclusive.
    pub lower: Option<Vec<u8>>,
    /// Last key, exclusive.
    pub upper: Option<Vec<u8>>,
    /// Read ahead, and leave the block cache to others: for walks over everything.
    pub bulk: bool,
}

/// An iterator and what it points into; freed together.
#[derive(Debug)]
pub(super) struct NativeIterator {
    raw: *mut ffi::rocksdb_iterator_t,
    read_options: *mut ffi::rocksdb_readoptions_t,
    _bounds: Box<Bounds>,
}

impl NativeIterator {
    /// # Safety
    /// The database is open, and nobody uses the iterator any more.
    pub(super) unsafe fn free(self) {
        // SAFETY: by this function's own contract. The bounds go last, with `self`.
        unsafe {
            ffi::rocksdb_iter_destroy(self.raw);
            ffi::rocksdb_readoptions_destroy(self.read_options);
        }
    }
}

/// A position in the sorted rows of a family. One thread at a time. Inert once the database is closed.
#[derive(Debug)]
pub struct Iterator {
    db: Arc<Db>,
    /// Followed only while a `Call` of `db` is held.
    raw: *mut ffi::rocksdb_iterator_t,
    resource: u64,
}

// SAFETY: an iterator may move between threads; `&mut self` keeps two from using it at once.
unsafe impl Send for Iterator {}

impl Iterator {
    /// A new iterator, before its first seek, over the present state or over `pin`.
    pub fn new(call: &Call<'_>, family: &Family, bounds: Bounds, pin: Option<&Pin>) -> Iterator {
        const READ_AHEAD: usize = 2 << 20;
        let db = &family.db;
        let bounds = Box::new(bounds);
        let read_options = new_read_options();
        // SAFETY: the call proves database, handle and pin alive; the bounds are boxed and go with the iterator.
        let raw = unsafe {
            if let Some(lower) = &bounds.lower {
                ffi::rocksdb_readoptions_set_iterate_lower_bound(read_options, lower.as_ptr().cast(), lower.len());
            }
            if let Some(upper) = &bounds.upper {
                ffi::rocksdb_readoptions_set_iterate_upper_bound(read_options, upper.as_ptr().cast(), upper.len());
            }
            if bounds.bulk {
                ffi::rocksdb_readoptions_set_fill_cache(read_options, 0);
                ffi::rocksdb_readoptions_set_readahead_size(read_options, READ_AHEAD);
            }
            if let Some(pin) = pin {
                ffi::rocksdb_readoptions_set_snapshot(read_options, pin.snapshot(db));
            }
            ffi::rocksdb_create_iterator_cf(db.raw(call), read_options, family.raw(call))
        };
        let resource = db.own(Resource::Iterator(NativeIterator { raw, read_options, _bounds: bounds }));
        Iterator { db: Arc::clone(db), raw, resource }
    }

    fn raw(&self, call: &Call<'_>) -> *mut ffi::rocksdb_iterator_t {
        self.db.raw(call);
        self.raw
    }

    /// Goes to the smallest key within the bounds.
    pub fn seek_to_first(&mut self, call: &Call<'_>) {
        // SAFETY: the call proves the iterator alive.
        unsafe { ffi::rocksdb_iter_seek_to_first(self.raw(call)) };
    }

    /// Goes to the largest key within the bounds.
    pub fn seek_to_last(&mut self, call: &Call<'_>) {
        // SAFETY: the call proves the iterator alive.
        unsafe { ffi::rocksdb_iter_seek_to_last(self.raw(call)) };
    }

    /// One row on; nothing at the end.
    pub fn next(&mut self, call: &Call<'_>) {
        let raw = self.raw(call);
        // SAFETY: the call proves the iterator alive; only a valid one may move.
        unsafe {
            if ffi::rocksdb_iter_valid(raw) != 0 {
                ffi::rocksdb_iter_next(raw);
            }
        }
    }

    /// One row back; nothing at the end.
    pub fn previous(&mut self, call: &Call<'_>) {
        let raw = self.raw(call);
        // SAFETY: the call proves the iterator alive; only a valid one may move.
        unsafe {
            if ffi::rocksdb_iter_valid(raw) != 0 {
                ffi::rocksdb_iter_prev(raw);
            }
        }
    }

    /// The present row, valid until the iterator moves; `None` at the end.
    pub fn row<'a>(&'a self, call: &'a Call<'_>) -> Result<Option<(&'a [u8], &'a [u8])>> {
        let raw = self.raw(call);
        // SAFETY: the call proves the iterator alive; key and value stay until it moves, which needs `&mut self`.
        unsafe {
            if ffi::rocksdb_iter_valid(raw) == 0 {
                let mut error = ptr::null_mut();
                ffi::rocksdb_iter_get_error(raw, &mut error);
                check(error, "scan rows")?;
                return Ok(None);
            }
            let (mut key_length, mut value_length) = (0, 0);
            let key = ffi::rocksdb_iter_key(raw, &mut key_length);
            let value = ffi::rocksdb_iter_value(raw, &mut value_length);
            Ok(Some((bytes(key, key_length), bytes(value, value_length))))
        }
    }
}

impl Drop for Iterator {
    fn drop(&mut self) {
        self.db.release(self.resource);
    }
}
