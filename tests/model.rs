//! Random operations, snapshots and restores, against a model of plain maps.
//!
//! Two jobs with keys of their own work side by side, each on its own backend and snapshot directory, so that their snapshots
//! can be united. `GABION_SEED` repeats a run, `GABION_SOAK=1` makes it long.

mod common;

use std::collections::BTreeMap;
use std::time::Duration;

use common::model::{Change, Model, SHAPES, Shown, assert_same, shown};
use common::random::{is_soak, seed};
use common::swept::{assert_swept, names};
use common::{memory_folder, number, options};
use gabion::restore::{KeyRange, Source};
use gabion::snapshot::{Kind, Snapshot, SnapshotDirectory, SnapshotRequest, Target};
use gabion::{Backend, Code, Options};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

/// Small memtables and early compactions, so that a few hundred rows go through all of RocksDB.
const FAMILY_OPTIONS: [(&str, &str); 2] = [("write_buffer_size", "65536"), ("level0_file_num_compaction_trigger", "2")];
const HOUR: Duration = Duration::from_secs(3600);

/// What one job does next. Indexes are taken modulo what is there.
#[derive(Clone, Debug)]
enum Step {
    Changes(Vec<Change>),
    /// Many rows, so that a memtable fills up.
    Burst {
        family: usize,
        from: u8,
        rows: u16,
    },
    Flush,
    Compact {
        family: usize,
    },
    /// Starts a snapshot; it ends when it will.
    Start(Kind),
    Cancel(usize),
    /// Waits for all snapshots.
    Settle,
    Capture(Kind),
    /// Pulls a stream, and pushes the part in the range.
    Stream(KeyRange),
    Discard(usize),
    Retain(usize),
    Sweep {
        running: bool,
        dry: bool,
    },
    /// Restores elsewhere, and compares.
    Look {
        snapshot: usize,
        range: KeyRange,
        full: bool,
    },
    /// Goes on from an older snapshot.
    GoBack(usize),
    /// Restores the newest snapshots of both jobs as one.
    Unite(KeyRange),
}

fn key() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![4 => vec(0..6u8, 1..3), 1 => vec(any::<u8>(), 0..40)]
}

fn value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![4 => vec(any::<u8>(), 0..20), 1 => vec(any::<u8>(), 200..1500)]
}

fn bound() -> impl Strategy<Value = Vec<u8>> {
    (0..3u8, key()).prop_map(|(job, key)| own(job, &key))
}

fn range() -> impl Strategy<Value = KeyRange> {
    prop_oneof![
        1 => Just(KeyRange::default()),
        1 => (bound(), proptest::option::of(bound())).prop_map(|(one, other)| match other {
            Some(other) if other < one => KeyRange { from: other, to: Some(one) },
            other => KeyRange { from: one, to: other },
        }),
    ]
}

