//! Snapshots that earlier versions wrote still restore: those in tests/golden, with what they must contain beside them.
//!
//! `BLESS=1 cargo test --test golden` writes those that are missing. One that is there is never written anew: it is what an
//! older version left. After a change of the format, add new ones under other names.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use common::model::{Shown, assert_same, shown};
use common::{number, open, options, request, take};
use gabion::column_family::{MemtableKind, MergeKind};
use gabion::restore::{KeyRange, Source};
use gabion::snapshot::{Kind, SnapshotDirectory};
use gabion::{Backend, Options};
use serde_json::{Value, json};

const TITLE: (&[u8], &[u8]) = (b"golden \0\xff", b"at 42");

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// The names in tests/golden that begin with `prefix` and are no list of contents.
fn golden(prefix: &str) -> Vec<String> {
    let mut names = common::swept::names(&folder());
    names.retain(|name| name.starts_with(prefix) && !name.ends_with(".json"));
    names
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &Value) -> Vec<u8> {
    let text = text.as_str().unwrap();
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// What a backend shows, as it is kept beside a golden snapshot.
fn to_json(all: &[Shown]) -> Value {
    let family = |(name, descriptor, merge, memtable, rows): &Shown| {
        let delimiter = match merge {
            MergeKind::StringAppend(delimiter) => json!(delimiter),
            _ => Value::Null,
        };
        let rows: Vec<[String; 2]> = rows.iter().map(|(key, value)| [hex(key), hex(value)]).collect();
        json!({"name": hex(name), "descriptor": hex(descriptor), "merge": merge.name(), "delimiter": delimiter,
            "memtable": memtable.name(), "rows": rows})
    };
    all.iter().map(family).collect()
}

fn of_json(all: &Value) -> Vec<Shown> {
    let family = |family: &Value| {
        let merge = match family["merge"].as_str().unwrap() {
            "string-append" => MergeKind::StringAppend(u8::try_from(family["delimiter"].as_u64().unwrap()).unwrap()),
            "uint64-add" => MergeKind::Uint64Add,
            _ => MergeKind::None,
        };
        let memtable = match family["memtable"].as_str().unwrap() {
            "hash-link-list" => MemtableKind::HashLinkList,
            _ => MemtableKind::SkipList,
        };
        let rows = family["rows"].as_array().unwrap().iter().map(|row| (unhex(&row[0]), unhex(&row[1]))).collect();
        (unhex(&family["name"]), unhex(&family["descriptor"]), merge, memtable, rows)
    };
    all.as_array().unwrap().iter().map(family).collect()
}

fn read_json(name: &str) -> Value {
    serde_json::from_slice(&fs::read(folder().join(format!("{name}.json"))).unwrap()).unwrap()
}

fn write_json(name: &str, contents: &Value) {
    let text = serde_json::to_string_pretty(contents).unwrap();
    fs::write(folder().join(format!("{name}.json")), text + "\n").unwrap();
}

fn copy_all(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, target) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        if path.is_dir() {
            copy_all(&path, &target);
        } else {
            fs::copy(path, target).unwrap();
        }
    }
}

#[test]
fn golden_snapshots_restore_what_they_were_taken_of() {
    bless();
    for kind in ["native", "portable"] {
        assert!(!golden(kind).is_empty(), "there is no golden {kind} snapshot");
        for name in golden(kind) {
            let copy = tempfile::tempdir().unwrap();
            let root = copy.path().join("snapshots");
            copy_all(&folder().join(&name), &root);
            let url = format!("file://{}", root.display());
            let expected = read_json(&name);
            let directory = SnapshotDirectory::open(&url, &Options::new()).unwrap();
            let listed = directory.list().unwrap();
            assert_eq!(listed.len(), expected.as_object().unwrap().len(), "{name}");
            for info in &listed {
                let expected = of_json(&expected[info.number.to_string()]);
                directory.verify(info.number).unwrap();
                let scratch = restore_fully(number(&url, info.number));
                assert_same(&shown(&scratch.backend), &expected, &format!("{name}, snapshot {}", info.number));
            }
            goes_on(&url, &directory, &name);
        }
    }
}

fn restore_fully(source: Source) -> common::Scratch {
    let storage = tempfile::tempdir().unwrap();
    let settings = options(&[("storage.paths", storage.path().to_str().unwrap()), ("restore.verify", "full")]);
    let (backend, infos) = Backend::restore(&settings, None, &[source], &KeyRange::default()).unwrap();
    assert_eq!((infos[0].id.as_slice(), infos[0].metadata.as_slice()), TITLE);
    common::Scratch { backend, storage }
}

/// A job of today takes over from one of then: it writes, takes snapshots in the same directory, and sweeps.
fn goes_on(url: &str, directory: &SnapshotDirectory, name: &str) {
    let scratch = restore_fully(Source::Latest { url: url.to_owned() });
    let family = &scratch.backend.column_families().unwrap()[0];
    family.put(b"written by", name.as_bytes()).unwrap();
    let contents = shown(&scratch.backend);
    let info = take(&scratch.backend, Kind::Native, url);
    directory.retain(1).unwrap();
    directory.sweep(Duration::ZERO, false).unwrap();
    assert_same(&shown(&common::restore(number(url, info.number)).backend), &contents, name);
}

