//! `SnapshotDirectory`: the snapshots at one URL, without an open backend.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use super::document;
use super::intent;
use super::manifest::Manifest;
use super::object_name::ObjectName;
use super::sequence::{self, Entry, Sequence};
use super::sweep::{self, Patience};
use super::tombstone::{self, Tombstone};
use super::verify::{self, Verified};
use crate::error::{Code, Error, Result};
use crate::live::{Kind, Live};
use crate::options::Options;
use crate::snapshot::SnapshotInfo;
use crate::store::{self, Control, Store};

/// What a sweep removed (or would remove, in a dry run).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// How many objects.
    pub objects: u64,
    /// Their size in all.
    pub bytes: u64,
    /// Names of what was removed, relative to the directory.
    pub names: Vec<String>,
}

/// A handle on a snapshot directory. Any number of threads.
#[derive(Debug)]
pub struct SnapshotDirectory {
    sequence: Sequence,
    /// How long readers of a snapshot that is discarded have.
    grace: Duration,
    control: Control,
    _live: Live,
}

impl SnapshotDirectory {
    /// The directory at `url` (docs/stores.md); `options` may be those of a snapshot and of the store. Touches nothing yet: one that
    /// doesn't exist is `Code::NotFound` from every other call.
    pub fn open(url: &str, options: &Options) -> Result<SnapshotDirectory> {
        Ok(Self::with_store(store::open(url, &options.store())?, options.snapshot()?.grace))
    }

    /// The directory in `store`, whose readers have at least `grace` after a discard.
    pub fn with_store(store: Arc<dyn Store>, grace: Duration) -> SnapshotDirectory {
        let (sequence, control) = (Sequence::new(store), Control::new());
        Self { sequence, grace, control, _live: Live::new(Kind::Directory) }
    }

    /// The same directory, whose calls are watched and stopped through `control`.
    pub fn with_control(self, control: &Control) -> SnapshotDirectory {
        Self { control: control.clone(), ..self }
    }

    /// Where it lives.
    pub fn store(&self) -> &Arc<dyn Store> {
        self.sequence.store()
    }

    /// Its numbers, and what is at them.
    pub fn sequence(&self) -> &Sequence {
        &self.sequence
    }

    /// All snapshots, oldest first.
    pub fn list(&self) -> Result<Vec<SnapshotInfo>> {
        let entries = self.sequence.read_all(&self.control)?;
        Ok(entries.into_values().filter_map(manifest).map(|manifest| manifest.info()).collect())
    }

    /// The manifests by number, oldest first, each with what is wrong with it if it is damaged.
    pub fn manifests(&self) -> Result<BTreeMap<u64, Result<Manifest>>> {
        let mut manifests = BTreeMap::new();
        for number in self.sequence.numbers(&self.control)? {
            match self.sequence.read(number, &self.control) {
                Ok(Some(Entry::Manifest(manifest))) => drop(manifests.insert(number, Ok(*manifest))),
                Ok(_) => {}
                Err(error) if error.code == Code::Corruption => drop(manifests.insert(number, Err(error))),
                Err(error) => return Err(error),
            }
        }
        Ok(manifests)
    }

    /// The manifest of snapshot `number`, or of the newest one.
    pub fn manifest(&self, number: Option<u64>) -> Result<Manifest> {
        match number {
            Some(number) => self.sequence.manifest(number, &self.control),
            None => self.sequence.latest(&self.control)?.ok_or_else(|| {
                Error::new(Code::NotFound, format!("there is no snapshot in {}; check the URL", self.store().url()))
            }),
        }
    }

    /// The manifest of snapshot `number` as JSON text (docs/snapshot-format.md).
    pub fn describe(&self, number: u64) -> Result<String> {
        let (_, bytes) = self.sequence.manifest_and_bytes(number, &self.control)?;
        let (_, body) = document::open(&bytes)?;
        String::from_utf8(body.to_vec())
            .map_err(|_| Error::corruption(format!("{} in {} is no text", sequence::name(number), self.store().url())))
    }

    /// Reads every byte of snapshot `number`; answers how many, or `Code::Corruption` naming each broken file.
    pub fn verify(&self, number: u64) -> Result<u64> {
        let manifest = self.sequence.manifest(number, &self.control)?;
        let found = self.verify_all(std::slice::from_ref(&manifest))?;
        found.error(&format!("snapshot {number} in {}", self.store().url())).map_or(Ok(found.bytes), Err)
    }

