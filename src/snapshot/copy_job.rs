//! `CopyJob`: the copy of one snapshot, from its intent to its manifest (docs/snapshot-format.md, section 7.5).

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::id::Id;
use super::intent::{self, Intent};
use super::manifest::Manifest;
use super::manifest_check::MAX_PARENTS;
use super::object_name::{FileType, ObjectName, Origin};
use super::publication::{files_of, is_unanswered};
use super::sequence::{Entry, now_ms};
use super::sweep::FILES;
use super::writer::{Unpublished, Writer};
use crate::error::{Code, Error, Result};
use crate::parallel::{self, Threads};
use crate::store::{Control, Link, Store};

/// How long the removal of a failed copy's files may take; what is left then goes with a sweep.
const CLEAN_UP_LIMIT: Duration = Duration::from_secs(30);

/// A copy between its intent and its manifest. Dropped before it is published, it removes its files and its intent.
#[derive(Debug)]
pub(super) struct CopyJob {
    writer: Arc<Writer>,
    job: Id,
    /// What the destination has of the files, and the snapshot there that names it, if one does.
    there: HashMap<(Origin, FileType), (ObjectName, Option<u64>)>,
    /// Earlier copies whose files are among them.
    adopted: Vec<Id>,
    written: Mutex<HashSet<ObjectName>>,
    /// A put failed that may still arrive: then a sweep has to look after the job.
    unanswered: AtomicBool,
    started: Instant,
    /// Whose files they are is decided: not the job's any more.
    settled: bool,
}

impl CopyJob {
    /// Announces the copy of `manifest` to the directory of `writer`, which has the snapshots `there`.
    pub(super) fn begin(
        writer: &Arc<Writer>,
        manifest: &Manifest,
        there: &BTreeMap<u64, Manifest>,
        control: &Control,
    ) -> Result<CopyJob> {
        let started = Instant::now();
        writer.check(control)?;
        let mut wanted: HashSet<_> = manifest.objects().map(ObjectName::content).collect();
        let parents: Vec<Manifest> = parents(&mut wanted, there).into_iter().cloned().collect();
        let mut job = CopyJob {
            writer: Arc::clone(writer),
            job: Id::random(),
            there: HashMap::new(),
            adopted: Vec::new(),
            written: Mutex::default(),
            unanswered: AtomicBool::new(false),
            started,
            settled: false,
        };
        job.adopt(&wanted, control)?;
        let intent = Intent {
            epoch: writer.epoch(),
            created: now_ms(),
            grace: job.grace_ms(),
            parents: parents.iter().map(|parent| parent.number).collect(),
            backend: manifest.backend,
            adopts: Some(job.adopted.clone()),
        };
        intent.write(writer.store().as_ref(), job.job, control)?;
        fail::fail_point!("copy-intent-written");
        let found = files_of(writer, &parents, control)?.into_iter();
        job.there.extend(found.map(|(object, parent)| (object.content(), (object, Some(parent)))));
        fail::fail_point!("copy-parents-checked");
        Ok(job)
    }

    /// Takes over those of the `wanted` files that earlier copies, which were killed, have put.
    fn adopt(&mut self, wanted: &HashSet<(Origin, FileType)>, control: &Control) -> Result<()> {
        let (store, sequence) = (self.writer.store(), self.writer.sequence());
        let copies = |store: &dyn Store| -> Result<BTreeSet<Id>> {
            let intents = intent::read_all(store, control)?.into_iter();
            let copies = intents.filter(|announced| announced.intent.as_ref().is_some_and(|i| i.adopts.is_some()));
            Ok(copies.map(|announced| announced.job).collect())
        };
        if copies(store.as_ref())?.is_empty() {
            return Ok(());
        }
        // The order counts: a void that names a job stays until the job's intent is gone.
        let mut ended = HashSet::new();
        for entry in sequence.read_all(control)?.into_values() {
            match entry {
                Entry::Void(void) => ended.extend(void.jobs),
                Entry::Manifest(manifest) => drop(ended.insert(manifest.job)),
                Entry::Epoch(_) => {}
            }
        }
        let mut adoptable = copies(store.as_ref())?;
        adoptable.retain(|job| !ended.contains(job));
        let mut adopted = BTreeSet::new();
        for object in store.list(FILES, control)? {
            let Some(name) = object.name.rsplit_once('/').and_then(|(_, name)| name.parse::<ObjectName>().ok()) else {
                continue;
            };
            if adoptable.contains(&name.job) && wanted.contains(&name.content()) && object.size == name.origin.size {
                self.there.insert(name.content(), (name, None));
                adopted.insert(name.job);
            }
        }
        self.adopted = adopted.into_iter().collect();
        Ok(())
    }

    /// What the destination has of a file.
    fn found(&self, object: &ObjectName) -> Option<&(ObjectName, Option<u64>)> {
        self.there.get(&object.content())
    }

    /// Bytes of the files that the destination does not have.
    pub(super) fn bytes_to_move(&self, manifest: &Manifest) -> u64 {
        let missing = manifest.objects().filter(|object| self.found(object).is_none());
        missing.map(|object| object.origin.size).sum()
    }

