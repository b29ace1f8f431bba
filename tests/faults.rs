//! Disks that are full, read-only, missing or elsewhere; and that what was published is on the disk.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use common::model::{assert_same, shown};
use common::{memory_folder, number, open, options, request, restore, restore_range, snapshots, take};
use gabion::restore::{KeyRange, Source};
use gabion::snapshot::{Kind, SnapshotDirectory, State};
use gabion::{Backend, Code, Options};

const KINDS: [Kind; 2] = [Kind::Native, Kind::Portable];

/// A small file system in memory, gone with the value.
struct Disk {
    folder: tempfile::TempDir,
}

impl Disk {
    /// `None` where file systems can't be mounted; then it says that `test` is skipped.
    fn mount(test: &str, megabytes: u64) -> Option<Disk> {
        let folder = tempfile::tempdir().unwrap();
        let size = format!("size={megabytes}m");
        let mut mount = Command::new("mount");
        let mounted = mount.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder.path()).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Disk { folder });
        }
        println!("SKIPPED: {test}: a file system can't be mounted here (it takes root)");
        None
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn url(&self) -> String {
        format!("file://{}", self.path().display())
    }

    fn remount(&self, options: &str) {
        let status = Command::new("mount").args(["-o", &format!("remount,{options}")]).arg(self.path()).status();
        assert!(status.unwrap().success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.path()).status();
    }
}

/// A backend with some megabytes that don't compress.
fn filled(megabytes: u64) -> common::Scratch {
    let scratch = open(&[]);
    fill(&scratch.backend, megabytes).unwrap();
    scratch
}

fn fill(backend: &Backend, megabytes: u64) -> gabion::Result<()> {
    let mut random = common::random::Random::new(megabytes);
    let family = backend.register_column_family(b"f", b"", &Options::new())?;
    for key in 0..megabytes * 256 {
        family.put(&key.to_be_bytes(), &random.bytes(4096))?;
    }
    Ok(())
}

fn data_files(root: &Path) -> Vec<String> {
    common::swept::names(&root.join("files"))
}

#[test]
fn a_full_snapshot_disk_fails_the_snapshot_and_the_next_one_succeeds() {
    let test = "a_full_snapshot_disk_fails_the_snapshot_and_the_next_one_succeeds";
    let Some(disk) = Disk::mount(test, 24) else { return };
    let scratch = filled(12);
    let filler = disk.path().join("filler");
    for kind in KINDS {
        fs::write(&filler, vec![1; 16 << 20]).unwrap();
        let snapshot = scratch.backend.start_snapshot(&request(kind, &disk.url())).unwrap();
        assert_eq!(snapshot.wait(None), State::Failed);
        let error = snapshot.result().unwrap_err();
        assert!(error.code == Code::Io && error.message.contains("No space left"), "{error}");
        assert_eq!((data_files(disk.path()).len(), common::swept::names(&disk.path().join("intents")).len()), (0, 0));
        fs::remove_file(&filler).unwrap();
        let info = take(&scratch.backend, kind, &disk.url());
        let restored = restore(number(&disk.url(), info.number));
        assert_same(&shown(&restored.backend), &shown(&scratch.backend), "after there was space again");
        let directory = SnapshotDirectory::open(&disk.url(), &Options::new()).unwrap();
        directory.retain(0).unwrap();
        directory.sweep(Duration::ZERO, false).unwrap();
    }
}

#[test]
fn a_full_scratch_disk_is_an_error_and_what_was_snapshotted_stays() {
    let test = "a_full_scratch_disk_is_an_error_and_what_was_snapshotted_stays";
    let Some(disk) = Disk::mount(test, 32) else { return };
    let snapshots = snapshots();
    let settings = options(&[("storage.paths", disk.path().to_str().unwrap()), ("write_buffer_size", "1048576")]);
    let backend = Backend::open(&settings, None).unwrap();
    fill(&backend, 4).unwrap();
    let info = take(&backend, Kind::Native, &snapshots.url);
    let before = shown(&backend);
    // RocksDB refuses writes once it could not write a memtable out.
    let error = (0..40).find_map(|_| fill(&backend, 8).and_then(|()| backend.flush()).err()).expect("the disk is full");
    assert!(matches!(error.code, Code::Engine | Code::Io), "{error}");
    for kind in KINDS {
        match backend.start_snapshot(&request(kind, &snapshots.url)) {
            Ok(snapshot) => {
                assert_ne!(snapshot.wait(Some(Duration::from_secs(60))), State::Running);
                match snapshot.result() {
                    Err(error) => assert!(matches!(error.code, Code::Engine | Code::Io), "{error}"),
                    // A failed compaction may leave room enough for rows; then the snapshot must be whole.
                    Ok(info) => {
                        let restored = restore(number(&snapshots.url, info.number));
                        assert_same(&shown(&restored.backend), &shown(&backend), "on a full disk");
                    }
                }
            }
            Err(error) => assert!(matches!(error.code, Code::Engine | Code::Io), "{error}"),
        }
    }
    assert!(backend.column_family(b"f").unwrap().unwrap().contains(&0u64.to_be_bytes()).unwrap());
    backend.close().unwrap();
    assert_eq!(fs::read_dir(disk.path()).unwrap().count(), 0);
    let restored = restore(number(&snapshots.url, info.number));
    assert_same(&shown(&restored.backend), &before, "restored elsewhere");
}

