//! Copies of real snapshots, and what happens when copiers, sweeps and zombies meet at the worst instant. Whoever copies takes the one
//! `FailScenario`: beside another test, it would come to that one's fail points.

mod common;

use std::time::Duration;

use common::fail_points::{Held, has_points, hold_at};
use common::{contents, number, open, options, request, restore, snapshots, take};
use fail::FailScenario;
use gabion::restore::diff;
use gabion::restore::reader::Reader;
use gabion::restore::{KeyRange, plain};
use gabion::snapshot::copy::{Copied, Copier, CopySettings};
use gabion::snapshot::{Kind, SnapshotDirectory};
use gabion::store::Control;
use gabion::{Code, Error, Options, Result};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn directory(url: &str) -> SnapshotDirectory {
    SnapshotDirectory::open(url, &Options::new()).unwrap()
}

fn copier(from: &str, to: &str, grace: Duration) -> Result<Copier> {
    let settings = CopySettings { grace, take_over: false, older: false, scratch: std::env::temp_dir() };
    Copier::open(&directory(from), &directory(to), settings, &Control::new())
}

fn copy(from: &str, to: &str, number: u64) -> Result<Copied> {
    copier(from, to, DAY)?.copy(number, &Control::new())
}

/// A backend with two families, one of which merges, and some rows.
fn filled() -> common::Scratch {
    // What a later snapshot reuses must not be compacted meanwhile.
    let scratch = open(&[("disable_auto_compactions", "true")]);
    let plain = scratch.backend.create_column_family(b"plain", b"v1", &options(&[])).unwrap();
    let appended =
        scratch.backend.create_column_family(b"lists", b"", &options(&[("merge", "string-append")])).unwrap();
    for row in 0..500u32 {
        plain.put(&row.to_be_bytes(), &[7; 100]).unwrap();
        appended.merge(&(row % 50).to_be_bytes(), row.to_string().as_bytes()).unwrap();
    }
    scratch
}

#[test]
fn a_copy_of_every_kind_restores_as_the_original_does() {
    let _scenario = FailScenario::setup();
    let (scratch, from, to) = (filled(), snapshots(), snapshots());
    for kind in [Kind::Native, Kind::Portable] {
        let original = take(&scratch.backend, kind, &from.url);
        let Copied::Now { number: there, .. } = copy(&from.url, &to.url, original.number).unwrap() else { panic!() };
        let restored = restore(number(&to.url, there));
        assert_eq!(contents(&restored.backend), contents(&scratch.backend));
        directory(&to.url).verify(there).unwrap();
    }
}

#[test]
fn a_backend_restored_from_a_copy_reuses_its_files() {
    let _scenario = FailScenario::setup();
    let (scratch, from, to) = (filled(), snapshots(), snapshots());
    let original = take(&scratch.backend, Kind::Native, &from.url);
    let Copied::Now { number: there, .. } = copy(&from.url, &to.url, original.number).unwrap() else { panic!() };
    let restored = restore(number(&to.url, there));
    let plain = restored.backend.column_family(b"plain").unwrap().unwrap();
    plain.put(b"new", b"row").unwrap();
    let next = take(&restored.backend, Kind::Native, &to.url);
    let manifest = directory(&to.url).manifest(Some(next.number)).unwrap();
    assert_eq!(manifest.parents, [there]);
    assert!(next.bytes_written < next.bytes, "{next:?}");
    // The chain goes back to where it came from, and on to elsewhere; its source may go.
    directory(&to.url).discard(there).unwrap();
    let elsewhere = snapshots();
    let Copied::Now { number: last, .. } = copy(&to.url, &elsewhere.url, next.number).unwrap() else { panic!() };
    assert_eq!(contents(&restore(number(&elsewhere.url, last)).backend), contents(&restored.backend));
}

