//! The parent of the jobs that are killed: it knows what they wrote, and looks at what they left.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, SystemTime};

use gabion::restore::{KeyRange, Source};
use gabion::snapshot::{SnapshotDirectory, SnapshotInfo};
use gabion::{Backend, Code, store};

use crate::common::model::{Model, assert_same, shown};
use crate::common::swept::{self, assert_swept};
use crate::common::{memory_folder, number, options};
use crate::job::{self, ORDER, Order, position_of};
use crate::servers::Server;

/// A child that says nothing for so long hangs.
const LIMIT: Duration = Duration::from_secs(120);

/// Kills job after job on one snapshot directory, each going on where the last one fell.
pub struct Witness {
    test: &'static str,
    order: Order,
    /// Where the snapshots are, if that is a local directory.
    local: Option<PathBuf>,
    folder: tempfile::TempDir,
    /// Where the snapshots are, if that is another file system.
    _other: Option<tempfile::TempDir>,
    /// Snapshots that a job said were completed, and their positions; those that it began to discard are out.
    promised: BTreeMap<u64, u64>,
    /// The state at positions that were checked.
    models: BTreeMap<u64, Model>,
    pub kills: u64,
    pub restores: u64,
}

impl Witness {
    /// With `is_linked` snapshots are on the file system of the scratch directories, so that files are linked; else they
    /// are on another one, where there is one, and files are copied.
    pub fn new(test: &'static str, seed: u64, is_linked: bool) -> Witness {
        let folder = memory_folder();
        let other = (!is_linked).then(|| tempfile::tempdir().unwrap());
        let snapshots = other.as_ref().unwrap_or(&folder).path().join("snapshots");
        let url = format!("file://{}", snapshots.display());
        Witness { local: Some(snapshots), _other: other, ..Witness::of(test, seed, folder, url, Vec::new()) }
    }

    /// With snapshots on a server, which must outlive the jobs.
    pub fn on(test: &'static str, seed: u64, server: &Server) -> Witness {
        let settings = server.settings.iter().map(|(name, value)| (name.to_string(), value.clone())).collect();
        Witness::of(test, seed, memory_folder(), server.folder(), settings)
    }

    fn of(
        test: &'static str,
        seed: u64,
        folder: tempfile::TempDir,
        url: String,
        settings: Vec<(String, String)>,
    ) -> Witness {
        let order = Order { seed, url, settings, storage: folder.path().join("storage"), point: None };
        let models = BTreeMap::from([(0, Model::default())]);
        let promised = BTreeMap::new();
        Witness { test, order, local: None, folder, _other: None, promised, models, kills: 0, restores: 0 }
    }

