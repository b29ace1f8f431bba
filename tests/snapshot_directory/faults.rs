//! Crashes, and answers that are lost, at every step of a job, a discard and a sweep.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU8, Ordering};
use std::time::Duration;

use bytes::Bytes;
use gabion::snapshot::id::Id;
use gabion::snapshot::manifest::Manifest;
use gabion::snapshot::publication::Publication;
use gabion::snapshot::writer::Writer;
use gabion::store::{Control, Link, Moved, Object, Store, Sum};
use gabion::{Code, Error, Result};

use crate::place::{HOUR, Place};

/// What happens at the chosen write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It isn't done, and nothing works any more: a crash before it.
    CrashBefore,
    /// It is done, and nothing works any more: a crash after it.
    CrashAfter,
    /// It isn't done; later calls work.
    Refused,
    /// It is done, and the answer is an error; later calls work.
    AnswerLost,
}

const FAULTS: [Fault; 4] = [Fault::CrashBefore, Fault::CrashAfter, Fault::Refused, Fault::AnswerLost];

/// A store that fails at one of its writes.
#[derive(Debug)]
pub struct Faulty {
    inner: Arc<dyn Store>,
    fault: Fault,
    /// Writes until the fault.
    left: AtomicI64,
    crashed: AtomicU8,
}

impl Faulty {
    pub fn new(place: &Place, fault: Fault, after: i64) -> Arc<Self> {
        Arc::new(Self { inner: place.store(), fault, left: AtomicI64::new(after), crashed: AtomicU8::new(0) })
    }

    /// Works again, as it never failed.
    fn heal(&self) {
        self.left.store(i64::MAX, Ordering::SeqCst);
        self.crashed.store(0, Ordering::SeqCst);
    }

    /// Did the fault happen?
    pub fn happened(&self) -> bool {
        self.left.load(Ordering::SeqCst) < 0
    }

    fn error() -> Error {
        Error::new(Code::Io, "expected by this test")
    }

    fn alive(&self) -> Result<()> {
        if self.crashed.load(Ordering::SeqCst) == 0 { Ok(()) } else { Err(Self::error()) }
    }

    fn write<T>(&self, write: impl FnOnce() -> Result<T>) -> Result<T> {
        self.alive()?;
        if self.left.fetch_sub(1, Ordering::SeqCst) != 0 {
            return write();
        }
        if matches!(self.fault, Fault::CrashBefore | Fault::CrashAfter) {
            self.crashed.store(1, Ordering::SeqCst);
        }
        if matches!(self.fault, Fault::CrashAfter | Fault::AnswerLost) {
            write()?;
        }
        Err(Self::error())
    }
}

impl Store for Faulty {
    fn url(&self) -> &str {
        self.inner.url()
    }
    fn create(&self, control: &Control) -> Result<()> {
        self.write(|| self.inner.create(control))
    }
    fn read(&self, name: &str, limit: u64, control: &Control) -> Result<Option<Bytes>> {
        self.alive().and_then(|()| self.inner.read(name, limit, control))
    }
    fn read_range(&self, name: &str, range: Range<u64>, control: &Control) -> Result<Bytes> {
        self.alive().and_then(|()| self.inner.read_range(name, range, control))
    }
    fn head(&self, name: &str, control: &Control) -> Result<Option<Object>> {
        self.alive().and_then(|()| self.inner.head(name, control))
    }
    fn list(&self, folder: &str, control: &Control) -> Result<Vec<Object>> {
        self.alive().and_then(|()| self.inner.list(folder, control))
    }
    fn put_new(&self, name: &str, bytes: Bytes, control: &Control) -> Result<bool> {
        self.write(|| self.inner.put_new(name, bytes, control))
    }
    fn delete(&self, names: &[String], control: &Control) -> Result<()> {
        names.iter().try_for_each(|name| self.write(|| self.inner.delete(std::slice::from_ref(name), control)))
    }
    fn put_file(&self, from: &Path, name: &str, expected: &Sum, link: Link, control: &Control) -> Result<Moved> {
        self.write(|| self.inner.put_file(from, name, expected, link, control))
    }
    fn get_file(&self, name: &str, to: &Path, expected: &Sum, link: Link, control: &Control) -> Result<Moved> {
        self.alive().and_then(|()| self.inner.get_file(name, to, expected, link, control))
    }
    fn sum(&self, name: &str, control: &Control) -> Result<Option<Sum>> {
        self.alive().and_then(|()| self.inner.sum(name, control))
    }
    fn settle(&self, folder: &str, control: &Control) -> Result<()> {
        self.write(|| self.inner.settle(folder, control))
    }
    fn leftovers(&self, folder: &str, control: &Control) -> Result<Vec<Object>> {
        self.alive().and_then(|()| self.inner.leftovers(folder, control))
    }
}

