//! `Budget`: one amount of memory for block caches and memtables, shared by any number of backends.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::live::{Kind, Live};
use crate::rocks::Memory;

/// The least that RocksDB's block cache works with.
const SMALLEST: u64 = 1 << 20;

/// A shared memory budget. Clones are the same budget. Backends hold it; it goes with the last of them. Any number of threads.
#[derive(Clone, Debug)]
pub struct Budget(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    memory: Memory,
    _live: Live,
}

impl Budget {
    /// A budget of `bytes`, at least 1 MiB. Memtables may take half of it before flushes begin; writers never wait for it.
    pub fn new(bytes: u64) -> Result<Budget> {
        if bytes < SMALLEST {
            return Err(Error::invalid(format!(
                "a budget of {bytes} bytes is too small; it takes at least {SMALLEST}"
            )));
        }
        Ok(Budget(Arc::new(Shared { memory: Memory::budget(bytes), _live: Live::new(Kind::Budget) })))
    }

    /// No budget: a block cache of that size, and memtables that are bounded by their own options.
    pub(crate) fn block_cache(bytes: u64) -> Budget {
        Budget(Arc::new(Shared { memory: Memory::block_cache(bytes.max(SMALLEST)), _live: Live::new(Kind::Budget) }))
    }

    pub(crate) fn memory(&self) -> &Memory {
        &self.0.memory
    }

    /// Bytes in use by part: `block_cache` (memtables not counted), `block_cache_pinned`, `memtables`.
    pub fn used(&self) -> Vec<(&'static str, u64)> {
        let memory = self.memory();
        let memtables = memory.memtables_used();
        vec![
            ("block_cache", memory.cache_used().saturating_sub(memtables)),
            ("block_cache_pinned", memory.cache_pinned().saturating_sub(memtables)),
            ("memtables", memtables),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_too_small_to_work_is_refused() {
        assert!(Budget::new(1000).unwrap_err().message.contains("1048576"));
        assert_eq!(Budget::new(SMALLEST).unwrap().used()[2], ("memtables", 0));
    }
}
