//! The contract of `Store`, tried on every store, and what is special about each.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use tempfile::TempDir;

use super::{Control, Link, Moved, Store, Sum, open};
use crate::error::Code;
use crate::options::StoreSettings;

/// A scratch directory, and one store of each kind.
fn stores() -> (TempDir, Vec<Arc<dyn Store>>) {
    let scratch = TempDir::new().unwrap();
    let local = format!("file://{}/a%20b/sn%C3%A4p%231", scratch.path().display());
    let memory = format!("memory://{}", uuid::Uuid::new_v4());
    let stores = [local, memory].iter().map(|url| open(url, &StoreSettings::default()).unwrap()).collect();
    (scratch, stores)
}

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

const PART: usize = 8 << 20;
const CHUNK: usize = 1 << 20;

#[test]
fn a_small_object_is_made_once() {
    let control = Control::new();
    for store in stores().1 {
        assert!(store.put_new("sequence/1", Bytes::from_static(b"first"), &control).unwrap());
        assert!(!store.put_new("sequence/1", Bytes::from_static(b"second"), &control).unwrap());
        assert_eq!(store.read("sequence/1", 5, &control).unwrap().unwrap(), "first");
        assert_eq!(store.read("sequence/1", 4, &control).unwrap_err().code, Code::Corruption);
        assert_eq!(store.read("sequence/2", 5, &control).unwrap(), None);
        assert_eq!(store.read_range("sequence/1", 1..3, &control).unwrap(), "ir");
        assert_eq!(store.read_range("sequence/1", 5..5, &control).unwrap(), "");
        assert_eq!(store.read_range("sequence/2", 0..1, &control).unwrap_err().code, Code::NotFound);
        assert_eq!(store.read_range("sequence/1", 3..6, &control).unwrap_err().code, Code::Corruption);
        assert_eq!(store.head("sequence/1", &control).unwrap().unwrap().size, 5);
        assert_eq!(store.head("sequence/2", &control).unwrap(), None);
        assert_eq!(names(store.as_ref(), "sequence"), ["sequence/1"], "no staging file stays");
    }
}

