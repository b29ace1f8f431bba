//! A block cache, and for a budget a write-buffer manager that charges to it.

use librocksdb_sys as ffi;

/// Memory that databases share. Freed with its last owner; the databases hold it too.
#[derive(Debug)]
pub struct Memory {
    pub(super) cache: *mut ffi::rocksdb_cache_t,
    /// NULL if this is no budget.
    pub(super) manager: *mut ffi::rocksdb_write_buffer_manager_t,
    capacity: u64,
}

// SAFETY: cache and manager are internally synchronised; RocksDB shares them between databases and threads.
unsafe impl Send for Memory {}
// SAFETY: as above.
unsafe impl Sync for Memory {}

impl Memory {
    /// A budget of `capacity` bytes for blocks and memtables together, of which memtables may take half before flushes begin.
    ///
    /// Writers are never stalled by the manager (`allow_stall` = 0): such a stall ends only inside RocksDB's close.
    pub fn budget(capacity: u64) -> Memory {
        let size = usize::try_from(capacity).unwrap_or(usize::MAX);
        // SAFETY: both constructors only need valid sizes, and the manager takes its own share of the cache.
        unsafe {
            let cache = ffi::rocksdb_cache_create_lru(size);
            let manager = ffi::rocksdb_write_buffer_manager_create_with_cache(size / 2, cache, false);
            Memory { cache, manager, capacity }
        }
    }

    /// A block cache of `capacity` bytes; memtables are bounded by their own options alone.
    pub fn block_cache(capacity: u64) -> Memory {
        let size = usize::try_from(capacity).unwrap_or(usize::MAX);
        // SAFETY: the constructor only needs a valid size.
        let cache = unsafe { ffi::rocksdb_cache_create_lru(size) };
        Memory { cache, manager: std::ptr::null_mut(), capacity }
    }

    /// The bytes of the budget, if it is one.
    pub fn capacity(&self) -> Option<u64> {
        (!self.manager.is_null()).then_some(self.capacity)
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

    /// Bytes in memtables, flushing ones included; 0 if this is no budget.
    pub fn memtables_used(&self) -> u64 {
        if self.manager.is_null() {
            return 0;
        }
        // SAFETY: `manager` lives as long as `self`.
        unsafe { ffi::rocksdb_write_buffer_manager_memory_usage(self.manager) as u64 }
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: these drop this owner's shares; databases hold theirs.
        unsafe {
            if !self.manager.is_null() {
                ffi::rocksdb_write_buffer_manager_destroy(self.manager);
            }
            ffi::rocksdb_cache_destroy(self.cache);
        }
    }
}
