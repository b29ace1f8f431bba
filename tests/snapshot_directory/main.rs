//! Snapshot directories as their users see them, in every store, without RocksDB.

#[path = "../common/mod.rs"]
mod common;
mod copying;
mod faults;
mod golden;
mod place;
#[path = "../servers/mod.rs"]
mod servers;
mod stress;
mod sweeping;
mod writing;

use std::fs;

use gabion::snapshot::SnapshotDirectory;
use gabion::{Code, Options};
use place::{HOUR, Place};

#[test]
fn snapshots_are_listed_oldest_first() {
    for place in Place::every() {
        let writer = place.writer(HOUR);
        let first = place.publish(&writer, &[], &["a", "bb"]).unwrap();
        let second = place.publish(&writer, std::slice::from_ref(&first), &["a", "ccc"]).unwrap();
        let list = place.directory().list().unwrap();
        assert_eq!(list, [first.info(), second.info()]);
        assert_eq!((list[1].bytes, list[1].bytes_written, list[1].files), (4, 3, 2));
        assert_eq!((list[0].id.as_slice(), list[0].metadata.as_slice()), (b"host id".as_slice(), b"at 7".as_slice()));
        assert_eq!(second.parents, [first.number]);
    }
}

#[test]
fn an_empty_directory_has_no_snapshots() {
    for place in Place::every() {
        place.writer(HOUR);
        let directory = place.directory();
        assert!(directory.list().unwrap().is_empty());
        assert!(directory.retain(1).unwrap().is_empty());
        for error in [directory.discard(1), directory.discard(7), directory.verify(2).map(drop)] {
            assert_eq!(error.unwrap_err().code, Code::NotFound);
        }
    }
}

#[test]
fn a_directory_that_is_not_there_is_said_to_be_missing() {
    let place = Place::local();
    let directory = place.directory();
    let errors = [
        directory.list().map(drop),
        directory.describe(1).map(drop),
        directory.verify(1).map(drop),
        directory.discard(1),
        directory.retain(1).map(drop),
        directory.sweep(HOUR, true).map(drop),
        directory.sweep(HOUR, false).map(drop),
        directory.size().map(drop),
    ];
    for error in errors {
        let error = error.unwrap_err();
        assert_eq!(error.code, Code::NotFound);
        assert!(error.message.contains(&place.url), "{error}");
    }
    assert!(!place.root().exists());
}

#[test]
fn a_url_or_an_option_that_is_wrong_is_refused() {
    assert_eq!(SnapshotDirectory::open("ftp://host/x", &Options::new()).unwrap_err().code, Code::Unsupported);
    assert_eq!(SnapshotDirectory::open("s3://bucket/x", &Options::new()).unwrap_err().code, Code::InvalidArgument);
    assert_eq!(SnapshotDirectory::open("snapshots", &Options::new()).unwrap_err().code, Code::InvalidArgument);
    let mut options = Options::new();
    options.set("storage.paths", "/tmp").unwrap();
    assert_eq!(SnapshotDirectory::open("memory://x", &options).unwrap_err().code, Code::InvalidArgument);
}

#[test]
fn a_description_is_the_manifest_as_json() {
    for place in Place::every() {
        let manifest = place.publish(&place.writer(HOUR), &[], &["a"]).unwrap();
        let text = place.directory().describe(manifest.number).unwrap();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(json["number"], manifest.number);
        assert_eq!(json["id"], "host%20id");
        assert_eq!(json["families"][0]["files"][0]["size"], 1);
    }
}

#[test]
fn a_snapshot_that_is_discarded_meanwhile_is_described_or_not_there() {
    let place = Place::local();
    let writer = place.writer(HOUR);
    for _ in 0..60 {
        let manifest = place.publish(&writer, &[], &["a"]).unwrap();
        let directory = place.directory();
        let describer = std::thread::spawn(move || {
            loop {
                if let Err(error) = directory.describe(manifest.number) {
                    return error;
                }
            }
        });
        place.directory().discard(manifest.number).unwrap();
        let error = describer.join().unwrap();
        assert_eq!(error.code, Code::NotFound, "{error}");
    }
}

#[test]
fn an_epoch_is_no_snapshot() {
    for place in Place::every() {
        let epoch = place.writer(HOUR).epoch();
        let error = place.directory().describe(epoch).unwrap_err();
        assert_eq!(error.code, Code::NotFound, "{error}");
    }
}

