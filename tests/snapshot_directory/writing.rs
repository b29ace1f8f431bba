//! Epochs, fencing, and what a publish does about what it meets.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use gabion::Code;
use gabion::snapshot::id::Id;
use gabion::snapshot::publication::Publication;
use gabion::snapshot::writer::{Restored, Writer};
use gabion::store::Control;

use crate::common::wait_until;
use crate::place::{HOUR, Place};

const BACKEND: Id = Id(0xb0);

#[test]
fn of_many_writers_the_newest_publishes_and_the_others_are_fenced() {
    for place in Place::every() {
        // Each waits for all before it, which takes its time where a request does.
        let is_near = ["file:", "memory:"].iter().any(|scheme| place.url.starts_with(scheme));
        let racers = if is_near { 16 } else { 4 };
        let mut writers: Vec<Arc<Writer>> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..racers).map(|_| scope.spawn(|| place.writer(HOUR))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        writers.sort_by_key(|writer| writer.epoch());
        assert!(writers.windows(2).all(|pair| pair[0].epoch() < pair[1].epoch()), "epochs are unique");
        let newest = writers.pop().unwrap();
        for writer in &writers {
            let error = place.publish(writer, &[], &["zombie"]).unwrap_err();
            assert_eq!(error.code, Code::Fenced, "{error}");
        }
        let manifest = place.publish(&newest, &[], &["a"]).unwrap();
        assert_eq!(manifest.epoch, newest.epoch());
        assert_eq!(place.check_swept(), [manifest.number]);
    }
}

#[test]
fn a_zombie_is_fenced_for_good_and_what_it_published_stays() {
    for place in Place::every() {
        let zombie = place.writer(HOUR);
        let early = place.publish(&zombie, &[], &["early"]).unwrap();
        let late = Publication::begin(&zombie, BACKEND, &[], &Control::new()).unwrap();
        let manifest = place.put(&late, &["late"]).unwrap();
        let writer = place.writer(HOUR);
        let next = place.publish(&writer, std::slice::from_ref(&early), &["early", "next"]).unwrap();
        assert_eq!(next.info().bytes_written, 4, "the zombie's file is reused");
        assert_eq!(late.publish(manifest, &Control::new()).unwrap_err().code, Code::Fenced);
        assert_eq!(place.publish(&zombie, &[], &["again"]).unwrap_err().code, Code::Fenced);
        assert_eq!(place.names("files").len(), 2, "a fenced job removes its files");
        assert!(place.names("intents").is_empty());
        assert_eq!(place.check(), [early.number, next.number]);
    }
}

#[test]
fn a_backend_that_was_restored_from_less_than_the_newest_may_not_write() {
    for place in Place::every() {
        let writer = place.writer(HOUR);
        let directory = writer.directory();
        let first = place.publish(&writer, &[], &["a"]).unwrap();
        let open = |newest| Writer::open(place.store(), HOUR, Some(Restored { directory, newest }), &Control::new());
        let writer = Arc::new(open(first.number).unwrap());
        let second = place.publish(&writer, &[], &["b"]).unwrap();
        let error = open(first.number).unwrap_err();
        assert_eq!(error.code, Code::Fenced);
        assert!(error.message.contains(&format!("snapshot {}", second.number)), "{error}");
        // The refused one has fenced nobody.
        place.publish(&writer, &[], &["c"]).unwrap();
    }
}

#[test]
fn a_lower_epochs_manifest_in_the_way_is_stepped_over() {
    for place in Place::every() {
        let old = place.writer(HOUR);
        let first = place.publish(&old, &[], &["a"]).unwrap();
        let writer = place.writer(HOUR);
        let mut zombie = first.clone();
        zombie.number = writer.epoch() + 1;
        let name = format!("sequence/{:020}", zombie.number);
        assert!(place.store().put_new(&name, zombie.encode().unwrap().into(), &Control::new()).unwrap());
        let next = place.publish(&writer, &[], &["b"]).unwrap();
        assert_eq!(next.number, zombie.number + 1);
        assert_eq!(place.check(), [first.number, zombie.number, next.number]);
    }
}

