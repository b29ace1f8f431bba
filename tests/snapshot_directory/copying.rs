//! Copies from one directory into another, undisturbed and with a failure at every step.

use std::time::Duration;

use gabion::snapshot::SnapshotDirectory;
use gabion::snapshot::copy::{Copied, Copier, CopySettings};
use gabion::snapshot::manifest::Manifest;
use gabion::store::Control;
use gabion::{Code, Result};

use crate::faults::{Fault, Faulty, at_every_write};
use crate::place::{HOUR, Place};

fn settings(place: &Place) -> CopySettings {
    CopySettings { grace: HOUR, take_over: false, older: false, scratch: place.scratch().to_owned() }
}

fn copier(from: &Place, to: &Place) -> Result<Copier> {
    Copier::open(&from.directory(), &to.directory(), settings(to), &Control::new())
}

/// Copies these snapshots, one after another.
fn copy(from: &Place, to: &Place, numbers: &[u64]) -> Vec<Copied> {
    let mut copier = copier(from, to).unwrap();
    numbers.iter().map(|&number| copier.copy(number, &Control::new()).unwrap()).collect()
}

fn manifest(place: &Place, number: u64) -> Manifest {
    place.directory().manifest(Some(number)).unwrap()
}

/// Three snapshots that share a file of 6 bytes; the numbers of the directory are not dense.
fn source() -> (Place, Vec<u64>) {
    let place = Place::memory();
    let writer = place.writer(HOUR);
    let mut all = vec![place.publish(&writer, &[], &["shared", "1"]).unwrap()];
    for content in ["2", "3"] {
        all.push(place.publish(&place.writer(HOUR), &all[all.len() - 1..], &["shared", content]).unwrap());
    }
    (place, all.iter().map(|manifest| manifest.number).collect())
}

#[test]
fn a_copy_has_the_destinations_numbers_and_everything_else_of_the_original() {
    for to in Place::every() {
        let (from, numbers) = source();
        let copied = copy(&from, &to, &numbers);
        let moved = [7, 1, 1];
        for ((at, &number), moved) in numbers.iter().enumerate().zip(moved) {
            let there = 2 + at as u64;
            assert_eq!(copied[at], Copied::Now { number: there, moved });
            let (original, copy) = (manifest(&from, number), manifest(&to, there));
            assert_eq!((copy.number, copy.epoch), (there, 1));
            assert_eq!(copy.parents, if at == 0 { vec![] } else { vec![there - 1] });
            assert_eq!(
                (copy.backend, copy.kind, copy.created_ms),
                (original.backend, original.kind, original.created_ms)
            );
            assert_eq!((&copy.id, &copy.metadata), (&original.id, &original.metadata));
            let origins = |manifest: &Manifest| manifest.objects().map(|object| object.origin).collect::<Vec<_>>();
            assert_eq!(origins(&copy), origins(&original));
            assert!(copy.objects().any(|object| object.job == copy.job));
        }
        assert_eq!(to.check_swept(), [2, 3, 4]);
        assert_eq!(from.check_swept(), numbers);
    }
}

#[test]
fn what_is_there_is_not_copied_again_and_no_epoch_is_taken_for_it() {
    let ((from, numbers), to) = (source(), Place::memory());
    copy(&from, &to, &numbers[..2]);
    let before = to.names("sequence");
    assert_eq!(copy(&from, &to, &numbers[..2]), [Copied::Before { number: 2 }, Copied::Before { number: 3 }]);
    assert_eq!(to.names("sequence"), before);
    assert_eq!(copy(&from, &to, &numbers)[2], Copied::Now { number: 5, moved: 1 });
    // A copy of a copy is the same snapshot, too.
    let third = Place::memory();
    copy(&to, &third, &[5]);
    assert_eq!(copy(&from, &third, &numbers[2..]), [Copied::Before { number: 2 }]);
}

