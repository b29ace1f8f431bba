//! The job that is killed: it writes a known sequence of changes, takes snapshots with its position as metadata, and tidies
//! up after itself. It runs in a process of its own, a copy of the test binary.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use gabion::restore::{KeyRange, Source, plain};
use gabion::snapshot::copy::{Copied, Copier, CopySettings};
use gabion::snapshot::{Kind, Snapshot, SnapshotDirectory, SnapshotInfo, SnapshotRequest, Target};
use gabion::store::Control;
use gabion::{Backend, Code, Options};
use serde_json::json;

use crate::common::model::{Change, SHAPES};
use crate::common::random::Random;
use crate::common::{document, number, options};

/// How the parent tells the child what to do.
pub const ORDER: &str = "GABION_KILL_ORDER";

/// What a job says that it does.
pub const PHASES: [&str; 8] = ["restore", "write", "snapshot", "publish", "capture", "copy", "discard", "sweep"];

/// Small memtables, so that flushes and compactions happen.
const FAMILY_OPTIONS: [(&str, &str); 1] = [("write_buffer_size", "65536")];
/// The families are all there before anything else happens.
const START: u64 = SHAPES.len() as u64;

/// What the child is asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    pub seed: u64,
    /// Where snapshots go, and what it takes to reach that.
    pub url: String,
    pub settings: Vec<(String, String)>,
    /// Where scratch directories and captures go.
    pub storage: PathBuf,
    /// The fail point at which it dies, and at which of its hits; without one it goes on for ever.
    pub point: Option<(String, u64)>,
}

impl Order {
    pub fn to_text(&self) -> String {
        let (name, hit) = self.point.clone().unwrap_or_default();
        let settings: String = self.settings.iter().map(|(name, value)| format!("\n{name}={value}")).collect();
        format!("{}\n{}\n{}\n{name}\n{hit}{settings}", self.seed, self.url, self.storage.display())
    }

    pub fn of_text(text: &str) -> Order {
        let lines: Vec<&str> = text.split('\n').collect();
        let point = (!lines[3].is_empty()).then(|| (lines[3].to_owned(), lines[4].parse().unwrap()));
        let setting =
            |line: &&str| line.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())).unwrap();
        let settings = lines[5..].iter().map(setting).collect();
        Order { seed: lines[0].parse().unwrap(), url: lines[1].to_owned(), settings, storage: lines[2].into(), point }
    }

    /// What it takes to reach the snapshots.
    pub fn options(&self) -> Options {
        let mut options = Options::new();
        self.settings.iter().for_each(|(name, value)| options.set(name, value).unwrap());
        options
    }

    /// The same, for a backend with its scratch directory in `storage`.
    pub fn backend_options(&self, storage: &Path) -> Options {
        let mut options = self.options();
        options.set("storage.paths", storage.to_str().unwrap()).unwrap();
        options
    }

    pub fn snapshots(&self) -> SnapshotDirectory {
        SnapshotDirectory::open(&self.url, &self.options()).unwrap()
    }

    pub fn captures(&self) -> PathBuf {
        self.storage.join("captures")
    }

    /// A second snapshot directory, with copies of what is in the first.
    pub fn copies(&self) -> PathBuf {
        self.storage.join("copies")
    }

    /// A plain directory that a snapshot is restored into.
    pub fn plain(&self) -> PathBuf {
        self.storage.join("plain")
    }
}

/// The change at a position, the same in every process.
pub fn change(seed: u64, position: u64) -> Change {
    match position {
        0..START => Change::Create { family: position as usize },
        _ => Change::random(&mut Random::new(seed ^ position.wrapping_mul(0x2545_f491_4f6c_dd1d))),
    }
}

/// Tells the parent, line by line; not through `println`, which the test harness catches.
pub fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(format!("kill: {line}\n").as_bytes()).and_then(|()| out.flush());
}

/// Dies as by `kill -9`: nothing of this process runs after it.
fn die() {
    // SAFETY: kill takes two integers; a process may send itself any signal.
    unsafe { libc::kill(libc::getpid(), libc::SIGKILL) };
}

