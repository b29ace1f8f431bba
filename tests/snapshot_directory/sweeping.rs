//! What a sweep removes, and above all what it doesn't.

use std::fs;
use std::time::Duration;

use bytes::Bytes;
use gabion::Code;
use gabion::snapshot::id::Id;
use gabion::snapshot::publication::Publication;
use gabion::store::Control;

use crate::place::{HOUR, Place};

const BACKEND: Id = Id(0xb0);
const MINUTE: Duration = Duration::from_secs(60);
const ORPHAN: &str = "files/000000000000000000000000000000b0-1-1-00000000.000000000000000000000000000000c0.sst";

fn put(place: &Place, name: &str, text: &'static str) {
    assert!(place.store().put_new(name, Bytes::from_static(text.as_bytes()), &Control::new()).unwrap());
}

/// Names that a sweep with a grace period of a minute removes.
fn swept(place: &Place) -> Vec<String> {
    let directory = place.directory();
    let promised = directory.sweep(MINUTE, true).unwrap();
    let done = directory.sweep(MINUTE, false).unwrap();
    assert_eq!(promised, done, "a dry run tells what a sweep does");
    assert_eq!(done.names.len() as u64, done.objects);
    done.names
}

#[test]
fn files_of_a_discarded_snapshot_go_after_the_grace_period_and_shared_ones_stay() {
    let place = Place::local();
    let writer = place.writer(MINUTE);
    let first = place.publish(&writer, &[], &["shared", "only first"]).unwrap();
    let second = place.publish(&writer, std::slice::from_ref(&first), &["shared", "second"]).unwrap();
    let only_first = first.objects().nth(1).unwrap().path();
    place.age_all("files", HOUR);
    let directory = gabion::snapshot::SnapshotDirectory::open(&place.url, &grace("1m")).unwrap();
    directory.discard(first.number).unwrap();
    assert!(swept(&place).is_empty(), "readers still have time");
    place.age_all("tombstones", MINUTE * 2);
    let tombstone = place.names("tombstones").remove(0);
    assert_eq!(swept(&place), [only_first, tombstone]);
    assert!(swept(&place).is_empty());
    assert_eq!(place.check(), [second.number]);
}

fn grace(text: &str) -> gabion::Options {
    let mut options = gabion::Options::new();
    options.set("snapshot.grace", text).unwrap();
    options
}

#[test]
fn the_longer_grace_period_counts() {
    let place = Place::local();
    let writer = place.writer(HOUR);
    let first = place.publish(&writer, &[], &["a"]).unwrap();
    place.publish(&writer, &[], &["b"]).unwrap();
    let directory = gabion::snapshot::SnapshotDirectory::open(&place.url, &grace("1s")).unwrap();
    directory.discard(first.number).unwrap();
    place.age_all("files", HOUR * 3);
    place.age_all("tombstones", HOUR / 2);
    assert!(swept(&place).is_empty(), "the writer's readers have an hour");
    assert!(place.directory().sweep(HOUR * 2, false).unwrap().names.is_empty(), "the sweep gives two");
    place.age_all("tombstones", HOUR * 2);
    assert_eq!(swept(&place).len(), 2);
}

#[test]
fn orphans_go_when_they_are_old() {
    let place = Place::local();
    place.publish(&place.writer(HOUR), &[], &["a"]).unwrap();
    put(&place, ORPHAN, "x");
    assert!(swept(&place).is_empty());
    place.age(ORPHAN, MINUTE * 2);
    assert_eq!(swept(&place), [ORPHAN]);
}

#[test]
fn files_of_a_running_job_stay_however_old_they_are() {
    let place = Place::local();
    let writer = place.writer(HOUR);
    let running = Publication::begin(&writer, BACKEND, &[], &Control::new()).unwrap();
    let manifest = place.put(&running, &["a", "b"]).unwrap();
    place.age_all("files", HOUR * 5);
    place.age_all("intents", HOUR / 2);
    assert!(swept(&place).is_empty());
    running.publish(manifest, &Control::new()).unwrap();
    assert_eq!(place.check().len(), 1);
}

#[test]
fn a_running_job_holds_the_files_of_its_discarded_parents() {
    let place = Place::local();
    let writer = place.writer(MINUTE);
    let parent = place.publish(&writer, &[], &["a"]).unwrap();
    place.publish(&writer, &[], &["other"]).unwrap();
    let running = Publication::begin(&writer, BACKEND, std::slice::from_ref(&parent), &Control::new()).unwrap();
    let manifest = place.put(&running, &["a"]).unwrap();
    let directory = gabion::snapshot::SnapshotDirectory::open(&place.url, &grace("1m")).unwrap();
    directory.discard(parent.number).unwrap();
    place.age_all("files", HOUR);
    place.age_all("tombstones", HOUR);
    assert!(swept(&place).is_empty());
    let published = running.publish(manifest, &Control::new()).unwrap();
    assert_eq!(published.parents, [parent.number]);
    assert_eq!(place.check_swept().len(), 2);
}

#[test]
fn a_dead_jobs_files_and_intent_go_and_it_stays_dead() {
    let place = Place::local();
    let writer = place.writer(HOUR);
    let dead = Publication::begin(&writer, BACKEND, &[], &Control::new()).unwrap();
    let manifest = place.put(&dead, &["a"]).unwrap();
    place.age_all("intents", HOUR * 2);
    let names = swept(&place);
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(place.names("files").is_empty() && place.names("intents").is_empty());
    assert_eq!(dead.publish(manifest, &Control::new()).unwrap_err().code, Code::TimedOut);
}