#[test]
fn an_older_snapshot_does_not_become_the_newest_unless_that_is_asked_for() {
    let ((from, numbers), to) = (source(), Place::memory());
    copy(&from, &to, &numbers[1..2]);
    let all = copy(&from, &to, &numbers);
    let older = Copied::Older { newest: numbers[1] };
    assert_eq!(all, [older, Copied::Before { number: 2 }, Copied::Now { number: 4, moved: 1 }]);
    let settings = CopySettings { older: true, ..settings(&to) };
    let mut copier = Copier::open(&from.directory(), &to.directory(), settings, &Control::new()).unwrap();
    assert_eq!(copier.copy(numbers[0], &Control::new()).unwrap(), Copied::Now { number: 6, moved: 1 });
    assert_eq!(manifest(&to, 6).parents, [4], "the newest that has the shared file");
    assert_eq!(to.check_swept(), [2, 4, 6]);
}

#[test]
fn a_job_s_directory_is_refused_unless_it_is_to_be_taken_over() {
    for to in Place::every() {
        let (from, numbers) = source();
        let writer = to.writer(HOUR);
        let own = to.publish(&writer, &[], &["own"]).unwrap();
        let error = copier(&from, &to).unwrap_err();
        assert_eq!(error.code, Code::Fenced);
        assert!(error.message.contains("belongs to a job (epoch 1"), "{error}");
        let settings = CopySettings { take_over: true, ..settings(&to) };
        let mut taking = Copier::open(&from.directory(), &to.directory(), settings, &Control::new()).unwrap();
        to.publish(&writer, &[], &["before anything is copied"]).unwrap();
        taking.copy(numbers[0], &Control::new()).unwrap();
        assert_eq!(to.publish(&writer, &[], &["too late"]).unwrap_err().code, Code::Fenced);
        assert_eq!(to.check_swept(), [own.number, 3, 5]);
        // And a job that takes a directory of copies over fences the copier.
        to.writer(HOUR);
        assert_eq!(taking.copy(numbers[1], &Control::new()).unwrap_err().code, Code::Fenced);
        assert_eq!(copier(&from, &to).unwrap_err().code, Code::Fenced);
        assert_eq!(to.check_swept(), [own.number, 3, 5]);
    }
}

#[test]
fn a_damaged_or_missing_file_of_the_source_is_named_and_nothing_is_left_at_the_destination() {
    for damage in [true, false] {
        let (from, to) = (Place::local(), Place::local());
        let own = from.publish(&from.writer(HOUR), &[], &["one", "two"]).unwrap();
        let file = own.objects().last().unwrap().path();
        let path = from.root().join(&file);
        if damage {
            std::fs::write(&path, "twO").unwrap()
        } else {
            std::fs::remove_file(&path).unwrap()
        };
        let error = copier(&from, &to).unwrap().copy(own.number, &Control::new()).unwrap_err();
        assert_eq!(error.code, if damage { Code::Corruption } else { Code::NotFound });
        assert!(error.message.contains(&file) && error.message.contains(&from.url), "{error}");
        for folder in ["files", "intents"] {
            assert!(to.names(folder).is_empty(), "{:?}", to.names(folder));
        }
        assert!(to.check_swept().is_empty());
    }
}

#[test]
fn a_snapshot_that_is_discarded_and_swept_meanwhile_ends_its_copy_with_a_reason() {
    let ((from, numbers), to) = (source(), Place::memory());
    let mut copier = copier(&from, &to).unwrap();
    // The manifest was read before, and nothing else is left.
    let name = format!("sequence/{:020}", numbers[0]);
    let kept = from.store().read(&name, 1 << 20, &Control::new()).unwrap().unwrap();
    from.directory().discard(numbers[0]).unwrap();
    from.directory().sweep(Duration::ZERO, false).unwrap();
    assert_eq!(copier.copy(numbers[0], &Control::new()).unwrap_err().code, Code::NotFound);
    from.store().put_new(&name, kept, &Control::new()).unwrap();
    let error = copier.copy(numbers[0], &Control::new()).unwrap_err();
    assert_eq!(error.code, Code::NotFound);
    assert!(to.check_swept().is_empty());
}