/// Becomes a writer and publishes, over a store that fails.
fn run_job(place: &Place, store: Arc<Faulty>, parents: &[Manifest]) -> Result<Manifest> {
    let writer = Arc::new(Writer::open(store, HOUR, None, &Control::new())?);
    let publication = Publication::begin(&writer, Id(0xb0), parents, &Control::new())?;
    let manifest = place.put(&publication, &["old", "new"])?;
    publication.publish(manifest, &Control::new())
}

/// Runs `work`, which has at least `least` writes, with the fault at its first write, its second, and so on; `work` tells
/// whether the fault happened.
pub fn at_every_write(least: i64, work: impl Fn(&Place, Fault, i64) -> bool) {
    for fault in FAULTS {
        for make in [Place::local, Place::memory, Place::s3] {
            let writes = (0..).find(|&write| !work(&make(), fault, write)).unwrap();
            assert!(writes >= least, "only {writes} writes were seen");
        }
    }
}

#[test]
fn a_job_that_fails_at_any_step_leaves_the_old_or_the_new_snapshot_and_no_mix() {
    // Directory, epoch, intent, the new file, the names of files, the manifest, and the intent's removal.
    at_every_write(7, |place, fault, write| {
        let old = place.publish(&place.writer(HOUR), &[], &["old"]).unwrap();
        let store = Faulty::new(place, fault, write);
        let answer = run_job(place, Arc::clone(&store), std::slice::from_ref(&old));
        let what = format!("{fault:?} at write {write}: {answer:?}");
        let numbers = place.check();
        assert_eq!(numbers[0], old.number);
        match &answer {
            Ok(new) => assert_eq!(numbers, [old.number, new.number], "{what}"),
            // Only after a crash can nobody say whether it was published.
            Err(_) if fault == Fault::CrashAfter => assert!(numbers.len() <= 2, "{what}"),
            Err(_) => assert_eq!(numbers.len(), 1, "{what}"),
        }
        if fault == Fault::Refused && answer.is_err() {
            // One write was refused; if it wasn't one of the clean-up, that has removed all.
            assert!(place.names("files").len() <= 2 && place.names("intents").len() <= 1, "{what}");
        }
        // Reuses what is there, whoever it was that came through.
        let latest = place.directory().sequence().latest(&Control::new()).unwrap().unwrap();
        let next = place.publish(&place.writer(HOUR), &[latest], &["old", "new"]).unwrap();
        assert_eq!(place.check_swept(), [numbers, vec![next.number]].concat(), "{what}");
        store.happened()
    });
}

#[test]
fn a_lost_answer_does_not_fail_a_publish() {
    // Counts the writes of a job that nothing happens to: the last two are the manifest and the removal of the intent.
    let place = Place::memory();
    let store = Faulty::new(&place, Fault::Refused, i64::MAX);
    run_job(&place, Arc::clone(&store), &[]).unwrap();
    let writes = i64::MAX - store.left.load(Ordering::SeqCst);
    for fault in [Fault::AnswerLost, Fault::Refused] {
        for place in Place::every() {
            let store = Faulty::new(&place, fault, writes - 2);
            let manifest = run_job(&place, Arc::clone(&store), &[]).unwrap();
            assert!(store.happened());
            assert_eq!(place.check_swept(), [manifest.number]);
        }
    }
}