#[test]
fn of_many_who_make_one_object_one_succeeds() {
    for store in stores().1 {
        let made: Vec<bool> = std::thread::scope(|scope| {
            let put = |racer: u8| store.put_new("sequence/1", vec![racer; 1000].into(), &Control::new()).unwrap();
            let threads: Vec<_> = (0..16).map(|racer| scope.spawn(move || put(racer))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(made.iter().filter(|&&made| made).count(), 1, "{}", store.url());
        let winner = made.iter().position(|&made| made).unwrap() as u8;
        assert_eq!(store.read("sequence/1", 1000, &Control::new()).unwrap().unwrap(), vec![winner; 1000]);
    }
}

#[test]
fn a_list_is_sorted_and_shows_one_folder() {
    let control = Control::new();
    for store in stores().1 {
        for name in ["files/b", "files/a", "files/c/d", "files2/x", "intents/y"] {
            store.put_new(name, Bytes::from_static(b"12"), &control).unwrap();
        }
        let list = store.list("files", &control).unwrap();
        assert_eq!(list.iter().map(|object| object.name.as_str()).collect::<Vec<_>>(), ["files/a", "files/b"]);
        assert!(list.iter().all(|object| object.size == 2));
        assert!(list[0].modified.elapsed().unwrap_or_default() < Duration::from_secs(60));
        assert!(store.list("tombstones", &control).unwrap().is_empty());
    }
}

#[test]
fn deleting_twice_is_deleting() {
    let control = Control::new();
    for store in stores().1 {
        store.put_new("files/a", Bytes::new(), &control).unwrap();
        let names = ["files/a".to_owned(), "files/never".to_owned()];
        store.delete(&names, &control).unwrap();
        store.delete(&names, &control).unwrap();
        assert_eq!(store.head("files/a", &control).unwrap(), None);
    }
}

#[test]
fn files_of_every_size_go_in_and_come_out() {
    let (scratch, stores) = stores();
    let sizes = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, PART - 1, PART, PART + 1, 3 * PART];
    for (round, size) in sizes.into_iter().enumerate() {
        let data = bytes(size);
        let sum = Sum::of(&data);
        let from = scratch.path().join("from");
        fs::write(&from, &data).unwrap();
        for (which, store) in stores.iter().enumerate() {
            for link in [Link::Allowed, Link::Never] {
                let control = Control::new();
                let name = format!("files/{round}-{link:?}");
                let to = scratch.path().join(format!("to-{round}-{which}-{link:?}"));
                let put = store.put_file(&from, &name, &sum, link, &control).unwrap();
                let got = store.get_file(&name, &to, &sum, link, &control).unwrap();
                let linked = link == Link::Allowed && which == 0;
                let expected = if linked { Moved::Linked } else { Moved::Copied };
                assert_eq!((put, got), (expected, expected), "{name} in {}", store.url());
                assert_eq!(control.moved(), 2 * size as u64);
                assert!(fs::read(&to).unwrap() == data, "{name} in {}", store.url());
                assert_eq!(store.sum(&name, &control).unwrap(), Some(sum));
                assert_eq!(store.head(&name, &control).unwrap().unwrap().size, size as u64);
            }
        }
    }
}

#[test]
fn a_file_that_is_not_what_it_should_be_is_not_put() {
    let (scratch, stores) = stores();
    let control = Control::new();
    let from = scratch.path().join("from");
    fs::write(&from, bytes(PART + 5)).unwrap();
    let right = Sum::of(&bytes(PART + 5));
    let wrong = [
        Sum { size: right.size - 1, ..right },
        Sum { size: right.size + 1, ..right },
        Sum { crc32c: right.crc32c ^ 1, ..right },
    ];
    for store in stores {
        for wrong in wrong {
            let error = store.put_file(&from, "files/x", &wrong, Link::Never, &control).unwrap_err();
            assert_eq!(error.code, Code::Corruption, "{error}");
            assert!(error.message.contains("from"), "{error}");
            assert_eq!(store.head("files/x", &control).unwrap(), None);
        }
        store.create(&control).unwrap();
        assert!(names(store.as_ref(), "files").is_empty());
        assert!(store.leftovers("files", &control).unwrap().is_empty());
        let missing = store.put_file(&scratch.path().join("no"), "files/x", &right, Link::Never, &control).unwrap_err();
        assert!(missing.message.contains("/no"), "{missing}");
    }
}

#[test]
fn an_object_that_is_not_what_it_should_be_is_not_got() {
    let (scratch, stores) = stores();
    let control = Control::new();
    let to = scratch.path().join("to");
    for store in stores {
        store.put_new("files/x", Bytes::from(bytes(100)), &control).unwrap();
        let right = Sum::of(&bytes(100));
        for wrong in [Sum { size: 99, ..right }, Sum { size: 101, ..right }, Sum { crc32c: !right.crc32c, ..right }] {
            let error = store.get_file("files/x", &to, &wrong, Link::Never, &control).unwrap_err();
            assert_eq!(error.code, Code::Corruption, "{error}");
            assert!(error.message.contains("files/x"), "{error}");
            assert!(!to.exists());
        }
        let wrong = Sum { size: 99, ..right };
        assert_eq!(store.get_file("files/x", &to, &wrong, Link::Allowed, &control).unwrap_err().code, Code::Corruption);
        assert_eq!(store.get_file("files/y", &to, &right, Link::Allowed, &control).unwrap_err().code, Code::NotFound);
        assert!(!to.exists());
        fs::write(&to, "mine").unwrap();
        for link in [Link::Allowed, Link::Never] {
            let error = store.get_file("files/x", &to, &right, link, &control).unwrap_err();
            assert_eq!(error.code, Code::AlreadyExists);
        }
        assert_eq!(fs::read(&to).unwrap(), b"mine");
        fs::remove_file(&to).unwrap();
    }
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    let control = Control::new();
    for store in stores().1 {
        store.create(&control).unwrap();
        for name in
            ["", "/etc/passwd", "../x", "files/../../x", "files//x", "files/.", "files/a b", "files/ä", "files/a\0"]
        {
            assert_eq!(store.read(name, 10, &control).unwrap_err().code, Code::InvalidArgument, "{name:?}");
            assert_eq!(store.put_new(name, Bytes::new(), &control).unwrap_err().code, Code::InvalidArgument);
            assert_eq!(store.delete(&[name.to_owned()], &control).unwrap_err().code, Code::InvalidArgument);
        }
    }
}

#[test]
fn the_time_of_a_store_goes_on_and_its_probe_goes_away() {
    let control = Control::new();
    for store in stores().1 {
        let before = SystemTime::now() - Duration::from_secs(1);
        let first = store.now(&control).unwrap();
        let second = store.now(&control).unwrap();
        assert!(before <= first && first <= second, "{}", store.url());
        assert!(names(store.as_ref(), "probes").is_empty());
    }
}

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
fn a_cancelled_transfer_stops_soon_and_leaves_nothing() {
    let (scratch, stores) = stores();
    let from = scratch.path().join("large");
    let size = 256 << 20;
    // A file without blocks: as long to read and to sum as any.
    fs::File::create(&from).unwrap().set_len(size).unwrap();
    let sum = Sum { size, crc32c: 0 };
    for store in stores {
        let control = Control::new();
        let canceller = control.clone();
        let thread = std::thread::spawn(move || {
            while canceller.moved() == 0 {
                std::thread::sleep(Duration::from_millis(1));
            }
            canceller.cancel();
            Instant::now()
        });
        let error = store.put_file(&from, "files/x", &sum, Link::Never, &control).unwrap_err();
        assert!(thread.join().unwrap().elapsed() < Duration::from_secs(10));
        assert_eq!(error.code, Code::Cancelled, "{error}");
        assert_eq!(store.head("files/x", &Control::new()).unwrap(), None);
        assert!(store.leftovers("files", &Control::new()).unwrap().is_empty());
        assert_eq!(store.now(&control).unwrap_err().code, Code::Cancelled);
    }
}

#[test]
fn a_deadline_ends_a_transfer() {
    let (_scratch, _, store) = local();
    let late = Control::new().with_deadline(Instant::now());
    assert_eq!(store.list("files", &late).unwrap_err().code, Code::TimedOut);
}
