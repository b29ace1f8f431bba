//! What a snapshot costs the writer, under full write load: 4 families with 64 MiB write buffers, one thread that never stops
//! writing. The peer, in the same run and by turns, is what a state backend does without Gabion's barrier: flush, wait for it, go on.
//!
//! `make bench`, or `cargo bench --bench snapshot`.

use std::path::Path;
use std::time::{Duration, Instant};

use gabion::snapshot::{Kind, Snapshot, SnapshotInfo, SnapshotRequest, State, Target};
use gabion::{Backend, ColumnFamily, Options, Result};

const FAMILIES: usize = 4;
const ROUNDS: usize = 20;
const BETWEEN: Duration = Duration::from_millis(700);
const CANCELS: u64 = 24;

/// The writer, and the longest time that one put took.
struct Writer {
    families: Vec<ColumnFamily>,
    state: u64,
    puts: u64,
    longest: Duration,
}

impl Writer {
    /// Puts rows of 100 bytes under random keys for as long as `go_on` says.
    fn write_while(&mut self, mut go_on: impl FnMut() -> bool) -> Result<()> {
        while go_on() {
            for _ in 0..64 {
                self.state ^= self.state << 13;
                self.state ^= self.state >> 7;
                self.state ^= self.state << 17;
                let key = (self.state % 2_000_000).to_be_bytes();
                let family = &self.families[self.puts as usize % FAMILIES];
                let start = Instant::now();
                family.put(&key, &[self.state as u8; 100])?;
                self.longest = self.longest.max(start.elapsed());
                self.puts += 1;
            }
        }
        Ok(())
    }

    fn write_for(&mut self, time: Duration) -> Result<()> {
        let end = Instant::now() + time;
        self.write_while(|| Instant::now() < end)
    }
}

fn options(pairs: &[(&str, &str)]) -> Result<Options> {
    let mut options = Options::new();
    pairs.iter().try_for_each(|(name, value)| options.set(name, value))?;
    Ok(options)
}

fn request(kind: Kind, directory: &Path) -> SnapshotRequest {
    let target = Target::Directory(format!("file://{}", directory.display()));
    SnapshotRequest { kind, target, id: Vec::new(), metadata: Vec::new(), options: Options::new() }
}

/// Median, 99th percentile and maximum.
fn quantiles(mut times: Vec<Duration>) -> [Duration; 3] {
    times.sort();
    let at = |part: f64| times[((times.len() - 1) as f64 * part).round() as usize];
    [at(0.5), at(0.99), at(1.0)]
}

fn row(name: &str, times: Vec<Duration>) {
    let [median, high, most] = quantiles(times).map(|time| time.as_secs_f64() * 1e3);
    println!("{name:<44} {median:>10.3} {high:>10.3} {most:>10.3}");
}

/// Snapshots and waiting flushes by turns; the snapshots' outcomes, and how long the flushes held the writer.
fn barriers(
    backend: &Backend,
    writer: &mut Writer,
    store: &Path,
) -> Result<(Vec<SnapshotInfo>, Vec<Duration>, Vec<Duration>)> {
    let (mut infos, mut durations, mut flushes) = (Vec::new(), Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        eprintln!("round {round} of {ROUNDS}");
        writer.write_for(BETWEEN)?;
        let start = Instant::now();
        let snapshot = backend.start_snapshot(&request(Kind::Native, store))?;
        writer.write_while(|| snapshot.wait(Some(Duration::ZERO)) == State::Running)?;
        durations.push(start.elapsed());
        infos.push(snapshot.result()?);
        writer.write_for(BETWEEN)?;
        let start = Instant::now();
        backend.flush()?;
        flushes.push(start.elapsed());
    }
    Ok((infos, durations, flushes))
}

/// How long a cancelled job takes to end, cancelled at ever later instants of its life.
fn cancels(backend: &Backend, writer: &mut Writer, store: &Path) -> Result<Vec<Duration>> {
    let mut times = Vec::new();
    for round in 0..CANCELS {
        writer.write_for(Duration::from_millis(100))?;
        let kind = if round % 2 == 0 { Kind::Native } else { Kind::Portable };
        let snapshot: Snapshot = backend.start_snapshot(&request(kind, store))?;
        writer.write_for(Duration::from_millis(round * 12))?;
        let start = Instant::now();
        snapshot.cancel();
        snapshot.wait(None);
        times.push(start.elapsed());
    }
    Ok(times)
}

fn restores(store: &Path, storage: &Path, native: u64, portable: u64) -> Result<[Duration; 2]> {
    let restore = |number| -> Result<Duration> {
        let source = gabion::restore::Source::Number { url: format!("file://{}", store.display()), number };
        let settings = options(&[("storage.paths", &storage.to_string_lossy())])?;
        let start = Instant::now();
        let (backend, _) = Backend::restore(&settings, None, &[source], &Default::default())?;
        let time = start.elapsed();
        backend.close()?;
        Ok(time)
    };
    Ok([restore(native)?, restore(portable)?])
}

fn main() -> Result<()> {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let (store, storage) = (folder.path().join("snapshots"), folder.path().join("scratch"));
    let settings = options(&[("storage.paths", &storage.to_string_lossy()), ("write_buffer_size", "67108864")])?;
    let backend = Backend::open(&settings, None)?;
    let families =
        (0..FAMILIES).map(|at| backend.create_column_family(format!("f{at}").as_bytes(), b"", &Options::new()));
    let families = families.collect::<Result<Vec<_>>>()?;
    let mut writer = Writer { families, state: 0x9e37_79b9_7f4a_7c15, puts: 0, longest: Duration::ZERO };
    writer.write_for(Duration::from_secs(3))?;
    let start = (Instant::now(), writer.puts);
    let (infos, durations, flushes) = barriers(&backend, &mut writer, &store)?;
    let rate = (writer.puts - start.1) as f64 / start.0.elapsed().as_secs_f64();
    let cancelled = cancels(&backend, &mut writer, &store)?;
    let portable = backend.start_snapshot(&request(Kind::Portable, &store))?;
    portable.wait(None);
    let last = infos.last().map_or(0, |info| info.number);
    let [native_restore, portable_restore] = restores(&store, &storage, last, portable.result()?.number)?;

    let pauses: Vec<_> = infos.iter().map(|info| Duration::from_nanos(info.pause_nanos)).collect();
    let ratio = quantiles(flushes.clone())[0].as_secs_f64() / quantiles(pauses.clone())[0].as_secs_f64();
    println!("{:<44} {:>10} {:>10} {:>10}", "milliseconds", "p50", "p99", "max");
    row("the barrier holds the writer", pauses);
    row("a waiting flush holds the writer (the peer)", flushes);
    row("a snapshot takes", durations);
    row("a cancelled snapshot ends within", cancelled);
    println!("the peer's pause over Gabion's, medians      {ratio:>10.0}");
    println!("puts per second                              {rate:>10.0}");
    println!("longest single put, ms                       {:>10.1}", writer.longest.as_secs_f64() * 1e3);
    let fallbacks = infos.iter().filter(|info| info.fallbacks > 0).count();
    println!("native snapshots that fell back              {fallbacks:>7} of {}", infos.len());
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    println!(
        "bytes of the first, and of a later snapshot  {:>7.1} MB, {:.1} MB (of {:.1} MB)",
        megabytes(infos[0].bytes_written),
        megabytes(infos[infos.len() - 1].bytes_written),
        megabytes(infos[infos.len() - 1].bytes)
    );
    println!("restore of a native, of a portable snapshot  {native_restore:>10.1?}, {portable_restore:.1?}");
    Ok(())
}