#[test]
fn verify_reads_every_byte_and_names_each_broken_file() {
    let place = Place::local();
    let manifest = place.publish(&place.writer(HOUR), &[], &["good", "missing", "short", "flipped"]).unwrap();
    let directory = place.directory();
    assert_eq!(directory.verify(manifest.number).unwrap(), 4 + 7 + 5 + 7);
    let paths: Vec<String> = manifest.objects().map(|object| object.path()).collect();
    fs::remove_file(place.root().join(&paths[1])).unwrap();
    fs::write(place.root().join(&paths[2]), "shor").unwrap();
    fs::write(place.root().join(&paths[3]), "flippee").unwrap();
    let error = directory.verify(manifest.number).unwrap_err();
    assert_eq!(error.code, Code::Corruption);
    assert!(error.message.contains("3 broken files"), "{error}");
    assert!(!error.message.contains(&paths[0]), "{error}");
    assert!(paths[1..].iter().all(|path| error.message.contains(path)), "{error}");
}

#[test]
fn a_discarded_snapshot_is_gone_and_its_number_is_not_used_again() {
    for place in Place::every() {
        let writer = place.writer(HOUR);
        let directory = place.directory();
        let first = place.publish(&writer, &[], &["a"]).unwrap();
        directory.discard(first.number).unwrap();
        assert_eq!(directory.discard(first.number).unwrap_err().code, Code::NotFound);
        assert_eq!(directory.describe(first.number).unwrap_err().code, Code::NotFound);
        assert!(directory.list().unwrap().is_empty());
        let second = place.publish(&writer, std::slice::from_ref(&first), &["a"]).unwrap();
        assert!(second.number > first.number);
        assert!(second.parents.is_empty(), "a discarded parent is not reused");
        assert_eq!(place.check_swept(), [second.number]);
    }
}

#[test]
fn retain_keeps_the_newest() {
    for place in Place::every() {
        let writer = place.writer(HOUR);
        let numbers: Vec<u64> = ["a", "b", "c", "d"]
            .iter()
            .map(|content| place.publish(&writer, &[], &[content]).unwrap().number)
            .collect();
        let directory = place.directory();
        assert!(directory.retain(4).unwrap().is_empty());
        assert_eq!(directory.retain(3).unwrap(), numbers[..1]);
        assert_eq!(directory.retain(1).unwrap(), numbers[1..3]);
        assert_eq!(place.check(), numbers[3..]);
        assert_eq!(directory.retain(0).unwrap(), numbers[3..]);
        assert!(place.check_swept().is_empty());
    }
}

#[test]
fn size_counts_every_object() {
    for place in Place::every() {
        let writer = place.writer(HOUR);
        let before = place.directory().size().unwrap();
        let manifest = place.publish(&writer, &[], &["12345"]).unwrap();
        let document = manifest.encode().unwrap().len() as u64;
        assert_eq!(place.directory().size().unwrap(), before + document + 5);
    }
}

#[test]
fn an_unreadable_manifest_is_named_and_never_skipped() {
    let place = Place::local();
    let writer = place.writer(HOUR);
    place.publish(&writer, &[], &["a"]).unwrap();
    let broken = place.publish(&writer, &[], &["b"]).unwrap();
    let path = place.root().join(format!("sequence/{:020}", broken.number));
    let mut bytes = fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&path, bytes).unwrap();
    let directory = place.directory();
    let errors = [directory.list().map(drop), directory.retain(1).map(drop), directory.sweep(HOUR, false).map(drop)];
    for error in errors {
        let error = error.unwrap_err();
        assert_eq!(error.code, Code::Corruption);
        assert!(error.message.contains(&format!("{:020}", broken.number)), "{error}");
    }
    let latest = directory.sequence().latest(&gabion::store::Control::new());
    assert_eq!(latest.unwrap_err().code, Code::Corruption);
    directory.discard(broken.number).unwrap();
    let numbers = place.check_swept();
    assert_eq!(numbers.len(), 1, "the damaged one is gone, and its file with it");
}

#[test]
fn a_damaged_object_that_may_be_an_epoch_is_not_discarded() {
    let place = Place::local();
    let epoch = place.writer(HOUR).epoch();
    fs::write(place.root().join(format!("sequence/{epoch:020}")), "gabion-epoch 1").unwrap();
    assert_eq!(place.directory().discard(epoch).unwrap_err().code, Code::Corruption);
    assert_eq!(place.names("sequence").len(), 1);
}
