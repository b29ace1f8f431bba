//! `Writer`: who may publish into a snapshot directory: the one with the newest epoch.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::document::{self, DocumentKind};
use super::id::Id;
use super::manifest::Manifest;
use super::sequence::{self, Claim, Entry, Epoch, Sequence, Void, now_ms};
use crate::error::{Code, Error, Result};
use crate::store::{Control, Store};

/// How long a publish that failed may take to find out what became of it.
const SETTLE_LIMIT: Duration = Duration::from_secs(10);

/// A writer of one directory. Any number of threads; manifests are published one after another.
#[derive(Debug)]
pub struct Writer {
    sequence: Sequence,
    id: Id,
    epoch: u64,
    grace: Duration,
    /// The number behind which the next manifest goes.
    cursor: Arc<Mutex<u64>>,
}

/// Why a manifest was not published.
#[derive(Debug)]
pub(super) enum Unpublished {
    /// It is not in the sequence and won't be: what belongs to it may be removed.
    Never(Error),
    /// It may be there: a sweep decides about what belongs to it.
    Unknown(Error),
}

impl Writer {
    /// Becomes the writer of the directory, which is made if it is missing: takes an epoch, which fences every earlier
    /// writer. `restored` is the largest number that was there when the backend was restored from this directory:
    /// `Code::Fenced` if somebody has published since.
    pub fn open(store: Arc<dyn Store>, grace: Duration, restored: Option<u64>, control: &Control) -> Result<Self> {
        store.create(control)?;
        let sequence = Sequence::new(store);
        let id = Id::random();
        // Looked at before, so that a backend that is behind fences nobody; and after, so that nobody slips through.
        refuse_newer(&sequence, restored, control)?;
        let epoch = sequence.append(control, || {
            let epoch = Epoch { writer: id, created: now_ms(), host: host(), pid: std::process::id() };
            document::encode(DocumentKind::Epoch, &epoch)
        })?;
        fail::fail_point!("epoch-taken");
        refuse_newer(&sequence, restored, control)?;
        Ok(Self { sequence, id, epoch, grace, cursor: Arc::new(Mutex::new(epoch)) })
    }

    /// The same writer, for jobs with another grace period.
    pub fn with_grace(&self, grace: Duration) -> Self {
        Self { sequence: self.sequence.clone(), cursor: Arc::clone(&self.cursor), grace, ..*self }
    }

    /// The number of its epoch.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// How long a job of this writer may take, and how long readers have after a discard.
    pub fn grace(&self) -> Duration {
        self.grace
    }

    pub(super) fn sequence(&self) -> &Sequence {
        &self.sequence
    }

    pub(super) fn store(&self) -> &Arc<dyn Store> {
        self.sequence.store()
    }

    /// `Code::NotFound` if its epoch is gone: then the directory was wiped, and numbers mean something else now.
    pub fn check(&self, control: &Control) -> Result<()> {
        match self.sequence.read(self.epoch, control)? {
            Some(Entry::Epoch(epoch)) if epoch.writer == self.id => Ok(()),
            _ => Err(Error::new(
                Code::NotFound,
                format!(
                    "{} was emptied under its writer (epoch {}); open the backend anew",
                    self.store().url(),
                    self.epoch
                ),
            )),
        }
    }

