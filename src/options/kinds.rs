//! What a column family is made as, once and for all.

/// How `merge` combines an operand with what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MergeKind {
    /// `merge` is refused.
    None,
    /// Operands are appended, with this delimiter between them (RocksDB's `stringappendtest`).
    StringAppend(u8),
    /// Operands and values are 64-bit little-endian integers that are added, wrapping (RocksDB's `uint64add`).
    Uint64Add,
}

impl MergeKind {
    /// The values of the option `merge`.
    pub(crate) const NAMES: &[&str] = &["none", "string-append", "uint64-add"];

    /// Its value of the option `merge`, and its name in manifests.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::StringAppend(_) => "string-append",
            Self::Uint64Add => "uint64-add",
        }
    }
}

/// What holds the rows that are not yet in a table file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemtableKind {
    /// Sorted; for families that are scanned.
    SkipList,
    /// Hashed; for families read by point. A scan costs O(rows in the memtable).
    HashLinkList,
}

impl MemtableKind {
    /// The values of the option `memtable`.
    pub(crate) const NAMES: &[&str] = &["skip-list", "hash-link-list"];

    /// Its value of the option `memtable`, and its name in manifests.
    pub fn name(self) -> &'static str {
        match self {
            Self::SkipList => "skip-list",
            Self::HashLinkList => "hash-link-list",
        }
    }
}