    /// Has a job die at that hit of a fail point; whether it got there. Else it ended by itself.
    pub fn kill_at(&mut self, point: &str, hit: u64) -> bool {
        let order = Order { point: Some((point.to_owned(), hit)), ..self.order.clone() };
        let (mut child, lines) = self.spawn(&order);
        let (mut reached, mut last) = (false, String::new());
        loop {
            match lines.recv_timeout(LIMIT) {
                Ok(line) if line == format!("reached {point}") => reached = true,
                Ok(line) => {
                    self.hear(&line);
                    last = line;
                }
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    child.kill().unwrap();
                    panic!("a job that was to die at {point}, hit {hit}, hangs; its last words were: {last}");
                }
            }
        }
        let status = child.wait().unwrap();
        if reached {
            assert_eq!(status.signal(), Some(libc::SIGKILL), "at {point}, hit {hit}: {status}");
            self.kills += 1;
        } else {
            assert!(status.success(), "a job that was to die at {point}, hit {hit}, failed: {status}");
        }
        reached
    }

    /// Kills a job some time after it has said, for the `time`th time, that it enters a phase.
    pub fn kill_in(&mut self, phase: &str, time: u64, later: Duration) {
        let (mut child, lines) = self.spawn(&self.order);
        for _ in 0..time {
            while self.hear(&lines.recv_timeout(LIMIT).expect("a job hangs or has ended")).as_deref() != Some(phase) {}
        }
        std::thread::sleep(later);
        assert_eq!(child.try_wait().unwrap(), None, "the job ended by itself");
        child.kill().unwrap();
        child.wait().unwrap();
        self.kills += 1;
        lines.iter().for_each(|line| drop(self.hear(&line)));
    }

    fn spawn(&self, order: &Order) -> (Child, Receiver<String>) {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([self.test, "--exact", "--nocapture"])
            .env(ORDER, order.to_text())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            let told = out.lines().map_while(|line| line.ok());
            for line in told.filter_map(|line| line.split_once("kill: ").map(|(_, line)| line.to_owned())) {
                let _ = sender.send(line);
            }
        });
        (child, lines)
    }

    /// Takes note of what a job says; its phase, if it says that.
    fn hear(&mut self, line: &str) -> Option<String> {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["completed", number, position] => {
                self.promised.insert(number.parse().unwrap(), position.parse().unwrap());
            }
            ["discarding", number] => drop(self.promised.remove(&number.parse().unwrap())),
            ["phase", phase] => return Some(phase.to_owned()),
            _ => panic!("a job said {line:?}"),
        }
        None
    }

    /// Looks at all that the dead job left. The next job gets it as it is: what is swept here is a copy; on a server, where there is none, every
    /// other time nothing is swept.
    pub fn check(&mut self, what: &str) {
        match self.local.clone() {
            Some(directory) if !directory.exists() => {}
            Some(directory) => {
                let copy = directory.with_file_name("copy");
                let _ = fs::remove_dir_all(&copy);
                link_all(&directory, &copy);
                let url = format!("file://{}", copy.display());
                self.check_directory(&url, true, &|folder| swept::names(&copy.join(folder)), what);
            }
            None => {
                let url = self.order.url.clone();
                let store = store::open(&url, &self.order.options().store()).unwrap();
                let names = |folder: &str| swept::names_in(store.as_ref(), folder);
                self.check_directory(&url, self.kills.is_multiple_of(2), &names, what);
            }
        }
        self.check_copies(what);
        for path in job::captures(&self.order.captures()) {
            self.check_restore(Source::Capture { path }, what);
        }
        self.check_scratch(what);
    }

    /// What is in the second directory is whole, and a plain directory is there as a whole or not at all.
    fn check_copies(&mut self, what: &str) {
        let plain = self.order.plain();
        let is_whole = ["CURRENT", "IDENTITY"].iter().all(|name| plain.join(name).exists());
        assert!(is_whole || !plain.exists(), "{what}: {} is not whole", plain.display());
        let copies = self.order.copies();
        if copies.exists() {
            let copy = copies.with_file_name("copies-checked");
            let _ = fs::remove_dir_all(&copy);
            link_all(&copies, &copy);
            let promised = std::mem::take(&mut self.promised);
            let url = format!("file://{}", copy.display());
            self.check_directory(
                &url,
                true,
                &|folder| swept::names(&copy.join(folder)),
                &format!("{what}, the copies"),
            );
            self.promised = promised;
        }
    }

    fn check_directory(&mut self, url: &str, sweep: bool, names: &dyn Fn(&str) -> Vec<String>, what: &str) {
        let directory = SnapshotDirectory::open(url, &self.order.options()).unwrap();
        let before = directory.list().unwrap_or_else(|error| panic!("{what}: {error}"));
        let there: BTreeMap<u64, u64> = before.iter().map(|info| (info.number, position_of(&info.metadata))).collect();
        for (number, position) in &self.promised {
            assert_eq!(
                there.get(number),
                Some(position),
                "{what}: snapshot {number} was completed; there are {there:?}"
            );
        }
        if sweep {
            self.sweep(&directory, &before, names, what);
        }
        for (newer, info) in before.iter().rev().enumerate() {
            directory.verify(info.number).unwrap_or_else(|error| panic!("{what}: {error}"));
            // Of what is on a server only the newest are restored: each is read through anyway.
            if self.local.is_some() || newer < 2 {
                self.check_restore(number(url, info.number), what);
            }
        }
        self.models.retain(|position, _| *position == 0 || there.values().any(|other| other == position));
    }

    fn sweep(
        &self,
        directory: &SnapshotDirectory,
        before: &[SnapshotInfo],
        names: &dyn Fn(&str) -> Vec<String>,
        what: &str,
    ) {
        match directory.sweep(Duration::ZERO, false) {
            Ok(_) => {}
            // Killed before the first epoch there is nothing to sweep.
            Err(error) => assert!(error.code == Code::NotFound && before.is_empty(), "{what}: {error}"),
        }
        assert_eq!(directory.list().unwrap(), before, "{what}: the sweep changed the list");
        assert_swept(names, directory, before, what);
    }

    /// Restores, and compares with what the job had written when it took the snapshot.
    fn check_restore(&mut self, source: Source, what: &str) {
        let storage = self.folder.path().join("check");
        let settings = self.order.backend_options(&storage);
        let restored = Backend::restore(&settings, None, std::slice::from_ref(&source), &KeyRange::default());
        let (backend, infos) = restored.unwrap_or_else(|error| panic!("{what}: {source:?}: {error}"));
        let position = position_of(&infos[0].metadata);
        let expected = self.model_at(position).shown(&KeyRange::default());
        assert_same(&shown(&backend), &expected, &format!("{what}: {source:?} at position {position}"));
        backend.close().unwrap();
        assert_eq!(fs::read_dir(&storage).unwrap().count(), 0, "{what}: the scratch directory stayed");
        self.restores += 1;
    }

    fn model_at(&mut self, position: u64) -> &Model {
        let (&nearest, model) = self.models.range(..=position).next_back().unwrap();
        let mut model = model.clone();
        (nearest..position).for_each(|at| model.apply(&job::change(self.order.seed, at)));
        self.models.entry(position).or_insert(model)
    }

    /// The scratch directories of the dead are gone when the next backend is open.
    fn check_scratch(&self, what: &str) {
        let open = |expected: usize| {
            let settings = options(&[("storage.paths", self.order.storage.to_str().unwrap())]);
            let backend = Backend::open(&settings, None).unwrap();
            let found: Vec<_> = scratch_directories(&self.order.storage);
            assert!(found.len() <= expected, "{what}: {found:?} are left");
            backend.close().unwrap();
        };
        let unborn: Vec<_> = scratch_directories(&self.order.storage)
            .into_iter()
            .filter(|path| !path.join("gabion.lock").exists())
            .collect();
        open(1 + unborn.len());
        // One without a lock file may be about to get it; an old one never will.
        for path in unborn {
            let old = SystemTime::now() - Duration::from_secs(3600);
            fs::File::open(&path).unwrap().set_modified(old).unwrap();
        }
        open(1);
    }
}

fn scratch_directories(storage: &Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = fs::read_dir(storage) else { return Vec::new() };
    let all = entries.map(|entry| entry.unwrap().path());
    all.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("gabion-")).collect()
}

/// A copy of a folder that shares its files.
fn link_all(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, name) = (entry.as_ref().unwrap().path(), entry.unwrap().file_name());
        if path.is_dir() {
            link_all(&path, &to.join(name));
        } else {
            fs::hard_link(path, to.join(name)).unwrap();
        }
    }
}
