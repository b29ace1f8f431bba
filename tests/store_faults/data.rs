//! A backend with rows that are known, snapshots of it and restores.

use std::path::Path;
use std::time::{Duration, Instant};

use gabion::restore::{KeyRange, Source};
use gabion::snapshot::{Kind, SnapshotInfo, SnapshotRequest, State, Target};
use gabion::{Backend, Error, Options, Result};

use crate::common::random::Random;
use crate::common::{Rows, Scratch, contents, open, options};
use crate::place::Place;

/// Above 16 MiB, so that it goes in two parts.
const LARGE: usize = (16 << 20) + 200_000;
const VALUE: usize = 64 << 10;

/// Rows in a backend.
pub struct Data {
    pub scratch: Scratch,
    pub contents: Vec<(Vec<u8>, Rows)>,
}

impl Data {
    /// A few rows, and with `large` a family whose file is large.
    pub fn new(large: bool) -> Data {
        let scratch = open(&[]);
        let small = scratch.backend.create_column_family(b"small", b"descriptor", &options(&[])).unwrap();
        (0..100u32).for_each(|key| small.put(&key.to_be_bytes(), &[7; 20]).unwrap());
        if large {
            let family = scratch.backend.create_column_family(b"large", b"", &options(&[])).unwrap();
            let mut random = Random::new(1);
            for key in 0..LARGE.div_ceil(VALUE) as u32 {
                let value: Vec<u8> = (0..VALUE / 8).flat_map(|_| random.next().to_le_bytes()).collect();
                family.put(&key.to_be_bytes(), &value).unwrap();
            }
        }
        scratch.backend.flush().unwrap();
        Data { contents: contents(&scratch.backend), scratch }
    }

    /// A request for a snapshot in `place`.
    pub fn request(&self, kind: Kind, place: &Place, options: &Options) -> SnapshotRequest {
        let target = Target::Directory(place.url.clone());
        SnapshotRequest { kind, target, id: b"id".to_vec(), metadata: b"at 7".to_vec(), options: options.clone() }
    }

    /// Takes a snapshot, which must end within `limit` and leave no local file.
    pub fn take(&self, kind: Kind, place: &Place, options: &Options, limit: Duration) -> Result<SnapshotInfo> {
        let snapshot = self.scratch.backend.start_snapshot(&self.request(kind, place, options)).unwrap();
        let state = snapshot.wait(Some(limit));
        assert_ne!(state, State::Running, "not ended within {limit:?}; faults: {:?}", place.done());
        self.assert_no_work();
        snapshot.result()
    }

    /// No job of the backend has left a local file.
    pub fn assert_no_work(&self) {
        let left = names(&self.scratch.backend.directory().join("work"));
        assert!(left.is_empty(), "local files of a snapshot stayed: {left:?}");
    }

    /// Restores a snapshot past the proxy and compares.
    pub fn assert_restored(&self, place: &Place, number: u64, what: &str) {
        let restored = restore(place, number, &place.server.options(), Duration::from_secs(600));
        let restored = restored.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(restored == self.contents, "{what}: other rows than the snapshot was taken of");
    }
}

/// Restores a snapshot, which must end within `limit`, and answers its rows; nothing local stays.
pub fn restore(place: &Place, number: u64, options: &Options, limit: Duration) -> Result<Vec<(Vec<u8>, Rows)>> {
    let storage = tempfile::tempdir().unwrap();
    let mut options = options.clone();
    options.set("storage.paths", storage.path().to_str().unwrap()).unwrap();
    let source = Source::Number { url: place.url.clone(), number };
    let started = Instant::now();
    let restored = Backend::restore(&options, None, &[source], &KeyRange::default());
    let took = started.elapsed();
    assert!(took < limit, "a restore took {took:?}; faults: {:?}", place.done());
    let restored = restored.map(|(backend, _)| {
        let rows = contents(&backend);
        backend.close().unwrap();
        rows
    });
    let left = names(storage.path());
    assert!(left.is_empty(), "local files of a restore stayed: {left:?}");
    restored
}

/// What is in a local directory, if it is there.
fn names(folder: &Path) -> Vec<String> {
    crate::common::swept::names(folder)
}

/// An error about a store names the store, the object, the operation, and how often it was tried.
pub fn assert_helps(error: &Error, place: &Place, what: &str) {
    const OBJECTS: [&str; 6] = ["sequence", "files", "intents", "tombstones", "probes", "uploads"];
    let message = &error.message;
    let has_operation = message.split_once("cannot ").is_some_and(|(_, rest)| {
        let words: Vec<&str> = rest.split(' ').collect();
        words.iter().take(6).any(|word| OBJECTS.iter().any(|object| word.starts_with(object)))
    });
    assert!(has_operation, "{what}: no operation and object in: {message}");
    assert!(message.contains(&format!(" in {}", place.url)), "{what}: no store in: {message}");
    assert!(message.contains("tried "), "{what}: no count of tries in: {message}");
}
