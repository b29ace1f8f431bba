//! The sweep: removes what no snapshot, no running job and no reader needs (docs/snapshot-format.md, section 7.3).

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::{Duration, SystemTime};

use super::directory::Swept;
use super::id::Id;
use super::intent::{self, Announced};
use super::object_name::ObjectName;
use super::sequence::{self, Entry, Sequence};
use super::tombstone::{self, Placed};
use crate::error::{Code, Error, Result};
use crate::store::{Control, Object, Store, Unfinished};

/// Where data files are.
pub(super) const FILES: &str = "files";
/// Where a sweep asks for the time.
pub(super) const PROBES: &str = "probes";

/// Which things a sweep takes for old.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Patience {
    pub grace: Duration,
    /// Nobody else writes or reads here: the longer grace periods that others recorded don't count.
    pub force: bool,
}

/// What was there when the sweep looked.
struct Scene {
    now: SystemTime,
    patience: Patience,
    /// How long after it was given up a write may still arrive.
    lateness: Duration,
    files: Vec<(ObjectName, Object)>,
    /// Of both readings.
    entries: BTreeMap<u64, Entry>,
    sequence: BTreeMap<u64, Object>,
    intents: Vec<Announced>,
    tombstones: Vec<Placed>,
    uploads: Vec<Unfinished>,
}

/// What became of the jobs with intents.
#[derive(Default)]
struct Jobs {
    live: HashSet<Id>,
    /// Parents of live jobs.
    parents: HashSet<u64>,
    /// A live job's parents can't be read: any manifest may be one.
    any_parent: bool,
    /// They can't publish any more.
    dead: HashSet<Id>,
    /// Their manifests are there; only their intents stayed.
    completed: HashSet<Id>,
}

/// Sweeps the directory; with `dry_run` only tells what it would remove.
pub(super) fn sweep(sequence: &Sequence, patience: Patience, dry_run: bool, control: &Control) -> Result<Swept> {
    let store = sequence.store().as_ref();
    let mut scene = Scene::look(sequence, patience, control)?;
    fail::fail_point!("sweep-looked");
    let jobs = scene.judge_jobs(sequence, dry_run, control)?;
    fail::fail_point!("sweep-judged");
    let mut uploads = scene.ended_uploads(&jobs);
    let mut failed = None;
    if !dry_run {
        // Before their jobs' files: an upload that its job completes now is a file that is seen below. One that can't be ended
        // keeps its record, and nothing else waits for it.
        uploads.retain(|upload| match store.end_upload(upload, control) {
            Ok(()) => true,
            Err(error) => {
                failed.get_or_insert(error);
                false
            }
        });
        fail::fail_point!("sweep-uploads-ended");
        scene.look_again(store, &jobs, control)?;
    }
    let files = scene.useless_files(&jobs);
    let intents = scene.ended_intents(&jobs);
    let mut last = scene.spent_tombstones(&files);
    last.extend(scene.spent_voids());
    last.extend(scene.leftovers(store, control)?);
    let uploads: Vec<Object> = uploads.into_iter().map(|upload| upload.record).collect();
    if !dry_run {
        // A discard that a crash undid would bring back a manifest without its files.
        store.settle(sequence::FOLDER, control)?;
        fail::fail_point!("sweep-settled");
        let remove = |objects: &[Object]| {
            let names: Vec<String> = objects.iter().map(|object| object.name.clone()).collect();
            store.delete(&names, control)
        };
        remove(&files)?;
        fail::fail_point!("sweep-files-removed");
        remove(&intents)?;
        fail::fail_point!("sweep-intents-removed");
        remove(&last)?;
        fail::fail_point!("sweep-tombstones-removed");
    }
    if let Some(error) = failed {
        return Err(error.context("the sweep did all it could but this"));
    }
    let all = [uploads, files, intents, last].concat();
    Ok(Swept {
        objects: all.len() as u64,
        bytes: all.iter().map(|object| object.size).sum(),
        names: all.into_iter().map(|object| object.name).collect(),
    })
}

impl Scene {
    /// Looks at everything, in the one order that misses nothing: a manifest that is gone at the first reading was
    /// discarded before a later job could choose it as parent, or that job's intent is seen, or its manifest is at the
    /// second reading.
    fn look(sequence: &Sequence, patience: Patience, control: &Control) -> Result<Self> {
        let store = sequence.store().as_ref();
        sequence.objects(control)?; // A directory that is not there is not to be made by the probe.
        let now = store.now(control)?;
        let objects = store.list(FILES, control)?;
        // Before the intents: a record is written under one, so a job without one has ended.
        let uploads = store.uploads(control)?;
        let mut entries = sequence.read_all(control)?;
        let intents = intent::read_all(store, control)?;
        let objects_of_sequence = read_more(sequence, &mut entries, control)?;
        let tombstones = tombstone::read_all(store, control)?;
        let files: Vec<_> = objects.into_iter().filter_map(of_ours).collect();
        if !files.is_empty() && !entries.values().any(|entry| matches!(entry, Entry::Epoch(_))) {
            return Err(Error::corruption(format!(
                "{} has data files and no epoch: its sequence was lost, so nothing can be said to be useless",
                store.url()
            )));
        }
        let lateness = if patience.force { Duration::ZERO } else { store.lateness() };
        Ok(Self {
            now,
            patience,
            lateness,
            files,
            entries,
            sequence: objects_of_sequence,
            intents,
            tombstones,
            uploads,
        })
    }

