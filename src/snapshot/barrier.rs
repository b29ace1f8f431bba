//! The barrier: the only part of a snapshot that the writer waits for.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::Kind;
use crate::backend::Inner;
use crate::column_family::Family;
use crate::error::Result;
use crate::rocks::{Call, Pin};

/// A family as it was at the barrier.
#[derive(Clone, Debug)]
pub(super) struct AtBarrier {
    pub(super) family: Arc<Family>,
    pub(super) descriptor: Arc<[u8]>,
    /// Its memtable was switched (or empty), so its files may turn out to hold the barrier's state exactly.
    pub(super) switched: bool,
}

/// The state of one instant, held until the snapshot no longer needs RocksDB.
#[derive(Debug)]
pub(super) struct Barrier {
    /// Without it a compaction to the bottom would set later sequence numbers to 0, and a wrong cut would pass the check.
    pub(super) pin: Pin,
    pub(super) families: Vec<AtBarrier>,
    /// For a native snapshot that may use RocksDB's files; `None` sends every family as rows.
    pub(super) turn: Option<CaptureTurn>,
    /// Background errors until then; one more means that a memtable can't be written out.
    pub(super) background_errors: u64,
    /// How long the writer was held.
    pub(super) pause: Duration,
}

/// Only one capture at a time relies on the switched memtables; who holds this is it.
#[derive(Debug)]
pub(super) struct CaptureTurn(Arc<AtomicBool>);

impl CaptureTurn {
    fn take(open: &Arc<AtomicBool>) -> Option<CaptureTurn> {
        (!open.swap(true, Ordering::AcqRel)).then(|| CaptureTurn(Arc::clone(open)))
    }
}

impl Drop for CaptureTurn {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

/// Raises the barrier, within a writer's call: pins the state and, for a native snapshot, has RocksDB switch its memtables.
pub(super) fn raise(backend: &Inner, call: &Call<'_>, kind: Kind, open_capture: &Arc<AtomicBool>) -> Result<Barrier> {
    let start = Instant::now();
    let families = backend.families().clone();
    let pin = backend.data.pin(call, families.iter().map(|family| &family.rocks))?;
    let turn = (kind == Kind::Native).then(|| CaptureTurn::take(open_capture)).flatten();
    // A flush that fails half-way leaves some families unswitched, and does not say which.
    let turn = turn.filter(|_| {
        let handles: Vec<_> = families.iter().map(|family| &family.rocks).collect();
        backend.data.db.switch_memtables(call, &handles).is_ok()
    });
    let families = families
        .into_iter()
        .map(|family| AtBarrier {
            descriptor: family.descriptor(),
            switched: turn.is_some() && is_switched(call, &family),
            family,
        })
        .collect();
    fail::fail_point!("barrier-raised");
    let background_errors = backend.data.db.background_errors(call);
    Ok(Barrier { pin, families, turn, background_errors, pause: start.elapsed() })
}

fn is_switched(call: &Call<'_>, family: &Family) -> bool {
    family.rocks.property_int(call, "rocksdb.num-entries-active-mem-table") == Some(0)
}
