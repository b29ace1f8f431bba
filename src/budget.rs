//! `Budget`: one amount of memory for block caches and memtables, shared by any number of backends.

use std::sync::Arc;

use crate::error::Result;

/// A shared memory budget. Clones are the same budget. Backends hold it; it goes with the last of them.
#[derive(Clone, Debug)]
pub struct Budget(Arc<()>);

impl Budget {
    /// A budget of `bytes`, at least 1 MiB.
    pub fn new(bytes: u64) -> Result<Budget> {
        todo!()
    }
    /// Bytes in use by part: `block_cache`, `block_cache_pinned`, `memtables`.
    pub fn used(&self) -> Vec<(&'static str, u64)> {
        todo!()
    }
}
