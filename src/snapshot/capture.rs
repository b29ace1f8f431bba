//! The capture: RocksDB's files as they were at the barrier, linked into a directory of their own, and the check that they are.

use std::collections::HashMap;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

use super::barrier::{AtBarrier, Barrier};
use super::local_file::link_or_copy;
use crate::backend::Inner;
use crate::error::{Code, Error, Result};
use crate::rocks::{Db, LiveFile, StoredFile, StoredKind};
use crate::store::{Control, Link, Sum};

/// What was captured.
#[derive(Debug)]
pub(super) struct Captured {
    /// RocksDB's files, all in the directory under their own names; `CURRENT` is not among them.
    pub(super) files: Vec<CapturedFile>,
    /// The contents of CURRENT.
    pub(super) current: Vec<u8>,
    /// Per family of the barrier: whether the files hold exactly its rows.
    pub(super) exact: Vec<bool>,
}

/// One captured file.
#[derive(Clone, Debug)]
pub(super) struct CapturedFile {
    pub(super) name: String,
    pub(super) kind: StoredKind,
    pub(super) sum: Sum,
    /// RocksDB name of the family, for a table file.
    pub(super) family: Option<Vec<u8>>,
}

/// Captures into `directory`, which exists and is empty. Ends the barrier's turn, not its pin.
pub(super) fn capture(
    backend: &Inner,
    barrier: &mut Barrier,
    directory: &Path,
    patience: Duration,
    control: &Control,
) -> Result<Captured> {
    let turn = barrier.turn.take();
    fail::fail_point!("capture-begun");
    let mut exact: Vec<bool> = barrier.families.iter().map(|family| family.switched).collect();
    await_flushes(backend, barrier, &mut exact, patience, control)?;
    fail::fail_point!("capture-flushed");
    let _kept = KeptFiles::new(&backend.data.db)?;
    let (stored, live) = list(&backend.data.db)?;
    check(barrier, &live, &mut exact);
    fail::fail_point!("capture-listed");
    let mut captured = Captured { files: Vec::new(), current: Vec::new(), exact };
    for file in &stored {
        control.check()?;
        take(&mut captured, file, &live, (backend.data.db.path(), directory), control)?;
    }
    fail::fail_point!("capture-linked");
    drop(turn);
    if captured.current.is_empty() {
        return Err(Error::corruption("RocksDB listed no CURRENT file; the capture is of no use"));
    }
    Ok(captured)
}

/// Waits until the memtables switched at the barrier are in files, or can't help any more.
fn await_flushes(
    backend: &Inner,
    barrier: &Barrier,
    exact: &mut [bool],
    patience: Duration,
    control: &Control,
) -> Result<()> {
    const SHORT: Duration = Duration::from_millis(1);
    const LONG: Duration = Duration::from_millis(20);
    let deadline = Instant::now() + patience;
    let mut nap = SHORT;
    loop {
        control.check()?;
        let call = backend.data.db.read()?;
        let mut waiting = Vec::new();
        for (at, family) in barrier.families.iter().enumerate().filter(|(at, _)| exact[*at]) {
            let immutable = family.family.rocks.property_int(&call, "rocksdb.num-immutable-mem-table");
            if !family.family.is_dropped() && immutable.unwrap_or(0) > 0 {
                waiting.push(at);
            }
        }
        if !waiting.is_empty() && backend.data.db.background_errors(&call) > barrier.background_errors {
            let text = "RocksDB could not write a memtable or a compaction out; is the disk of the storage path full?";
            return Err(Error::new(Code::Io, text));
        }
        if waiting.is_empty() {
            return Ok(());
        }
        if Instant::now() >= deadline {
            waiting.into_iter().for_each(|at| exact[at] = false);
            return Ok(());
        }
        if nap == LONG {
            // A file above the barrier means that waiting is in vain.
            let live = backend.data.db.live_files(&call);
            for at in waiting {
                exact[at] = !lies_above(&barrier.families[at], &live, barrier.pin.sequence());
            }
        }
        drop(call);
        std::thread::sleep(nap);
        nap = (nap * 2).min(LONG);
    }
}

