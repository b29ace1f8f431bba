//! `Publication`: one job's work in a snapshot directory, from its intent to its manifest (docs/snapshot-format.md, 7.1).

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::directory::SnapshotDirectory;
use super::id::Id;
use super::intent::{self, Intent};
use super::manifest::Manifest;
use super::object_name::{FileType, ObjectName, Origin};
use super::sequence::{Entry, now_ms};
use super::sweep::FILES;
use super::tombstone;
use super::writer::{Unpublished, Writer};
use crate::error::{Code, Error, Result};
use crate::store::{Control, Link, Moved, Store, behind};

/// How long the removal of a failed job's files may take; what is left then goes with a sweep.
const CLEAN_UP_LIMIT: Duration = Duration::from_secs(30);

/// A job between its intent and its manifest. Files may be put by any number of threads. Dropped before it is published, it
/// removes its files and its intent. After a cancel nobody waits for that: it goes on by itself.
#[derive(Debug)]
pub struct Publication {
    writer: Arc<Writer>,
    job: Id,
    backend: Id,
    /// The parents' files, each with its parent.
    reusable: HashMap<Origin, (ObjectName, u64)>,
    progress: Mutex<Files>,
    /// The job's.
    control: Control,
    started: Instant,
    /// Whose files they are is decided: not the job's any more.
    settled: bool,
}

/// What the job has put, or began to, and whose files it has reused.
#[derive(Debug, Default)]
struct Files {
    written: HashSet<ObjectName>,
    reused: HashSet<ObjectName>,
    parents: BTreeSet<u64>,
    /// A put failed that may still arrive: then a sweep has to look after the job.
    unanswered: bool,
}

impl Publication {
    /// Announces a new job, which may reuse the files of those of `parents` that are still there.
    pub fn begin(writer: &Arc<Writer>, backend: Id, parents: &[Manifest], control: &Control) -> Result<Self> {
        let started = Instant::now();
        writer.check(control)?;
        let mut publication = Self {
            writer: Arc::clone(writer),
            job: Id::random(),
            backend,
            reusable: HashMap::new(),
            progress: Mutex::default(),
            control: control.clone(),
            started,
            settled: false,
        };
        let intent = Intent {
            epoch: writer.epoch(),
            created: now_ms(),
            grace: publication.grace_ms(),
            parents: parents.iter().map(|parent| parent.number).collect(),
            backend,
            adopts: None,
        };
        intent.write(writer.store().as_ref(), publication.job, control)?;
        fail::fail_point!("intent-written");
        let found = files_of(writer, parents, control)?;
        publication.reusable = found.into_iter().map(|(object, parent)| (object.origin, (object, parent))).collect();
        fail::fail_point!("parents-checked");
        Ok(publication)
    }

    /// The job's identity, a part of the names of its files.
    pub fn job(&self) -> Id {
        self.job
    }

    /// The object that a parent has for such a file, if any; naming it in the manifest then needs no `put`.
    pub fn reuse(&self, origin: &Origin, file_type: FileType) -> Option<ObjectName> {
        let (object, parent) = self.reusable.get(origin).filter(|(object, _)| object.file_type == file_type)?;
        let mut files = self.files();
        files.parents.insert(*parent);
        files.reused.insert(*object);
        Some(*object)
    }

    fn files(&self) -> MutexGuard<'_, Files> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What `put` will call such a file.
    pub fn name(&self, origin: Origin, file_type: FileType) -> ObjectName {
        ObjectName { origin, job: self.job, file_type }
    }

    /// Puts the local file `from` into the directory. `origin` says what its bytes must be.
    pub fn put(
        &self,
        from: &Path,
        origin: Origin,
        file_type: FileType,
        link: Link,
        control: &Control,
    ) -> Result<(ObjectName, Moved)> {
        let object = self.name(origin, file_type);
        // Noted first: a put that fails may have left something.
        self.files().written.insert(object);
        let store = self.writer.store();
        let moved = store.put_file(from, &object.path(), &origin.sum(), link, control).inspect_err(|error| {
            self.files().unanswered |= is_unanswered(store.as_ref(), error);
        })?;
        Ok((object, moved))
    }

    /// Publishes `manifest`, whose number, epoch, job, backend, parents and grace period are filled in here; answers it as
    /// it was written. Every file in it must have been put or reused. After an error nothing of the job is left, or will
    /// be after a sweep; success means that it lasts.
    ///
    /// A store may keep a cancelled job from knowing whether it was published; then it is told that it was cancelled, and the
    /// snapshot is discarded if it is there.
    pub fn publish(self, manifest: Manifest, control: &Control) -> Result<Manifest> {
        let (writer, job, own) = (Arc::clone(&self.writer), self.job, control.clone());
        let discards = Arc::clone(&writer);
        let published = behind::run(
            control,
            move || self.publish_now(manifest, &own),
            move |published| {
                if let Ok(manifest) = published {
                    // One that fails leaves a snapshot more, which the host can discard.
                    let directory = SnapshotDirectory::with_store(Arc::clone(discards.store()), discards.grace());
                    let _ = directory.discard(manifest.number);
                    remove_intent(discards.store().as_ref(), job);
                }
            },
        );
        let manifest = match published {
            Some(published) => published?,
            None => {
                control.check()?;
                return Err(Error::new(Code::Panic, "publishing a snapshot ended in a panic; this is a bug in Gabion"));
            }
        };
        // The manifest is what counts now: an intent that stays goes with a sweep.
        behind::run(control, move || remove_intent(writer.store().as_ref(), job), drop);
        Ok(manifest)
    }

