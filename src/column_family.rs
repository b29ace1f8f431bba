//! `ColumnFamily`: the rows of one state.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::backend::Inner;
use crate::error::{Code, Error, Result};
pub use crate::kinds::{MemtableKind, MergeKind};
use crate::live::{Kind, Live};
use crate::options::Texts;
use crate::rocks;
use crate::scan::{Scan, ScanRange};
use crate::view::View;

/// Key and value together; RocksDB and the snapshot formats count their lengths in 32 bits.
const LARGEST_ROW: usize = u32::MAX as usize - 64;
/// Longest name of a column family in bytes.
pub(crate) const LONGEST_NAME: usize = 64 << 10;
/// Longest descriptor in bytes.
pub(crate) const LONGEST_DESCRIPTOR: usize = 16 << 20;

/// A column family of an open backend. Clones are the same family. Keys and values are bytes, together below 4 GiB.
///
/// Any number of threads may read. A write that meets another write in progress on the same backend is answered with
/// `Code::ConcurrentWrite`; every call on a closed backend with `Code::Closed`, on a dropped family with `Code::NotFound`.
#[derive(Clone, Debug)]
pub struct ColumnFamily {
    pub(crate) backend: Arc<Inner>,
    pub(crate) family: Arc<Family>,
}

/// What a family is, shared by its handles and its backend.
#[derive(Debug)]
pub(crate) struct Family {
    pub(crate) name: Vec<u8>,
    pub(crate) rocks: rocks::Family,
    pub(crate) merge: MergeKind,
    pub(crate) memtable: MemtableKind,
    /// The RocksDB options given at creation.
    pub(crate) given: Texts,
    descriptor: Mutex<Arc<[u8]>>,
    dropped: AtomicBool,
    _live: Live,
}

impl Family {
    pub(crate) fn new(
        name: Vec<u8>,
        descriptor: &[u8],
        rocks: rocks::Family,
        (merge, memtable): (MergeKind, MemtableKind),
        given: Texts,
    ) -> Family {
        Family {
            name,
            rocks,
            merge,
            memtable,
            given,
            descriptor: Mutex::new(descriptor.into()),
            dropped: AtomicBool::new(false),
            _live: Live::new(Kind::ColumnFamily),
        }
    }