#[test]
fn a_completed_jobs_intent_goes_and_its_files_stay() {
    let place = Place::local();
    let writer = place.writer(HOUR);
    let job = place.publish(&writer, &[], &["a"]).unwrap();
    let intent = format!("intents/{}", job.job);
    let other = Publication::begin(&writer, BACKEND, &[], &Control::new()).unwrap();
    let text = fs::read(place.root().join(format!("intents/{}", other.job()))).unwrap();
    fs::write(place.root().join(&intent), text).unwrap();
    drop(other);
    place.age_all("files", HOUR * 5);
    place.age_all("intents", HOUR * 5);
    assert_eq!(swept(&place), [intent]);
    assert_eq!(place.check(), [job.number]);
}

#[test]
fn an_intent_that_cannot_be_read_is_live() {
    let place = Place::local();
    let writer = place.writer(HOUR);
    let job = Publication::begin(&writer, BACKEND, &[], &Control::new()).unwrap();
    let manifest = place.put(&job, &["a"]).unwrap();
    let parent = place.publish(&writer, &[], &["b"]).unwrap();
    let intent = format!("intents/{}", job.job());
    fs::write(place.root().join(&intent), "broken").unwrap();
    place.directory().discard(parent.number).unwrap();
    for folder in ["files", "intents", "tombstones"] {
        place.age_all(folder, HOUR * 5);
    }
    assert!(swept(&place).is_empty(), "any discarded snapshot may be its parent");
    job.publish(manifest, &Control::new()).unwrap();
    assert_eq!(place.check_swept().len(), 1);
}

#[test]
fn a_sweep_stops_where_it_cannot_know() {
    let place = Place::local();
    let writer = place.writer(HOUR);
    let first = place.publish(&writer, &[], &["a"]).unwrap();
    place.publish(&writer, &[], &["b"]).unwrap();
    place.directory().discard(first.number).unwrap();
    put(&place, ORPHAN, "x");
    place.age_all("files", HOUR * 5);
    let tombstone = place.root().join(place.names("tombstones").remove(0));
    let text = fs::read(&tombstone).unwrap();
    fs::write(&tombstone, &text[..text.len() - 1]).unwrap();
    assert_eq!(place.directory().sweep(Duration::ZERO, false).unwrap_err().code, Code::Corruption);
    assert_eq!(place.names("files").len(), 3);
    fs::write(&tombstone, text).unwrap();
    fs::remove_dir_all(place.root().join("sequence")).unwrap();
    let error = place.directory().sweep(Duration::ZERO, false).unwrap_err();
    assert!(error.message.contains("no epoch"), "{error}");
    assert_eq!(place.names("files").len(), 3);
}

#[test]
fn names_that_are_not_of_the_format_are_left_alone() {
    let place = Place::local();
    place.publish(&place.writer(HOUR), &[], &["a"]).unwrap();
    let foreign =
        ["files/notes.txt", "files/x.sst", "intents/README", "tombstones/1", "sequence/7", "probes/x", "mine"];
    for name in foreign {
        let path = place.root().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "mine").unwrap();
        place.age(name, HOUR * 100);
    }
    assert!(place.directory().sweep(Duration::ZERO, false).unwrap().names.is_empty());
    assert!(foreign.iter().all(|name| place.root().join(name).exists()));
    assert_eq!(place.check().len(), 1);
}

#[test]
fn what_killed_writes_and_sweeps_left_goes_when_it_is_old() {
    let place = Place::local();
    place.publish(&place.writer(HOUR), &[], &["a"]).unwrap();
    let left = [
        "files/staging-00000000000000000000000000000001",
        "intents/staging-00000000000000000000000000000002",
        "probes/00000000000000000000000000000003",
        "sequence/staging-00000000000000000000000000000004",
        "tombstones/staging-00000000000000000000000000000005#1",
    ];
    for name in left {
        let path = place.root().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "half").unwrap();
    }
    assert!(swept(&place).is_empty());
    left.iter().for_each(|name| place.age(name, MINUTE * 2));
    let mut names = swept(&place);
    names.sort();
    assert_eq!(names, left);
}

#[test]
fn voids_stay_until_their_writer_has_left_them_behind() {
    let place = Place::local();
    let writer = place.writer(HOUR);
    for content in ["a", "b"] {
        let number = place.publish(&writer, &[], &[content]).unwrap().number;
        place.directory().discard(number).unwrap();
    }
    let before = place.names("sequence");
    assert_eq!(before.len(), 3, "an epoch and two voids: {before:?}");
    place.directory().sweep(Duration::ZERO, false).unwrap();
    assert_eq!(place.names("sequence"), before, "a slow job may still be behind them");
    let next = place.publish(&writer, &[], &["c"]).unwrap();
    assert!(swept(&place).is_empty(), "they are young");
    before[1..].iter().for_each(|name| place.age(name, HOUR));
    assert_eq!(swept(&place), before[1..]);
    assert_eq!(place.check(), [next.number]);
}

#[test]
fn a_dead_job_stays_dead_whatever_is_swept_and_published_after_it() {
    for place in Place::every() {
        let writer = place.writer(HOUR);
        let first = place.publish(&writer, &[], &["first"]).unwrap();
        let dead = Publication::begin(&writer, BACKEND, &[], &Control::new()).unwrap();
        let manifest = place.put(&dead, &["dead"]).unwrap();
        let directory = place.directory();
        // A void of a discard, one that names the job, and more of the first kind above it.
        directory.discard(first.number).unwrap();
        for _ in 0..3 {
            directory.sweep(Duration::ZERO, false).unwrap();
        }
        let next = place.publish(&writer, &[], &["next"]).unwrap();
        directory.discard(next.number).unwrap();
        directory.sweep(Duration::ZERO, false).unwrap();
        assert_eq!(dead.publish(manifest, &Control::new()).unwrap_err().code, Code::TimedOut);
        assert!(place.check_swept().is_empty());
    }
}