    /// Adds the files of dead jobs that have appeared since: one that an upload became just before it was ended.
    fn look_again(&mut self, store: &dyn Store, jobs: &Jobs, control: &Control) -> Result<()> {
        if jobs.dead.is_empty() {
            return Ok(());
        }
        let known: HashSet<ObjectName> = self.files.iter().map(|(name, _)| *name).collect();
        let now = store.list(FILES, control)?.into_iter().filter_map(of_ours);
        self.files.extend(now.filter(|(name, _)| jobs.dead.contains(&name.job) && !known.contains(name)));
        Ok(())
    }

    /// Unfinished uploads whose jobs are not at work any more.
    fn ended_uploads(&self, jobs: &Jobs) -> Vec<Unfinished> {
        let ended = |upload: &Unfinished| match upload.object.as_deref().and_then(job_of) {
            Some(job) => (!jobs.live.contains(&job)).then(|| upload.clone()),
            // Not one of ours: its record goes when nobody can still be at it, and what it names is left alone.
            None => self.is_old(&upload.record, 0).then(|| Unfinished { object: None, ..upload.clone() }),
        };
        self.uploads.iter().filter_map(ended).collect()
    }

    /// At least how old `object` is; one that is younger than the probe has no age yet.
    fn age(&self, object: &Object) -> Duration {
        // Servers tell times in whole seconds.
        let coarse = if self.lateness.is_zero() { Duration::ZERO } else { Duration::from_secs(1) };
        self.now.duration_since(object.modified).unwrap_or_default().saturating_sub(coarse)
    }

    /// Is `object` as old as the grace period, the longer one of ours and the one that its writer recorded?
    fn is_old(&self, object: &Object, recorded_ms: u64) -> bool {
        let recorded = if self.patience.force { Duration::ZERO } else { Duration::from_millis(recorded_ms) };
        self.age(object) >= self.patience.grace.max(recorded)
    }

    /// As `is_old`, for what stands in the way of a write that may still arrive.
    fn is_spent(&self, object: &Object, recorded_ms: u64) -> bool {
        self.is_old(object, recorded_ms) && self.age(object) >= self.lateness
    }

    fn has_completed(&self, job: Id) -> bool {
        self.entries.values().any(|entry| matches!(entry, Entry::Manifest(manifest) if manifest.job == job))
    }

    /// Tells live jobs from those that ended, and sees to it that the dead ones stay dead.
    fn judge_jobs(&mut self, sequence: &Sequence, dry_run: bool, control: &Control) -> Result<Jobs> {
        let is_expired = |announced: &&Announced| match &announced.intent {
            Some(intent) => self.is_old(&announced.object, intent.grace),
            None => self.patience.force,
        };
        let (mut expired, mut live): (Vec<&Announced>, Vec<&Announced>) = self.intents.iter().partition(is_expired);
        // A copy goes on where an earlier one ended, with its files.
        let adopted: HashSet<Id> =
            live.iter().filter_map(|announced| announced.intent.as_ref()?.adopts.clone()).flatten().collect();
        live.extend(expired.extract_if(.., |announced| adopted.contains(&announced.job)));
        let mut jobs = Jobs {
            live: live.iter().map(|announced| announced.job).collect(),
            parents: live
                .iter()
                .filter_map(|announced| announced.intent.as_ref())
                .flat_map(|i| i.parents.clone())
                .collect(),
            any_parent: live.iter().any(|announced| announced.intent.is_none()),
            ..Jobs::default()
        };
        let expired: Vec<Id> = expired.iter().map(|announced| announced.job).collect();
        if !expired.is_empty() && !dry_run {
            sequence.expire(&expired, control)?;
            fail::fail_point!("sweep-void-made");
            self.sequence = read_more(sequence, &mut self.entries, control)?;
        }
        (jobs.completed, jobs.dead) = expired.into_iter().partition(|&job| self.has_completed(job));
        Ok(jobs)
    }

    /// The data files that nobody needs.
    fn useless_files(&self, jobs: &Jobs) -> Vec<Object> {
        let named = self.named();
        let mut buried: HashMap<&ObjectName, bool> = HashMap::new();
        for Placed { object, tombstone } in &self.tombstones {
            let holds =
                !self.is_old(object, tombstone.grace) || jobs.any_parent || jobs.parents.contains(&tombstone.number);
            for file in &tombstone.files {
                *buried.entry(file).or_default() |= holds;
            }
        }
        let is_needed = |(name, object): &&(ObjectName, Object)| {
            named.contains(name)
                || jobs.live.contains(&name.job)
                || match buried.get(name) {
                    Some(held) => *held,
                    None => !jobs.dead.contains(&name.job) && !self.is_old(object, 0),
                }
        };
        self.files.iter().filter(|file| !is_needed(file)).map(|(_, object)| object.clone()).collect()
    }