    pub(crate) fn descriptor(&self) -> Arc<[u8]> {
        Arc::clone(&self.descriptor.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The name for messages.
    pub(crate) fn label(&self) -> String {
        label(&self.name)
    }

    pub(crate) fn mark_dropped(&self, dropped: bool) {
        self.dropped.store(dropped, Ordering::Release);
    }

    pub(crate) fn is_dropped(&self) -> bool {
        self.dropped.load(Ordering::Acquire)
    }

    /// The family in RocksDB, unless it was dropped.
    pub(crate) fn rocks(&self) -> Result<&rocks::Family> {
        if self.is_dropped() {
            let text = format!("column family {} was dropped; create it again or let go of this handle", self.label());
            return Err(Error::new(Code::NotFound, text));
        }
        Ok(&self.rocks)
    }

    /// The family in RocksDB, if a row of these lengths may be written to it by put (or merge, if `merging`).
    pub(crate) fn accept(&self, key: &[u8], value: &[u8], merging: bool) -> Result<&rocks::Family> {
        let rocks = self.rocks()?;
        if key.len().saturating_add(value.len()) > LARGEST_ROW {
            return Err(Error::invalid(format!(
                "a row of {} + {} bytes for column family {} is too large; key and value together take up to {LARGEST_ROW}",
                key.len(),
                value.len(),
                self.label()
            )));
        }
        match self.merge {
            MergeKind::None if merging => Err(Error::invalid(format!(
                "column family {} has no merge kind; create it with the option `merge` to merge into it",
                self.label()
            ))),
            MergeKind::Uint64Add if value.len() != 8 => Err(Error::invalid(format!(
                "column family {} adds 64-bit integers, so a value or operand has 8 bytes; this one has {}",
                self.label(),
                value.len()
            ))),
            _ => Ok(rocks),
        }
    }
}

/// A family's name for messages: quoted, cut to a readable length.
pub(crate) fn label(name: &[u8]) -> String {
    const SHOWN: usize = 100;
    let text: String = String::from_utf8_lossy(name).chars().take(SHOWN).collect();
    if name.len() > SHOWN { format!("{text:?}... ({} bytes)", name.len()) } else { format!("{text:?}") }
}

impl ColumnFamily {
    /// The name it was made with.
    pub fn name(&self) -> &[u8] {
        &self.family.name
    }

    /// The host's opaque descriptor.
    pub fn descriptor(&self) -> Vec<u8> {
        self.family.descriptor().to_vec()
    }

    /// Replaces the descriptor; later snapshots carry the new one. A writer's call.
    pub fn set_descriptor(&self, descriptor: &[u8]) -> Result<()> {
        check_descriptor(descriptor)?;
        let _call = self.backend.data.db.write()?;
        self.family.rocks()?;
        *self.family.descriptor.lock().unwrap_or_else(PoisonError::into_inner) = descriptor.into();
        Ok(())
    }

    /// How `merge` combines, fixed when the family was made.
    pub fn merge_kind(&self) -> MergeKind {
        self.family.merge
    }

    /// What holds its rows in memory, fixed when the family was made.
    pub fn memtable_kind(&self) -> MemtableKind {
        self.family.memtable
    }

    /// The value of `key`, or `None`.
    pub fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        self.backend.data.get(self.family.rocks()?, key, None)
    }

    /// The value's full length, or `None`. The value is written to `buffer` if it fits; if not, nothing is.
    pub fn get_into(&self, key: &[u8], buffer: &mut [u8]) -> Result<Option<usize>> {
        self.backend.data.get_into(self.family.rocks()?, key, buffer)
    }

    /// Whether `key` has a value.
    pub fn contains(&self, key: &[u8]) -> Result<bool> {
        Ok(self.get_into(key, &mut [])?.is_some())
    }

    /// One entry per key, in their order.
    pub fn multi_get(&self, keys: &[&[u8]]) -> Result<Vec<Option<Vec<u8>>>> {
        self.backend.data.multi_get(self.family.rocks()?, keys)
    }

    /// Sets the value of `key`. A writer's call, like the other changes below.
    pub fn put(&self, key: &[u8], value: &[u8]) -> Result<()> {
        self.backend.data.put(self.family.accept(key, value, false)?, key, value)
    }

    /// Combines `operand` with the value of `key` by the family's merge kind; an absent value counts as empty (or zero).
    pub fn merge(&self, key: &[u8], operand: &[u8]) -> Result<()> {
        self.backend.data.merge(self.family.accept(key, operand, true)?, key, operand)
    }

    /// Removes `key`; fine if it is absent.
    pub fn delete(&self, key: &[u8]) -> Result<()> {
        self.backend.data.delete(self.family.rocks()?, key)
    }

    /// Deletes the keys in `from <= key < to`. An empty or inverted range deletes nothing.
    pub fn delete_range(&self, from: &[u8], to: &[u8]) -> Result<()> {
        let family = self.family.rocks()?;
        if from >= to {
            // Still a writer's call: it answers `Closed` and `ConcurrentWrite` as any other.
            return self.backend.data.db.write().map(drop);
        }
        self.backend.data.delete_range(family, from, to)
    }

    /// Deletes every row. On a hash-link-list family this costs O(rows in the memtable), as a scan does.
    pub fn clear(&self) -> Result<()> {
        self.backend.data.clear(self.family.rocks()?)
    }

    /// A scan over the live data, or over `view`. It sees the state of the moment it (or the view) was made. Over live data it is a writer's
    /// call. On a hash-link-list family it costs O(rows in the memtable) before the first row.
    pub fn scan(&self, range: &ScanRange, view: Option<&View>) -> Result<Scan> {
        Scan::new(self, range, view)
    }

    /// Compacts the family to its bottommost level, and waits for it. Maintenance; reads and writes go on meanwhile.
    pub fn compact(&self) -> Result<()> {
        let call = self.backend.data.db.read()?;
        self.family.rocks()?.compact(&call)
    }
}

pub(crate) fn check_descriptor(descriptor: &[u8]) -> Result<()> {
    if descriptor.len() > LONGEST_DESCRIPTOR {
        return Err(Error::invalid(format!(
            "a descriptor of {} bytes is too long; it takes up to {LONGEST_DESCRIPTOR}",
            descriptor.len()
        )));
    }
    Ok(())
}
