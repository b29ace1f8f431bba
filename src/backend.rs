//! `Backend`: one RocksDB in one private scratch directory, and the column families in it.

use std::path::Path;
use std::sync::Arc;

use crate::batch::Batch;
use crate::budget::Budget;
use crate::column_family::ColumnFamily;
use crate::error::Result;
use crate::metrics::Metric;
use crate::options::Options;
use crate::restore::{KeyRange, Source};
use crate::snapshot::{Snapshot, SnapshotInfo, SnapshotRequest};
use crate::view::View;

/// An open state backend. Clones are the same backend; the last one to go closes it.
///
/// Any number of threads may read; a write that meets another write in progress is answered with `Code::ConcurrentWrite`.
#[derive(Clone, Debug)]
pub struct Backend(Arc<()>);

impl Backend {
    /// Opens an empty backend in a new scratch directory.
    pub fn open(options: &Options, budget: Option<&Budget>) -> Result<Backend> {
        todo!()
    }

    /// Opens a backend with the contents of snapshots; `range` keeps only those keys. Answers what was restored, one per source.
    pub fn restore(
        options: &Options,
        budget: Option<&Budget>,
        sources: &[Source],
        range: &KeyRange,
    ) -> Result<(Backend, Vec<SnapshotInfo>)> {
        todo!()
    }

    /// Makes a column family; `Code::AlreadyExists` if there is one of that name. A writer's call.
    pub fn create_column_family(&self, name: &[u8], descriptor: &[u8], options: &Options) -> Result<ColumnFamily> {
        todo!()
    }

    /// Looks the family up, or makes it. `Code::Mismatch` if it exists with another descriptor, merge kind or memtable kind.
    pub fn register_column_family(&self, name: &[u8], descriptor: &[u8], options: &Options) -> Result<ColumnFamily> {
        todo!()
    }

    /// The family of that name, or `None`.
    pub fn column_family(&self, name: &[u8]) -> Result<Option<ColumnFamily>> {
        todo!()
    }

    /// All families, in order of creation.
    pub fn column_families(&self) -> Result<Vec<ColumnFamily>> {
        todo!()
    }

    /// Drops a family with its rows; other handles of it answer `Code::NotFound` from then on. A writer's call.
    pub fn drop_column_family(&self, family: &ColumnFamily) -> Result<()> {
        todo!()
    }

    /// Applies all of the batch, or nothing. The batch stays as it is. A writer's call.
    pub fn write(&self, batch: &Batch) -> Result<()> {
        todo!()
    }

    /// Pins the present state of all families for scans. A writer's call.
    pub fn view(&self) -> Result<View> {
        todo!()
    }

    /// Starts an asynchronous snapshot: the barrier happens before this returns, everything else in the background. A writer's call.
    pub fn start_snapshot(&self, request: &SnapshotRequest) -> Result<Snapshot> {
        todo!()
    }

    /// Metrics as name/value pairs (docs/options.md lists them).
    pub fn metrics(&self) -> Result<Vec<Metric>> {
        todo!()
    }

    /// The options in effect, as the OPTIONS file that RocksDB wrote.
    pub fn effective_options(&self) -> Result<String> {
        todo!()
    }

    /// The scratch directory; private to the backend, removed by `close`.
    pub fn directory(&self) -> &Path {
        todo!()
    }

    /// Refuses new calls, cancels snapshots, waits for running calls, and frees everything with the directory. May race with any call. Idempotent.
    pub fn close(&self) -> Result<()> {
        todo!()
    }
}