    /// All files that manifests name.
    fn named(&self) -> HashSet<&ObjectName> {
        let manifests = self.entries.values().filter_map(|entry| match entry {
            Entry::Manifest(manifest) => Some(manifest),
            _ => None,
        });
        manifests.flat_map(|manifest| manifest.objects()).collect()
    }

    fn ended_intents(&self, jobs: &Jobs) -> Vec<Object> {
        let has_ended = |job| jobs.dead.contains(job) || jobs.completed.contains(job);
        self.intents
            .iter()
            .filter(|announced| has_ended(&announced.job))
            .map(|announced| announced.object.clone())
            .collect()
    }

    /// Tombstones that have done their work once `removed` are gone.
    fn spent_tombstones(&self, removed: &[Object]) -> Vec<Object> {
        let named = self.named();
        let removed: HashSet<&str> = removed.iter().map(|object| object.name.as_str()).collect();
        let still_there: HashSet<&ObjectName> = self
            .files
            .iter()
            .filter(|(_, object)| !removed.contains(object.name.as_str()))
            .map(|(name, _)| name)
            .collect();
        let is_spent = |placed: &&Placed| {
            let tombstone = &placed.tombstone;
            self.is_spent(&placed.object, tombstone.grace)
                && !matches!(self.entries.get(&tombstone.number), Some(Entry::Manifest(_)))
                && tombstone.files.iter().all(|file| named.contains(file) || !still_there.contains(file))
        };
        self.tombstones.iter().filter(is_spent).map(|placed| placed.object.clone()).collect()
    }

    /// Old voids that their epoch's writer has left behind, as a later manifest of it shows. The others may be what stands
    /// between a slow job and its publication.
    fn spent_voids(&self) -> Vec<Object> {
        let mut last = HashMap::new();
        for (&number, entry) in &self.entries {
            if let Entry::Manifest(manifest) = entry {
                last.insert(manifest.epoch, number);
            }
        }
        let is_spent = |(number, object): &(&u64, &Object)| match self.entries.get(number) {
            Some(Entry::Void(void)) => {
                last.get(&void.epoch).is_some_and(|last| last > number) && self.is_spent(object, 0)
            }
            _ => false,
        };
        self.sequence.iter().filter(is_spent).map(|(_, object)| object.clone()).collect()
    }

    /// What unfinished writes and killed sweeps left.
    fn leftovers(&self, store: &dyn Store, control: &Control) -> Result<Vec<Object>> {
        let mut all = store.list(PROBES, control)?;
        all.retain(|object| object.name.rsplit_once('/').is_some_and(|(_, id)| id.parse::<Id>().is_ok()));
        for folder in [sequence::FOLDER, intent::FOLDER, tombstone::FOLDER, FILES, PROBES] {
            all.extend(store.leftovers(folder, control)?);
        }
        all.retain(|object| self.is_old(object, 0));
        Ok(all)
    }
}

/// Reads the sequence again, of which `entries` are known: objects never change, so only the new ones are read, and those
/// that are gone stay known. Answers the objects that are there now.
fn read_more(
    sequence: &Sequence,
    entries: &mut BTreeMap<u64, Entry>,
    control: &Control,
) -> Result<BTreeMap<u64, Object>> {
    let objects = sequence.objects(control)?;
    let mut unread = Vec::new();
    for &number in objects.keys().filter(|number| !entries.contains_key(number)).collect::<Vec<_>>() {
        match sequence.read(number, control)? {
            Some(entry) => drop(entries.insert(number, entry)),
            None => unread.push(number),
        }
    }
    if unread.is_empty() {
        return Ok(objects);
    }
    // Gone since it was listed, or else the store does not tell the truth; then its files must not be taken for useless.
    let now = sequence.objects(control)?;
    match unread.iter().find(|number| now.contains_key(number)) {
        None => Ok(now),
        Some(&number) => Err(Error::new(
            Code::Io,
            format!(
                "{} lists {} and has no such object to read; nothing was swept",
                sequence.store().url(),
                sequence::name(number)
            ),
        )),
    }
}

/// A data file by its name; objects of other names are not ours to judge.
fn of_ours(object: Object) -> Option<(ObjectName, Object)> {
    Some((object.name.rsplit_once('/')?.1.parse().ok()?, object))
}

/// The job that puts the data file of that name.
fn job_of(name: &str) -> Option<Id> {
    name.strip_prefix(FILES)?.strip_prefix('/')?.parse().ok().map(|name: ObjectName| name.job)
}