    /// Reads every byte of these snapshots of the directory, each file once. Only what keeps files from being read at
    /// all is an error.
    pub fn verify_all(&self, manifests: &[Manifest]) -> Result<Verified> {
        verify::verify(self.store().as_ref(), manifests, &self.control)
    }

    /// Removes snapshot `number`; files that no other snapshot needs go with a later sweep. A damaged manifest can be
    /// discarded too: the files that no other manifest names are taken for its own.
    pub fn discard(&self, number: u64) -> Result<()> {
        let control = &self.control;
        let tombstone = match self.sequence.manifest(number, control) {
            Ok(manifest) => {
                let grace = self.grace.max(Duration::from_millis(manifest.grace_ms));
                Tombstone::new(number, grace, manifest.objects().copied().collect())
            }
            Err(error) if error.code == Code::Corruption => {
                Tombstone::new(number, self.grace, self.files_of_damaged(number, error, control)?)
            }
            Err(error) => return Err(error),
        };
        fail::fail_point!("discard-manifest-read");
        // A number that was the largest must not be free again.
        if self.sequence.largest(control)? == number {
            self.sequence.expire(&[], control)?;
            fail::fail_point!("discard-void-made");
        }
        tombstone.write(self.store().as_ref(), control)?;
        fail::fail_point!("discard-tombstone-written");
        self.store().delete(&[sequence::name(number)], control)?;
        fail::fail_point!("discard-manifest-removed");
        Ok(())
    }

    /// The files that the damaged document at `number` may have named, if it is known to be a manifest.
    fn files_of_damaged(&self, number: u64, error: Error, control: &Control) -> Result<Vec<ObjectName>> {
        let bytes = self.store().read(&sequence::name(number), document::MAX_BYTES, control)?;
        if !bytes.is_some_and(|bytes| bytes.starts_with(document::MANIFEST_PREFIX)) {
            return Err(error);
        }
        let mut named = HashSet::new();
        for other in self.sequence.objects(control)?.into_keys().filter(|&other| other != number) {
            if let Some(Entry::Manifest(manifest)) = self.sequence.read(other, control)? {
                named.extend(manifest.objects().copied());
            }
        }
        let files = self.store().list(sweep::FILES, control)?.into_iter();
        let files = files.filter_map(|object| object.name.rsplit_once('/')?.1.parse().ok());
        Ok(files.filter(|file| !named.contains(file)).collect())
    }

    /// Discards all but the newest `keep`; answers the numbers it discarded.
    pub fn retain(&self, keep: usize) -> Result<Vec<u64>> {
        let entries = self.sequence.read_all(&self.control)?;
        let numbers: Vec<u64> = entries.into_values().filter_map(manifest).map(|manifest| manifest.number).collect();
        let mut discarded = Vec::new();
        for &number in &numbers[..numbers.len().saturating_sub(keep)] {
            match self.discard(number) {
                Ok(()) => discarded.push(number),
                // Somebody else was faster.
                Err(error) if error.code == Code::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(discarded)
    }

    /// Removes what no snapshot and no running job needs and is older than `grace` and than the grace period that its
    /// writer recorded. A `grace` of zero says that nobody else writes or reads here: then recorded ones don't count
    /// either, and a job that runs all the same fails. With `dry_run` it only says what it would remove.
    pub fn sweep(&self, grace: Duration, dry_run: bool) -> Result<Swept> {
        sweep::sweep(&self.sequence, Patience { grace, force: grace.is_zero() }, dry_run, &self.control)
    }

    /// Bytes of all objects in the directory.
    pub fn size(&self) -> Result<u64> {
        let mut bytes = 0;
        for folder in [sequence::FOLDER, intent::FOLDER, tombstone::FOLDER, sweep::FILES, store::UPLOADS] {
            bytes += self.store().list(folder, &self.control)?.iter().map(|object| object.size).sum::<u64>();
        }
        Ok(bytes)
    }
}

fn manifest(entry: Entry) -> Option<Manifest> {
    match entry {
        Entry::Manifest(manifest) => Some(*manifest),
        _ => None,
    }
}
