//! `Snapshot`: an asynchronous job that the host polls.

use std::path::PathBuf;
use std::time::Duration;

use crate::error::Result;
use crate::options::Options;
use crate::snapshot::{Kind, SnapshotInfo};

/// Where a snapshot goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Published in the snapshot directory at this URL.
    Directory(String),
    /// Captured into this new local directory, for a host that moves files itself.
    Capture(PathBuf),
}

/// What `Backend::start_snapshot` is asked for.
#[derive(Clone, Debug)]
pub struct SnapshotRequest {
    pub kind: Kind,
    pub target: Target,
    /// Opaque; comes back from every reader.
    pub id: Vec<u8>,
    pub metadata: Vec<u8>,
    pub options: Options,
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Running,
    Completed,
    Failed,
    Cancelled,
}

/// How far a job is; `bytes_total` is 0 until the capture is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    pub bytes_done: u64,
    pub bytes_total: u64,
}

/// A running or ended snapshot job. Any number of threads. Dropping a running one cancels it.
#[derive(Debug)]
pub struct Snapshot(());

impl Snapshot {
    /// Waits until the job ends, at most `timeout` (`None`: for ever; zero: a poll). Never waits for the writer.
    pub fn wait(&self, timeout: Option<Duration>) -> State {
        todo!()
    }
    pub fn progress(&self) -> Progress {
        todo!()
    }
    /// How long the barrier held the writer, in nanoseconds.
    pub fn pause_nanos(&self) -> u64 {
        todo!()
    }
    /// Asks the job to stop; returns at once.
    pub fn cancel(&self) {
        todo!()
    }
    /// What was made; the job's error if it failed or was cancelled; `Code::Running` while it runs.
    pub fn result(&self) -> Result<SnapshotInfo> {
        todo!()
    }
}

#[derive(Debug, Default)]
pub(crate) struct Lineage;
#[derive(Debug)]
pub(crate) struct Snapshots;
impl Snapshots {
    pub(crate) fn new(_id: uuid::Uuid, _lineage: Lineage) -> Self {
        Snapshots
    }
    pub(crate) fn cancel(&self) {}
    pub(crate) fn join(&self) {}
}
impl Snapshot {
    pub(crate) fn start(
        _backend: &std::sync::Arc<crate::backend::Inner>,
        _request: &SnapshotRequest,
    ) -> Result<Snapshot> {
        todo!()
    }
}