    /// Moves the files and publishes; answers the manifest at the destination. `work` is for files on their way.
    pub(super) fn run(
        mut self,
        from: &Arc<dyn Store>,
        mut manifest: Manifest,
        work: &Path,
        control: &Control,
    ) -> Result<Manifest> {
        // Those of an earlier copy that was killed were expected too.
        let is_adopted = |object: &&ObjectName| matches!(self.found(object), Some((_, None)));
        control.advance(manifest.objects().filter(is_adopted).map(|object| object.origin.size).sum());
        let missing: Vec<ObjectName> =
            manifest.objects().filter(|object| self.found(object).is_none()).copied().collect();
        fs::create_dir_all(work).map_err(|error| Error::io("make", work, &error))?;
        let move_file = |at: usize, control: &Control| self.move_file(from.as_ref(), &missing[at], work, control);
        parallel::run(missing.len(), Threads::Most, control, &move_file)?;
        fail::fail_point!("copy-files-put");
        self.writer.store().settle(FILES, control)?;
        let mut parents = BTreeSet::new();
        for object in manifest.objects_mut() {
            *object = match self.found(object) {
                Some((found, parent)) => {
                    parents.extend(parent);
                    *found
                }
                None => ObjectName { job: self.job, ..*object },
            };
        }
        manifest.job = self.job;
        manifest.grace_ms = self.grace_ms();
        manifest.parents = parents.into_iter().collect();
        self.publish(&mut manifest, control)?;
        Ok(manifest)
    }

    /// One file by way of a local one.
    fn move_file(&self, from: &dyn Store, source: &ObjectName, work: &Path, control: &Control) -> Result<()> {
        control.check()?;
        let (target, sum) = (ObjectName { job: self.job, ..*source }, source.origin.sum());
        let local = work.join(target.to_string());
        let context = |error: Error| error.context(format!("cannot copy {} from {}", source.path(), from.url()));
        // A linked file is not read here, and one that is put is.
        from.get_file(&source.path(), &local, &sum, Link::Allowed, &control.uncounted()).map_err(context)?;
        fail::fail_point!("copy-file-got");
        // Noted first: a put that fails may have left something.
        self.written.lock().unwrap_or_else(PoisonError::into_inner).insert(target);
        let to = self.writer.store();
        let put = to.put_file(&local, &target.path(), &sum, Link::Never, control);
        if put.as_ref().is_err_and(|error| is_unanswered(to.as_ref(), error)) {
            self.unanswered.store(true, Ordering::Relaxed);
        }
        let removed = fs::remove_file(&local).map_err(|error| Error::io("remove", &local, &error));
        put.map_err(context)?;
        fail::fail_point!("copy-file-put");
        removed
    }

    fn publish(&mut self, manifest: &mut Manifest, control: &Control) -> Result<()> {
        let grace = self.writer.grace();
        if self.started.elapsed() >= grace {
            let text = format!("the copy took longer than its grace period of {grace:?}; raise snapshot.grace");
            return Err(Error::new(Code::TimedOut, text));
        }
        match self.writer.publish(manifest, &self.adopted, control) {
            Ok(()) => {
                self.settled = true;
                fail::fail_point!("copy-published");
                // An intent that stays goes with a sweep.
                let _ = self.writer.store().delete(&[intent::name(self.job)], &clean_up());
                Ok(())
            }
            Err(Unpublished::Never(error)) => Err(error),
            Err(Unpublished::Unknown(error)) => {
                self.settled = true;
                Err(error.context("it is not known whether the copy was published; a sweep will tell"))
            }
        }
    }

    fn grace_ms(&self) -> u64 {
        u64::try_from(self.writer.grace().as_millis()).unwrap_or(u64::MAX).min(i64::MAX as u64)
    }

    /// Removes what the job has put, unless another copy may have taken it over.
    fn abandon(&self) -> Result<()> {
        let control = clean_up();
        let (store, sequence) = (self.writer.store(), self.writer.sequence());
        let written = std::mem::take(&mut *self.written.lock().unwrap_or_else(PoisonError::into_inner));
        if !written.is_empty() {
            if sequence.largest_epoch(&control)? != self.writer.epoch() {
                return Ok(());
            }
            sequence.expire(&[self.job], &control)?;
            fail::fail_point!("copy-expired");
            // Whoever takes an epoch after this finds the void; whoever took one before may have missed it.
            if sequence.largest_epoch(&control)? != self.writer.epoch() {
                return Ok(());
            }
            let names: Vec<String> = written.iter().map(ObjectName::path).collect();
            store.delete(&names, &control)?;
            fail::fail_point!("copy-files-removed");
            if self.unanswered.load(Ordering::Relaxed) {
                return Ok(());
            }
        }
        store.delete(&[intent::name(self.job)], &control)
    }
}

impl Drop for CopyJob {
    fn drop(&mut self) {
        if !self.settled {
            // What can't be removed goes with a sweep.
            let _ = self.abandon();
        }
    }
}

fn clean_up() -> Control {
    Control::for_clean_up(Instant::now() + CLEAN_UP_LIMIT)
}

/// The snapshots that have some of the `wanted` files, newest first; those files are not wanted any more.
fn parents<'a>(wanted: &mut HashSet<(Origin, FileType)>, there: &'a BTreeMap<u64, Manifest>) -> Vec<&'a Manifest> {
    let mut parents = Vec::new();
    for manifest in there.values().rev() {
        if wanted.is_empty() || parents.len() == MAX_PARENTS {
            break;
        }
        let before = wanted.len();
        for object in manifest.objects() {
            wanted.remove(&object.content());
        }
        if wanted.len() < before {
            parents.push(manifest);
        }
    }
    // In the order of their numbers, as documents have them.
    parents.reverse();
    parents
}