#[test]
fn golden_streams_push_what_they_were_pulled_from() {
    bless();
    assert!(!golden("stream").is_empty(), "there is no golden stream");
    for name in golden("stream") {
        let storage = tempfile::tempdir().unwrap();
        let settings = options(&[("storage.paths", storage.path().to_str().unwrap())]);
        let mut pushed = Backend::push_stream(&settings, None, &KeyRange::default()).unwrap();
        pushed.write(&fs::read(folder().join(&name)).unwrap()).unwrap();
        let (backend, info) = pushed.finish().unwrap();
        assert_eq!((info.id.as_slice(), info.metadata.as_slice()), TITLE);
        assert_same(&shown(&backend), &of_json(&read_json(&name)), &name);
    }
}

/// Writes the golden snapshots that are missing, if asked to.
fn bless() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    if std::env::var("BLESS").is_ok_and(|bless| bless == "1") {
        ONCE.call_once(|| {
            fs::create_dir_all(folder()).unwrap();
            write_directory(Kind::Native, "native");
            write_directory(Kind::Portable, "portable");
            write_stream("stream");
        });
    }
}

/// Families of all kinds, with names that need an escape and one that was dropped and made again.
fn fill(backend: &Backend) {
    let append = options(&[("merge", "string-append"), ("merge.delimiter", "0x00")]);
    let list = backend.create_column_family(b"", b"\0\xff", &append).unwrap();
    let hashed = options(&[("memtable", "hash-link-list"), ("write_buffer_size", "1048576")]);
    let plain = backend.create_column_family("größe\0".as_bytes(), b"descriptor", &hashed).unwrap();
    backend.drop_column_family(&backend.create_column_family(b"default", b"", &options(&[])).unwrap()).unwrap();
    let add = options(&[("merge", "uint64-add"), ("memtable", "hash-link-list")]);
    let sums = backend.create_column_family(b"default", b"", &add).unwrap();
    backend.create_column_family(b"empty", b"", &options(&[])).unwrap();
    for key in 0..200u32 {
        plain.put(&key.to_be_bytes(), &vec![key as u8; key as usize]).unwrap();
        list.merge(&[key as u8 % 7], &key.to_le_bytes()).unwrap();
        sums.merge(&[key as u8 % 5], &u64::from(key).to_le_bytes()).unwrap();
    }
    plain.put(b"", b"the empty key").unwrap();
    backend.flush().unwrap();
    for key in 0..50u8 {
        list.merge(&[key % 7], b"after the flush").unwrap();
        sums.merge(&[key % 5], &u64::MAX.to_le_bytes()).unwrap();
    }
    plain.delete_range(&10u32.to_be_bytes(), &20u32.to_be_bytes()).unwrap();
    plain.delete(&50u32.to_be_bytes()).unwrap();
}

/// A directory with a past: several epochs, a void, a tombstone, an incremental snapshot, one with rows beside RocksDB's files.
fn write_directory(kind: Kind, name: &str) {
    if folder().join(name).exists() {
        return;
    }
    let scratch = open(&[("disable_auto_compactions", "true")]);
    let target = tempfile::tempdir().unwrap();
    let url = format!("file://{}", target.path().display());
    let directory = SnapshotDirectory::open(&url, &Options::new()).unwrap();
    let mut expected = serde_json::Map::new();
    let mut asked = request(kind, &url);
    (asked.id, asked.metadata) = (TITLE.0.to_vec(), TITLE.1.to_vec());
    fill(&scratch.backend);
    directory.discard(take(&scratch.backend, kind, &url).number).unwrap();
    let first = scratch.backend.start_snapshot(&asked).unwrap();
    first.wait(None);
    expected.insert(first.result().unwrap().number.to_string(), to_json(&shown(&scratch.backend)));
    drop(scratch);
    let scratch = restore_fully(Source::Latest { url: url.clone() });
    // A family that is dropped before the capture goes as rows beside RocksDB's files.
    loop {
        let leaving = scratch.backend.create_column_family(b"leaving", b"", &options(&[])).unwrap();
        leaving.put(b"k", &[7; 100]).unwrap();
        let contents = to_json(&shown(&scratch.backend));
        let snapshot = scratch.backend.start_snapshot(&asked).unwrap();
        scratch.backend.drop_column_family(&leaving).unwrap();
        snapshot.wait(None);
        let info = snapshot.result().unwrap();
        if kind == Kind::Portable || info.fallbacks == 1 {
            expected.insert(info.number.to_string(), contents);
            break;
        }
        directory.discard(info.number).unwrap();
    }
    copy_all(target.path(), &folder().join(name));
    write_json(name, &Value::Object(expected));
}

fn write_stream(name: &str) {
    if folder().join(name).exists() {
        return;
    }
    let scratch = open(&[]);
    fill(&scratch.backend);
    let mut stream = scratch.backend.pull_stream(TITLE.0, TITLE.1).unwrap();
    let (mut bytes, mut block) = (Vec::new(), vec![0; 1 << 16]);
    loop {
        match stream.read(&mut block).unwrap() {
            0 => break,
            length => bytes.extend_from_slice(&block[..length]),
        }
    }
    fs::write(folder().join(name), bytes).unwrap();
    write_json(name, &to_json(&shown(&scratch.backend)));
}