fn change() -> impl Strategy<Value = Change> {
    let family = 0..SHAPES.len();
    let descriptor = prop_oneof![Just(b"".to_vec()), Just(b"one\0".to_vec())];
    prop_oneof![
        12 => (family.clone(), key(), value()).prop_map(|(family, key, value)| Change::Merge { family, key, value }),
        12 => (family.clone(), key(), value()).prop_map(|(family, key, value)| Change::Put { family, key, value }),
        6 => (family.clone(), key()).prop_map(|(family, key)| Change::Delete { family, key }),
        2 => (family.clone(), key(), key()).prop_map(|(family, from, to)| Change::DeleteRange { family, from, to }),
        1 => family.clone().prop_map(|family| Change::Clear { family }),
        1 => family.clone().prop_map(|family| Change::Drop { family }),
        1 => (family.clone(), descriptor).prop_map(|(family, descriptor)| Change::Describe { family, descriptor }),
        6 => family.prop_map(|family| Change::Create { family }),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let kind = prop_oneof![2 => Just(Kind::Native), 1 => Just(Kind::Portable)];
    let family = 0..SHAPES.len();
    let at = any::<usize>();
    prop_oneof![
        12 => vec(change(), 1..40).prop_map(Step::Changes),
        4 => (family.clone(), any::<u8>(), 1..400u16).prop_map(|(family, from, rows)| Step::Burst { family, from, rows }),
        1 => Just(Step::Flush),
        1 => family.prop_map(|family| Step::Compact { family }),
        8 => kind.clone().prop_map(Step::Start),
        1 => at.prop_map(Step::Cancel),
        2 => Just(Step::Settle),
        1 => kind.prop_map(Step::Capture),
        1 => range().prop_map(Step::Stream),
        2 => at.prop_map(Step::Discard),
        1 => (0..4usize).prop_map(Step::Retain),
        2 => (any::<bool>(), any::<bool>()).prop_map(|(running, dry)| Step::Sweep { running, dry }),
        2 => (at, range(), any::<bool>()).prop_map(|(snapshot, range, full)| Step::Look { snapshot, range, full }),
        1 => at.prop_map(Step::GoBack),
        1 => range().prop_map(Step::Unite),
    ]
}

/// A key of one job: no other has it.
fn own(job: u8, key: &[u8]) -> Vec<u8> {
    [&[job], key].concat()
}

/// A change with keys of one job.
fn own_change(job: u8, change: &Change) -> Change {
    let mut change = change.clone();
    match &mut change {
        Change::Put { key, .. } | Change::Merge { key, .. } | Change::Delete { key, .. } => *key = own(job, key),
        Change::DeleteRange { from, to, .. } => (*from, *to) = (own(job, from), own(job, to)),
        Change::Create { .. } | Change::Drop { .. } | Change::Clear { .. } | Change::Describe { .. } => {}
    }
    change
}

/// One job, and what it must have.
struct Job {
    id: u8,
    folder: tempfile::TempDir,
    backend: Backend,
    model: Model,
    running: Vec<Running>,
    /// The completed snapshots by number.
    taken: BTreeMap<u64, (Kind, Model)>,
    captures: usize,
}

struct Running {
    snapshot: Snapshot,
    kind: Kind,
    model: Model,
    cancelled: bool,
}

impl Job {
    fn new(id: u8) -> Job {
        let folder = memory_folder();
        let backend = Backend::open(&settings(&folder, false), None).unwrap();
        // Most steps do nothing without families.
        let mut job = Job {
            id,
            folder,
            backend,
            model: Model::default(),
            running: Vec::new(),
            taken: BTreeMap::new(),
            captures: 0,
        };
        (0..4).for_each(|family| job.change(&Change::Create { family }));
        job
    }

    fn url(&self) -> String {
        format!("file://{}", self.folder.path().join("snapshots").display())
    }

    fn directory(&self) -> SnapshotDirectory {
        SnapshotDirectory::open(&self.url(), &Options::new()).unwrap()
    }

    fn change(&mut self, change: &Change) {
        let change = own_change(self.id, change);
        change.perform(&self.backend, &FAMILY_OPTIONS).unwrap();
        self.model.apply(&change);
    }

    fn request(&self, kind: Kind, target: Target) -> SnapshotRequest {
        let metadata = vec![self.id, kind as u8];
        SnapshotRequest { kind, target, id: vec![self.id], metadata, options: Options::new() }
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Changes(changes) => changes.iter().for_each(|change| self.change(change)),
            Step::Burst { family, from, rows } => {
                for row in 0..*rows {
                    let key = vec![*from, row as u8 % 50, (row >> 4) as u8];
                    self.change(&Change::Put { family: *family, key, value: vec![row as u8; 300] });
                }
            }
            Step::Flush => self.backend.flush().unwrap(),
            Step::Compact { family } => {
                if let Some(family) = self.backend.column_family(SHAPES[*family].name).unwrap() {
                    family.compact().unwrap();
                }
            }
            Step::Start(kind) => {
                let request = self.request(*kind, Target::Directory(self.url()));
                let snapshot = self.backend.start_snapshot(&request).unwrap();
                self.running.push(Running { snapshot, kind: *kind, model: self.model.clone(), cancelled: false });
            }
            Step::Cancel(at) => {
                let length = self.running.len().max(1);
                if let Some(running) = self.running.get_mut(at % length) {
                    running.snapshot.cancel();
                    running.cancelled = true;
                }
            }
            Step::Settle => self.settle(),
            Step::Capture(kind) => self.capture(*kind),
            Step::Stream(range) => self.stream(range),
            Step::Discard(at) => {
                if let Some(number) = self.number(*at) {
                    self.directory().discard(number).unwrap();
                    self.taken.remove(&number);
                    assert_eq!(self.directory().discard(number).unwrap_err().code, Code::NotFound);
                }
            }
            Step::Retain(keep) => self.retain(*keep),
            Step::Sweep { running, dry } => self.sweep(*running, *dry),
            Step::Look { snapshot, range, full } => {
                if let Some(number) = self.number(*snapshot) {
                    self.look(number, range, *full);
                }
            }
            Step::GoBack(at) => self.go_back(*at),
            Step::Unite(_) => {}
        }
    }

    /// The number of some completed snapshot.
    fn number(&self, at: usize) -> Option<u64> {
        self.taken.keys().nth(at % self.taken.len().max(1)).copied()
    }

    /// Waits for all jobs; the list then has exactly those that completed.
    fn settle(&mut self) {
        let mut last = 0;
        for Running { snapshot, kind, model, cancelled } in self.running.drain(..) {
            snapshot.wait(Some(Duration::from_secs(60)));
            match snapshot.result() {
                Ok(info) => {
                    assert!(info.number > last, "snapshots complete in the order of their barriers");
                    last = info.number;
                    self.taken.insert(info.number, (kind, model));
                }
                Err(error) => assert!(cancelled && error.code == Code::Cancelled, "{error}"),
            }
        }
        if !self.taken.is_empty() {
            let listed = self.directory().list().unwrap();
            let listed: Vec<_> = listed.iter().map(|info| (info.number, info.kind, info.metadata.clone())).collect();
            let taken: Vec<_> =
                self.taken.iter().map(|(number, (kind, _))| (*number, *kind, vec![self.id, *kind as u8])).collect();
            assert_eq!(listed, taken);
        }
    }

    fn capture(&mut self, kind: Kind) {
        self.captures += 1;
        let path = self.folder.path().join(format!("capture-{}", self.captures));
        let snapshot = self.backend.start_snapshot(&self.request(kind, Target::Capture(path.clone()))).unwrap();
        let model = self.model.clone();
        self.change(&Change::Put { family: 0, key: b"later".to_vec(), value: b"not captured".to_vec() });
        snapshot.wait(Some(Duration::from_secs(60)));
        snapshot.result().unwrap();
        let everything = KeyRange::default();
        check(&[Source::Capture { path }], &everything, &model.shown(&everything), false, "a capture");
    }

    fn stream(&mut self, range: &KeyRange) {
        let mut pulled = self.backend.pull_stream(&[self.id], b"stream").unwrap();
        let expected = self.model.shown(range);
        self.change(&Change::Put { family: 0, key: b"later".to_vec(), value: b"not in the stream".to_vec() });
        let folder = memory_folder();
        let mut pushed = Backend::push_stream(&settings(&folder, false), None, range).unwrap();
        let mut block = vec![0; 5000];
        loop {
            match pulled.read(&mut block).unwrap() {
                0 => break,
                length => pushed.write(&block[..length]).unwrap(),
            }
        }
        let (backend, info) = pushed.finish().unwrap();
        assert_eq!((info.id, info.metadata), (vec![self.id], b"stream".to_vec()));
        assert_same(&shown(&backend), &expected, "a stream");
    }

    fn retain(&mut self, keep: usize) {
        // A running job may publish between the list and here.
        self.settle();
        if self.taken.is_empty() {
            return;
        }
        let old: Vec<u64> = self.taken.keys().copied().take(self.taken.len().saturating_sub(keep)).collect();
        assert_eq!(self.directory().retain(keep).unwrap(), old);
        self.taken.retain(|number, _| !old.contains(number));
    }

    /// A sweep beside running jobs leaves them alone; without any it leaves only what manifests name.
    fn sweep(&mut self, running: bool, dry: bool) {
        if !running {
            self.settle();
        }
        let directory = self.directory();
        let grace = if running { HOUR } else { Duration::ZERO };
        match directory.sweep(grace, dry) {
            Ok(swept) if running => assert_eq!(swept.names, Vec::<String>::new()),
            Ok(_) if !dry => {
                let listed = directory.list().unwrap();
                let root = self.folder.path().join("snapshots");
                assert_swept(&|folder| names(&root.join(folder)), &directory, &listed, "swept");
            }
            Ok(_) => {}
            // Nothing was ever written.
            Err(error) => assert_eq!(error.code, Code::NotFound, "{error}"),
        }
    }

    fn look(&self, snapshot: u64, range: &KeyRange, full: bool) {
        let (kind, model) = &self.taken[&snapshot];
        let what = format!("{kind:?} snapshot {snapshot} in {range:?}");
        check(&[number(&self.url(), snapshot)], range, &model.shown(range), full, &what);
    }

    fn go_back(&mut self, at: usize) {
        self.settle();
        let Some(snapshot) = self.number(at) else { return };
        self.backend.close().unwrap();
        let source =
            if at.is_multiple_of(2) { number(&self.url(), snapshot) } else { Source::Latest { url: self.url() } };
        let settings = settings(&self.folder, false);
        let (backend, infos) = Backend::restore(&settings, None, &[source], &KeyRange::default()).unwrap();
        self.model = self.taken[&infos[0].number].1.clone();
        self.backend = backend;
        self.compare("restored to go on");
    }

    fn compare(&self, what: &str) {
        assert_same(&shown(&self.backend), &self.model.shown(&KeyRange::default()), what);
    }

    /// After all steps: everything that was completed is there, nothing else.
    fn end(&mut self) {
        self.settle();
        self.compare("the live data");
        for number in self.taken.keys() {
            self.look(*number, &KeyRange::default(), true);
            self.directory().verify(*number).unwrap();
        }
        self.sweep(false, false);
        self.backend.close().unwrap();
        assert_eq!(std::fs::read_dir(self.folder.path().join("storage")).unwrap().count(), 0);
    }
}