#[test]
fn a_compaction_that_finds_no_room_is_an_error_and_loses_nothing() {
    let test = "a_compaction_that_finds_no_room_is_an_error_and_loses_nothing";
    let Some(disk) = Disk::mount(test, 36) else { return };
    let path = disk.path().to_str().unwrap();
    let settings = options(&[("storage.paths", path), ("disable_auto_compactions", "true")]);
    let backend = Backend::open(&settings, None).unwrap();
    for _ in 0..2 {
        fill(&backend, 12).unwrap();
        backend.flush().unwrap();
    }
    let before = shown(&backend);
    let error = backend.column_family(b"f").unwrap().unwrap().compact().unwrap_err();
    assert!(error.code == Code::Io && error.message.contains("No space left"), "{error}");
    assert_same(&shown(&backend), &before, "after a failed compaction");
}

#[test]
fn a_restore_onto_a_full_disk_fails_and_leaves_nothing() {
    let Some(disk) = Disk::mount("a_restore_onto_a_full_disk_fails_and_leaves_nothing", 6) else { return };
    for kind in KINDS {
        let (scratch, snapshots) = (filled(12), snapshots());
        let info = take(&scratch.backend, kind, &snapshots.url);
        let settings = options(&[("storage.paths", disk.path().to_str().unwrap())]);
        let source = number(&snapshots.url, info.number);
        let error = Backend::restore(&settings, None, &[source], &KeyRange::default()).err().unwrap();
        assert!(matches!(error.code, Code::Io | Code::Engine) && error.message.contains("No space left"), "{error}");
        assert_eq!(fs::read_dir(disk.path()).unwrap().count(), 0, "{kind:?}");
    }
}

#[test]
fn a_read_only_snapshot_directory_is_restored_from_and_not_written_to() {
    let test = "a_read_only_snapshot_directory_is_restored_from_and_not_written_to";
    let Some(disk) = Disk::mount(test, 64) else { return };
    let scratch = filled(2);
    let taken = KINDS.map(|kind| take(&scratch.backend, kind, &disk.url()));
    disk.remount("ro");
    for info in taken {
        let restored = restore(number(&disk.url(), info.number));
        assert_same(&shown(&restored.backend), &shown(&scratch.backend), "from a read-only directory");
        SnapshotDirectory::open(&disk.url(), &Options::new()).unwrap().verify(info.number).unwrap();
        let snapshot = scratch.backend.start_snapshot(&request(info.kind, &disk.url())).unwrap();
        assert_eq!(snapshot.wait(None), State::Failed);
        let error = snapshot.result().unwrap_err();
        assert!(error.code == Code::Io && error.message.contains("Read-only"), "{error}");
        // The next one goes elsewhere.
        take(&scratch.backend, info.kind, &snapshots().url);
    }
    let directory = SnapshotDirectory::open(&disk.url(), &Options::new()).unwrap();
    assert_eq!(directory.discard(taken_number(&directory)).unwrap_err().code, Code::Io);
    assert_eq!(directory.sweep(Duration::ZERO, false).unwrap_err().code, Code::Io);
    disk.remount("rw");
    take(&scratch.backend, Kind::Native, &disk.url());
}

fn taken_number(directory: &SnapshotDirectory) -> u64 {
    directory.list().unwrap()[0].number
}

#[test]
fn a_missing_snapshot_directory_is_said_to_be_missing_and_made_by_the_first_snapshot() {
    let parent = tempfile::tempdir().unwrap();
    let url = format!("file://{}/not/yet", parent.path().display());
    let directory = SnapshotDirectory::open(&url, &Options::new()).unwrap();
    let errors = [
        directory.list().unwrap_err(),
        directory.describe(1).unwrap_err(),
        directory.verify(1).unwrap_err(),
        directory.discard(1).unwrap_err(),
        directory.retain(1).unwrap_err(),
        directory.sweep(Duration::ZERO, false).unwrap_err(),
        directory.size().unwrap_err(),
        restore_range(&[Source::Latest { url: url.clone() }], &KeyRange::default()).err().unwrap(),
        restore_range(&[number(&url, 1)], &KeyRange::default()).err().unwrap(),
    ];
    for error in errors {
        assert!(error.code == Code::NotFound && error.message.contains("not/yet"), "{error}");
    }
    assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
    let scratch = filled(1);
    let info = take(&scratch.backend, Kind::Native, &url);
    assert_same(&shown(&restore(number(&url, info.number)).backend), &shown(&scratch.backend), "made");
}

