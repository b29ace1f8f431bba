//! What happens when threads meet at the worst instant, or a store's answer gets lost. Every test takes the one
//! `FailScenario`, so they run one after another.

mod common;

use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use common::fail_points::{Held, has_points, hold_at};
use common::{
    acts, all_rows, contents, number, open, options, request, restore, restore_range, snapshots, take, wait_until,
};
use fail::FailScenario;
use gabion::restore::{KeyRange, Source};
use gabion::snapshot::{Kind, SnapshotDirectory, State, Target};
use gabion::{Backend, Code, Options};

/// The kinds of snapshots, and where each is when it has not read anything yet.
const AT_FIRST: [(Kind, &str); 2] = [(Kind::Native, "capture-begun"), (Kind::Portable, "rows-begun")];

#[test]
fn a_family_that_is_being_dropped_goes_as_rows() {
    if !has_points("a_family_that_is_being_dropped_goes_as_rows") {
        return;
    }
    let scenario = FailScenario::setup();
    let (scratch, snapshots) = (open(&[]), snapshots());
    for name in [b"stays", b"drops"] {
        scratch.backend.create_column_family(name, b"", &options(&[])).unwrap().put(b"k", b"v").unwrap();
    }
    let before = contents(&scratch.backend);
    let captured = hold_at("capture-flushed");
    let dropped = hold_at("family-dropped");
    let snapshot = scratch.backend.start_snapshot(&request(Kind::Native, &snapshots.url)).unwrap();
    captured.await_arrival();
    let backend = scratch.backend.clone();
    let dropper = std::thread::spawn(move || {
        let family = backend.column_family(b"drops").unwrap().unwrap();
        backend.drop_column_family(&family).unwrap();
    });
    // RocksDB has dropped it, and the drop has not returned: the capture must not take it for there.
    dropped.await_arrival();
    drop(captured);
    snapshot.wait(None);
    drop(dropped);
    dropper.join().unwrap();
    let info = snapshot.result().unwrap();
    assert_eq!(info.fallbacks, 1);
    assert_eq!(contents(&restore(number(&snapshots.url, info.number)).backend), before);
    scenario.teardown();
}

#[test]
fn what_is_done_before_the_capture_begins_is_not_in_the_snapshot() {
    if !has_points("what_is_done_before_the_capture_begins_is_not_in_the_snapshot") {
        return;
    }
    let scenario = FailScenario::setup();
    for (kind, point) in AT_FIRST {
        let hold = || hold_at(point);
        acts::nothing_of_them_is_in_the_snapshot(kind, hold, |held: &Held| {
            held.await_arrival();
            // Another snapshot, or another family, is not held.
            fail::remove(point);
        });
    }
    scenario.teardown();
}

#[test]
fn a_snapshot_that_begins_while_another_is_captured_goes_as_rows() {
    if !has_points("a_snapshot_that_begins_while_another_is_captured_goes_as_rows") {
        return;
    }
    let scenario = FailScenario::setup();
    let (scratch, snapshots) = (filled(), snapshots());
    let family = scratch.backend.column_family(b"f").unwrap().unwrap();
    let held = hold_at("capture-begun");
    let first = scratch.backend.start_snapshot(&request(Kind::Native, &snapshots.url)).unwrap();
    held.await_arrival();
    family.put(b"between", b"").unwrap();
    let second = scratch.backend.start_snapshot(&request(Kind::Native, &snapshots.url)).unwrap();
    family.put(b"after", b"").unwrap();
    drop(held);
    assert_eq!((first.wait(None), second.wait(None)), (State::Completed, State::Completed));
    let (first, second) = (first.result().unwrap(), second.result().unwrap());
    assert!(first.number < second.number);
    assert_eq!((first.fallbacks, second.fallbacks), (0, 1));
    let rows = |at: u64| all_rows(&restore(number(&snapshots.url, at)).backend.column_families().unwrap()[0]).len();
    assert_eq!((rows(first.number), rows(second.number)), (1000, 1001));
    scenario.teardown();
}

