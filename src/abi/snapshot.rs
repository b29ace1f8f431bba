//! `gabion_snapshot`: an asynchronous job that the host polls.

use std::mem::MaybeUninit;
use std::path::PathBuf;
use std::time::Duration;

use super::backend::{self, gabion_backend};
use super::boundary::{answer, call, out, release};
use super::bytes::gabion_bytes;
use super::error::gabion_error;
use super::handle::{self, Handle, Kind};
use super::options::{self, gabion_options};
use super::snapshot_info::{
    GABION_SNAPSHOT_KIND_NATIVE, GABION_SNAPSHOT_KIND_PORTABLE, gabion_snapshot_info, gabion_snapshot_kind,
};
use crate::error::{Code, Error, Result};
use crate::snapshot::{self, Snapshot, SnapshotRequest, State, Target};

/// A running or ended snapshot job. Any number of threads may use one at once. It never waits for the writer.
///
/// Methods: gabion_backend_start_snapshot, gabion_backend_start_capture, gabion_snapshot_wait, gabion_snapshot_progress,
/// gabion_snapshot_pause_nanos, gabion_snapshot_cancel, gabion_snapshot_result, gabion_snapshot_free.
pub struct gabion_snapshot([u8; 0]);

// SAFETY: the only type of this kind.
unsafe impl Handle for gabion_snapshot {
    const KIND: Kind = Kind::Snapshot;
    type Object = Snapshot;
}

/// Where a snapshot job stands. Later versions may add states.
#[repr(C)]
pub enum gabion_snapshot_state {
    /// It is at work.
    Running = 0,
    /// The snapshot is there.
    Completed = 1,
    /// gabion_snapshot_result has the reason.
    Failed = 2,
    /// It was cancelled, or its backend was closed.
    Cancelled = 3,
}

/// Starts a snapshot into the snapshot directory at `url` (text). What is in the backend when this returns is what the snapshot will hold; the
/// work is done in the background. `id` and `metadata` are the host's, and come back when the snapshot is listed or restored. `options` may be
/// NULL: the defaults. A writer's call.
///
/// On success the caller owns `*out_snapshot`.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_backend_start_snapshot(
    backend: Option<&gabion_backend>,
    kind: gabion_snapshot_kind,
    url: gabion_bytes<'_>,
    id: gabion_bytes<'_>,
    metadata: gabion_bytes<'_>,
    options: Option<&gabion_options>,
    out_snapshot: Option<&mut MaybeUninit<*mut gabion_snapshot>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let target = url.as_str("url").map(|url| Target::Directory(url.to_owned()));
        start(backend, kind, target, id, metadata, options, out_snapshot)
    })
}

/// Starts a snapshot that ends in a new local directory, `path` (text), complete in itself, for a host that moves files on its own.
/// Otherwise like gabion_backend_start_snapshot. `options` may be NULL: the defaults. A writer's call.
///
/// On success the caller owns `*out_snapshot`.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_backend_start_capture(
    backend: Option<&gabion_backend>,
    kind: gabion_snapshot_kind,
    path: gabion_bytes<'_>,
    id: gabion_bytes<'_>,
    metadata: gabion_bytes<'_>,
    options: Option<&gabion_options>,
    out_snapshot: Option<&mut MaybeUninit<*mut gabion_snapshot>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let target = path.as_str("path").map(|path| Target::Capture(PathBuf::from(path)));
        start(backend, kind, target, id, metadata, options, out_snapshot)
    })
}

fn start(
    backend: Option<&gabion_backend>,
    kind: gabion_snapshot_kind,
    target: Result<Target>,
    id: gabion_bytes<'_>,
    metadata: gabion_bytes<'_>,
    options: Option<&gabion_options>,
    out_snapshot: Option<&mut MaybeUninit<*mut gabion_snapshot>>,
) -> Result<()> {
    let out_snapshot = out(out_snapshot, "out_snapshot")?;
    let (backend, target) = (backend::given(backend)?, target?);
    let kind = match kind {
        GABION_SNAPSHOT_KIND_NATIVE => snapshot::Kind::Native,
        GABION_SNAPSHOT_KIND_PORTABLE => snapshot::Kind::Portable,
        _ => return Err(Error::invalid(format!("`kind` is {kind}; it must be a GABION_SNAPSHOT_KIND_ constant"))),
    };
    let (id, metadata) = (id.as_slice("id")?.to_vec(), metadata.as_slice("metadata")?.to_vec());
    let request = SnapshotRequest { kind, target, id, metadata, options: options::given(options)? };
    out_snapshot.write(handle::give(backend.start_snapshot(&request)?));
    Ok(())
}

/// Waits until the job ends, at most `timeout_ms` milliseconds: 0 only looks, a negative number waits for ever. `*out_state` is what
/// it came to.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_snapshot_wait(
    snapshot: Option<&gabion_snapshot>,
    timeout_ms: i64,
    out_state: Option<&mut MaybeUninit<gabion_snapshot_state>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let out_state = out(out_state, "out_state")?;
        let timeout = u64::try_from(timeout_ms).ok().map(Duration::from_millis);
        out_state.write(match handle::borrow(snapshot, "snapshot")?.wait(timeout) {
            State::Running => gabion_snapshot_state::Running,
            State::Completed => gabion_snapshot_state::Completed,
            State::Failed => gabion_snapshot_state::Failed,
            State::Cancelled => gabion_snapshot_state::Cancelled,
        });
        Ok(())
    })
}

/// Reads how many bytes of the snapshot are done, and how many there are; `*out_bytes_total` is 0 until that is known.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_snapshot_progress(
    snapshot: Option<&gabion_snapshot>,
    out_bytes_done: Option<&mut MaybeUninit<u64>>,
    out_bytes_total: Option<&mut MaybeUninit<u64>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let out_bytes_done = out(out_bytes_done, "out_bytes_done")?;
        let out_bytes_total = out(out_bytes_total, "out_bytes_total")?;
        let progress = handle::borrow(snapshot, "snapshot")?.progress();
        out_bytes_done.write(progress.bytes_done);
        out_bytes_total.write(progress.bytes_total);
        Ok(())
    })
}

/// How long the start of the snapshot held the writer, in nanoseconds.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_snapshot_pause_nanos(snapshot: Option<&gabion_snapshot>) -> u64 {
    answer(0, || Ok(handle::borrow(snapshot, "snapshot")?.pause_nanos()))
}

/// Asks the job to stop, and returns at once. An ended job stays as it is.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_snapshot_cancel(
    snapshot: Option<&gabion_snapshot>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        handle::borrow(snapshot, "snapshot")?.cancel();
        Ok(())
    })
}

/// Reads what was made. GABION_CODE_RUNNING while the job runs; the job's own error if it failed or was cancelled.
///
/// On success the caller owns `*out_info`.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_snapshot_result(
    snapshot: Option<&gabion_snapshot>,
    out_info: Option<&mut MaybeUninit<*mut gabion_snapshot_info>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let out_info = out(out_info, "out_info")?;
        out_info.write(handle::give(handle::borrow(snapshot, "snapshot")?.result()?));
        Ok(())
    })
}

/// Frees `snapshot`; a running job is cancelled, an ended one's snapshot stays. `snapshot` may be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_snapshot_free(snapshot: Option<&mut gabion_snapshot>) {
    release(snapshot);
}