#[test]
fn what_cannot_be_read_is_never_stepped_over() {
    for place in Place::every() {
        let writer = place.writer(HOUR);
        let name = format!("sequence/{:020}", writer.epoch() + 1);
        place.store().put_new(&name, Bytes::from_static(b"gabion-manifest 1 2 00000000\n{}"), &Control::new()).unwrap();
        let error = place.publish(&writer, &[], &["a"]).unwrap_err();
        assert!(error.message.contains(&name), "{error}");
        // It might have been the job's own: its files stay for a sweep to judge.
        assert_eq!(place.names("files").len(), 1);
        assert_eq!(place.names("intents").len(), 1);
    }
}

#[test]
fn a_job_that_a_sweep_took_for_dead_can_not_publish() {
    for place in Place::every() {
        let writer = place.writer(HOUR);
        let slow = Publication::begin(&writer, BACKEND, &[], &Control::new()).unwrap();
        let manifest = place.put(&slow, &["slow"]).unwrap();
        place.directory().sweep(Duration::ZERO, false).unwrap();
        let error = slow.publish(manifest, &Control::new()).unwrap_err();
        assert_eq!(error.code, Code::TimedOut, "{error}");
        let next = place.publish(&writer, &[], &["next"]).unwrap();
        assert_eq!(place.check_swept(), [next.number]);
    }
}

#[test]
fn a_job_that_takes_longer_than_its_grace_period_fails() {
    for place in Place::every() {
        let writer = place.writer(Duration::from_nanos(1));
        let error = place.publish(&writer, &[], &["slow"]).unwrap_err();
        assert_eq!(error.code, Code::TimedOut);
        assert!(error.message.contains("snapshot.grace"), "{error}");
        assert!(place.names("files").is_empty() && place.names("intents").is_empty());
    }
}

#[test]
fn a_dropped_or_cancelled_job_leaves_nothing() {
    for place in Place::every() {
        let writer = place.writer(HOUR);
        let dropped = Publication::begin(&writer, BACKEND, &[], &Control::new()).unwrap();
        place.put(&dropped, &["a", "b"]).unwrap();
        assert_eq!((place.names("files").len(), place.names("intents").len()), (2, 1));
        drop(dropped);
        assert!(place.names("files").is_empty() && place.names("intents").is_empty());
        let cancelled = Publication::begin(&writer, BACKEND, &[], &Control::new()).unwrap();
        let manifest = place.put(&cancelled, &["a"]).unwrap();
        let control = Control::new();
        control.cancel();
        assert_eq!(cancelled.publish(manifest, &control).unwrap_err().code, Code::Cancelled);
        // A slow store has it cleaned up behind our back.
        wait_until("the end of the job", || place.names("files").is_empty() && place.names("intents").is_empty());
        assert!(place.check().is_empty());
    }
}

#[test]
fn a_manifest_may_only_name_files_of_its_job_and_of_its_parents() {
    for place in Place::every() {
        let writer = place.writer(HOUR);
        let other = place.publish(&writer, &[], &["a"]).unwrap();
        let publication = Publication::begin(&writer, BACKEND, &[], &Control::new()).unwrap();
        let error = publication.publish(other.clone(), &Control::new()).unwrap_err();
        assert_eq!(error.code, Code::InvalidArgument, "{error}");
        assert_eq!(place.check(), [other.number]);
    }
}

#[test]
fn a_directory_that_was_emptied_is_noticed() {
    let place = Place::local();
    let writer = place.writer(HOUR);
    place.publish(&writer, &[], &["a"]).unwrap();
    fs::remove_dir_all(place.root()).unwrap();
    place.writer(HOUR);
    let error = place.publish(&writer, &[], &["b"]).unwrap_err();
    assert_eq!(error.code, Code::NotFound);
    assert!(error.message.contains("emptied"), "{error}");
}

#[test]
fn jobs_of_one_writer_publish_one_after_another() {
    for place in Place::every() {
        let writer = place.writer(HOUR);
        let contents = ["a", "b", "c", "d", "e", "f"];
        std::thread::scope(|scope| {
            for content in &contents {
                let (place, writer) = (&place, &writer);
                scope.spawn(move || place.publish(writer, &[], &[content]).unwrap());
            }
        });
        let numbers = place.check_swept();
        assert_eq!(numbers.len(), contents.len());
        assert_eq!(numbers.last(), Some(&(writer.epoch() + 6)), "no number is left out");
    }
}