fn settings(folder: &tempfile::TempDir, full: bool) -> Options {
    let storage = folder.path().join("storage");
    let mut settings = options(&[("storage.paths", storage.to_str().unwrap())]);
    if full {
        settings.set("restore.verify", "full").unwrap();
    }
    settings
}

/// Restores into a place of its own, and compares; the backend works.
fn check(sources: &[Source], range: &KeyRange, expected: &[Shown], full: bool, what: &str) {
    let folder = memory_folder();
    let restored = Backend::restore(&settings(&folder, full), None, sources, range);
    let (backend, _) = restored.unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_same(&shown(&backend), expected, what);
    for change in [Change::Create { family: 0 }, Change::Put { family: 0, key: vec![9], value: vec![9] }] {
        change.perform(&backend, &[]).unwrap();
    }
}

/// Restores the newest snapshots of both jobs as one. Their keys differ; their descriptors may.
fn unite(jobs: &[Job; 2], range: &KeyRange) {
    let newest = |job: &Job| {
        job.taken.last_key_value().map(|(snapshot, (_, model))| (number(&job.url(), *snapshot), model.shown(range)))
    };
    let (Some((one, mut united)), Some((other, more))) = (newest(&jobs[0]), newest(&jobs[1])) else { return };
    let mut matches = true;
    for family in more {
        match united.iter_mut().find(|known| known.0 == family.0) {
            None => united.push(family),
            Some(known) => {
                matches &= known.1 == family.1;
                known.4.extend(family.4);
            }
        }
    }
    let sources = [one, other];
    if matches {
        check(&sources, range, &united, false, &format!("both jobs in {range:?}"));
    } else {
        let folder = memory_folder();
        let error = Backend::restore(&settings(&folder, false), None, &sources, range).err().unwrap();
        assert_eq!(error.code, Code::Mismatch, "{error}");
    }
}

fn run(steps: &[(bool, Step)]) {
    let mut jobs = [Job::new(0), Job::new(1)];
    for (at, step) in steps {
        match step {
            Step::Unite(range) => {
                jobs.iter_mut().for_each(Job::settle);
                unite(&jobs, range);
            }
            step => jobs[usize::from(*at)].step(step),
        }
    }
    jobs.iter_mut().for_each(Job::settle);
    unite(&jobs, &KeyRange::default());
    jobs.iter_mut().for_each(Job::end);
}

#[test]
fn whatever_is_done_a_snapshot_has_exactly_what_the_model_had() {
    let seed = seed("whatever_is_done_a_snapshot_has_exactly_what_the_model_had");
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let cases = if is_soak() { 3000 } else { 24 };
    let config = Config { cases, max_shrink_iters: 300, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let outcome = runner.run(&vec((any::<bool>(), step()), 10..60), |steps| {
        run(&steps);
        Ok::<(), TestCaseError>(())
    });
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(reason, steps)) => panic!("GABION_SEED={seed}: {reason}\n{steps:#?}"),
        Err(TestError::Abort(reason)) => panic!("GABION_SEED={seed}: {reason}"),
    }
}