#[test]
fn a_cancelled_snapshot_leaves_nothing_behind() {
    if !has_points("a_cancelled_snapshot_leaves_nothing_behind") {
        return;
    }
    let scenario = FailScenario::setup();
    for (kind, point) in AT_FIRST {
        let (scratch, snapshots) = (filled(), snapshots());
        let held = hold_at(point);
        let snapshot = scratch.backend.start_snapshot(&request(kind, &snapshots.url)).unwrap();
        held.await_arrival();
        assert_eq!(snapshot.result().unwrap_err().code, Code::Running);
        snapshot.cancel();
        fail::remove(point);
        drop(held);
        let state = snapshot.wait(Some(Duration::from_secs(60)));
        assert_eq!((state, snapshot.result().unwrap_err().code), (State::Cancelled, Code::Cancelled));
        assert_eq!(std::fs::read_dir(snapshots.directory.path()).unwrap().count(), 0);
        let work = scratch.backend.directory().join("work");
        assert_eq!(std::fs::read_dir(work).map_or(0, |entries| entries.count()), 0);
        take(&scratch.backend, kind, &snapshots.url);
        drop(scratch.backend.start_snapshot(&request(kind, &snapshots.url)).unwrap());
        scratch.backend.close().unwrap();
    }
    scenario.teardown();
}

/// Begins to close a backend that something holds up; the answer is what `look` finds right after the close.
fn close_behind(backend: &Backend, look: impl FnOnce() -> bool + Send + 'static) -> JoinHandle<gabion::Result<bool>> {
    let (closing, looking) = (backend.clone(), backend.clone());
    let closer = std::thread::spawn(move || closing.close().map(|()| look()));
    wait_until("the close", || looking.column_families().is_err());
    // It refuses work first, and cancels snapshots next.
    std::thread::sleep(Duration::from_millis(100));
    closer
}

#[test]
fn closing_during_a_snapshot_cancels_it() {
    if !has_points("closing_during_a_snapshot_cancels_it") {
        return;
    }
    let scenario = FailScenario::setup();
    let (scratch, snapshots) = (filled(), snapshots());
    let running = AT_FIRST.map(|(kind, point)| {
        let held = hold_at(point);
        let snapshot = scratch.backend.start_snapshot(&request(kind, &snapshots.url)).unwrap();
        held.await_arrival();
        (snapshot, held)
    });
    let directory = scratch.backend.directory().to_owned();
    let closer = close_behind(&scratch.backend, move || directory.exists());
    let running = running.map(|(snapshot, _held)| snapshot);
    assert!(!closer.join().unwrap().unwrap(), "the directory was still there when the close returned");
    for snapshot in running {
        assert_ne!(snapshot.wait(Some(Duration::ZERO)), State::Running);
        assert!(matches!(snapshot.result().unwrap_err().code, Code::Cancelled | Code::Closed));
    }
    scenario.teardown();
}

#[test]
fn closing_waits_for_a_snapshot_that_is_being_started() {
    if !has_points("closing_waits_for_a_snapshot_that_is_being_started") {
        return;
    }
    let scenario = FailScenario::setup();
    let (scratch, snapshots) = (filled(), snapshots());
    let directory = scratch.backend.directory().to_owned();
    // Its thread is at work, and the caller has not got its handle yet.
    let (starting, working) = (hold_at("snapshot-thread-started"), hold_at("files-put"));
    let (backend, asked) = (scratch.backend.clone(), request(Kind::Native, &snapshots.url));
    let starter = std::thread::spawn(move || backend.start_snapshot(&asked).map(|snapshot| snapshot.wait(None)));
    starting.await_arrival();
    working.await_arrival();
    let closer = close_behind(&scratch.backend, move || directory.exists());
    drop(starting);
    // Now the close sees the job, and cancels it.
    std::thread::sleep(Duration::from_secs(1));
    drop(working);
    assert!(!closer.join().unwrap().unwrap(), "the directory was still there when the close returned");
    assert_ne!(starter.join().unwrap().unwrap(), State::Completed);
    scenario.teardown();
}

#[test]
fn a_family_that_two_threads_register_is_made_once() {
    if !has_points("a_family_that_two_threads_register_is_made_once") {
        return;
    }
    let scenario = FailScenario::setup();
    let scratch = open(&[]);
    let register = |backend: &gabion::Backend| backend.register_column_family(b"f", b"descriptor", &options(&[]));
    let held = hold_at("family-wanted");
    let backend = scratch.backend.clone();
    let slower = std::thread::spawn(move || register(&backend));
    held.await_arrival();
    fail::remove("family-wanted");
    register(&scratch.backend).unwrap().put(b"k", b"v").unwrap();
    drop(held);
    assert_eq!(slower.join().unwrap().unwrap().get(b"k").unwrap(), Some(b"v".to_vec()));
    scenario.teardown();
}

