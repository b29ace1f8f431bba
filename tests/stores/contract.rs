//! The contract of `Store`, on every store.

use std::fs;
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use gabion::Code;
use gabion::store::{Control, Link, Moved, Sum};

use crate::common::wait_until;
use crate::stores::{Stores, bytes, names};

/// Bytes of one request for data.
const PART: usize = 16 << 20;
const CHUNK: usize = 1 << 20;

#[test]
fn a_small_object_is_made_once() {
    let control = Control::new();
    for store in Stores::every().stores {
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
fn a_document_may_be_larger_than_a_part() {
    let control = Control::new();
    for store in Stores::every().stores {
        let data = bytes(PART + 5);
        assert!(store.put_new("sequence/1", data.clone().into(), &control).unwrap());
        assert!(store.read("sequence/1", 256 << 20, &control).unwrap().unwrap() == data, "{}", store.url());
        let error = store.read("sequence/1", PART as u64 + 4, &control).unwrap_err();
        assert_eq!(error.code, Code::Corruption, "{error}");
    }
}

#[test]
fn of_many_who_make_one_object_one_succeeds() {
    for store in Stores::every().stores {
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
    for store in Stores::every().stores {
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
    for store in Stores::every().stores {
        store.put_new("files/a", Bytes::new(), &control).unwrap();
        let names = ["files/a".to_owned(), "files/never".to_owned()];
        store.delete(&names, &control).unwrap();
        store.delete(&names, &control).unwrap();
        assert_eq!(store.head("files/a", &control).unwrap(), None);
    }
}

#[test]
fn files_of_every_size_go_in_and_come_out() {
    let Stores { scratch, stores } = Stores::every();
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
    let Stores { scratch, stores } = Stores::every();
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
    let Stores { scratch, stores } = Stores::every();
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
    for store in Stores::every().stores {
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
    for store in Stores::every().stores {
        let before = SystemTime::now() - Duration::from_secs(1);
        let first = store.now(&control).unwrap();
        let second = store.now(&control).unwrap();
        assert!(before <= first && first <= second, "{}", store.url());
        assert!(names(store.as_ref(), "probes").is_empty());
    }
}

#[test]
fn a_cancelled_transfer_stops_soon_and_leaves_nothing() {
    let Stores { scratch, stores } = Stores::every();
    let from = scratch.path().join("large");
    let size = 256 << 20;
    // A file without blocks: as long to read and to sum as any.
    fs::File::create(&from).unwrap().set_len(size).unwrap();
    let sum = Sum { size, crc32c: 0 };
    for store in stores {
        let put = || {
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
            (error, control)
        };
        // One that was faster than the cancel has found that the sum is wrong.
        let (error, control) = (0..10).map(|_| put()).find(|(error, _)| error.code != Code::Corruption).unwrap();
        assert_eq!(error.code, Code::Cancelled, "{error}");
        assert_eq!(store.head("files/x", &Control::new()).unwrap(), None);
        // Some have it cleaned up behind our back.
        wait_until("an end of the upload", || store.leftovers("files", &Control::new()).unwrap().is_empty());
        assert_eq!(store.now(&control).unwrap_err().code, Code::Cancelled);
    }
}
