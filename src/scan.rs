//! `Scan`: a bounded walk over the rows of one family, in blocks.

use crate::error::Result;

/// The keys of a scan: `from <= key < to`, each bound optional.
#[derive(Clone, Debug, Default)]
pub struct ScanRange {
    pub from: Option<Vec<u8>>,
    pub to: Option<Vec<u8>>,
    /// Largest key first.
    pub backward: bool,
}

/// What `fill` did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    /// Rows written.
    pub rows: usize,
    /// Bytes written.
    pub bytes: usize,
    /// No rows follow.
    pub done: bool,
    /// Bytes that the next row needs; tells how large a buffer must be when no row was written though the scan is not done.
    pub needed: usize,
}

/// A running scan. One thread at a time.
#[derive(Debug)]
pub struct Scan(());

impl Scan {
    /// Writes as many of the next rows into `block` as fit, each as `u32 key length, u32 value length` (little-endian), key, value.
    pub fn fill(&mut self, block: &mut [u8]) -> Result<Filled> {
        todo!()
    }
}
