//! What several test files need.
#![allow(dead_code, reason = "every test binary uses a part of it")]

pub mod acts;
pub mod fail_points;
pub mod model;
pub mod random;
pub mod swept;

use std::time::{Duration, Instant};

use gabion::restore::{KeyRange, Source};
use gabion::scan::{ScanRange, rows};
use gabion::snapshot::{Kind, SnapshotInfo, SnapshotRequest, Target};
use gabion::{Backend, ColumnFamily, Options, Result, View};

/// Options from pairs.
pub fn options(pairs: &[(&str, &str)]) -> Options {
    let mut options = Options::new();
    for (name, value) in pairs {
        options.set(name, value).unwrap();
    }
    options
}

/// A backend whose scratch directory lies in a temporary directory that goes with it.
pub struct Scratch {
    pub backend: Backend,
    pub storage: tempfile::TempDir,
}

/// Opens a backend with `pairs` and a storage path of its own.
pub fn open(pairs: &[(&str, &str)]) -> Scratch {
    let storage = tempfile::tempdir().unwrap();
    let mut options = options(pairs);
    options.set("storage.paths", storage.path().to_str().unwrap()).unwrap();
    Scratch { backend: Backend::open(&options, None).unwrap(), storage }
}

/// A temporary directory in memory, where there is such a file system: for tests that need many syncs and no durability.
pub fn memory_folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// A document of a snapshot directory, with a header that is right for its body.
pub fn document(kind: &str, body: &serde_json::Value) -> Vec<u8> {
    let body = serde_json::to_vec(body).unwrap();
    let header = format!("gabion-{kind} 1 {} {:08x}\n", body.len(), crc32c::crc32c(&body));
    [header.as_bytes(), &body].concat()
}

pub type Rows = Vec<(Vec<u8>, Vec<u8>)>;

/// All rows of a scan, read in blocks of `block` bytes (grown for a row that needs more).
pub fn scan_rows(family: &ColumnFamily, range: &ScanRange, view: Option<&View>, block: usize) -> Result<Rows> {
    let mut scan = family.scan(range, view)?;
    let mut block = vec![0; block];
    let mut all = Rows::new();
    loop {
        let filled = scan.fill(&mut block)?;
        all.extend(rows(&block[..filled.bytes]).map(|(key, value)| (key.to_vec(), value.to_vec())));
        if filled.done {
            return Ok(all);
        }
        if filled.rows == 0 {
            assert!(filled.needed > block.len(), "no row, not done, and the block is large enough");
            block.resize(filled.needed, 0);
        }
    }
}

/// Everything in a family.
pub fn all_rows(family: &ColumnFamily) -> Rows {
    scan_rows(family, &ScanRange::default(), None, 4096).unwrap()
}

/// A directory for snapshots, and its URL.
pub struct Snapshots {
    pub directory: tempfile::TempDir,
    pub url: String,
}

pub fn snapshots() -> Snapshots {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("file://{}", directory.path().display());
    Snapshots { directory, url }
}

/// A request for a snapshot at `url`.
pub fn request(kind: Kind, url: &str) -> SnapshotRequest {
    let target = Target::Directory(url.to_owned());
    SnapshotRequest { kind, target, id: b"id".to_vec(), metadata: b"at 7".to_vec(), options: Options::new() }
}

/// Waits until `is_so`, at most for twice as long as a clean-up may take.
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < Duration::from_secs(120), "{what} did not come");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Waits until nothing goes on behind callers' backs, those of other tests in this process included.
pub fn await_clean_ups() {
    wait_until("the end of all clean-ups", || gabion::store::runtime::clean_ups() == 0);
}

/// Takes a snapshot and waits for it.
pub fn take(backend: &Backend, kind: Kind, url: &str) -> SnapshotInfo {
    let snapshot = backend.start_snapshot(&request(kind, url)).unwrap();
    snapshot.wait(None);
    snapshot.result().unwrap()
}

/// Restores everything from one source.
pub fn restore(source: Source) -> Scratch {
    restore_range(&[source], &KeyRange::default()).unwrap()
}

/// Restores the keys in `range` from several sources.
pub fn restore_range(sources: &[Source], range: &KeyRange) -> Result<Scratch> {
    let storage = tempfile::tempdir().unwrap();
    let settings = options(&[("storage.paths", storage.path().to_str().unwrap())]);
    let (backend, infos) = Backend::restore(&settings, None, sources, range)?;
    assert_eq!(infos.len(), sources.len());
    Ok(Scratch { backend, storage })
}

/// The snapshot of that number at `url`.
pub fn number(url: &str, number: u64) -> Source {
    Source::Number { url: url.to_owned(), number }
}

/// Every family with its rows.
pub fn contents(backend: &Backend) -> Vec<(Vec<u8>, Rows)> {
    backend.column_families().unwrap().iter().map(|family| (family.name().to_vec(), all_rows(family))).collect()
}
