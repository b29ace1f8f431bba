//! Real snapshots, as bytes that a test changes, and what becomes of a restore from them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use gabion::restore::{KeyRange, Source};
use gabion::snapshot::{Kind, SnapshotDirectory, Target};
use gabion::{Backend, Code, ColumnFamily, Error, Options};
use serde_json::Value;

use crate::common::model::{Change, SHAPES, Shown, difference, shown};
use crate::common::random::Random;
use crate::common::{document, memory_folder, number, open, options, request, take};

/// A snapshot directory, or a captured one, with one snapshot in it.
pub struct Victim {
    pub name: &'static str,
    folder: tempfile::TempDir,
    /// Every file by its path in the directory.
    pub files: BTreeMap<String, Vec<u8>>,
    /// The file with the manifest; the number of the snapshot, 0 for a capture.
    pub manifest: String,
    number: u64,
    expected: Vec<Shown>,
}

/// What a restore from changed bytes came to.
#[derive(Debug)]
#[must_use]
pub enum Outcome {
    /// Refused, and nothing had been written.
    Refused(Error),
    /// Given up, and nothing was left.
    Failed(Error),
    /// It had every row; or some row was otherwise; or rows could not be read.
    Same,
    Different(String),
    Unreadable(Error),
}

pub fn fill(backend: &Backend) {
    let mut random = Random::new(7);
    for family in 0..SHAPES.len() {
        Change::Create { family }.perform(backend, &[]).unwrap();
    }
    for at in 0..1500 {
        let change = Change::random(&mut random);
        if !matches!(change, Change::Drop { .. }) {
            change.perform(backend, &[]).unwrap();
        }
        if at == 700 {
            backend.flush().unwrap();
        }
    }
}

impl Victim {
    /// A native snapshot of which one family goes as rows.
    pub fn native() -> Victim {
        loop {
            let (scratch, folder) = (open(&[("disable_auto_compactions", "true")]), memory_folder());
            fill(&scratch.backend);
            let leaving = scratch.backend.create_column_family(b"leaving", b"", &Options::new()).unwrap();
            (0..200u32).for_each(|key| leaving.put(&key.to_be_bytes(), &[7; 50]).unwrap());
            let expected = shown(&scratch.backend);
            let url = format!("file://{}", folder.path().display());
            let snapshot = scratch.backend.start_snapshot(&request(Kind::Native, &url)).unwrap();
            scratch.backend.drop_column_family(&leaving).unwrap();
            snapshot.wait(None);
            let info = snapshot.result().unwrap();
            // If the capture was faster than the drop, there are no rows.
            if info.fallbacks == 1 {
                return Victim::read("native", folder, info.number, expected);
            }
        }
    }

    pub fn portable() -> Victim {
        let (scratch, folder) = (open(&[]), memory_folder());
        fill(&scratch.backend);
        let info = take(&scratch.backend, Kind::Portable, &format!("file://{}", folder.path().display()));
        Victim::read("portable", folder, info.number, shown(&scratch.backend))
    }

    pub fn capture() -> Victim {
        let (scratch, folder) = (open(&[]), memory_folder());
        fill(&scratch.backend);
        let mut asked = request(Kind::Native, "");
        asked.target = Target::Capture(folder.path().join("capture"));
        let snapshot = scratch.backend.start_snapshot(&asked).unwrap();
        snapshot.wait(None);
        snapshot.result().unwrap();
        Victim::read("capture", folder, 0, shown(&scratch.backend))
    }

    pub fn all() -> [Victim; 3] {
        [Victim::native(), Victim::portable(), Victim::capture()]
    }

    fn read(name: &'static str, folder: tempfile::TempDir, number: u64, expected: Vec<Shown>) -> Victim {
        let mut victim = Victim { name, folder, files: BTreeMap::new(), manifest: String::new(), number, expected };
        victim.manifest = match number {
            0 => "gabion.manifest".to_owned(),
            number => format!("sequence/{number:020}"),
        };
        let root = victim.root();
        read_all(&root, &root, &mut victim.files);
        assert!(victim.files.contains_key(&victim.manifest));
        assert!(matches!(victim.restore(true), Outcome::Same), "{name}");
        victim
    }

    pub fn root(&self) -> PathBuf {
        if self.number == 0 { self.folder.path().join("capture") } else { self.folder.path().to_owned() }
    }

