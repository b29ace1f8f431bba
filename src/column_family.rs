//! `ColumnFamily`: the rows of one state.

use std::sync::Arc;

use crate::error::Result;
pub use crate::options::{MemtableKind, MergeKind};
use crate::scan::{Scan, ScanRange};
use crate::view::View;

/// A column family of an open backend. Clones are the same family. Keys and values are bytes, below 2^32 - 1 of them.
#[derive(Clone, Debug)]
pub struct ColumnFamily(Arc<()>);

impl ColumnFamily {
    /// The name it was made with.
    pub fn name(&self) -> &[u8] {
        todo!()
    }

    /// The host's opaque descriptor.
    pub fn descriptor(&self) -> Vec<u8> {
        todo!()
    }

    /// Replaces the descriptor; later snapshots carry the new one. A writer's call.
    pub fn set_descriptor(&self, descriptor: &[u8]) -> Result<()> {
        todo!()
    }

    pub fn merge_kind(&self) -> MergeKind {
        todo!()
    }

    pub fn memtable_kind(&self) -> MemtableKind {
        todo!()
    }

    /// The value of `key`, or `None`.
    pub fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        todo!()
    }

    /// The value's full length, or `None`. The value is written to `buffer` if it fits; if not, nothing is.
    pub fn get_into(&self, key: &[u8], buffer: &mut [u8]) -> Result<Option<usize>> {
        todo!()
    }

    pub fn contains(&self, key: &[u8]) -> Result<bool> {
        todo!()
    }

    /// One entry per key, in their order.
    pub fn multi_get(&self, keys: &[&[u8]]) -> Result<Vec<Option<Vec<u8>>>> {
        todo!()
    }

    pub fn put(&self, key: &[u8], value: &[u8]) -> Result<()> {
        todo!()
    }

    pub fn merge(&self, key: &[u8], operand: &[u8]) -> Result<()> {
        todo!()
    }

    pub fn delete(&self, key: &[u8]) -> Result<()> {
        todo!()
    }

    /// Deletes the keys in `from <= key < to`. An empty or inverted range deletes nothing.
    pub fn delete_range(&self, from: &[u8], to: &[u8]) -> Result<()> {
        todo!()
    }

    /// Deletes every row.
    pub fn clear(&self) -> Result<()> {
        todo!()
    }

    /// A scan over the live data, or over `view`. It sees the state of the moment it was made. Over live data it is a writer's call (it pins a view of its own).
    pub fn scan(&self, range: &ScanRange, view: Option<&View>) -> Result<Scan> {
        todo!()
    }
}