/// Runs until it is killed or, with a fail point that it never reaches, for some rounds.
pub fn run(order: &Order) {
    if let Some((name, wanted)) = order.point.clone() {
        let hits = AtomicU64::new(0);
        let point = name.clone();
        fail::cfg_callback(name, move || {
            if hits.fetch_add(1, Ordering::SeqCst) + 1 == wanted {
                say(&format!("reached {point}"));
                die();
            }
        })
        .unwrap();
        if order.point.as_ref().is_some_and(|(name, _)| name == "publish-settled") {
            fail::cfg("manifest-answer-lost", "return").unwrap();
        }
    }
    let mut job = Job::start(order);
    let rounds = if order.point.is_some() { 4 } else { u64::MAX };
    for _ in 0..rounds {
        job.round();
    }
}

struct Job<'a> {
    order: &'a Order,
    settings: Options,
    backend: Backend,
    position: u64,
    random: Random,
}

impl<'a> Job<'a> {
    /// Goes on from the newest snapshot, or begins.
    fn start(order: &'a Order) -> Job<'a> {
        let random = Random::new(order.seed ^ u64::from(std::process::id()));
        let settings = order.backend_options(&order.storage);
        fs::create_dir_all(order.captures()).unwrap();
        let snapshots = match order.snapshots().list() {
            Ok(snapshots) => snapshots,
            Err(error) if error.code == Code::NotFound => Vec::new(),
            Err(error) => panic!("{error}"),
        };
        say("phase restore");
        let (backend, position) = match snapshots.last() {
            // What it takes to reach a store is not for a backend that is opened empty.
            None => {
                let empty = options(&[("storage.paths", order.storage.to_str().unwrap())]);
                (Backend::open(&empty, None).unwrap(), 0)
            }
            Some(_) => {
                let latest = Source::Latest { url: order.url.clone() };
                let (backend, infos) = Backend::restore(&settings, None, &[latest], &KeyRange::default()).unwrap();
                (backend, position_of(&infos[0].metadata))
            }
        };
        for entry in fs::read_dir(order.captures()).unwrap() {
            fs::remove_dir_all(entry.unwrap().path()).unwrap();
        }
        let mut job = Job { order, settings, backend, position, random };
        if !snapshots.is_empty() {
            job.tidy();
        }
        job
    }

    fn round(&mut self) {
        self.write(300);
        say("phase snapshot");
        // While the first native one is captured, the other goes as rows.
        let mut kinds = [Kind::Native, Kind::Native, Kind::Portable];
        kinds.rotate_left(self.random.index(3));
        let begun = kinds.map(|kind| {
            let begun = self.begin(kind);
            self.write(20);
            begun
        });
        self.write(80);
        let fourth = self.begin(Kind::Portable);
        self.write(20);
        let completed = begun.map(|begun| self.end(begun));
        let is_swept = self.random.chance(50);
        if is_swept {
            // Grace 0 says that nobody else is there: what runs all the same fails, or was just in time.
            self.sweep();
        } else {
            fourth.0.cancel();
        }
        self.end(fourth);
        assert_eq!(completed, [true; 3], "a snapshot that nobody disturbed did not complete");
        self.capture();
        self.copy();
        self.take_over();
        self.write(100);
        self.tidy();
    }

    fn write(&mut self, changes: u64) {
        say("phase write");
        for _ in 0..changes {
            change(self.order.seed, self.position).perform(&self.backend, &FAMILY_OPTIONS).unwrap();
            self.position += 1;
        }
    }

    fn request(&self, kind: Kind, target: Target) -> SnapshotRequest {
        let metadata = self.position.to_le_bytes().to_vec();
        SnapshotRequest { kind, target, id: b"job".to_vec(), metadata, options: self.order.options() }
    }

    fn begin(&self, kind: Kind) -> (Snapshot, u64) {
        let request = self.request(kind, Target::Directory(self.order.url.clone()));
        (self.backend.start_snapshot(&request).unwrap(), self.position)
    }

    /// Whether it completed; else it was cancelled, or taken for dead by a sweep, perhaps between a put and the look at it.
    fn end(&self, (snapshot, position): (Snapshot, u64)) -> bool {
        say("phase publish");
        snapshot.wait(Some(Duration::from_secs(60)));
        match snapshot.result() {
            Ok(info) => {
                say(&format!("completed {} {position}", info.number));
                true
            }
            Err(error)
                if matches!(error.code, Code::Cancelled | Code::TimedOut | Code::NotFound | Code::Corruption) =>
            {
                false
            }
            Err(error) => panic!("{error}"),
        }
    }

    fn capture(&mut self) {
        say("phase capture");
        let path = self.order.captures().join(self.position.to_string());
        let kind = if self.random.chance(50) { Kind::Native } else { Kind::Portable };
        let snapshot = self.backend.start_snapshot(&self.request(kind, Target::Capture(path.clone()))).unwrap();
        snapshot.wait(Some(Duration::from_secs(60)));
        snapshot.result().unwrap();
        fs::remove_dir_all(path).unwrap();
    }

    /// Copies all snapshots elsewhere, the first one in vain, and restores one as a plain directory.
    fn copy(&self) {
        say("phase copy");
        let copies = format!("file://{}", self.order.copies().display());
        let (from, to) = (self.order.snapshots(), SnapshotDirectory::open(&copies, &Options::new()).unwrap());
        let control = Control::new();
        let begin = |grace: Duration| {
            let settings = CopySettings { grace, take_over: false, older: true, scratch: self.order.storage.clone() };
            Copier::open(&from, &to, settings, &control).unwrap()
        };
        let list = from.list().unwrap();
        // This one cleans up after itself, unless nothing was to be copied.
        for info in &list {
            match begin(Duration::from_nanos(1)).copy(info.number, &control) {
                Ok(Copied::Before { .. }) => {}
                answer => assert_eq!(answer.unwrap_err().code, Code::TimedOut),
            }
        }
        let mut copier = begin(Duration::from_secs(3600));
        for info in &list {
            copier.copy(info.number, &control).unwrap();
        }
        to.retain(4).unwrap();
        to.sweep(Duration::ZERO, false).unwrap();
        say("phase restore");
        let source = number(&self.order.url, list.last().unwrap().number);
        let _ = fs::remove_dir_all(self.order.plain());
        plain::into_directory(&self.order.options(), &source, &self.order.plain(), &control).unwrap();
    }

    /// Restores the newest snapshot of each sort with a range of keys, as another job would take over a part.
    fn take_over(&self) {
        say("phase restore");
        let snapshots = self.order.snapshots().list().unwrap();
        let range = KeyRange { from: vec![0, 50], to: Some(vec![1, 50]) };
        for (kind, has_rows) in [(Kind::Native, false), (Kind::Native, true), (Kind::Portable, false)] {
            let is_wanted = |info: &&SnapshotInfo| info.kind == kind && (info.fallbacks > 0) == has_rows;
            if let Some(info) = snapshots.iter().rfind(is_wanted) {
                let source = number(&self.order.url, info.number);
                drop(Backend::restore(&self.settings, None, &[source], &range).unwrap());
            }
        }
    }

    fn tidy(&mut self) {
        say("phase discard");
        let directory = self.order.snapshots();
        let mut keep: Vec<u64> = directory.list().unwrap().iter().map(|info| info.number).collect();
        let mut discard: Vec<u64> = keep.drain(..keep.len().saturating_sub(3).max(1)).collect();
        // Also the newest one, now and then: its number must stay taken.
        if self.random.chance(50) && keep.len() > 1 {
            discard.extend(keep.pop());
        }
        for number in discard {
            say(&format!("discarding {number}"));
            directory.discard(number).unwrap();
        }
        self.plant_dead_job();
        self.sweep();
    }

    /// Leaves what a job on another machine leaves that died after it had put a file.
    fn plant_dead_job(&mut self) {
        let job = format!("{:016x}{:016x}", self.random.next(), self.random.next());
        let intent = json!({"epoch": 1, "created": 1, "grace": 3_600_000, "parents": [], "backend": job});
        let file = format!("{job}-1-5-{:08x}.{job}.rows", crc32c::crc32c(b"dead\n"));
        let store = gabion::store::open(&self.order.url, &self.order.options().store()).unwrap();
        let put = |name: String, bytes: Vec<u8>| store.put_new(&name, bytes.into(), &Control::new()).unwrap();
        put(format!("intents/{job}"), document("intent", &intent));
        put(format!("files/{file}"), b"dead\n".to_vec());
    }

    fn sweep(&self) {
        say("phase sweep");
        let directory = self.order.snapshots();
        directory.sweep(Duration::ZERO, false).unwrap();
    }
}

/// The position in a snapshot's metadata.
pub fn position_of(metadata: &[u8]) -> u64 {
    u64::from_le_bytes(metadata.try_into().unwrap())
}

/// The captures that are complete.
pub fn captures(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).map(|entries| entries.map(|entry| entry.unwrap().path()).collect());
    let all: Vec<PathBuf> = entries.unwrap_or_default();
    all.into_iter().filter(|path| path.join("gabion.manifest").exists()).collect()
}
