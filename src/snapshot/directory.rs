//! `SnapshotDirectory`: the snapshots at one URL, without an open backend.

use std::time::Duration;

use crate::error::Result;
use crate::options::Options;
use crate::snapshot::SnapshotInfo;

/// What a sweep removed (or would remove, in a dry run).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    pub objects: u64,
    pub bytes: u64,
    /// Names of what was removed, relative to the directory.
    pub names: Vec<String>,
}

/// A handle on a snapshot directory. Any number of threads.
#[derive(Debug)]
pub struct SnapshotDirectory(());

impl SnapshotDirectory {
    pub fn open(url: &str, options: &Options) -> Result<SnapshotDirectory> {
        todo!()
    }
    /// All snapshots, oldest first.
    pub fn list(&self) -> Result<Vec<SnapshotInfo>> {
        todo!()
    }
    /// The manifest of snapshot `number` as JSON text (docs/snapshot-format.md).
    pub fn describe(&self, number: u64) -> Result<String> {
        todo!()
    }
    /// Reads every byte of snapshot `number`; answers how many, or `Code::Corruption` naming each broken file.
    pub fn verify(&self, number: u64) -> Result<u64> {
        todo!()
    }
    /// Removes snapshot `number`; files that no other snapshot needs go with a later sweep.
    pub fn discard(&self, number: u64) -> Result<()> {
        todo!()
    }
    /// Discards all but the newest `keep`; answers the numbers it discarded.
    pub fn retain(&self, keep: usize) -> Result<Vec<u64>> {
        todo!()
    }
    /// Removes what no snapshot and no running job needs and is older than `grace`; with `dry_run` only says what it would remove.
    pub fn sweep(&self, grace: Duration, dry_run: bool) -> Result<Swept> {
        todo!()
    }
    /// Bytes of all objects in the directory.
    pub fn size(&self) -> Result<u64> {
        todo!()
    }
}
