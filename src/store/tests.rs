//! What is special about local directories and memory. The contract of `Store` is in tests/stores, where every store has it.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use tempfile::TempDir;

use super::{Control, Link, Moved, Store, Sum, open};
use crate::error::Code;
use crate::options::StoreSettings;

fn local() -> (TempDir, PathBuf, Arc<dyn Store>) {
    let scratch = TempDir::new().unwrap();
    let root = scratch.path().join("snapshots");
    let store = open(&format!("file://{}", root.display()), &StoreSettings::default()).unwrap();
    store.create(&Control::new()).unwrap();
    (scratch, root, store)
}

/// Bytes that differ from block to block.
fn bytes(size: usize) -> Vec<u8> {
    (0..size).map(|at| (at ^ (at >> 8) ^ (at >> 16)) as u8).collect()
}

fn names(store: &dyn Store, folder: &str) -> Vec<String> {
    store.list(folder, &Control::new()).unwrap().into_iter().map(|object| object.name).collect()
}

const CHUNK: usize = 1 << 20;

#[test]
fn stores_of_one_name_are_one_and_others_are_not() {
    let name = uuid::Uuid::new_v4();
    let store = |suffix| open(&format!("memory://{name}{suffix}"), &StoreSettings::default()).unwrap();
    store("").put_new("files/a", Bytes::new(), &Control::new()).unwrap();
    assert_eq!(names(store("/").as_ref(), "files"), ["files/a"]);
    assert!(names(store("x").as_ref(), "files").is_empty());
}

#[test]
fn a_missing_directory_is_said_to_be_missing_until_somebody_writes() {
    let scratch = TempDir::new().unwrap();
    let control = Control::new();
    let store = open(&format!("file://{}/not/yet", scratch.path().display()), &StoreSettings::default()).unwrap();
    let errors = [
        store.list("files", &control).unwrap_err(),
        store.read("sequence/1", 10, &control).unwrap_err(),
        store.read_range("sequence/1", 0..1, &control).unwrap_err(),
        store.head("sequence/1", &control).unwrap_err(),
        store.sum("files/x", &control).unwrap_err(),
        store.leftovers("files", &control).unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.code, Code::NotFound);
        assert!(error.message.contains("/not/yet"), "{error}");
    }
    assert!(!scratch.path().join("not").exists());
    store.put_new("sequence/1", Bytes::from_static(b"x"), &control).unwrap();
    assert_eq!(names(store.as_ref(), "sequence"), ["sequence/1"]);
    assert!(store.list("files", &control).unwrap().is_empty());
}

#[test]
fn a_file_in_the_place_of_a_directory_is_named() {
    let scratch = TempDir::new().unwrap();
    fs::write(scratch.path().join("plain"), "").unwrap();
    let store = open(&format!("file://{}/plain", scratch.path().display()), &StoreSettings::default()).unwrap();
    assert!(store.list("files", &Control::new()).is_err());
    assert!(store.create(&Control::new()).unwrap_err().message.contains("plain"));
}

#[test]
fn another_file_system_gets_a_copy() {
    let (_scratch, _, store) = local();
    // A memory file system on every Linux machine; when it is the one of the scratch directory, links are right.
    let Ok(other) = TempDir::new_in("/dev/shm") else { return };
    let device = |path: &std::path::Path| std::os::unix::fs::MetadataExt::dev(&fs::metadata(path).unwrap());
    let expected = if device(other.path()) == device(_scratch.path()) { Moved::Linked } else { Moved::Copied };
    let (from, to) = (other.path().join("from"), other.path().join("to"));
    fs::write(&from, bytes(3 * CHUNK + 7)).unwrap();
    let sum = Sum::of(&bytes(3 * CHUNK + 7));
    assert_eq!(store.put_file(&from, "files/x", &sum, Link::Allowed, &Control::new()).unwrap(), expected);
    assert_eq!(store.get_file("files/x", &to, &sum, Link::Allowed, &Control::new()).unwrap(), expected);
    assert!(fs::read(&to).unwrap() == bytes(3 * CHUNK + 7));
}

#[test]
fn a_link_shares_the_file_and_a_copy_does_not() {
    use std::os::unix::fs::MetadataExt;
    let (scratch, root, store) = local();
    let from = scratch.path().join("from");
    fs::write(&from, "shared").unwrap();
    let sum = Sum::of(b"shared");
    for (link, links) in [(Link::Allowed, 2), (Link::Never, 1)] {
        let name = format!("files/{link:?}");
        store.put_file(&from, &name, &sum, link, &Control::new()).unwrap();
        assert_eq!(fs::metadata(root.join(&name)).unwrap().nlink(), links);
        let again = store.put_file(&from, &name, &sum, link, &Control::new()).unwrap_err();
        assert_eq!(again.code, Code::AlreadyExists);
    }
}

#[test]
fn symbolic_links_are_no_objects() {
    let (scratch, root, store) = local();
    let control = Control::new();
    let secret = scratch.path().join("secret");
    fs::write(&secret, "secret").unwrap();
    fs::create_dir(root.join("files")).unwrap();
    std::os::unix::fs::symlink(&secret, root.join("files/x")).unwrap();
    let to = scratch.path().join("to");
    assert!(names(store.as_ref(), "files").is_empty());
    assert_eq!(store.head("files/x", &control).unwrap(), None);
    assert_eq!(store.read("files/x", 10, &control).unwrap(), None);
    assert_eq!(store.sum("files/x", &control).unwrap(), None);
    for link in [Link::Allowed, Link::Never] {
        assert!(store.get_file("files/x", &to, &Sum::of(b"secret"), link, &control).is_err());
        assert!(!to.exists());
        let put = store.put_file(&root.join("files/x"), "files/y", &Sum::of(b"secret"), link, &control);
        assert!(put.is_err());
    }
}

#[test]
fn what_is_not_an_object_is_left_out_of_lists() {
    use std::os::unix::ffi::OsStrExt;
    let (_scratch, root, store) = local();
    let control = Control::new();
    store.put_new("files/a", Bytes::new(), &control).unwrap();
    fs::create_dir(root.join("files/folder")).unwrap();
    fs::write(root.join("files").join(std::ffi::OsStr::from_bytes(b"\xff\xfe")), "").unwrap();
    fs::write(root.join("files/a#1"), "123").unwrap();
    fs::write(root.join("files/staging-1"), "12").unwrap();
    assert_eq!(names(store.as_ref(), "files"), ["files/a"]);
    let left = store.leftovers("files", &control).unwrap();
    assert_eq!(left.iter().map(|object| object.name.as_str()).collect::<Vec<_>>(), ["files/a#1", "files/staging-1"]);
    store.delete(&left.into_iter().map(|object| object.name).collect::<Vec<_>>(), &control).unwrap();
    assert!(store.leftovers("files", &control).unwrap().is_empty());
}

#[test]
fn a_deadline_ends_a_transfer() {
    let (_scratch, _, store) = local();
    let late = Control::new().with_deadline(Instant::now());
    assert_eq!(store.list("files", &late).unwrap_err().code, Code::TimedOut);
}
