//! `Pin`: a RocksDB snapshot, held.

use std::sync::Arc;

use librocksdb_sys as ffi;

use super::db::{Db, Resource, new_read_options};
use super::gate::Call;

/// All families as they were at one instant. Inert once the database is closed.
#[derive(Debug)]
pub struct Pin {
    db: Arc<Db>,
    read_options: *mut ffi::rocksdb_readoptions_t,
    sequence: u64,
    resource: u64,
    snapshot: *const ffi::rocksdb_snapshot_t,
}

// SAFETY: a snapshot is immutable, and its read options are only read.
unsafe impl Send for Pin {}
// SAFETY: as above.
unsafe impl Sync for Pin {}

impl Pin {
    /// Pins the present state.
    pub fn new(db: &Arc<Db>, call: &Call<'_>) -> Pin {
        // SAFETY: the call proves the database open; the read options point to the snapshot, and both are freed together.
        unsafe {
            let snapshot = ffi::rocksdb_create_snapshot(db.raw(call));
            let read_options = new_read_options();
            ffi::rocksdb_readoptions_set_snapshot(read_options, snapshot);
            let sequence = ffi::rocksdb_snapshot_get_sequence_number(snapshot);
            let resource = db.own(Resource::Pin(snapshot, read_options));
            Pin { db: Arc::clone(db), read_options, sequence, resource, snapshot }
        }
    }

    /// RocksDB's sequence number of that instant.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// For reads of `db`, whose pin it must be.
    /// For an iterator of `db`, whose pin it must be.
    pub(super) fn snapshot(&self, db: &Arc<Db>) -> *const ffi::rocksdb_snapshot_t {
        assert!(Arc::ptr_eq(&self.db, db), "a pin of another database");
        self.snapshot
    }

    pub(super) fn read_options(&self, db: &Arc<Db>) -> *const ffi::rocksdb_readoptions_t {
        assert!(Arc::ptr_eq(&self.db, db), "a pin of another database");
        self.read_options
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        self.db.release(self.resource);
    }
}
