//! `Snapshot`: an asynchronous job that the host polls.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::barrier;
use super::id::Id;
use super::lineage::Lineage;
use super::target::{Targets, Turn};
use super::task::Task;
use super::{Kind, SnapshotInfo};
use crate::backend::Inner;
use crate::error::{Code, Error, Result};
use crate::live::{self, Live};
use crate::metrics;
use crate::options::Options;
use crate::store::Control;

/// Longest id that the host may give a snapshot, and longest metadata, in bytes.
pub(super) const LONGEST_ID: usize = 4 << 10;
pub(super) const LONGEST_METADATA: usize = 16 << 20;

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
    /// Native or portable.
    pub kind: Kind,
    /// Where it goes.
    pub target: Target,
    /// Opaque; comes back from every reader.
    pub id: Vec<u8>,
    /// Opaque too, such as an input position.
    pub metadata: Vec<u8>,
    /// Those of a snapshot: docs/options.md.
    pub options: Options,
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// At work.
    Running,
    /// The snapshot is there.
    Completed,
    /// `Snapshot::result` has the reason.
    Failed,
    /// Stopped by `cancel`, by a drop or by the close of its backend.
    Cancelled,
}

/// How far a job is; `bytes_total` is 0 until the capture is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes in their place: written, linked or reused.
    pub bytes_done: u64,
    /// Bytes of all files of the snapshot.
    pub bytes_total: u64,
}

/// A running or ended snapshot job. Any number of threads. Dropping a running one cancels it.
#[derive(Debug)]
pub struct Snapshot {
    job: Arc<Job>,
    _live: Live,
}

/// What the handle and the background task share.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) control: Control,
    pub(super) total: AtomicU64,
    pause: Duration,
    end: Mutex<Option<Result<SnapshotInfo>>>,
    ended: Condvar,
}

/// All that a backend knows of its snapshots.
#[derive(Debug)]
pub(crate) struct Snapshots {
    /// The UUID of the backend: the first part of the names of its files.
    pub(super) backend: Id,
    pub(super) lineage: Lineage,
    pub(super) targets: Targets,
    open_capture: Arc<AtomicBool>,
    running: Mutex<Vec<(Arc<Job>, JoinHandle<()>)>>,
}

impl Snapshots {
    pub(crate) fn new(backend: Id, lineage: Lineage) -> Snapshots {
        Snapshots {
            backend,
            lineage,
            targets: Targets::default(),
            open_capture: Arc::default(),
            running: Mutex::default(),
        }
    }

    fn running(&self) -> MutexGuard<'_, Vec<(Arc<Job>, JoinHandle<()>)>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks all running jobs to stop.
    pub(crate) fn cancel(&self) {
        self.running().iter().for_each(|(job, _)| job.control.cancel());
    }

    /// Waits for the jobs' threads.
    pub(crate) fn join(&self) {
        let threads = std::mem::take(&mut *self.running());
        // The last owner of a backend may be a job's own thread, which can't wait for itself.
        let own = std::thread::current().id();
        for (_, thread) in threads.into_iter().filter(|(_, thread)| thread.thread().id() != own) {
            let _ = thread.join();
        }
    }
}

impl Snapshot {
    pub(crate) fn start(backend: &Arc<Inner>, request: &SnapshotRequest) -> Result<Snapshot> {
        let settings = request.options.snapshot()?;
        check_length("id", &request.id, LONGEST_ID)?;
        check_length("metadata", &request.metadata, LONGEST_METADATA)?;
        let snapshots = &backend.snapshots;
        let scratch = backend.scratch()?;
        let place = snapshots.targets.find(&request.target, &request.options.store())?;
        let call = backend.data.db.write()?;
        // Within the writer's call, so that jobs publish in the order of their barriers.
        let turn = place.map(Turn::take);
        let barrier = barrier::raise(backend, &call, request.kind, &snapshots.open_capture)?;
        backend.counters.record_pause(barrier.pause);
        metrics::add(&backend.counters.snapshots_started, 1);
        let job = Arc::new(Job {
            control: Control::new(),
            total: AtomicU64::new(0),
            pause: barrier.pause,
            end: Mutex::new(None),
            ended: Condvar::new(),
        });
        let task =
            Task { backend: Arc::clone(backend), job: Arc::clone(&job), request: request.clone(), settings, scratch };
        let thread = std::thread::Builder::new()
            .name("gabion-snapshot".to_owned())
            .spawn(move || task.run(barrier, turn))
            .map_err(|error| Error::new(Code::Io, format!("cannot start the snapshot's thread: {error}")))?;
        fail::fail_point!("snapshot-thread-started");
        let mut running = snapshots.running();
        running.retain(|(job, _)| job.state() == State::Running);
        running.push((Arc::clone(&job), thread));
        drop(running);
        // Not before: a close waits for this call, and then for all jobs that it sees.
        drop(call);
        Ok(Snapshot { job, _live: Live::new(live::Kind::Snapshot) })
    }

    /// Waits until the job ends, at most `timeout` (`None`: for ever; zero: a poll). Never waits for the writer.
    pub fn wait(&self, timeout: Option<Duration>) -> State {
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let mut end = self.job.end();
        while end.is_none() {
            end = match deadline {
                None => self.job.ended.wait(end).unwrap_or_else(PoisonError::into_inner),
                Some(deadline) => {
                    let rest = deadline.saturating_duration_since(Instant::now());
                    if rest.is_zero() {
                        break;
                    }
                    self.job.ended.wait_timeout(end, rest).unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
        state_of(end.as_ref())
    }

    /// Bytes in place, and of how many. Never waits.
    pub fn progress(&self) -> Progress {
        Progress { bytes_done: self.job.control.moved(), bytes_total: self.job.total.load(Ordering::Relaxed) }
    }

    /// How long the barrier held the writer, in nanoseconds.
    pub fn pause_nanos(&self) -> u64 {
        u64::try_from(self.job.pause.as_nanos()).unwrap_or(u64::MAX)
    }

    /// Asks the job to stop; returns at once. A job that has published already completes.
    pub fn cancel(&self) {
        self.job.control.cancel();
    }

    /// What was made; the job's error if it failed or was cancelled; `Code::Running` while it runs.
    pub fn result(&self) -> Result<SnapshotInfo> {
        let running = || Err(Error::new(Code::Running, "the snapshot is still running; wait for it"));
        self.job.end().clone().unwrap_or_else(running)
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        self.job.control.cancel();
    }
}

impl Job {
    fn end(&self) -> MutexGuard<'_, Option<Result<SnapshotInfo>>> {
        self.end.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> State {
        state_of(self.end().as_ref())
    }

    /// Says how the job ended; wakes all who wait.
    pub(super) fn finish(&self, result: Result<SnapshotInfo>) {
        let pause_nanos = u64::try_from(self.pause.as_nanos()).unwrap_or(u64::MAX);
        *self.end() = Some(result.map(|info| SnapshotInfo { pause_nanos, ..info }));
        self.ended.notify_all();
    }
}

fn state_of(end: Option<&Result<SnapshotInfo>>) -> State {
    match end {
        None => State::Running,
        Some(Ok(_)) => State::Completed,
        Some(Err(error)) if error.code == Code::Cancelled => State::Cancelled,
        Some(Err(_)) => State::Failed,
    }
}

pub(super) fn check_length(what: &str, bytes: &[u8], longest: usize) -> Result<()> {
    if bytes.len() > longest {
        let text = format!("a snapshot's {what} of {} bytes is too long; it takes up to {longest}", bytes.len());
        return Err(Error::invalid(text));
    }
    Ok(())
}
