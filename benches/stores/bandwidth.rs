//! How fast snapshots go up and come back, against the peer with the same files, by turns.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use gabion::restore::Source;
use gabion::snapshot::Target;
use gabion::snapshot::directory::SnapshotDirectory;
use gabion::store::{self, Control, Link, Sum};
use gabion::{Backend, Options, Result};

use crate::database::Database;
use crate::peer::{AT_ONCE, Peer};

/// A store, reached by both.
pub struct Place {
    pub name: &'static str,
    /// Of the bucket or file system.
    pub url: String,
    pub options: Options,
    pub peer: Peer,
}

/// What one round took.
#[derive(Clone, Copy, Debug, Default)]
struct Round {
    snapshot: Duration,
    /// Another one right after it, with nothing new.
    nothing: Duration,
    put: Duration,
    peer_up: Duration,
    restore: Duration,
    files: Duration,
    peer_down: Duration,
}

const MIB: f64 = (1 << 20) as f64;

/// Runs `rounds` and prints a table.
pub fn measure(database: &Database, place: &Place, rounds: usize, folder: &Path) -> Result<()> {
    let capture = folder.join("capture");
    database.snapshot(Target::Capture(capture.clone()), &Options::new())?;
    let files: Vec<PathBuf> =
        std::fs::read_dir(&capture).expect("the capture").map(|entry| entry.expect("a file").path()).collect();
    let bytes: u64 = files.iter().map(|file| file.metadata().expect("its size").len()).sum();
    let mut all = Vec::new();
    for round in 0..rounds {
        eprintln!("{}: round {} of {rounds}", place.name, round + 1);
        all.push(one_round(database, place, &files, round, folder)?);
    }
    std::fs::remove_dir_all(&capture).expect("the capture");
    print(place, &all, (files.len(), bytes));
    let metric = |what: &str| database.metric(&format!("store.memory_{what}")).map(|bytes| bytes as f64 / MIB);
    let nothing = median(all.iter().map(|round| round.nothing.as_secs_f64() * 1e3).collect());
    println!("\nA snapshot with nothing new takes {nothing:.0} ms.");
    println!("\nMemory in flight: at most {:.1} MiB; the limit is {:.0} MiB.\n", metric("peak")?, metric("limit")?);
    Ok(())
}

fn one_round(database: &Database, place: &Place, files: &[PathBuf], round: usize, folder: &Path) -> Result<Round> {
    let (ours, theirs, put_alone) = (format!("ours-{round}"), format!("theirs-{round}"), format!("put-{round}"));
    let url = format!("{}/{ours}", place.url);
    let (restored, copied, got) = (folder.join("restored"), folder.join("copied"), folder.join("got"));
    let mut times = Round::default();
    let put = |times: &mut Round| times.peer_up = timed(|| place.peer.put_all(files, &theirs).expect("the peer puts"));
    // Who goes first has the colder caches.
    if round % 2 == 1 {
        put(&mut times);
    }
    let mut number = 0;
    times.snapshot = timed_result(|| {
        number = database.snapshot(Target::Directory(url.clone()), &place.options)?.number;
        Ok(())
    })?;
    times.nothing = timed_result(|| database.snapshot(Target::Directory(url.clone()), &place.options).map(drop))?;
    let sums: Vec<Sum> = files.iter().map(|file| Sum::of(&std::fs::read(file).expect("a captured file"))).collect();
    times.put = timed_result(|| put_files(place, &format!("{}/{put_alone}", place.url), files, &sums))?;
    if round.is_multiple_of(2) {
        put(&mut times);
    }
    let get = |times: &mut Round| {
        times.peer_down = timed(|| place.peer.get_all(&theirs, &copied).expect("the peer gets"));
    };
    if round % 2 == 1 {
        get(&mut times);
    }
    times.restore = timed_result(|| {
        let mut options = place.options.clone();
        options.set("storage.paths", &restored.to_string_lossy())?;
        let source = Source::Number { url: url.clone(), number };
        let (backend, _) = Backend::restore(&options, None, &[source], &Default::default())?;
        backend.close()
    })?;
    times.files = timed_result(|| get_files(place, &url, number, &got))?;
    if round.is_multiple_of(2) {
        get(&mut times);
    }
    for directory in [&restored, &copied, &got] {
        std::fs::remove_dir_all(directory).expect("a directory of the round");
    }
    for prefix in [&ours, &theirs, &put_alone] {
        place.peer.remove(prefix).expect("the peer removes");
    }
    Ok(times)
}