    fn publish_now(mut self, mut manifest: Manifest, control: &Control) -> Result<Manifest> {
        self.complete(&mut manifest)?;
        self.writer.store().settle(FILES, control)?;
        fail::fail_point!("files-settled");
        if self.started.elapsed() >= self.writer.grace() {
            return Err(Error::new(
                Code::TimedOut,
                format!(
                    "the snapshot took longer than its grace period of {:?}; raise snapshot.grace",
                    self.writer.grace()
                ),
            ));
        }
        match self.writer.publish(&mut manifest, &[], control) {
            Ok(()) => {
                self.settled = true;
                fail::fail_point!("manifest-published");
                Ok(manifest)
            }
            Err(Unpublished::Never(error)) => Err(error),
            Err(Unpublished::Unknown(error)) => {
                self.settled = true;
                Err(error.context("it is not known whether the snapshot was published; a sweep will tell"))
            }
        }
    }

    /// Fills in what the directory knows, and checks that each file is there.
    fn complete(&self, manifest: &mut Manifest) -> Result<()> {
        let files = self.files();
        if let Some(stray) =
            manifest.objects().find(|object| !files.written.contains(object) && !files.reused.contains(object))
        {
            return Err(Error::invalid(format!("the manifest names {stray}, which was neither put nor reused")));
        }
        manifest.job = self.job;
        manifest.backend = self.backend;
        manifest.grace_ms = self.grace_ms();
        manifest.parents = files.parents.iter().copied().collect();
        Ok(())
    }

    fn grace_ms(&self) -> u64 {
        u64::try_from(self.writer.grace().as_millis()).unwrap_or(u64::MAX).min(i64::MAX as u64)
    }
}

/// The files of `parents` that are there, each with its parent. Once an intent names the parents, no sweep takes them; but a
/// parent may have been discarded, and swept, before; and other hands may have removed files.
pub(super) fn files_of(writer: &Writer, parents: &[Manifest], control: &Control) -> Result<HashMap<ObjectName, u64>> {
    let mut files = HashMap::new();
    if parents.is_empty() {
        return Ok(files);
    }
    let store = writer.store().as_ref();
    let discarded = tombstone::numbers(store, control)?;
    for parent in parents.iter().filter(|parent| !discarded.contains(&parent.number)) {
        match writer.sequence().read(parent.number, control)? {
            Some(Entry::Manifest(found)) if found.job == parent.job => {
                files.extend(found.objects().map(|object| (*object, found.number)));
            }
            _ => {}
        }
    }
    if !files.is_empty() {
        let there: HashMap<String, u64> =
            store.list(FILES, control)?.into_iter().map(|object| (object.name, object.size)).collect();
        files.retain(|object, _| there.get(&object.path()) == Some(&object.origin.size));
    }
    Ok(files)
}

/// Whether a put that failed so may still arrive: then a sweep has to look after its job.
pub(super) fn is_unanswered(store: &dyn Store, error: &Error) -> bool {
    let is_answer = matches!(error.code, Code::Corruption | Code::NotFound | Code::InvalidArgument);
    !is_answer && !store.lateness().is_zero()
}

fn clean_up() -> Control {
    Control::for_clean_up(Instant::now() + CLEAN_UP_LIMIT)
}

fn remove_intent(store: &dyn Store, job: Id) {
    let _ = store.delete(&[intent::name(job)], &clean_up());
    fail::fail_point!("intent-removed");
}

impl Drop for Publication {
    fn drop(&mut self) {
        // What is left behind then goes with a sweep.
        if self.settled || behind::is_crowded() {
            return;
        }
        let Files { written, unanswered, .. } = std::mem::take(&mut *self.files());
        let (writer, job) = (Arc::clone(&self.writer), self.job);
        let remove = move || {
            let names: Vec<String> = written.iter().map(ObjectName::path).collect();
            // The files first: without its intent they would be anybody's. What can't be removed goes with a sweep, and so
            // does what still arrives.
            if writer.store().delete(&names, &clean_up()).is_ok() {
                fail::fail_point!("abandoned-files-removed");
                if !unanswered {
                    let _ = writer.store().delete(&[intent::name(job)], &clean_up());
                }
                fail::fail_point!("abandoned-intent-removed");
            }
        };
        behind::run(&self.control, remove, drop);
    }
}