#[test]
fn a_snapshot_directory_that_is_wiped_under_its_writer_fails_the_next_snapshot() {
    let (scratch, snapshots) = (filled(1), snapshots());
    take(&scratch.backend, Kind::Native, &snapshots.url);
    for entry in fs::read_dir(snapshots.directory.path()).unwrap() {
        fs::remove_dir_all(entry.unwrap().path()).unwrap();
    }
    let snapshot = scratch.backend.start_snapshot(&request(Kind::Native, &snapshots.url)).unwrap();
    assert_eq!((snapshot.wait(None), snapshot.result().unwrap_err().code), (State::Failed, Code::NotFound));
    assert!(data_files(snapshots.directory.path()).is_empty());
}

#[test]
fn snapshots_on_another_file_system_are_copied_reused_and_restored() {
    let (here, there) = (memory_folder(), tempfile::tempdir().unwrap());
    let device = |path: &Path| std::os::unix::fs::MetadataExt::dev(&fs::metadata(path).unwrap());
    if device(here.path()) == device(there.path()) {
        println!(
            "SKIPPED: snapshots_on_another_file_system_are_copied_reused_and_restored: there is only one file system"
        );
        return;
    }
    let settings = options(&[("storage.paths", here.path().to_str().unwrap())]);
    let backend = Backend::open(&settings, None).unwrap();
    fill(&backend, 4).unwrap();
    let url = format!("file://{}", there.path().display());
    for kind in KINDS {
        let first = take(&backend, kind, &url);
        let again = take(&backend, kind, &url);
        assert_eq!(again.bytes_written < 1 << 20, kind == Kind::Native, "{again:?}");
        for info in [&first, &again] {
            let everything = KeyRange::default();
            let (restored, _) = Backend::restore(&settings, None, &[number(&url, info.number)], &everything).unwrap();
            assert_same(&shown(&restored), &shown(&backend), "over file systems");
            // A copy is not the stored file: changing one changes nothing in the other.
            restored.close().unwrap();
            SnapshotDirectory::open(&url, &Options::new()).unwrap().verify(info.number).unwrap();
        }
    }
}

/// Tells the copy of this test that it is the one that is watched.
const WATCHED: &str = "GABION_WATCHED";

#[test]
fn everything_a_manifest_names_is_on_the_disk_before_the_manifest_is() {
    const TEST: &str = "everything_a_manifest_names_is_on_the_disk_before_the_manifest_is";
    if let Ok(folder) = std::env::var(WATCHED) {
        return be_watched(Path::new(&folder));
    }
    let log = tempfile::tempdir().unwrap();
    let calls = log.path().join("calls");
    for scratch in [memory_folder(), tempfile::tempdir().unwrap()] {
        let folder = tempfile::tempdir().unwrap();
        let mut strace = Command::new("strace");
        strace.args([
            "-f",
            "-y",
            "-s",
            "500",
            "-e",
            "trace=fsync,fdatasync,link,linkat,rename,renameat,renameat2,unlink,unlinkat",
            "-o",
        ]);
        strace.arg(&calls).arg(std::env::current_exe().unwrap()).args([TEST, "--exact", "--nocapture"]);
        let run = strace.env(WATCHED, folder.path()).env("GABION_WATCHED_SCRATCH", scratch.path()).output();
        if !run.as_ref().is_ok_and(|run| run.status.success()) {
            // Without strace, or where a process may not be traced.
            assert!(!has_strace(), "{run:?}");
            println!("SKIPPED: {TEST}: strace can't be used here (apt-get install strace)");
            return;
        }
        check_order(&read_calls(&fs::read_to_string(&calls).unwrap(), folder.path()));
    }
}

fn has_strace() -> bool {
    Command::new("strace").args(["-o", "/dev/null", "true"]).status().is_ok_and(|status| status.success())
}

/// Two snapshots, of which the first is discarded.
fn be_watched(folder: &Path) {
    let storage = std::env::var("GABION_WATCHED_SCRATCH").unwrap();
    let backend = Backend::open(&options(&[("storage.paths", &storage)]), None).unwrap();
    let url = format!("file://{}", folder.display());
    for kind in KINDS {
        fill(&backend, 1).unwrap();
        let first = take(&backend, kind, &url);
        take(&backend, kind, &url);
        SnapshotDirectory::open(&url, &Options::new()).unwrap().discard(first.number).unwrap();
    }
}

/// A call that changed or synced something in the snapshot directory; paths are relative to it.
#[derive(Debug, PartialEq)]
enum Call {
    Synced(PathBuf),
    /// Under its new name, and the name it had before.
    Named(PathBuf, PathBuf),
    Removed(PathBuf),
}