/// Puts files, each compared with its checksum, and nothing else.
fn put_files(place: &Place, url: &str, files: &[PathBuf], sums: &[Sum]) -> Result<()> {
    let store = store::open(url, &place.options.store())?;
    all_at_once(files.len(), &|at| {
        let name = format!("files/{at}");
        store.put_file(&files[at], &name, &sums[at], Link::Never, &Control::new()).map(drop)
    })
}

/// Gets the files of a snapshot, each compared with its checksum, and nothing else.
fn get_files(place: &Place, url: &str, number: u64, to: &Path) -> Result<()> {
    let directory = SnapshotDirectory::open(url, &place.options)?;
    let manifest = directory.sequence().manifest(number, &Control::new())?;
    std::fs::create_dir(to).expect("a new directory");
    let objects: Vec<_> = manifest.objects().collect();
    all_at_once(objects.len(), &|at| {
        let (name, to) = (objects[at].path(), to.join(objects[at].to_string()));
        directory.store().get_file(&name, &to, &objects[at].origin.sum(), Link::Never, &Control::new()).map(drop)
    })
}

/// Runs `work` for every number below `count`, on as many threads as the peer has requests.
fn all_at_once(count: usize, work: &(dyn Fn(usize) -> Result<()> + Sync)) -> Result<()> {
    let next = AtomicUsize::new(0);
    let work = || -> Result<()> {
        loop {
            match next.fetch_add(1, Ordering::Relaxed) {
                at if at < count => work(at)?,
                _ => return Ok(()),
            }
        }
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().expect("no panic"))
    })
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn timed_result(work: impl FnOnce() -> Result<()>) -> Result<Duration> {
    let start = Instant::now();
    work()?;
    Ok(start.elapsed())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn print(place: &Place, rounds: &[Round], (files, bytes): (usize, u64)) {
    println!("\n{}: {files} files, {:.1} MiB, {} rounds; medians\n", place.name, bytes as f64 / MIB, rounds.len());
    println!("| {} | Gabion, MiB/s | object_store, MiB/s | ratio | lowest to highest |", place.name);
    println!("| --- | --- | --- | --- | --- |");
    let rate = |time: Duration| bytes as f64 / MIB / time.as_secs_f64();
    let row = |name: &str, ours: fn(&Round) -> Duration, theirs: fn(&Round) -> Duration| {
        let of = |which: fn(&Round) -> Duration| median(rounds.iter().map(|round| rate(which(round))).collect());
        let mut ratios: Vec<f64> = rounds.iter().map(|round| rate(ours(round)) / rate(theirs(round))).collect();
        ratios.sort_by(f64::total_cmp);
        let (least, most) = (ratios[0], ratios[ratios.len() - 1]);
        println!(
            "| {name} | {:.1} | {:.1} | {:.2} | {least:.2} to {most:.2} |",
            of(ours),
            of(theirs),
            median(ratios.clone())
        );
    };
    row("a whole snapshot, upload", |round| round.snapshot, |round| round.peer_up);
    row("its files, put and verified / put", |round| round.put, |round| round.peer_up);
    row("a whole restore, download", |round| round.restore, |round| round.peer_down);
    row("its files, got and verified / got", |round| round.files, |round| round.peer_down);
}
