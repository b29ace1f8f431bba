//! Processes that are killed while they write an object in parts: what they leave, a sweep takes.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use gabion::snapshot::SnapshotDirectory;
use gabion::snapshot::id::Id;
use gabion::snapshot::object_name::{FileType, Origin};
use gabion::snapshot::publication::Publication;
use gabion::snapshot::writer::Writer;
use gabion::store::{Control, Link, Sum};
use gabion::{Options, store};

use crate::common::fail_points::has_points;
use crate::common::random::is_soak;
use crate::servers::{self, Server};
use crate::stores::bytes;

const ORDER: &str = "GABION_STORES_KILL_ORDER";
const HOUR: Duration = Duration::from_secs(3600);
const SIZE: usize = 40 << 20;

/// In the child: puts a file of three parts, and dies at the fail point.
fn run(order: &str) {
    let mut lines = order.lines();
    let (url, point) = (lines.next().unwrap(), lines.next().unwrap());
    let mut options = Options::new();
    for line in lines {
        let (name, value) = line.split_once('=').unwrap();
        options.set(name, value).unwrap();
    }
    fail::cfg_callback(point, || {
        let own = std::process::id().to_string();
        Command::new("kill").args(["-KILL", &own]).status().unwrap();
        std::thread::sleep(HOUR);
    })
    .unwrap();
    if point == "upload-aborted" {
        // It fails after its parts: the file is not what it should be.
        put(url, &options, 1);
    } else {
        put(url, &options, 0);
    }
}

fn put(url: &str, options: &Options, wrong: u32) {
    let store = store::open(url, &options.store()).unwrap();
    let writer = Arc::new(Writer::open(store, HOUR, None, &Control::new()).unwrap());
    let publication = Publication::begin(&writer, Id(0xb0), &[], &Control::new()).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    let data = bytes(SIZE);
    fs::write(file.path(), &data).unwrap();
    let Sum { size, crc32c } = Sum::of(&data);
    let origin = Origin { backend: Id(0xb0), number: 1, size, crc32c: crc32c ^ wrong };
    let _ = publication.put(file.path(), origin, FileType::Stream, Link::Never, &Control::new());
}

#[test]
fn a_sweep_ends_the_uploads_of_killed_processes() {
    const TEST: &str = "killed::a_sweep_ends_the_uploads_of_killed_processes";
    if let Ok(order) = std::env::var(ORDER) {
        return run(&order);
    }
    if !has_points(TEST) {
        return;
    }
    let source = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/store/upload.rs")).unwrap();
    let points: Vec<&str> =
        source.split("fail_point!(\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(points.len() >= 5 && points.iter().all(|point| point.starts_with("upload-")), "{points:?}");
    let (s3, azurite) = (servers::own_s3(), servers::azurite());
    if let Err(why) = azurite {
        println!("SKIPPED: {TEST} on one store: {why}");
    }
    let times = if is_soak() { 5 } else { 1 };
    for point in points {
        for _ in 0..times {
            let url = kill(TEST, &s3.server, point);
            let is_open = !["upload-completed", "upload-aborted"].contains(&point);
            assert_eq!(s3.open_uploads().len(), usize::from(is_open), "killed at {point}");
            sweep(&s3.server, &url, point);
            // Killed before the record: only the bucket's own rule ends it.
            let is_out_of_reach = point == "upload-begun";
            assert_eq!(s3.open_uploads().len(), usize::from(is_out_of_reach), "swept after {point}");
            s3.end_uploads();
            // Azure's uploads have no id to record.
            if let Ok(azurite) = azurite
                && point != "upload-recorded"
            {
                sweep(azurite, &kill(TEST, azurite, point), point);
            }
        }
        println!("{times} kills at {point}, on each store that comes there");
    }
}

/// A process writes to a new folder of `server`, whose URL this is, and dies at `point`.
fn kill(test: &str, server: &Server, point: &str) -> String {
    let url = server.folder();
    let settings = server.settings.iter().map(|(name, value)| format!("{name}={value}"));
    let order = [vec![url.clone(), point.to_owned()], settings.collect()].concat().join("\n");
    let status = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env(ORDER, order)
        .status()
        .unwrap();
    assert_eq!(status.signal(), Some(9), "{point} with {}: {status}", server.name);
    url
}

/// A sweep that respects the intent's age leaves all, one that doesn't takes what a process killed at `point` left at `url`.
fn sweep(server: &Server, url: &str, point: &str) {
    let what = format!("{point} with {}", server.name);
    let directory = SnapshotDirectory::open(url, &server.options()).unwrap();
    let young = directory.sweep(HOUR, false).unwrap();
    assert!(young.names.is_empty(), "{what}: its intent is young: {young:?}");
    directory.sweep(Duration::ZERO, false).unwrap();
    for folder in ["files", "intents", "uploads"] {
        let left = crate::stores::names(directory.store().as_ref(), folder);
        assert!(left.is_empty(), "{what}: {left:?}");
    }
}
