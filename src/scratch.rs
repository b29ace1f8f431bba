//! `Scratch`: the private local directory of one backend.
//!
//! It is live while its owner holds the lock on its lock file, whatever process ids say. What a killed process left is removed
//! by whoever opens a backend next on the same storage path, under that lock.

use std::fs::{self, File, TryLockError};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use uuid::Uuid;

use crate::error::{Code, Error, Result};

const PREFIX: &str = "gabion-";
const LOCK_FILE: &str = "gabion.lock";
/// A directory without a lock file is being made, or its maker died that instant; after this long it is the latter.
const UNBORN: Duration = Duration::from_secs(60);

/// A locked directory `<storage path>/gabion-<name>-<uuid>/`, removed on drop.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
    id: Uuid,
    /// Who made it; a forked child does not remove it.
    process: u32,
    _lock: File,
}

impl Scratch {
    /// Makes a directory under one of `storage_paths` (round robin over this process's backends), after sweeping dead ones there.
    pub fn create(storage_paths: &[PathBuf], name: &str) -> Result<Scratch> {
        static TURN: AtomicUsize = AtomicUsize::new(0);
        const TRIES: usize = 8;
        let turn = TURN.fetch_add(1, Ordering::Relaxed);
        let storage = storage_paths
            .get(turn % storage_paths.len().max(1))
            .ok_or_else(|| Error::invalid("there is no storage path; set the option `storage.paths`"))?;
        fs::create_dir_all(storage).map_err(|error| Error::io("create the storage path", storage, &error))?;
        sweep(storage)?;
        for _ in 0..TRIES {
            let id = Uuid::new_v4();
            let path = storage.join(format!("{PREFIX}{name}-{}", id.simple()));
            fs::create_dir(&path).map_err(|error| Error::io("create the scratch directory", &path, &error))?;
            fail::fail_point!("scratch-made");
            // A sweep may get between the two; then this directory is lost, and the next is tried.
            if let Some(lock) = lock_new(&path)? {
                return Ok(Scratch { path, id, process: std::process::id(), _lock: lock });
            }
        }
        Err(Error::new(
            Code::Io,
            format!("cannot lock a new scratch directory in {} after {TRIES} tries", storage.display()),
        ))
    }

    /// Where RocksDB lives.
    pub fn database(&self) -> PathBuf {
        self.path.join("db")
    }

    /// A directory for files on their way in or out of the database; on the same file system as it. Not made here.
    pub fn work(&self, name: &str) -> PathBuf {
        self.path.join("work").join(name)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Unique to the backend that owns it.
    pub fn id(&self) -> Uuid {
        self.id
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if self.process == std::process::id() {
            // A directory that can't be removed now is swept by the next backend here.
            let _ = remove(&self.path);
        }
    }
}

/// Removes the scratch directories in `storage` that nobody holds; answers how many.
pub fn sweep(storage: &Path) -> Result<usize> {
    let entries = fs::read_dir(storage).map_err(|error| Error::io("list the storage path", storage, &error))?;
    let dead = entries
        .filter_map(|entry| entry.ok())
        .filter(|entry| is_scratch_name(&entry.file_name().to_string_lossy()))
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .filter(|entry| remove_if_dead(&entry.path()));
    Ok(dead.count())
}

/// Whether a directory of that name is a scratch directory: `gabion-<name>-<32 hex digits>`.
fn is_scratch_name(name: &str) -> bool {
    let is_id = |id: &str| id.len() == 32 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    name.strip_prefix(PREFIX).and_then(|rest| rest.rsplit_once('-')).is_some_and(|(_, id)| is_id(id))
}

/// The lock on a directory made just now, or `None` if a sweep took it first.
fn lock_new(path: &Path) -> Result<Option<File>> {
    let name = path.join(LOCK_FILE);
    let Ok(file) = File::create_new(&name) else { return Ok(None) };
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => return Err(Error::io("lock", &name, &error)),
    }
    let identity = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    let same = match (file.metadata(), fs::metadata(&name)) {
        (Ok(held), Ok(found)) => identity(held) == identity(found),
        _ => false,
    };
    Ok(same.then_some(file))
}