    /// Gives `manifest` its number and its epoch and puts it into the sequence.
    pub(super) fn publish(&self, manifest: &mut Manifest, control: &Control) -> std::result::Result<(), Unpublished> {
        let mut cursor = self.cursor.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            control.check().map_err(Unpublished::Never)?;
            let number = *cursor + 1;
            (manifest.number, manifest.epoch) = (number, self.epoch);
            let bytes = Bytes::from(manifest.encode().map_err(Unpublished::Never)?);
            match self.claim(number, &bytes, control) {
                Ok(Claim::Ours) => {
                    *cursor = number;
                    return self.keep(number, manifest.job, control);
                }
                Ok(Claim::Taken(found)) => self.step_onto(number, &found, manifest.job)?,
                Err(error) => return self.settle(&mut cursor, manifest.job, &bytes, error),
            }
            *cursor = number;
        }
    }

    /// `Sequence::claim`; tests let its request or its answer get lost.
    fn claim(&self, number: u64, manifest: &Bytes, control: &Control) -> Result<Claim> {
        fail::fail_point!("manifest-request-lost", |_| Err(Error::new(Code::Io, "the request got lost")));
        let claim = self.sequence.claim(number, manifest, control)?;
        fail::fail_point!("manifest-answer-lost", |_| Err(Error::new(Code::Io, "the answer got lost")));
        Ok(claim)
    }

    /// The number may have been a hole that a discard left: what is above it counts too.
    fn keep(&self, number: u64, job: Id, control: &Control) -> std::result::Result<(), Unpublished> {
        let above = || -> Result<Vec<(u64, Bytes)>> {
            let numbers = self.sequence.objects(control)?.into_keys().filter(|&other| other > number);
            let read =
                |other| self.sequence.bytes(other, control).transpose().map(|read| read.map(|bytes| (other, bytes)));
            numbers.filter_map(read).collect()
        };
        for (other, bytes) in above().map_err(Unpublished::Unknown)? {
            if let Err(refused) = self.step_onto(other, &bytes, job) {
                let gone = self.store().delete(&[sequence::name(number)], control);
                return Err(if gone.is_ok() { refused } else { Unpublished::Unknown(refused.error()) });
            }
        }
        Ok(())
    }

    /// May the cursor move onto what was found at `number`?
    fn step_onto(&self, number: u64, found: &[u8], job: Id) -> std::result::Result<(), Unpublished> {
        let context = format!("cannot publish behind {} in {}", sequence::name(number), self.store().url());
        // It may be the very manifest, damaged.
        let entry = Entry::decode(number, found).map_err(|error| Unpublished::Unknown(error.context(&context)))?;
        let epoch = match &entry {
            Entry::Epoch(_) => number,
            Entry::Manifest(manifest) => manifest.epoch,
            Entry::Void(void) if void.jobs.contains(&job) => {
                let text = format!("{context}: a sweep took this job for dead, as its grace period has passed");
                return Err(Unpublished::Never(Error::new(Code::TimedOut, text)));
            }
            Entry::Void(void) => void.epoch,
        };
        if epoch > self.epoch {
            let text = format!("{context}: epoch {epoch} has taken over from epoch {}; stop this writer", self.epoch);
            return Err(Unpublished::Never(Error::new(Code::Fenced, text)));
        }
        Ok(())
    }

    /// Finds out whether `manifest` got behind the cursor, by putting a void there.
    fn settle(
        &self,
        cursor: &mut u64,
        job: Id,
        manifest: &Bytes,
        error: Error,
    ) -> std::result::Result<(), Unpublished> {
        let number = *cursor + 1;
        let control = Control::new().with_deadline(Instant::now() + SETTLE_LIMIT);
        let void = Void { created: now_ms(), jobs: vec![job], epoch: self.epoch };
        let claim = document::encode(DocumentKind::Void, &void)
            .and_then(|void| self.sequence.claim(number, &void.into(), &control));
        fail::fail_point!("publish-settled");
        match claim {
            Ok(Claim::Taken(found)) if found == manifest => {
                *cursor = number;
                Ok(())
            }
            Ok(Claim::Taken(found)) if Entry::decode(number, &found).is_err() => Err(Unpublished::Unknown(error)),
            Ok(_) => Err(Unpublished::Never(error)),
            Err(_) => Err(Unpublished::Unknown(error)),
        }
    }
}

impl Unpublished {
    fn error(self) -> Error {
        match self {
            Unpublished::Never(error) | Unpublished::Unknown(error) => error,
        }
    }
}

/// `Code::Fenced` if there is a manifest above `restored`.
fn refuse_newer(sequence: &Sequence, restored: Option<u64>, control: &Control) -> Result<()> {
    let Some(restored) = restored else { return Ok(()) };
    for number in sequence.objects(control)?.into_keys().rev().take_while(|&number| number > restored) {
        if let Some(Entry::Manifest(manifest)) = sequence.read(number, control)? {
            return Err(Error::new(
                Code::Fenced,
                format!(
                    "snapshot {number} of epoch {} was published in {} after this backend was restored from number {restored} \
                     or below; another writer has gone on, so stop this one",
                    manifest.epoch,
                    sequence.store().url()
                ),
            ));
        }
    }
    Ok(())
}

/// The name of this machine, for people.
fn host() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname").map(|name| name.trim().to_owned()).unwrap_or_default()
}