    /// The manifest's members.
    pub fn json(&self) -> Value {
        let bytes = &self.files[&self.manifest];
        let body = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        serde_json::from_slice(&bytes[body..]).unwrap()
    }

    /// Restores with other bytes at some paths (`None`: without the file).
    pub fn restore_with(&self, changes: &[(&str, Option<&[u8]>)], full: bool) -> Outcome {
        self.with(changes, || self.restore(full))
    }

    /// Runs `act` with other bytes at some paths, then puts the directory in order again.
    pub fn with<T>(&self, changes: &[(&str, Option<&[u8]>)], act: impl FnOnce() -> T) -> T {
        for (path, bytes) in changes {
            let path = self.root().join(path);
            // A new file: the old one may be linked.
            let _ = fs::remove_file(&path);
            if let Some(bytes) = bytes {
                fs::write(&path, bytes).unwrap();
            }
        }
        let answer = act();
        for (path, _) in changes {
            let _ = fs::remove_file(self.root().join(path));
            if let Some(bytes) = self.files.get(*path) {
                fs::write(self.root().join(path), bytes).unwrap();
            }
        }
        answer
    }

    /// Restores with a manifest of those members, with a right header.
    pub fn restore_with_json(&self, json: &Value, full: bool) -> Outcome {
        self.restore_with(&[(&self.manifest, Some(&document("manifest", json)))], full)
    }

    /// Restores as it is; a panic or anything left in the storage path is a failure of the test.
    pub fn restore(&self, full: bool) -> Outcome {
        let folder = memory_folder();
        let storage = folder.path().join("storage");
        let verify = if full { "full" } else { "moved" };
        let settings = options(&[("storage.paths", storage.to_str().unwrap()), ("restore.verify", verify)]);
        let source = match self.number {
            0 => Source::Capture { path: self.root() },
            at => number(&format!("file://{}", self.root().display()), at),
        };
        let outcome = match Backend::restore(&settings, None, &[source], &KeyRange::default()) {
            Err(error) if !storage.exists() => Outcome::Refused(error),
            Err(error) => Outcome::Failed(error),
            Ok((backend, _)) => self.compare(&backend),
        };
        if let Outcome::Refused(error) | Outcome::Failed(error) | Outcome::Unreadable(error) = &outcome {
            assert!(!matches!(error.code, Code::Panic | Code::Ok | Code::Closed), "{}: {error}", self.name);
        }
        let left = fs::read_dir(&storage).map_or(0, |entries| entries.count());
        assert_eq!(left, 0, "{}: {outcome:?} left something in the storage path", self.name);
        outcome
    }

    fn compare(&self, backend: &Backend) -> Outcome {
        match backend.column_families().unwrap().iter().try_for_each(read_through) {
            Err(error) => Outcome::Unreadable(error),
            Ok(()) => match difference(&shown(backend), &self.expected) {
                None => Outcome::Same,
                Some(difference) => Outcome::Different(difference),
            },
        }
    }
}

/// Reads every row, or says why that can't be.
fn read_through(family: &ColumnFamily) -> gabion::Result<()> {
    let mut scan = family.scan(&gabion::scan::ScanRange::default(), None)?;
    let mut block = vec![0; 1 << 20];
    while !scan.fill(&mut block)?.done {}
    Ok(())
}

fn read_all(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_all(root, &path, files);
        } else {
            files.insert(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap());
        }
    }
}

/// Lists, describes, verifies, and says what a sweep would do: an error where `damaged` is in the way, and never a panic.
pub fn look_around(victim: &Victim, damaged: &str) {
    let directory = SnapshotDirectory::open(&format!("file://{}", victim.root().display()), &Options::new()).unwrap();
    let listed = directory.list();
    let verified = directory.verify(victim.number);
    let described = directory.describe(victim.number);
    let swept = directory.sweep(std::time::Duration::ZERO, true);
    let is_sequence = damaged.starts_with("sequence/");
    assert_eq!((listed.is_err(), swept.is_err()), (is_sequence, is_sequence), "{damaged}");
    assert_eq!(
        verified.is_err(),
        damaged == victim.manifest || damaged.starts_with("files/"),
        "{damaged}: {verified:?}"
    );
    assert_eq!(described.is_err(), damaged == victim.manifest, "{damaged}: {described:?}");
}
