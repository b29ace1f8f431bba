//! `Writer`: who may publish into a snapshot directory: the one with the newest epoch.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, TryLockError};
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
    grace: Duration,
    /// It copies what others made, and its epochs say so.
    copy: bool,
    directory: Id,
    /// Shared with the same writer for other grace periods and over other stores.
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// That of the state, for those who can't wait for it.
    epoch: AtomicU64,
}

/// What a restore saw of the directory that it read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Which one it was: `Writer::directory`.
    pub directory: Id,
    /// The largest number there.
    pub newest: u64,
}

/// Where a writer stands.
#[derive(Debug)]
struct State {
    epoch: u64,
    /// The number behind which the next manifest goes: all numbers from the epoch to here were seen.
    cursor: u64,
    /// Jobs that voids up to the cursor name.
    expired: HashSet<Id>,
    /// It is not known what stands behind the cursor. From here nothing is published any more: if it was a manifest that
    /// got discarded, its number is free below what fences or expires us.
    lost: bool,
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
    /// writer. `restored` is of the restore that the backend comes from: `Code::Fenced` if that read this directory, and
    /// somebody has published since.
    pub fn open(store: Arc<dyn Store>, grace: Duration, restored: Option<Restored>, control: &Control) -> Result<Self> {
        Self::take(store, grace, restored, false, control)
    }

    /// Becomes the writer of the directory to copy snapshots into it.
    pub(super) fn for_copies(store: Arc<dyn Store>, grace: Duration, control: &Control) -> Result<Self> {
        Self::take(store, grace, None, true, control)
    }

    fn take(
        store: Arc<dyn Store>,
        grace: Duration,
        restored: Option<Restored>,
        copy: bool,
        control: &Control,
    ) -> Result<Self> {
        store.create(control)?;
        let sequence = Sequence::new(store);
        let id = Id::random();
        let there = sequence.directory(control)?;
        let restored = restored.filter(|restored| there == Some(restored.directory)).map(|restored| restored.newest);
        // Looked at before, so that a backend that is behind fences nobody; and after, so that nobody slips through.
        refuse_newer(&sequence, restored, control)?;
        let epoch = take_epoch(&sequence, id, copy, control)?;
        fail::fail_point!("epoch-taken");
        refuse_newer(&sequence, restored, control)?;
        let directory = match there {
            Some(directory) => directory,
            None => sequence.directory(control)?.unwrap_or(id),
        };
        let state = State { epoch, cursor: epoch, expired: HashSet::new(), lost: false };
        let shared = Shared { state: Mutex::new(state), epoch: AtomicU64::new(epoch) };
        Ok(Self { sequence, id, grace, copy, directory, shared: Arc::new(shared) })
    }

    /// The number of its epoch; a later one after a publish whose outcome could not be found out.
    pub fn epoch(&self) -> u64 {
        self.shared.epoch.load(Ordering::SeqCst)
    }

    /// The same writer, for jobs with another grace period.
    pub fn with_grace(&self, grace: Duration) -> Self {
        Self { sequence: self.sequence.clone(), grace, shared: Arc::clone(&self.shared), ..*self }
    }

    /// The same writer, over the same directory that is reached in another way.
    pub fn with_store(&self, store: Arc<dyn Store>) -> Self {
        Self { sequence: Sequence::new(store), shared: Arc::clone(&self.shared), ..*self }
    }

    /// How long a job of this writer may take, and how long readers have after a discard.
    pub fn grace(&self) -> Duration {
        self.grace
    }

    /// Which directory it writes to, by whatever URL it is reached.
    pub fn directory(&self) -> Id {
        self.directory
    }

    pub(super) fn sequence(&self) -> &Sequence {
        &self.sequence
    }

    pub(super) fn store(&self) -> &Arc<dyn Store> {
        self.sequence.store()
    }