#[test]
fn a_publish_whose_outcome_cannot_be_found_out_leaves_all_to_a_sweep_and_the_writer_goes_on() {
    for fault in [Fault::CrashBefore, Fault::CrashAfter] {
        for place in Place::every() {
            let store = Faulty::new(&place, fault, i64::MAX);
            let writer = Arc::new(Writer::open(store.clone(), HOUR, None, &Control::new()).unwrap());
            let begin = || Publication::begin(&writer, Id(0xb0), &[], &Control::new()).unwrap();
            let (lost, slow, expired) = (begin(), begin(), begin());
            let manifests = [&lost, &slow, &expired].map(|job| place.put(job, &["x"]).unwrap());
            let [of_lost, of_slow, of_expired] = manifests;
            let epoch = writer.epoch();
            // The next write but one is the manifest: before it, the names of files are settled.
            store.left.store(1, Ordering::SeqCst);
            let error = lost.publish(of_lost, &Control::new()).unwrap_err();
            assert!(error.message.contains("not known"), "{error}");
            assert_eq!((place.names("files").len(), place.names("intents").len()), (3, 3));
            let there = place.check();
            assert_eq!(there.len(), usize::from(fault == Fault::CrashAfter));
            // Meanwhile somebody discards what came through, and expires one of the jobs.
            there.iter().for_each(|&number| place.directory().discard(number).unwrap());
            place.directory().sequence().expire(&[expired.job()], &Control::new()).unwrap();
            store.heal();
            let published = slow.publish(of_slow, &Control::new()).unwrap();
            assert!(writer.epoch() > epoch && published.epoch == writer.epoch());
            assert_eq!(expired.publish(of_expired, &Control::new()).unwrap_err().code, Code::TimedOut);
            assert_eq!(place.check_swept(), [published.number]);
        }
    }
}

#[test]
fn a_lost_writer_that_another_has_replaced_is_fenced_and_fences_nobody() {
    for place in Place::every() {
        let store = Faulty::new(&place, Fault::CrashBefore, i64::MAX);
        let lost = Arc::new(Writer::open(store.clone(), HOUR, None, &Control::new()).unwrap());
        let publication = Publication::begin(&lost, Id(0xb0), &[], &Control::new()).unwrap();
        let manifest = place.put(&publication, &["x"]).unwrap();
        store.left.store(1, Ordering::SeqCst);
        publication.publish(manifest, &Control::new()).unwrap_err();
        let writer = place.writer(HOUR);
        store.heal();
        for _ in 0..2 {
            let error = Publication::begin(&lost, Id(0xb0), &[], &Control::new()).unwrap_err();
            assert_eq!(error.code, Code::Fenced, "{error}");
        }
        let published = place.publish(&writer, &[], &["y"]).unwrap();
        assert_eq!(place.check_swept(), [published.number]);
    }
}

/// A directory with three snapshots and an orphan.
fn three_snapshots(place: &Place) -> Vec<Manifest> {
    let writer = place.writer(HOUR);
    let mut all = vec![place.publish(&writer, &[], &["shared", "1"]).unwrap()];
    for content in ["2", "3"] {
        all.push(place.publish(&writer, &all[all.len() - 1..], &["shared", content]).unwrap());
    }
    all
}

#[test]
fn a_discard_that_fails_at_any_step_is_finished_by_another() {
    // A void, a tombstone, and the manifest's removal.
    at_every_write(3, |place, fault, write| {
        let all = three_snapshots(place);
        let store = Faulty::new(place, fault, write);
        let newest = all[2].number;
        let discarding = gabion::snapshot::SnapshotDirectory::with_store(store.clone(), HOUR);
        let answer = discarding.discard(newest);
        let there = place.check().contains(&newest);
        assert!(there || answer.is_ok() || fault == Fault::CrashAfter || fault == Fault::AnswerLost);
        if there {
            place.directory().discard(newest).unwrap();
        }
        let next = place.publish(&place.writer(HOUR), &all, &["shared", "4"]).unwrap();
        assert!(next.number > newest, "the number is not used again");
        assert_eq!(place.check_swept(), [all[0].number, all[1].number, next.number]);
        store.happened()
    });
}

#[test]
fn a_sweep_that_fails_at_any_step_breaks_no_snapshot_and_is_finished_by_another() {
    // A probe and its removal, a void, the names of the sequence, two files, an intent, a tombstone.
    at_every_write(8, |place, fault, write| {
        let all = three_snapshots(place);
        let writer = place.writer(HOUR);
        let dead = Publication::begin(&writer, Id(0xb0), &[], &Control::new()).unwrap();
        place.put(&dead, &["dead"]).unwrap();
        place.directory().discard(all[0].number).unwrap();
        let store = Faulty::new(place, fault, write);
        let sweeping = gabion::snapshot::SnapshotDirectory::with_store(store.clone(), HOUR);
        let answer = sweeping.sweep(Duration::ZERO, false);
        assert!(answer.is_ok() || store.happened());
        assert_eq!(place.check(), [all[1].number, all[2].number]);
        assert_eq!(place.check_swept(), [all[1].number, all[2].number]);
        drop(dead);
        store.happened()
    });
}
