//! `Copier`: snapshots from one directory into another (docs/snapshot-format.md, section 7.5).

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::SnapshotDirectory;
use super::copy_job::CopyJob;
use super::manifest::Manifest;
use super::object_name::ObjectName;
use super::sequence::{Entry, Sequence};
use super::writer::Writer;
use crate::error::{Code, Error, Result};
use crate::scratch::Scratch;
use crate::store::Control;

/// How snapshots are copied.
#[derive(Clone, Debug)]
pub struct CopySettings {
    /// How long the copy of one snapshot may take. What a killed one leaves is kept as long, for the next to go on with.
    pub grace: Duration,
    /// Also into a directory that a job wrote to: it can't write there any more.
    pub take_over: bool,
    /// Also a snapshot that is older than the newest one there, so that the copy is the newest there from then on.
    pub older: bool,
    /// A local directory for files on their way.
    pub scratch: PathBuf,
}

/// What became of one snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copied {
    /// It was copied, and bears this number there.
    Now {
        /// Its number at the destination.
        number: u64,
        /// Bytes that were moved; the others were there.
        moved: u64,
    },
    /// It had been copied before.
    Before {
        /// Its number at the destination.
        number: u64,
    },
    /// Not copied: the newest snapshot at the destination is a copy of this later one.
    Older {
        /// The number of the later one, at the source.
        newest: u64,
    },
}

/// Copies snapshots from one directory into another, one after another. It becomes the destination's writer with the first
/// one that is not there yet.
#[derive(Debug)]
pub struct Copier {
    from: Sequence,
    to: Sequence,
    settings: CopySettings,
    /// What the destination has.
    there: BTreeMap<u64, Manifest>,
    /// The source's snapshot that the destination's newest one is.
    newest: Option<u64>,
    writer: Option<Arc<Writer>>,
    scratch: Scratch,
}

impl Copier {
    /// Looks at both directories and writes nothing yet; a destination that doesn't exist is made with the first copy.
    /// `Code::Fenced` if a job has written to the destination, unless the settings say to take it over.
    pub fn open(
        from: &SnapshotDirectory,
        to: &SnapshotDirectory,
        settings: CopySettings,
        control: &Control,
    ) -> Result<Copier> {
        let (from, to) = (from.sequence().clone(), to.sequence().clone());
        let entries = match to.read_all(control) {
            Err(error) if error.code == Code::NotFound => BTreeMap::new(),
            entries => entries.map_err(|error| error.context("cannot read what the destination has"))?,
        };
        if !settings.take_over {
            refuse_job(&to, &entries)?;
        }
        let manifest = |(number, entry)| match entry {
            Entry::Manifest(manifest) => Some((number, *manifest)),
            _ => None,
        };
        let there: BTreeMap<u64, Manifest> = entries.into_iter().filter_map(manifest).collect();
        let newest = match there.last_key_value() {
            Some((_, newest)) => find(&from, newest, control)?,
            None => None,
        };
        let scratch = Scratch::create(std::slice::from_ref(&settings.scratch), "copy")?;
        Ok(Copier { from, to, settings, there, newest, writer: None, scratch })
    }

    /// Tells `control` how many bytes are to be moved for these snapshots of the source.
    pub fn expect<'a>(&self, manifests: impl Iterator<Item = &'a Manifest>, control: &Control) {
        let there: HashSet<_> = self.there.values().flat_map(Manifest::objects).map(ObjectName::content).collect();
        let wanted = manifests.filter(|manifest| !self.is_older(manifest.number));
        let mut missing: HashSet<_> = wanted.flat_map(Manifest::objects).map(ObjectName::content).collect();
        missing.retain(|content| !there.contains(content));
        control.expect(missing.iter().map(|(origin, _)| origin.size).sum());
    }

    /// Is it left out because of a newer one at the destination?
    fn is_older(&self, number: u64) -> bool {
        !self.settings.older && self.newest.is_some_and(|newest| newest > number)
    }

    /// Copies the source's snapshot `number`, if it is not there; every byte is compared with its checksum on the way.
    /// After an error nothing of it is left at the destination, or will be after a sweep.
    pub fn copy(&mut self, number: u64, control: &Control) -> Result<Copied> {
        let manifest = self.from.manifest(number, control)?;
        if let Some((&number, _)) = self.there.iter().rev().find(|(_, there)| there.is_same(&manifest)) {
            return Ok(Copied::Before { number });
        }
        if let Some(newest) = self.newest.filter(|_| self.is_older(number)) {
            return Ok(Copied::Older { newest });
        }
        let writer = match &self.writer {
            Some(writer) => Arc::clone(writer),
            None => {
                let store = Arc::clone(self.to.store());
                let opened = Arc::new(Writer::for_copies(store, self.settings.grace, control)?);
                Arc::clone(self.writer.insert(opened))
            }
        };
        let work = self.scratch.work("copy");
        let job = CopyJob::begin(&writer, &manifest, &self.there, control)?;
        let moved = job.bytes_to_move(&manifest);
        let copied = job.run(self.from.store(), manifest, &work, control);
        let copied = copied.map_err(|error| self.explain(number, error))?;
        let there = copied.number;
        self.there.insert(there, copied);
        self.newest = Some(number);
        Ok(Copied::Now { number: there, moved })
    }

    /// A file may be missing because the snapshot is.
    fn explain(&self, number: u64, error: Error) -> Error {
        let is_gone = || matches!(self.from.read(number, &Control::new()), Ok(None));
        if error.code != Code::NotFound || !is_gone() {
            return error;
        }
        let url = self.from.store().url();
        let text =
            format!("snapshot {number} was discarded from {url} and swept while it was copied: {}", error.message);
        Error::new(Code::NotFound, text)
    }
}

/// The number that the source has of a snapshot at the destination.
fn find(from: &Sequence, copy: &Manifest, control: &Control) -> Result<Option<u64>> {
    for number in from.numbers(control)?.into_iter().rev() {
        match from.read(number, control) {
            Ok(Some(Entry::Manifest(manifest))) if manifest.is_same(copy) => return Ok(Some(number)),
            // A damaged one is told when it is to be copied.
            Err(error) if error.code != Code::Corruption => return Err(error),
            _ => {}
        }
    }
    Ok(None)
}

/// A copy takes an epoch, and no earlier writer can publish after that.
fn refuse_job(to: &Sequence, entries: &BTreeMap<u64, Entry>) -> Result<()> {
    let epoch = entries.iter().rev().find_map(|(number, entry)| match entry {
        Entry::Epoch(epoch) => Some((number, epoch)),
        _ => None,
    });
    match epoch {
        Some((number, epoch)) if !epoch.copy => Err(Error::new(
            Code::Fenced,
            format!(
                "{} belongs to a job (epoch {number}, taken on {:?} by process {}), which could write no more snapshots there after a copy; \
                 copy into another directory, or say that the copy is to take this one over",
                to.store().url(),
                epoch.host,
                epoch.pid
            ),
        )),
        _ => Ok(()),
    }
}