    /// Where it stands. Who publishes holds this for as long as the store takes; others must not wait longer than they are
    /// wanted.
    fn state(&self, control: &Control) -> Result<MutexGuard<'_, State>> {
        const NAP: Duration = Duration::from_millis(10);
        loop {
            match self.shared.state.try_lock() {
                Ok(state) => return Ok(state),
                Err(TryLockError::Poisoned(poisoned)) => return Ok(poisoned.into_inner()),
                Err(TryLockError::WouldBlock) => control.check()?,
            }
            std::thread::sleep(NAP);
        }
    }

    /// `Code::NotFound` if its epoch is gone: then the directory was wiped, and numbers mean something else now.
    pub fn check(&self, control: &Control) -> Result<()> {
        let epoch = {
            let mut state = self.state(control)?;
            self.find_again(&mut state, control)?;
            state.epoch
        };
        match self.sequence.read(epoch, control)? {
            Some(Entry::Epoch(found)) if found.writer == self.id => Ok(()),
            _ => {
                // A bucket that is gone is told by a list, by every server.
                self.sequence.objects(control)?;
                let url = self.store().url();
                let text = format!("{url} was emptied under its writer (epoch {epoch}); open the backend anew");
                Err(Error::new(Code::NotFound, text))
            }
        }
    }

    /// A writer that is lost takes a new epoch, unless another writer has come.
    fn find_again(&self, state: &mut State, control: &Control) -> Result<()> {
        if !state.lost {
            return Ok(());
        }
        // Looked at before, so that nobody is fenced by a writer that is fenced itself; and after.
        self.look_behind_cursor(state, control)?;
        let epoch = take_epoch(&self.sequence, self.id, self.copy, control)?;
        self.look_behind_cursor(state, control)?;
        (state.epoch, state.cursor, state.lost) = (epoch, epoch, false);
        self.shared.epoch.store(epoch, Ordering::SeqCst);
        Ok(())
    }

    /// `Code::Fenced` if another writer's epoch stands behind the cursor; notes the jobs that voids there name.
    fn look_behind_cursor(&self, state: &mut State, control: &Control) -> Result<()> {
        for number in self.sequence.objects(control)?.into_keys().filter(|&number| number > state.cursor) {
            match self.sequence.read(number, control)? {
                Some(Entry::Epoch(epoch)) if epoch.writer != self.id => return Err(self.fenced(state.cursor, number)),
                Some(Entry::Void(void)) => state.expired.extend(void.jobs),
                _ => {}
            }
        }
        Ok(())
    }

    fn fenced(&self, cursor: u64, epoch: u64) -> Error {
        let url = self.store().url();
        let text =
            format!("cannot publish behind number {cursor} in {url}: epoch {epoch} has taken over; stop this writer");
        Error::new(Code::Fenced, text)
    }

    /// Gives `manifest` its number and its epoch and puts it into the sequence, unless its job or one of the jobs that it
    /// has files from (`adopted`) has expired.
    pub(super) fn publish(
        &self,
        manifest: &mut Manifest,
        adopted: &[Id],
        control: &Control,
    ) -> std::result::Result<(), Unpublished> {
        let mut state = self.state(control).map_err(Unpublished::Never)?;
        self.find_again(&mut state, control).map_err(Unpublished::Never)?;
        loop {
            control.check().map_err(Unpublished::Never)?;
            if std::iter::once(&manifest.job).chain(adopted).any(|job| state.expired.contains(job)) {
                let text = format!(
                    "cannot publish in {}: a sweep took this job for dead, as its grace period has passed; raise snapshot.grace",
                    self.store().url()
                );
                return Err(Unpublished::Never(Error::new(Code::TimedOut, text)));
            }
            let number = state.cursor + 1;
            (manifest.number, manifest.epoch) = (number, state.epoch);
            let bytes = Bytes::from(manifest.encode().map_err(Unpublished::Never)?);
            let outcome = match self.claim(number, &bytes, control) {
                Ok(Claim::Ours) => {
                    state.cursor = number;
                    return Ok(());
                }
                Ok(Claim::Taken(found)) => self.step_onto(&mut state, number, &found),
                Err(error) => return self.settle(&mut state, manifest.job, &bytes, error),
            };
            state.lost = matches!(outcome, Err(Unpublished::Unknown(_)));
            outcome?;
        }
    }

    /// `Sequence::claim`; tests let its request or its answer get lost.
    fn claim(&self, number: u64, manifest: &Bytes, control: &Control) -> Result<Claim> {
        fail::fail_point!("manifest-request-lost", |_| Err(Error::new(Code::Io, "the request got lost")));
        let claim = self.sequence.claim(number, manifest, control)?;
        fail::fail_point!("manifest-answer-lost", |_| Err(Error::new(Code::Io, "the answer got lost")));
        Ok(claim)
    }

    /// Moves the cursor onto what was found at `number`, unless that ends this writer.
    fn step_onto(&self, state: &mut State, number: u64, found: &[u8]) -> std::result::Result<(), Unpublished> {
        let context = || format!("cannot publish behind {} in {}", sequence::name(number), self.store().url());
        // It may be the very manifest, damaged.
        let entry = Entry::decode(number, found).map_err(|error| Unpublished::Unknown(error.context(context())))?;
        let epoch = match &entry {
            Entry::Epoch(_) => number,
            Entry::Manifest(manifest) => manifest.epoch,
            Entry::Void(void) => void.epoch,
        };
        if epoch > state.epoch {
            return Err(Unpublished::Never(self.fenced(state.cursor, epoch)));
        }
        if let Entry::Void(void) = entry {
            state.expired.extend(void.jobs);
        }
        state.cursor = number;
        Ok(())
    }

    /// Finds out whether `manifest` got behind the cursor, by putting a void there.
    fn settle(
        &self,
        state: &mut State,
        job: Id,
        manifest: &Bytes,
        error: Error,
    ) -> std::result::Result<(), Unpublished> {
        let number = state.cursor + 1;
        let control = Control::for_clean_up(Instant::now() + SETTLE_LIMIT);
        let void = Void { created: now_ms(), jobs: vec![job], epoch: state.epoch };
        let claim = document::encode(DocumentKind::Void, &void)
            .and_then(|void| self.sequence.claim(number, &void.into(), &control));
        fail::fail_point!("publish-settled");
        match claim {
            Ok(Claim::Taken(found)) if found == manifest => {
                state.cursor = number;
                return Ok(());
            }
            Ok(Claim::Taken(found)) => state.lost = Entry::decode(number, &found).is_err(),
            Ok(Claim::Ours) => {}
            Err(_) => state.lost = true,
        }
        Err(if state.lost { Unpublished::Unknown(error) } else { Unpublished::Never(error) })
    }
}

/// Takes an epoch for the writer `id`; its number.
fn take_epoch(sequence: &Sequence, id: Id, copy: bool, control: &Control) -> Result<u64> {
    sequence.append(control, || {
        let epoch = Epoch { writer: id, created: now_ms(), host: host(), pid: std::process::id(), copy };
        document::encode(DocumentKind::Epoch, &epoch)
    })
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
                     or below, by another writer or by this backend under another URL; stop this one, or name a \
                     directory by one URL",
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
