//! Everybody at once on one directory.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use gabion::Code;
use gabion::snapshot::SnapshotDirectory;
use gabion::store::Control;

use crate::place::Place;

const GRACE: Duration = Duration::from_secs(4);
/// It goes on for as long as this, and until everything has happened, but no longer than that.
const RUN: [Duration; 2] = [Duration::from_secs(8), Duration::from_secs(60)];

/// Publishes snapshot after snapshot, each with a new file and one of its parent.
fn publish(place: &Place, stop: &AtomicBool, published: &AtomicU64) {
    let writer = place.writer(GRACE);
    let mut parents = Vec::new();
    for round in 0u64.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let contents = [format!("round {}", round / 8), format!("only {round}")];
        match place.publish(&writer, &parents, &[&contents[0], &contents[1]]) {
            Ok(manifest) => {
                parents = vec![manifest];
                published.fetch_add(1, Ordering::Relaxed);
            }
            // The machine was too slow for so short a grace period.
            Err(error) => assert_eq!(error.code, Code::TimedOut, "{error}"),
        }
    }
}

/// Reads what is listed; within half the grace period nothing may be missing, for a discard may have begun before.
fn read(place: &Place, stop: &AtomicBool, read: &AtomicU64) {
    let directory = place.directory();
    while !stop.load(Ordering::Relaxed) {
        let listed = Instant::now();
        for info in directory.list().unwrap() {
            let Ok(manifest) = directory.sequence().manifest(info.number, &Control::new()) else { continue };
            for object in manifest.objects() {
                let found = directory.store().sum(&object.path(), &Control::new()).unwrap();
                if listed.elapsed() < GRACE / 2 {
                    assert_eq!(found, Some(object.origin.sum()), "{object} of snapshot {}", info.number);
                    read.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
    }
}

#[test]
fn no_file_of_a_listed_snapshot_is_missing_while_others_publish_discard_and_sweep() {
    for place in [Place::local(), Place::s3()] {
        stress(&place);
    }
}

fn stress(place: &Place) {
    place.publish(&place.writer(GRACE), &[], &["first"]).unwrap();
    let (stop, published, files_read, swept) =
        (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    let mut grace = place.options.clone();
    grace.set("snapshot.grace", &format!("{}s", GRACE.as_secs())).unwrap();
    let open = || SnapshotDirectory::open(&place.url, &grace).unwrap();
    let until_stop = |work: &dyn Fn()| {
        while !stop.load(Ordering::Relaxed) {
            work();
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    let counts = || [&published, &files_read, &swept].map(|count| count.load(Ordering::Relaxed));
    let has_all = || counts().iter().all(|&count| count > 0);
    std::thread::scope(|scope| {
        let threads = [
            scope.spawn(|| publish(place, &stop, &published)),
            scope.spawn(|| read(place, &stop, &files_read)),
            scope.spawn(|| until_stop(&|| drop(open().retain(3).unwrap()))),
            scope.spawn(|| {
                until_stop(&|| {
                    swept.fetch_add(open().sweep(GRACE, false).unwrap().objects, Ordering::Relaxed);
                });
            }),
        ];
        let started = Instant::now();
        let goes_on = || started.elapsed() < if has_all() { RUN[0] } else { RUN[1] };
        while goes_on() && threads.iter().all(|thread| !thread.is_finished()) {
            std::thread::sleep(Duration::from_millis(20));
        }
        stop.store(true, Ordering::Relaxed);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
    assert!(has_all(), "published, read and swept: {:?}", counts());
    place.directory().retain(2).unwrap();
    assert_eq!(place.check_swept().len(), 2);
}