#[test]
fn a_cancelled_copy_leaves_nothing_of_itself_and_all_of_the_others() {
    for to in [Place::local(), Place::memory()] {
        let (from, numbers) = source();
        let mut copier = copier(&from, &to).unwrap();
        copier.copy(numbers[0], &Control::new()).unwrap();
        let control = Control::new();
        control.cancel();
        assert_eq!(copier.copy(numbers[1], &control).unwrap_err().code, Code::Cancelled);
        assert_eq!((to.names("files").len(), to.names("intents").len()), (2, 0));
        assert_eq!(copier.copy(numbers[1], &Control::new()).unwrap(), Copied::Now { number: 3, moved: 1 });
        assert_eq!(to.check_swept(), [2, 3]);
    }
}

#[test]
fn a_copy_that_fails_at_any_step_leaves_whole_snapshots_and_the_next_one_completes_it() {
    // Directory, epoch, intent, two files, the names of files, the manifest, and the intent's removal.
    at_every_write(8, |to, fault, write| {
        let (from, numbers) = source();
        let store = Faulty::new(to, fault, write);
        let faulty = SnapshotDirectory::with_store(store.clone(), HOUR);
        let mut failing = Copier::open(&from.directory(), &faulty, settings(to), &Control::new()).unwrap();
        let answer = failing.copy(numbers[0], &Control::new());
        let what = format!("{fault:?} at write {write}: {answer:?}");
        drop(failing);
        // A directory that was never made has nothing to look at.
        if to.directory().list().is_ok() {
            let there = to.check();
            assert!(there.len() <= 1 && (answer.is_err() || there.len() == 1), "{what}");
            if fault == Fault::Refused && answer.is_err() {
                assert!(to.names("files").len() <= 1 && to.names("intents").len() <= 1, "{what}");
            }
        }
        let copied = copy(&from, to, &numbers);
        assert!(matches!(copied[2], Copied::Now { moved: 1, .. }), "{what}");
        assert_eq!(to.check_swept().len(), 3, "{what}");
        store.happened()
    });
}

#[test]
fn a_copy_goes_on_with_the_files_of_one_that_was_killed() {
    for to in [Place::local(), Place::memory()] {
        let (from, numbers) = source();
        // Killed before its manifest: directory, epoch, intent, two files and their names come before that.
        let store = Faulty::new(&to, Fault::CrashBefore, 6);
        let dying = SnapshotDirectory::with_store(store.clone(), HOUR);
        let mut killed = Copier::open(&from.directory(), &dying, settings(&to), &Control::new()).unwrap();
        killed.copy(numbers[0], &Control::new()).unwrap_err();
        assert!(store.happened());
        assert_eq!((to.names("files").len(), to.names("intents").len()), (2, 1));
        assert!(to.check().is_empty(), "a half copied snapshot is not visible");
        let copied = copy(&from, &to, &numbers[..1]);
        assert!(matches!(copied[..], [Copied::Now { moved: 0, .. }]), "{copied:?}");
        assert_eq!(to.names("files").len(), 2);
        // The intent of the dead one goes with a sweep, its files are a snapshot's now.
        assert_eq!(to.check_swept().len(), 1);
        assert_eq!(to.names("files").len(), 2);
    }
}

#[test]
fn files_of_a_copy_that_a_sweep_has_expired_are_not_taken_over() {
    for to in [Place::local(), Place::memory()] {
        let (from, numbers) = source();
        let store = Faulty::new(&to, Fault::CrashBefore, 6);
        let dying = SnapshotDirectory::with_store(store, HOUR);
        let mut killed = Copier::open(&from.directory(), &dying, settings(&to), &Control::new()).unwrap();
        killed.copy(numbers[0], &Control::new()).unwrap_err();
        let job = to.names("intents")[0].strip_prefix("intents/").unwrap().parse().unwrap();
        // A sweep that was killed after its void.
        to.directory().sequence().expire(&[job], &Control::new()).unwrap();
        let copied = copy(&from, &to, &numbers[..1]);
        assert!(matches!(copied[..], [Copied::Now { moved: 7, .. }]), "{copied:?}");
        assert_eq!(to.check_swept().len(), 1);
    }
}