fn remove_if_dead(path: &Path) -> bool {
    match File::open(path.join(LOCK_FILE)) {
        Ok(lock) => lock.try_lock().is_ok() && remove(path).is_ok(),
        // Never a directory with something in it: without a lock file it may be anybody's.
        Err(_) => is_older(path, UNBORN) && fs::remove_dir(path).is_ok(),
    }
}

fn is_older(path: &Path, age: Duration) -> bool {
    let modified = fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    modified.and_then(|time| time.elapsed().ok()).is_some_and(|elapsed| elapsed > age)
}

/// Removes the directory; the lock file goes last, so that a removal that is cut short can be taken up again under its lock.
fn remove(path: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else if entry.file_name() != LOCK_FILE {
            fs::remove_file(entry.path())?;
        }
    }
    fail::fail_point!("scratch-emptied");
    let _ = fs::remove_file(path.join(LOCK_FILE));
    fs::remove_dir(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(storage: &Path) -> usize {
        fs::read_dir(storage).unwrap().count()
    }

    #[test]
    fn a_directory_lives_as_long_as_its_owner() {
        let storage = tempfile::tempdir().unwrap();
        let paths = [storage.path().to_owned()];
        let first = Scratch::create(&paths, "one").unwrap();
        let second = Scratch::create(&paths, "two").unwrap();
        assert_eq!(sweep(storage.path()).unwrap(), 0);
        assert!(first.path().exists() && second.path().exists());
        drop(first);
        drop(second);
        assert_eq!(entries(storage.path()), 0);
    }

    #[test]
    fn what_a_killed_owner_left_is_swept_and_other_directories_stay() {
        let storage = tempfile::tempdir().unwrap();
        let dead = storage.path().join(format!("gabion-x-{}", Uuid::new_v4().simple()));
        fs::create_dir_all(dead.join("db")).unwrap();
        fs::write(dead.join(LOCK_FILE), "").unwrap();
        fs::write(dead.join("db/CURRENT"), "x").unwrap();
        fs::create_dir(storage.path().join("gabion-just-made")).unwrap();
        fs::create_dir(storage.path().join("other")).unwrap();
        assert_eq!(sweep(storage.path()).unwrap(), 1);
        assert!(!dead.exists());
        assert_eq!(entries(storage.path()), 2);
    }

    #[test]
    fn a_directory_of_somebody_else_is_never_swept_however_old_it_is() {
        let storage = tempfile::tempdir().unwrap();
        let full = format!("gabion-x-{}", Uuid::new_v4().simple());
        let empty = format!("gabion-x-{}", Uuid::new_v4().simple());
        let long_ago = std::time::SystemTime::now() - Duration::from_secs(3600);
        for name in ["gabion-snapshots", "gabion-src-1", &full, &empty] {
            let path = storage.path().join(name);
            fs::create_dir(&path).unwrap();
            if name != empty {
                fs::write(path.join("file"), "precious").unwrap();
            }
            File::open(&path).unwrap().set_modified(long_ago).unwrap();
        }
        assert_eq!(sweep(storage.path()).unwrap(), 1);
        assert!(!storage.path().join(empty).exists());
        for name in ["gabion-snapshots", "gabion-src-1", &full] {
            assert!(storage.path().join(name).join("file").exists(), "{name}");
        }
    }

    #[test]
    fn makers_and_sweepers_race_without_losing_a_live_directory() {
        let storage = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        let scratch = Scratch::create(&[storage.path().to_owned()], "race").unwrap();
                        fs::write(scratch.path().join("file"), "x").unwrap();
                        sweep(storage.path()).unwrap();
                        assert!(scratch.path().join("file").exists());
                    }
                });
            }
        });
        assert_eq!(sweep(storage.path()).unwrap() + entries(storage.path()), 0);
    }

    #[test]
    fn several_storage_paths_take_turns() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let paths = [one.path().to_owned(), two.path().to_owned()];
        let held: Vec<_> = (0..40).map(|_| Scratch::create(&paths, "turn").unwrap()).collect();
        assert!(entries(one.path()) > 0 && entries(two.path()) > 0);
        assert_eq!(entries(one.path()) + entries(two.path()), held.len());
    }
}
