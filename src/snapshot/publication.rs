//! `Publication`: one job's work in a snapshot directory, from its intent to its manifest (docs/snapshot-format.md, 7.1).

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::id::Id;
use super::intent::{self, Intent};
use super::manifest::Manifest;
use super::object_name::{FileType, ObjectName, Origin};
use super::sequence::{Entry, now_ms};
use super::writer::{Unpublished, Writer};
use crate::error::{Code, Error, Result};
use crate::store::{Control, Link, Moved};

/// How long the removal of a failed job's files may take; what is left then goes with a sweep.
const CLEAN_UP_LIMIT: Duration = Duration::from_secs(30);

/// A job between its intent and its manifest. Files may be put by any number of threads. Dropped before it is published, it
/// removes its files and its intent.
#[derive(Debug)]
pub struct Publication {
    writer: Arc<Writer>,
    job: Id,
    backend: Id,
    /// The parents' files, each with its parent.
    reusable: HashMap<Origin, (ObjectName, u64)>,
    progress: Mutex<Files>,
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
            started,
            settled: false,
        };
        let intent = Intent {
            epoch: writer.epoch(),
            created: now_ms(),
            grace: publication.grace_ms(),
            parents: parents.iter().map(|parent| parent.number).collect(),
            backend,
        };
        intent.write(writer.store().as_ref(), publication.job, control)?;
        fail::fail_point!("intent-written");
        // From here on no sweep takes the parents' files; but one may have been discarded, and swept, before.
        for parent in parents {
            match writer.sequence().read(parent.number, control)? {
                Some(Entry::Manifest(found)) if found.job == parent.job => {
                    publication.reusable.extend(found.objects().map(|object| (object.origin, (*object, found.number))));
                }
                _ => {}
            }
        }
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
        let mut files = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        files.parents.insert(*parent);
        files.reused.insert(*object);
        Some(*object)
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
        let object = ObjectName { origin, job: self.job, file_type };
        // Noted first: a put that fails may have left something.
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).written.insert(object);
        let moved = self.writer.store().put_file(from, &object.path(), &origin.sum(), link, control)?;
        Ok((object, moved))
    }

    /// Publishes `manifest`, whose number, epoch, job, backend, parents and grace period are filled in here; answers it as
    /// it was written. Every file in it must have been put or reused. After an error nothing of the job is left, or will
    /// be after a sweep; success means that it lasts.
    pub fn publish(mut self, mut manifest: Manifest, control: &Control) -> Result<Manifest> {
        self.complete(&mut manifest)?;
        self.writer.store().settle("files", control)?;
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
        match self.writer.publish(&mut manifest, control) {
            Ok(()) => {
                self.settled = true;
                fail::fail_point!("manifest-published");
                self.remove_intent();
                fail::fail_point!("intent-removed");
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
        let files = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
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

    /// The manifest is what counts now: an intent that stays goes with a sweep.
    fn remove_intent(&self) {
        let _ = self.writer.store().delete(&[intent::name(self.job)], &clean_up());
    }
}

fn clean_up() -> Control {
    Control::new().with_deadline(Instant::now() + CLEAN_UP_LIMIT)
}

impl Drop for Publication {
    fn drop(&mut self) {
        if self.settled {
            return;
        }
        let files = std::mem::take(&mut *self.progress.lock().unwrap_or_else(PoisonError::into_inner));
        let names: Vec<String> = files.written.iter().map(ObjectName::path).collect();
        // The files first: without its intent they would be anybody's. What can't be removed goes with a sweep.
        if self.writer.store().delete(&names, &clean_up()).is_ok() {
            fail::fail_point!("abandoned-files-removed");
            self.remove_intent();
            fail::fail_point!("abandoned-intent-removed");
        }
    }
}