/// The calls that succeeded, in the order in which they ended.
fn read_calls(text: &str, root: &Path) -> Vec<Call> {
    let mut begun: std::collections::HashMap<&str, &str> = Default::default();
    let mut calls = Vec::new();
    for line in text.lines() {
        let (process, call) = line.split_once(' ').unwrap();
        let call = call.trim_start();
        if let Some((start, _)) = call.split_once(" <unfinished") {
            begun.insert(process, start);
            continue;
        }
        let start = match call.strip_prefix("<... ") {
            Some(_) => begun.remove(process).unwrap_or_default(),
            None => call,
        };
        if !call.contains("= 0") {
            continue;
        }
        // Paths stand in quotes, those of file descriptors in angle brackets.
        let paths: Vec<PathBuf> = start
            .split(['"', '<', '>'])
            .filter(|part| part.starts_with('/') && !part.contains(' '))
            .filter_map(|part| Path::new(part).strip_prefix(root).ok().map(Path::to_owned))
            .collect();
        let name = start.split('(').next().unwrap();
        match (name, &paths[..]) {
            ("fsync" | "fdatasync", [path]) => calls.push(Call::Synced(path.clone())),
            ("unlink" | "unlinkat", [.., path]) => calls.push(Call::Removed(path.clone())),
            ("link" | "linkat" | "rename" | "renameat" | "renameat2", [.., from, to]) => {
                calls.push(Call::Named(to.clone(), from.clone()));
            }
            // Linked from the scratch directory.
            ("link" | "linkat", [to]) => calls.push(Call::Named(to.clone(), PathBuf::new())),
            _ => {}
        }
    }
    calls
}

/// Whether the bytes of the file that got a name at `at` were synced before `end`, under any name that it has had.
fn is_written_through(calls: &[Call], at: usize, end: usize) -> bool {
    let Call::Named(name, from) = &calls[at] else { return false };
    let mut names = vec![name, from];
    for call in calls[..at].iter().rev() {
        match call {
            Call::Named(to, from) if Some(&to) == names.last() => names.push(from),
            _ => {}
        }
    }
    calls[..end].iter().any(|call| matches!(call, Call::Synced(path) if names.contains(&path)))
}

fn is_in(path: &Path, folder: &str) -> bool {
    path.parent() == Some(Path::new(folder)) && !is_staging(path)
}

/// Checks every publication and every discard in the order of the calls.
fn check_order(calls: &[Call]) {
    let is_synced = |folder: &Path, from: usize, to: usize| {
        calls[from..to].iter().any(|call| matches!(call, Call::Synced(synced) if synced == folder))
    };
    let next = |from: usize, wanted: &dyn Fn(&Call) -> bool| {
        calls[from..].iter().position(wanted).map_or(calls.len(), |next| from + next)
    };
    let (mut documents, mut files, mut removed) = (0, 0, 0);
    for (at, call) in calls.iter().enumerate() {
        match call {
            Call::Named(name, _) if ["sequence", "intents", "tombstones"].iter().any(|folder| is_in(name, folder)) => {
                documents += 1;
                assert!(is_written_through(calls, at, at), "{name:?} got its name before its contents were synced");
                let step = next(at + 1, &|call| !matches!(call, Call::Synced(_)) && !is_of_staging(call));
                assert!(is_synced(name.parent().unwrap(), at, step), "{name:?} was not synced before the next step");
            }
            Call::Named(name, _) if is_in(name, "files") => {
                files += 1;
                let manifest = next(at, &|call| matches!(call, Call::Named(name, _) if is_in(name, "sequence")));
                assert!(is_written_through(calls, at, manifest), "{name:?} was not synced before the manifest");
                assert!(
                    is_synced(Path::new("files"), at, manifest),
                    "the name {name:?} was not synced before the manifest"
                );
            }
            Call::Removed(name) if is_in(name, "sequence") => {
                removed += 1;
                let is_tombstone = |call: &Call| matches!(call, Call::Named(name, _) if is_in(name, "tombstones"));
                assert!(calls[..at].iter().any(is_tombstone), "{name:?} was removed without a tombstone");
                assert!(is_synced(Path::new("sequence"), at, calls.len()), "the removal of {name:?} was not synced");
            }
            _ => {}
        }
    }
    // One epoch, four manifests, four intents and two tombstones; seven files and more.
    assert!(
        documents >= 11 && files >= 7 && removed == 2,
        "seen: {documents} documents, {files} files, {removed} removals"
    );
}

fn is_staging(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with("staging-") || name.contains('#')
}

fn is_of_staging(call: &Call) -> bool {
    match call {
        Call::Synced(path) | Call::Removed(path) | Call::Named(path, _) => is_staging(path),
    }
}