fn lies_above(family: &AtBarrier, live: &HashMap<String, LiveFile>, sequence: u64) -> bool {
    live.values().any(|file| file.family == family.family.rocks.name() && file.largest_sequence > sequence)
}

/// RocksDB's files, and what is known of each table file among them. A compaction between two calls can hide a file from one.
fn list(db: &Db) -> Result<(Vec<StoredFile>, HashMap<String, LiveFile>)> {
    const TRIES: usize = 10;
    for _ in 0..TRIES {
        let call = db.read()?;
        let mut live = db.live_files(&call);
        let stored = db.stored_files(&call)?;
        live.extend(db.live_files(&call));
        let known = |file: &StoredFile| file.kind != StoredKind::Table || live.contains_key(&file.name);
        if stored.iter().all(known) {
            return Ok((stored, live));
        }
    }
    Err(Error::new(Code::Engine, format!("RocksDB listed table files that it did not know, {TRIES} times in a row")))
}

/// A family is exact if it still exists under the same id and no listed file of it lies above the barrier.
fn check(barrier: &Barrier, live: &HashMap<String, LiveFile>, exact: &mut [bool]) {
    for (family, exact) in barrier.families.iter().zip(exact) {
        *exact = *exact && !family.family.is_dropped() && !lies_above(family, live, barrier.pin.sequence());
    }
}

/// Brings one file into the capture.
fn take(
    captured: &mut Captured,
    file: &StoredFile,
    live: &HashMap<String, LiveFile>,
    (from, to): (&Path, &Path),
    control: &Control,
) -> Result<()> {
    let (source, target) = (from.join(&file.name), to.join(&file.name));
    let crc32c = match file.kind {
        StoredKind::Log => return Ok(()),
        StoredKind::Current => {
            captured.current = match &file.contents {
                Some(contents) => contents.clone(),
                None => fs::read(&source).map_err(|error| Error::io("read", &source, &error))?,
            };
            return write(&target, &captured.current);
        }
        StoredKind::Table => {
            let none = || Error::corruption(format!("RocksDB has no checksum for its file {}", file.name));
            let crc32c = file.crc32c.ok_or_else(none)?;
            link_or_copy(&source, &target, &Sum { size: file.size, crc32c }, Link::Allowed, control)?;
            crc32c
        }
        StoredKind::Manifest | StoredKind::Options => copy_start(&source, &target, file.size)?,
        StoredKind::Other(kind) => {
            let text = format!("RocksDB's file {} is of kind {kind}, which snapshots don't know", file.name);
            return Err(Error::new(Code::Unsupported, text));
        }
    };
    captured.files.push(CapturedFile {
        name: file.name.clone(),
        kind: file.kind,
        sum: Sum { size: file.size, crc32c },
        family: live.get(&file.name).map(|live| live.family.clone()),
    });
    Ok(())
}

/// Copies the first `size` bytes of a file that may be growing; their CRC32C.
fn copy_start(source: &Path, target: &Path, size: u64) -> Result<u32> {
    let mut bytes = Vec::new();
    fs::File::open(source)
        .and_then(|file| file.take(size).read_to_end(&mut bytes))
        .map_err(|error| Error::io("read", source, &error))?;
    if bytes.len() as u64 != size {
        // A MANIFEST cut short would open as an older state.
        let text = format!("{} has {} bytes; RocksDB listed it with {size}", source.display(), bytes.len());
        return Err(Error::corruption(text));
    }
    write(target, &bytes)?;
    Ok(crc32c::crc32c(&bytes))
}

fn write(target: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(target, bytes).map_err(|error| Error::io("write", target, &error))
}

/// While this lives, RocksDB deletes no file.
struct KeptFiles<'a>(&'a Db);

impl KeptFiles<'_> {
    fn new(db: &Db) -> Result<KeptFiles<'_>> {
        db.disable_file_deletions(&db.read()?)?;
        Ok(KeptFiles(db))
    }
}

impl Drop for KeptFiles<'_> {
    fn drop(&mut self) {
        // On a closed database there is nothing to enable.
        if let Ok(call) = self.0.read() {
            let _ = self.0.enable_file_deletions(&call);
        }
    }
}
