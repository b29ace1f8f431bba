//! What a job may do between a snapshot's barrier and its capture, and must not be seen in the snapshot.
#![allow(dead_code, reason = "every test binary uses a part of it")]

use gabion::snapshot::Kind;
use gabion::{Backend, ColumnFamily};

use super::{contents, number, open, options, request, restore, snapshots, take};

type Act = fn(&Backend, &ColumnFamily);

const ACTS: [(&str, Act); 9] = [
    ("put and flush", |backend, family| {
        family.put(b"later", b"x").unwrap();
        family.delete(b"00000").unwrap();
        backend.flush().unwrap();
    }),
    ("put and compact to the bottom", |backend, family| {
        family.put(b"later", b"x").unwrap();
        family.delete(b"00000").unwrap();
        backend.flush().unwrap();
        family.compact().unwrap();
    }),
    ("create a family", |backend, _| {
        let made = backend.create_column_family(b"made", b"", &options(&[])).unwrap();
        made.put(b"k", b"v").unwrap();
        backend.flush().unwrap();
    }),
    ("drop a family", |backend, family| backend.drop_column_family(family).unwrap()),
    ("drop and make again", |backend, family| {
        backend.drop_column_family(family).unwrap();
        let made = backend.create_column_family(b"f", b"", &options(&[])).unwrap();
        made.put(b"k", b"v").unwrap();
    }),
    ("clear a family", |backend, family| {
        family.clear().unwrap();
        backend.flush().unwrap();
        family.compact().unwrap();
    }),
    ("fill several memtables", |_, family| {
        for key in 0..6000u32 {
            family.put(&key.to_be_bytes(), &[7; 1000]).unwrap();
        }
    }),
    ("delete a range", |backend, family| {
        family.delete_range(b"0", b"00500").unwrap();
        backend.flush().unwrap();
        family.compact().unwrap();
    }),
    ("a second snapshot", |backend, family| {
        family.put(b"later", b"x").unwrap();
        let other = snapshots();
        take(backend, Kind::Native, &other.url);
    }),
];

/// Does each of them after the barrier of a snapshot of its own, on either memtable. `hold` is called before the snapshot is
/// started, and `await_capture` before the act; what `hold` answered is dropped after it.
pub fn nothing_of_them_is_in_the_snapshot<H>(kind: Kind, hold: impl Fn() -> H, await_capture: impl Fn(&H)) {
    for memtable in ["skip-list", "hash-link-list"] {
        for (what, act) in ACTS {
            let (scratch, snapshots) = (open(&[]), snapshots());
            let kinds = options(&[("memtable", memtable), ("write_buffer_size", "1048576")]);
            let family = scratch.backend.create_column_family(b"f", b"", &kinds).unwrap();
            let other = scratch.backend.create_column_family(b"g", b"", &kinds).unwrap();
            for key in 0..1000 {
                family.put(format!("{key:05}").as_bytes(), b"before").unwrap();
                other.put(format!("{key:05}").as_bytes(), b"before").unwrap();
            }
            let before = contents(&scratch.backend);
            let held = hold();
            let snapshot = scratch.backend.start_snapshot(&request(kind, &snapshots.url)).unwrap();
            await_capture(&held);
            act(&scratch.backend, &family);
            drop(held);
            snapshot.wait(None);
            let info = snapshot.result().unwrap_or_else(|error| panic!("{what}: {error}"));
            let restored = restore(number(&snapshots.url, info.number));
            assert_eq!(contents(&restored.backend), before, "{what}, {kind:?}, {memtable}");
            assert!(restored.backend.column_family(b"made").unwrap().is_none());
            let again = restored.backend.column_family(b"f").unwrap().unwrap();
            again.put(b"works", b"on").unwrap();
        }
    }
}