#[test]
fn a_snapshot_that_appears_during_a_restore_does_not_fence_the_restored_backend() {
    if !has_points("a_snapshot_that_appears_during_a_restore_does_not_fence_the_restored_backend") {
        return;
    }
    let scenario = FailScenario::setup();
    let (scratch, snapshots) = (filled(), snapshots());
    take(&scratch.backend, Kind::Native, &snapshots.url);
    let held = hold_at("restore-sequence-seen");
    let url = snapshots.url.clone();
    let restoring = std::thread::spawn(move || restore(Source::Latest { url }));
    held.await_arrival();
    fail::remove("restore-sequence-seen");
    // The last one of the job that is taken over from.
    scratch.backend.column_family(b"f").unwrap().unwrap().put(b"last", b"row").unwrap();
    take(&scratch.backend, Kind::Native, &snapshots.url);
    drop(held);
    let restored = restoring.join().unwrap();
    assert_eq!(contents(&restored.backend), contents(&scratch.backend));
    take(&restored.backend, Kind::Native, &snapshots.url);
    scenario.teardown();
}

/// The names of files in a folder of the snapshot directory.
fn names(snapshots: &common::Snapshots, folder: &str) -> Vec<String> {
    common::swept::names(&snapshots.directory.path().join(folder))
}

/// A backend with one family of a few rows.
fn filled() -> common::Scratch {
    let scratch = open(&[]);
    let family = scratch.backend.create_column_family(b"f", b"", &options(&[])).unwrap();
    (0..1000u32).for_each(|key| family.put(&key.to_be_bytes(), &[7; 20]).unwrap());
    scratch
}

#[test]
fn a_publish_whose_answer_is_lost_has_succeeded() {
    if !has_points("a_publish_whose_answer_is_lost_has_succeeded") {
        return;
    }
    let scenario = FailScenario::setup();
    for kind in [Kind::Native, Kind::Portable] {
        let (scratch, snapshots) = (filled(), snapshots());
        fail::cfg("manifest-answer-lost", "1*return").unwrap();
        let first = take(&scratch.backend, kind, &snapshots.url);
        let second = take(&scratch.backend, kind, &snapshots.url);
        let directory = SnapshotDirectory::open(&snapshots.url, &Options::new()).unwrap();
        let listed: Vec<u64> = directory.list().unwrap().iter().map(|info| info.number).collect();
        assert_eq!(listed, [first.number, second.number]);
        assert_eq!(second.number, first.number + 1);
        assert!(names(&snapshots, "intents").is_empty());
        assert_eq!(contents(&restore(number(&snapshots.url, first.number)).backend), contents(&scratch.backend));
    }
    scenario.teardown();
}

#[test]
fn a_publish_whose_request_is_lost_has_failed_and_leaves_nothing() {
    if !has_points("a_publish_whose_request_is_lost_has_failed_and_leaves_nothing") {
        return;
    }
    let scenario = FailScenario::setup();
    for kind in [Kind::Native, Kind::Portable] {
        let (scratch, snapshots) = (filled(), snapshots());
        fail::cfg("manifest-request-lost", "1*return").unwrap();
        let snapshot = scratch.backend.start_snapshot(&request(kind, &snapshots.url)).unwrap();
        assert_eq!((snapshot.wait(None), snapshot.result().unwrap_err().code), (State::Failed, Code::Io));
        assert!(names(&snapshots, "intents").is_empty() && names(&snapshots, "files").is_empty());
        let directory = SnapshotDirectory::open(&snapshots.url, &Options::new()).unwrap();
        assert!(directory.list().unwrap().is_empty());
        let info = take(&scratch.backend, kind, &snapshots.url);
        assert_eq!(contents(&restore(number(&snapshots.url, info.number)).backend), contents(&scratch.backend));
    }
    scenario.teardown();
}

#[test]
fn a_job_that_a_sweep_takes_for_dead_fails_and_publishes_nothing() {
    if !has_points("a_job_that_a_sweep_takes_for_dead_fails_and_publishes_nothing") {
        return;
    }
    let scenario = FailScenario::setup();
    let (scratch, snapshots) = (filled(), snapshots());
    let held = hold_at("files-settled");
    let snapshot = scratch.backend.start_snapshot(&request(Kind::Native, &snapshots.url)).unwrap();
    held.await_arrival();
    let directory = SnapshotDirectory::open(&snapshots.url, &Options::new()).unwrap();
    assert!(directory.sweep(Duration::ZERO, false).unwrap().objects > 1);
    fail::remove("files-settled");
    drop(held);
    assert_eq!((snapshot.wait(None), snapshot.result().unwrap_err().code), (State::Failed, Code::TimedOut));
    assert!(directory.list().unwrap().is_empty());
    assert!(names(&snapshots, "intents").is_empty() && names(&snapshots, "files").is_empty());
    let info = take(&scratch.backend, Kind::Native, &snapshots.url);
    assert_eq!(contents(&restore(number(&snapshots.url, info.number)).backend), contents(&scratch.backend));
    scenario.teardown();
}

