//! `Lineage`: where a backend's state came from, so that its snapshots go on where that one ended.

use std::collections::HashMap;

use super::id::Id;
use super::manifest::Manifest;
use super::object_name::Origin;
use super::writer::Restored;
use crate::store::Sum;

/// What a restore leaves for later snapshots; empty for a backend that was opened empty.
#[derive(Debug, Default)]
pub(crate) struct Lineage {
    /// The table files that were there before this backend wrote any, by RocksDB's file number.
    pub(crate) inherited: HashMap<u64, Origin>,
    /// The snapshot it was restored from, as it is, and its directory.
    pub(crate) parent: Option<Parent>,
}

/// A snapshot that is a backend's starting point.
#[derive(Clone, Debug)]
pub(crate) struct Parent {
    pub(crate) manifest: Manifest,
    /// The directory that it was read from.
    pub(crate) restored: Restored,
}

impl Lineage {
    /// Who wrote the table file of that number with those bytes: an inherited file keeps its origin.
    pub(super) fn origin(&self, backend: Id, number: u64, sum: Sum) -> Origin {
        let own = Origin { backend, number, size: sum.size, crc32c: sum.crc32c };
        self.inherited.get(&number).filter(|origin| origin.sum() == sum).copied().unwrap_or(own)
    }
}
