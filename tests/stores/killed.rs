//! Processes that are killed while they write an object in parts: what they leave, a sweep takes.

use std::fs;
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
use crate::servers;
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
    let s3 = servers::own_s3();
    let source = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/store/upload.rs")).unwrap();
    let points: Vec<&str> =
        source.split("fail_point!(\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(points.len() >= 5 && points.iter().all(|point| point.starts_with("upload-")), "{points:?}");
    for point in points {
        let url = s3.server.folder();
        let settings = s3.server.settings.iter().map(|(name, value)| format!("{name}={value}"));
        let order = [vec![url.clone(), point.to_owned()], settings.collect()].concat().join("\n");
        let status = Command::new(std::env::current_exe().unwrap())
            .args([TEST, "--exact", "--nocapture"])
            .env(ORDER, order)
            .status()
            .unwrap();
        assert!(!status.success(), "the child was not killed at {point}");
        let opened = s3.open_uploads();
        let directory = SnapshotDirectory::open(&url, &s3.server.options()).unwrap();
        let young = directory.sweep(HOUR, false).unwrap();
        assert!(young.names.is_empty(), "{point}: its intent is young: {young:?}");
        directory.sweep(Duration::ZERO, false).unwrap();
        for folder in ["files", "intents", "uploads"] {
            let left = crate::stores::names(directory.store().as_ref(), folder);
            assert!(left.is_empty(), "{point}: {left:?}");
        }
        let open = s3.open_uploads();
        println!("killed at {point}: {} uploads were open, {} are", opened.len(), open.len());
        // Killed before the record: only the bucket's own rule ends it.
        let out_of_reach = if point == "upload-begun" { 1 } else { 0 };
        assert_eq!(open.len(), out_of_reach, "{point}: {open:?}");
        s3.end_uploads();
    }
}