#[test]
fn a_later_snapshot_moves_only_what_is_new() {
    let _scenario = FailScenario::setup();
    let (scratch, from, to) = (filled(), snapshots(), snapshots());
    let first = take(&scratch.backend, Kind::Native, &from.url);
    copy(&from.url, &to.url, first.number).unwrap();
    scratch.backend.column_family(b"plain").unwrap().unwrap().put(b"new", b"row").unwrap();
    let second = take(&scratch.backend, Kind::Native, &from.url);
    let Copied::Now { moved, .. } = copy(&from.url, &to.url, second.number).unwrap() else { panic!() };
    assert_eq!(moved, second.bytes_written);
}

#[test]
fn a_plain_directory_appears_whole_or_not_at_all() {
    let (scratch, from, folder) = (filled(), snapshots(), tempfile::tempdir().unwrap());
    let info = take(&scratch.backend, Kind::Native, &from.url);
    let target = folder.path().join("db");
    let source = number(&from.url, info.number);
    let restored = plain::into_directory(&Options::new(), &source, &target, &Control::new()).unwrap();
    assert_eq!(restored.families, [b"plain".to_vec(), b"lists".to_vec()]);
    assert!(target.join("CURRENT").exists());
    let again = plain::into_directory(&Options::new(), &source, &target, &Control::new()).unwrap_err();
    assert_eq!(again.code, Code::AlreadyExists);
    let control = Control::new();
    control.cancel();
    let cancelled = plain::into_directory(&Options::new(), &source, &folder.path().join("no"), &control).unwrap_err();
    assert_eq!(cancelled.code, Code::Cancelled);
    let deep = folder.path().join("missing/db");
    assert_eq!(
        plain::into_directory(&Options::new(), &source, &deep, &Control::new()).unwrap_err().code,
        Code::NotFound
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_reader_fetches_the_files_of_one_family_only() {
    let (scratch, from) = (filled(), snapshots());
    for kind in [Kind::Native, Kind::Portable] {
        let info = take(&scratch.backend, kind, &from.url);
        let control = Control::new();
        let reader = Reader::open(&Options::new(), &number(&from.url, info.number), &control).unwrap();
        let range = KeyRange { from: 7u32.to_be_bytes().to_vec(), to: Some(9u32.to_be_bytes().to_vec()) };
        let mut rows = Vec::new();
        let mut take = |key: &[u8], value: &[u8]| {
            rows.push((key.to_vec(), value.to_vec()));
            Ok(true)
        };
        reader.read(b"lists", &range, &mut take).unwrap();
        let all = &contents(&scratch.backend)[1].1;
        assert_eq!(rows, all[7..9]);
        let own: u64 = reader.manifest().files_of(1).iter().map(|object| object.origin.size).sum();
        let others: u64 = reader.manifest().files_of(0).iter().map(|object| object.origin.size).sum();
        assert!(control.moved() >= own && control.moved() <= info.bytes - others, "{kind:?}: {}", control.moved());
        let missing = reader.read(b"none", &KeyRange::default(), &mut |_, _| Ok(true)).unwrap_err();
        assert_eq!(missing.code, Code::NotFound);
        assert!(missing.message.contains("plain"), "{missing}");
    }
}

#[test]
fn a_difference_is_told_key_by_key() {
    let (scratch, from) = (filled(), snapshots());
    let first = take(&scratch.backend, Kind::Native, &from.url);
    let family = scratch.backend.column_family(b"plain").unwrap().unwrap();
    family.put(&1u32.to_be_bytes(), b"other").unwrap();
    family.put(&2u32.to_be_bytes(), &[7; 100]).unwrap();
    family.delete(&3u32.to_be_bytes()).unwrap();
    family.put(b"new", b"").unwrap();
    for kind in [Kind::Native, Kind::Portable] {
        let second = take(&scratch.backend, kind, &from.url);
        let open = |at| Reader::open(&Options::new(), &number(&from.url, at), &Control::new()).unwrap();
        let (old, new) = (open(first.number), open(second.number));
        let mut told = Vec::new();
        let mut tell = |change: diff::Change<'_>| {
            told.push((change.key.to_vec(), change.old.is_some(), change.new.is_some()));
            Ok(())
        };
        let keys = diff::keys(&old, &new, b"plain", &mut tell).unwrap();
        assert_eq!(keys, diff::Keys { added: 1, removed: 1, changed: 1 });
        let one = |row: u32| row.to_be_bytes().to_vec();
        assert_eq!(told, [(one(1), true, true), (one(3), true, false), (b"new".to_vec(), false, true)]);
        assert_eq!(diff::keys(&old, &new, b"lists", &mut |_| Ok(())).unwrap(), diff::Keys::default());
        let files = diff::files(old.manifest(), new.manifest());
        assert!(files[0].bytes_added > 0 && (kind == Kind::Portable || files[1].bytes_added == 0), "{files:?}");
        let stop = diff::keys(&old, &new, b"plain", &mut |_| Err(Error::closed())).unwrap_err();
        assert_eq!(stop.code, Code::Closed);
    }
}

/// Copies on another thread, up to the fail point.
fn copy_up_to(
    point: &str,
    from: &str,
    to: &str,
    number: u64,
    grace: Duration,
) -> (Held, std::thread::JoinHandle<Result<Copied>>) {
    let held = hold_at(point);
    let (from, to) = (from.to_owned(), to.to_owned());
    let thread = std::thread::spawn(move || copier(&from, &to, grace)?.copy(number, &Control::new()));
    held.await_arrival();
    fail::remove(point);
    (held, thread)
}

/// After a sweep when nobody else is there, everything is whole, and nothing is left over.
fn check(place: &common::Snapshots, snapshots: usize) {
    let directory = directory(&place.url);
    directory.sweep(Duration::ZERO, false).unwrap();
    let all = directory.list().unwrap();
    assert_eq!(all.len(), snapshots);
    for info in &all {
        directory.verify(info.number).unwrap();
    }
    let names = |folder: &str| common::swept::names(&place.directory.path().join(folder));
    common::swept::assert_swept(&names, &directory, &all, "after a copy");
}

#[test]
fn of_two_copies_that_race_the_later_one_takes_over_the_files_of_the_earlier() {
    if !has_points("of_two_copies_that_race_the_later_one_takes_over_the_files_of_the_earlier") {
        return;
    }
    let _scenario = FailScenario::setup();
    let (scratch, from, to) = (filled(), snapshots(), snapshots());
    let original = take(&scratch.backend, Kind::Native, &from.url).number;
    for ends_first in [true, false] {
        let place = if ends_first { &to } else { &snapshots() };
        let (held, earlier) = copy_up_to("copy-files-put", &from.url, &place.url, original, DAY);
        if ends_first {
            let second = copy(&from.url, &place.url, original).unwrap();
            assert!(matches!(second, Copied::Now { moved: 0, .. }), "{second:?}");
            drop(held);
            assert_eq!(earlier.join().unwrap().unwrap_err().code, Code::Fenced);
        } else {
            // The earlier one fails, and would clean up, while the later one counts on its files.
            let (second, later) = copy_up_to("copy-files-put", &from.url, &place.url, original, DAY);
            drop(held);
            assert_eq!(earlier.join().unwrap().unwrap_err().code, Code::Fenced);
            drop(second);
            assert!(matches!(later.join().unwrap().unwrap(), Copied::Now { moved: 0, .. }));
        }
        check(place, 1);
    }
}

#[test]
fn a_copy_whose_predecessor_cleans_up_after_all_fails_and_breaks_nothing() {
    if !has_points("a_copy_whose_predecessor_cleans_up_after_all_fails_and_breaks_nothing") {
        return;
    }
    let _scenario = FailScenario::setup();
    let (scratch, from, to) = (filled(), snapshots(), snapshots());
    let original = take(&scratch.backend, Kind::Native, &from.url).number;
    // Its grace period is over at once, so that it cleans up; it is held between its void and its second look.
    let (void, earlier) = copy_up_to("copy-expired", &from.url, &to.url, original, Duration::from_nanos(1));
    let second = copy(&from.url, &to.url, original).unwrap();
    assert!(matches!(second, Copied::Now { moved, .. } if moved > 0), "expired files are not taken over: {second:?}");
    drop(void);
    assert_eq!(earlier.join().unwrap().unwrap_err().code, Code::TimedOut);
    check(&to, 1);
}

#[test]
fn a_sweep_keeps_the_files_that_a_live_copy_has_taken_over_and_a_forced_one_fails_the_copy() {
    if !has_points("a_sweep_keeps_the_files_that_a_live_copy_has_taken_over_and_a_forced_one_fails_the_copy") {
        return;
    }
    let _scenario = FailScenario::setup();
    let (scratch, from) = (filled(), snapshots());
    let original = take(&scratch.backend, Kind::Native, &from.url).number;
    for is_forced in [false, true] {
        let to = snapshots();
        // A zombie of a grace period that is over soon, and a copy that goes on with its files.
        let (zombie, first) = copy_up_to("copy-files-put", &from.url, &to.url, original, Duration::from_millis(300));
        let (held, second) = copy_up_to("copy-files-put", &from.url, &to.url, original, DAY);
        std::thread::sleep(Duration::from_millis(400));
        let grace = if is_forced { Duration::ZERO } else { Duration::from_millis(1) };
        let swept = directory(&to.url).sweep(grace, false).unwrap();
        assert_eq!(swept.objects > 0, is_forced, "{swept:?}");
        drop(held);
        let answer = second.join().unwrap();
        drop(zombie);
        first.join().unwrap().unwrap_err();
        if is_forced {
            assert_eq!(answer.unwrap_err().code, Code::TimedOut);
            check(&to, 0);
        } else {
            assert!(matches!(answer.unwrap(), Copied::Now { moved: 0, .. }));
            check(&to, 1);
        }
    }
}

#[test]
fn a_parent_that_is_discarded_and_swept_before_the_intent_is_not_reused() {
    if !has_points("a_parent_that_is_discarded_and_swept_before_the_intent_is_not_reused") {
        return;
    }
    let _scenario = FailScenario::setup();
    let (scratch, from, to) = (filled(), snapshots(), snapshots());
    let first = take(&scratch.backend, Kind::Native, &from.url).number;
    let second = take(&scratch.backend, Kind::Native, &from.url).number;
    let Ok(Copied::Now { number: parent, .. }) = copy(&from.url, &to.url, first) else { panic!() };
    let (held, copying) = copy_up_to("copy-intent-written", &from.url, &to.url, second, DAY);
    directory(&to.url).discard(parent).unwrap();
    let there = directory(&to.url).sweep(Duration::from_millis(1), false).unwrap();
    assert!(there.names.iter().all(|name| !name.starts_with("files/")), "a live intent names the parent: {there:?}");
    drop(held);
    assert!(matches!(copying.join().unwrap().unwrap(), Copied::Now { .. }));
    check(&to, 1);
}

#[test]
fn snapshots_of_a_running_job_are_copied_while_it_goes_on() {
    let _scenario = FailScenario::setup();
    let (scratch, from, to) = (filled(), snapshots(), snapshots());
    let mut numbers = Vec::new();
    let family = scratch.backend.column_family(b"plain").unwrap().unwrap();
    for round in 0..5u32 {
        family.put(&round.to_be_bytes(), b"changed").unwrap();
        let running = scratch.backend.start_snapshot(&request(Kind::Native, &from.url)).unwrap();
        let mut copier = copier(&from.url, &to.url, DAY).unwrap();
        for &number in &numbers {
            copier.copy(number, &Control::new()).unwrap();
        }
        running.wait(None);
        numbers.push(running.result().unwrap().number);
    }
    check(&to, 4);
}
