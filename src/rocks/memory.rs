//! A block cache and a write-buffer manager that charges to it.

use librocksdb_sys as ffi;

/// Memory that databases share. Freed with its last owner; the databases hold it too.
#[derive(Debug)]
pub struct Memory {
    pub(super) cache: *mut ffi::rocksdb_cache_t,
    pub(super) manager: *mut ffi::rocksdb_write_buffer_manager_t,
    capacity: u64,
}

// SAFETY: cache and manager are internally synchronised; RocksDB shares them between databases and threads.
unsafe impl Send for Memory {}
// SAFETY: as above.
unsafe impl Sync for Memory {}

impl Memory {
    /// `capacity` bytes for blocks and memtables together. `memtables`: how many of them may be memtables before flushes begin.
    ///
    /// Writers are never stalled by the manager (`allow_stall` = 0): such a stall ends only inside RocksDB's close.
    pub fn new(capacity: u64, memtables: u64) -> Memory {
        let (capacity_size, memtables_size) = (capacity as usize, memtables as usize);
        // SAFETY: both constructors only need valid sizes, and the manager takes its own share of the cache.
        unsafe {
            let cache = ffi::rocksdb_cache_create_lru(capacity_size);
            let manager = ffi::rocksdb_write_buffer_manager_create_with_cache(memtables_size, cache, false);
            Memory { cache, manager, capacity }
        }
    }

    /// The bytes it was made for.
    pub fn capacity(&self) -> u64 {
        self.capacity
    }

    /// Bytes in the cache, memtables included.
    pub fn cache_used(&self) -> u64 {
        // SAFETY: `cache` lives as long as `self`.
        unsafe { ffi::rocksdb_cache_get_usage(self.cache) as u64 }
    }

    /// Bytes in the cache that are in use right now and can't be evicted.
    pub fn cache_pinned(&self) -> u64 {
        // SAFETY: `cache` lives as long as `self`.
        unsafe { ffi::rocksdb_cache_get_pinned_usage(self.cache) as u64 }
    }

    /// Bytes in memtables, flushing ones included.
    pub fn memtables_used(&self) -> u64 {
        // SAFETY: `manager` lives as long as `self`.
        unsafe { ffi::rocksdb_write_buffer_manager_memory_usage(self.manager) as u64 }
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: these drop this owner's shares; databases hold theirs.
        unsafe {
            ffi::rocksdb_write_buffer_manager_destroy(self.manager);
            ffi::rocksdb_cache_destroy(self.cache);
        }
    }
}
