//! How many objects of each kind are alive in this process: what a leak test asks.

use std::sync::atomic::{AtomicI64, Ordering};

/// The kinds of objects that are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Backends, until the last handle on them goes.
    Backend,
    /// Column families, each once, however many handles it has.
    ColumnFamily,
    /// Write batches.
    Batch,
    /// Scans.
    Scan,
    /// Pinned views.
    View,
    /// Handles of snapshot jobs.
    Snapshot,
    /// Memory budgets, each once; a backend without one has a block cache that counts as one.
    Budget,
    /// Open snapshot directories.
    Directory,
    /// Portable streams that are pulled or pushed.
    Stream,
}

impl Kind {
    /// Its name in metrics.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Backend => "backends",
            Kind::ColumnFamily => "column_families",
            Kind::Batch => "batches",
            Kind::Scan => "scans",
            Kind::View => "views",
            Kind::Snapshot => "snapshots",
            Kind::Budget => "budgets",
            Kind::Directory => "snapshot_directories",
            Kind::Stream => "streams",
        }
    }
}

/// Every kind.
pub const KINDS: [Kind; 9] = [
    Kind::Backend,
    Kind::ColumnFamily,
    Kind::Batch,
    Kind::Scan,
    Kind::View,
    Kind::Snapshot,
    Kind::Budget,
    Kind::Directory,
    Kind::Stream,
];

static COUNTS: [AtomicI64; KINDS.len()] = [const { AtomicI64::new(0) }; KINDS.len()];

/// Counts one object of its kind for as long as it lives; a field of the object.
#[derive(Debug)]
pub struct Live(Kind);

impl Live {
    /// One more of `kind`.
    pub fn new(kind: Kind) -> Self {
        COUNTS[kind as usize].fetch_add(1, Ordering::Relaxed);
        Self(kind)
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        COUNTS[self.0 as usize].fetch_sub(1, Ordering::Relaxed);
    }
}

/// How many objects of `kind` are alive in this process.
pub fn count(kind: Kind) -> i64 {
    COUNTS[kind as usize].load(Ordering::Relaxed)
}
