//! Snapshots in stores: a throttled S3 (s3s-fs behind a slow line) and a real HDFS on this machine, against `object_store` copying
//! the same files in the same run, by turns; bytes put per snapshot; what checksums cost. Prints the tables of docs/benchmarks.md.
//!
//! `make bench ONLY=stores`, or a part of it: `cargo bench --bench stores -- s3`, `hdfs`, `changes`, `sums`. `ROUNDS=n` makes more of them.

mod bandwidth;
mod changes;
mod database;
mod peer;
#[path = "../../tests/servers/mod.rs"]
mod servers;
mod throttle;

use std::sync::Arc;
use std::time::{Duration, Instant};

use gabion::Result;
use gabion::store::Sum;
use tokio::runtime::Runtime;

use bandwidth::Place;
use database::Database;
use peer::Peer;
use servers::Server;
use throttle::{Line, Throttle};

/// A line of 64 MiB a second each way, 10 ms long.
const SLOW: Line = Line { rate: Some(64 << 20), delay: Duration::from_millis(10) };
const FREE: Line = Line { rate: None, delay: Duration::ZERO };

fn main() -> Result<()> {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let wants = |part: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == part);
    if wants("sums") {
        sums();
    }
    if !["s3", "hdfs", "changes"].iter().any(|part| wants(part)) {
        return Ok(());
    }
    let rounds = std::env::var("ROUNDS").map_or(5, |rounds| rounds.parse().expect("ROUNDS is a number"));
    let runtime = Arc::new(Runtime::new().expect("a runtime"));
    let folder = tempfile::tempdir().expect("a temporary directory");
    eprintln!("loading {} keys", database::KEYS);
    let mut database = Database::load(&folder.path().join("scratch").to_string_lossy())?;
    if wants("changes") {
        let (place, line) = s3(&runtime, FREE);
        changes::measure(&mut database, &place, &line)?;
    }
    if wants("s3") {
        let (place, _line) = s3(&runtime, SLOW);
        bandwidth::measure(&database, &place, rounds, folder.path())?;
    }
    if wants("hdfs") {
        match servers::hdfs() {
            Ok(server) => bandwidth::measure(&database, &hdfs(&runtime, server), rounds, folder.path())?,
            Err(why) => println!("SKIPPED: hdfs: {why}"),
        }
    }
    database.backend.close()?;
    servers::clean();
    Ok(())
}

/// An S3 behind a line.
fn s3(runtime: &Arc<Runtime>, line: Line) -> (Place, Throttle) {
    let mut server = servers::s3().server.clone();
    let address = server.endpoint().trim_start_matches("http://").parse().expect("host and port");
    let line = Throttle::start(runtime, address, line);
    for (name, value) in &mut server.settings {
        if *name == "aws_endpoint" {
            *value = format!("http://{}", line.address);
        }
    }
    let bucket = server.url.trim_start_matches("s3://");
    let peer = Peer::s3(runtime, bucket, &server.settings);
    (Place { name: "S3", url: server.url.clone(), options: server.options(), peer }, line)
}

fn hdfs(runtime: &Arc<Runtime>, server: &Server) -> Place {
    let peer = Peer::hdfs(runtime, &server.url);
    Place { name: "HDFS", url: server.url.clone(), options: server.options(), peer }
}

/// What checksums cost: processor time of this thread over parts of 16 MiB.
fn sums() {
    const PARTS: u64 = 128;
    let part: Vec<u8> = (0..16_u32 << 20).map(|at| (at.wrapping_mul(0x9e37_79b9) >> 24) as u8).collect();
    let (start, processor) = (Instant::now(), processor_time());
    let sum = (0..PARTS).map(|_| Sum::of(&part)).fold(Sum::EMPTY, Sum::followed_by);
    let (took, spent) = (start.elapsed(), processor_time() - processor);
    let gigabytes = sum.size as f64 / 1e9;
    println!(
        "\nChecksums: {:.3} s of processor time per GB ({:.1} GB in {:.2} s; sum {:08x}).\n",
        spent.as_secs_f64() / gigabytes,
        gigabytes,
        took.as_secs_f64(),
        sum.crc32c
    );
}

/// Of this thread.
fn processor_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("a Linux with scheduler statistics");
    let nanos = text.split_whitespace().next().and_then(|nanos| nanos.parse().ok()).expect("nanoseconds first");
    Duration::from_nanos(nanos)
}