#[test]
fn a_parent_that_is_discarded_and_swept_before_the_intent_is_not_reused() {
    if !has_points("a_parent_that_is_discarded_and_swept_before_the_intent_is_not_reused") {
        return;
    }
    let scenario = FailScenario::setup();
    let (scratch, snapshots) = (filled(), snapshots());
    let parent = take(&scratch.backend, Kind::Native, &snapshots.url);
    let held = hold_at("parent-chosen");
    let snapshot = scratch.backend.start_snapshot(&request(Kind::Native, &snapshots.url)).unwrap();
    held.await_arrival();
    let directory = SnapshotDirectory::open(&snapshots.url, &Options::new()).unwrap();
    directory.discard(parent.number).unwrap();
    directory.sweep(Duration::ZERO, false).unwrap();
    assert!(names(&snapshots, "files").is_empty());
    fail::remove("parent-chosen");
    drop(held);
    snapshot.wait(None);
    let info = snapshot.result().unwrap();
    assert_eq!(info.bytes, info.bytes_written);
    directory.verify(info.number).unwrap();
    assert_eq!(contents(&restore(number(&snapshots.url, info.number)).backend), contents(&scratch.backend));
    scenario.teardown();
}

#[test]
fn a_parent_that_is_discarded_after_the_check_keeps_its_files_for_the_job() {
    if !has_points("a_parent_that_is_discarded_after_the_check_keeps_its_files_for_the_job") {
        return;
    }
    let scenario = FailScenario::setup();
    let (scratch, snapshots) = (filled(), snapshots());
    let parent = take(&scratch.backend, Kind::Native, &snapshots.url);
    let held = hold_at("parents-checked");
    let snapshot = scratch.backend.start_snapshot(&request(Kind::Native, &snapshots.url)).unwrap();
    held.await_arrival();
    let directory = SnapshotDirectory::open(&snapshots.url, &Options::new()).unwrap();
    directory.discard(parent.number).unwrap();
    directory.sweep(Duration::from_millis(1), false).unwrap();
    fail::remove("parents-checked");
    drop(held);
    snapshot.wait(None);
    let info = snapshot.result().unwrap();
    assert!(info.bytes > info.bytes_written, "it reuses what the discarded one had");
    directory.sweep(Duration::ZERO, false).unwrap();
    directory.verify(info.number).unwrap();
    assert_eq!(contents(&restore(number(&snapshots.url, info.number)).backend), contents(&scratch.backend));
    scenario.teardown();
}

#[test]
fn a_sweep_that_looked_before_a_job_began_takes_nothing_of_it() {
    if !has_points("a_sweep_that_looked_before_a_job_began_takes_nothing_of_it") {
        return;
    }
    let scenario = FailScenario::setup();
    let (scratch, snapshots) = (filled(), snapshots());
    let parent = take(&scratch.backend, Kind::Native, &snapshots.url);
    let held = hold_at("sweep-looked");
    let url = snapshots.url.clone();
    let sweeper = std::thread::spawn(move || {
        let directory = SnapshotDirectory::open(&url, &Options::new()).unwrap();
        directory.sweep(Duration::from_millis(1), false).unwrap()
    });
    held.await_arrival();
    scratch.backend.column_family(b"f").unwrap().unwrap().put(b"more", b"rows").unwrap();
    let info = take(&scratch.backend, Kind::Native, &snapshots.url);
    let directory = SnapshotDirectory::open(&snapshots.url, &Options::new()).unwrap();
    directory.discard(parent.number).unwrap();
    fail::remove("sweep-looked");
    drop(held);
    sweeper.join().unwrap();
    directory.verify(info.number).unwrap();
    assert_eq!(contents(&restore(number(&snapshots.url, info.number)).backend), contents(&scratch.backend));
    scenario.teardown();
}

#[test]
fn a_writer_that_was_overtaken_while_it_published_is_fenced_and_leaves_nothing() {
    if !has_points("a_writer_that_was_overtaken_while_it_published_is_fenced_and_leaves_nothing") {
        return;
    }
    let scenario = FailScenario::setup();
    let (scratch, snapshots) = (filled(), snapshots());
    let first = take(&scratch.backend, Kind::Native, &snapshots.url);
    let held = hold_at("files-settled");
    let late = scratch.backend.start_snapshot(&request(Kind::Portable, &snapshots.url)).unwrap();
    held.await_arrival();
    fail::remove("files-settled");
    let successor = restore(number(&snapshots.url, first.number));
    let second = take(&successor.backend, Kind::Native, &snapshots.url);
    drop(held);
    assert_eq!((late.wait(None), late.result().unwrap_err().code), (State::Failed, Code::Fenced));
    let directory = SnapshotDirectory::open(&snapshots.url, &Options::new()).unwrap();
    let listed: Vec<u64> = directory.list().unwrap().iter().map(|info| info.number).collect();
    assert_eq!(listed, [first.number, second.number]);
    assert!(names(&snapshots, "intents").is_empty());
    assert!(names(&snapshots, "files").iter().all(|name| !name.ends_with(".stream")));
    scenario.teardown();
}

/// A capture of six table files at level 0, which RocksDB compacts as soon as it may; `rows` or none are left of them then.
fn compactable(rows: bool) -> (common::Scratch, common::Snapshots) {
    let (scratch, snapshots) = (open(&[("disable_auto_compactions", "true")]), snapshots());
    let family = scratch.backend.create_column_family(b"f", b"", &options(&[])).unwrap();
    for at in 0..6u32 {
        // Files of one key only would be moved, not compacted.
        for key in [b"k", b"l"] {
            if rows || at % 2 == 0 { family.put(key, b"v").unwrap() } else { family.delete(key).unwrap() }
        }
        scratch.backend.flush().unwrap();
    }
    let mut asked = request(Kind::Native, "");
    asked.target = Target::Capture(snapshots.directory.path().join("capture"));
    let snapshot = scratch.backend.start_snapshot(&asked).unwrap();
    assert_eq!(snapshot.wait(None), State::Completed);
    (scratch, snapshots)
}

/// Restores a capture, with time for a compaction between RocksDB's open and the check of its files.
fn restore_slowly(snapshots: &common::Snapshots) -> gabion::Result<common::Scratch> {
    fail::cfg("restore-opened", "sleep(1000)").unwrap();
    let capture = Source::Capture { path: snapshots.directory.path().join("capture") };
    let restored = restore_range(&[capture], &KeyRange::default());
    fail::remove("restore-opened");
    restored
}

#[test]
fn a_compaction_that_leaves_nothing_is_not_taken_for_damage() {
    if !has_points("a_compaction_that_leaves_nothing_is_not_taken_for_damage") {
        return;
    }
    let scenario = FailScenario::setup();
    let (scratch, snapshots) = compactable(false);
    let restored = restore_slowly(&snapshots).unwrap();
    assert_eq!(contents(&restored.backend), contents(&scratch.backend));
    // The restored backend compacts then, as its options say.
    let size = || {
        let metrics = restored.backend.metrics().unwrap();
        metrics.iter().find(|metric| metric.name.ends_with(".live-sst-files-size")).unwrap().value
    };
    let begin = Instant::now();
    while size() > 0 {
        assert!(begin.elapsed() < Duration::from_secs(30), "the restored backend does not compact");
        std::thread::sleep(Duration::from_millis(10));
    }
    scenario.teardown();
}

#[test]
fn a_missing_file_is_noticed_whatever_compacts_meanwhile() {
    if !has_points("a_missing_file_is_noticed_whatever_compacts_meanwhile") {
        return;
    }
    let scenario = FailScenario::setup();
    let (_scratch, snapshots) = compactable(true);
    // The manifest names a file that RocksDB does not know.
    let folder = snapshots.directory.path().join("capture");
    let bytes = std::fs::read(folder.join("gabion.manifest")).unwrap();
    let body = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let mut json: serde_json::Value = serde_json::from_slice(&bytes[body..]).unwrap();
    let files = json["rocksdb"]["files"].as_array_mut().unwrap();
    let mut more = files.iter().find(|file| file["name"].as_str().unwrap().ends_with(".sst")).unwrap().clone();
    std::fs::copy(folder.join(more["name"].as_str().unwrap()), folder.join("000001.sst")).unwrap();
    let object: Vec<String> = more["object"].as_str().unwrap().splitn(3, '-').map(str::to_owned).collect();
    more["object"] = format!("{}-1-{}", object[0], object[2]).into();
    more["name"] = "000001.sst".into();
    files.push(more);
    std::fs::write(folder.join("gabion.manifest"), common::document("manifest", &json)).unwrap();
    let error = restore_slowly(&snapshots).err().unwrap();
    assert_eq!(error.code, Code::Corruption);
    assert!(error.message.contains("000001.sst"), "{error}");
    scenario.teardown();
}
