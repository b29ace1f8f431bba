//! One of each kind of document and a stream, as they must be written and read for ever. `golden/` holds them; a change
//! that breaks one of these tests breaks every snapshot that exists.

use std::path::PathBuf;

use gabion::kinds::{MemtableKind, MergeKind};
use gabion::snapshot::Kind;
use gabion::snapshot::document::{self, DocumentKind};
use gabion::snapshot::id::Id;
use gabion::snapshot::intent::Intent;
use gabion::snapshot::manifest::{Definition, Family, Manifest, RocksDbFile, RocksDbFiles, Rows, RowsFile};
use gabion::snapshot::object_name::{FileType, ObjectName, Origin};
use gabion::snapshot::sequence::{Entry, Epoch, Void};
use gabion::snapshot::stream::{Counts, Decoder, Encoder, Event, Title};
use gabion::snapshot::tombstone::Tombstone;

const BACKEND: Id = Id(0x00112233_44556677_8899aabb_ccddeeff);
const JOB: Id = Id(0xf0e0d0c0_b0a09080_70605040_30201000);
const OLDER_JOB: Id = Id(1);
const CREATED: u64 = 1_767_225_600_000;

fn golden(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/snapshot_directory/golden").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn object(backend: Id, number: u64, size: u64, crc32c: u32, job: Id, file_type: FileType) -> ObjectName {
    ObjectName { origin: Origin { backend, number, size, crc32c }, job, file_type }
}

fn definition(name: &[u8], merge: MergeKind, memtable: MemtableKind) -> Definition {
    let options = [("write_buffer_size".to_owned(), "8388608".to_owned())].into();
    Definition { name: name.to_vec(), descriptor: b"\0 %\"\\~\xc3\xa4".to_vec(), merge, memtable, options }
}

fn native() -> Manifest {
    let own = |name: &str, number, size, file_type| RocksDbFile {
        name: name.to_owned(),
        object: object(BACKEND, number, size, 0xdead_beef, JOB, file_type),
        family: None,
    };
    let rows = object(JOB, 1, 4096, 0x89ab_cdef, JOB, FileType::Rows);
    let rows = RowsFile { object: rows, rows: 1200, first: vec![0], last: b"zz".to_vec() };
    Manifest {
        number: 7,
        epoch: 4,
        job: JOB,
        backend: BACKEND,
        kind: Kind::Native,
        created_ms: CREATED,
        grace_ms: 3_600_000,
        id: b"host id".to_vec(),
        metadata: vec![0, 127, 128, 255],
        parents: vec![6],
        families: vec![
            Family {
                definition: definition(b"counts", MergeKind::Uint64Add, MemtableKind::HashLinkList),
                rows: Rows::Exact { rocksdb_id: 3 },
            },
            Family {
                definition: definition(b"places", MergeKind::StringAppend(44), MemtableKind::SkipList),
                rows: Rows::Tables { rocksdb_id: 4, files: vec![rows] },
            },
        ],
        rocksdb: Some(RocksDbFiles {
            current: b"MANIFEST-000005\n".to_vec(),
            files: vec![
                RocksDbFile {
                    name: "000012.sst".to_owned(),
                    object: object(BACKEND, 12, 1_048_576, 0x0123_4567, OLDER_JOB, FileType::Sst),
                    family: Some(3),
                },
                own("MANIFEST-000005", 5, 900, FileType::Manifest),
                own("OPTIONS-000007", 7, 5000, FileType::Options),
            ],
        }),
    }
}

fn portable() -> Manifest {
    let file = |number, first: &[u8], last: &[u8]| RowsFile {
        object: object(JOB, number, 100 + number, 0x1000_0000, JOB, FileType::Stream),
        rows: 2,
        first: first.to_vec(),
        last: last.to_vec(),
    };
    let family = |name: &[u8], files| Family {
        definition: definition(name, MergeKind::None, MemtableKind::SkipList),
        rows: Rows::Streams { files },
    };
    let families = vec![family(b"", vec![file(1, b"", b"b"), file(2, b"c", b"d")]), family(b"a\0b", vec![])];
    Manifest { number: 8, kind: Kind::Portable, parents: vec![], families, rocksdb: None, ..native() }
}

fn epoch() -> Epoch {
    Epoch { writer: JOB, created: CREATED, host: "worker-1".to_owned(), pid: 4711, copy: false }
}

fn void() -> Void {
    Void { created: CREATED, jobs: vec![OLDER_JOB, JOB], epoch: 4 }
}

fn intent() -> Intent {
    Intent { epoch: 4, created: CREATED, grace: 3_600_000, parents: vec![6], backend: BACKEND, adopts: None }
}

fn tombstone() -> Tombstone {
    let files = native().objects().copied().collect();
    Tombstone { number: 7, created: CREATED, grace: 3_600_000, files }
}

#[test]
fn documents_are_written_as_ever() {
    let documents = [
        ("native.manifest", native().encode()),
        ("portable.manifest", portable().encode()),
        ("epoch", document::encode(DocumentKind::Epoch, &epoch())),
        ("void", document::encode(DocumentKind::Void, &void())),
        ("intent", document::encode(DocumentKind::Intent, &intent())),
        ("tombstone", document::encode(DocumentKind::Tombstone, &tombstone())),
    ];
    for (name, written) in documents {
        let (written, golden) =
            (String::from_utf8(written.unwrap()).unwrap(), String::from_utf8(golden(name)).unwrap());
        assert_eq!(written, golden, "{name}");
    }
}

#[test]
fn documents_are_read_as_ever() {
    assert_eq!(Manifest::decode(&golden("native.manifest")).unwrap(), native());
    assert_eq!(Manifest::decode(&golden("portable.manifest")).unwrap(), portable());
    assert_eq!(Entry::decode(4, &golden("epoch")).unwrap(), Entry::Epoch(epoch()));
    assert_eq!(Entry::decode(5, &golden("void")).unwrap(), Entry::Void(void()));
    assert_eq!(document::decode::<Intent>(DocumentKind::Intent, &golden("intent")).unwrap(), intent());
    assert_eq!(document::decode::<Tombstone>(DocumentKind::Tombstone, &golden("tombstone")).unwrap(), tombstone());
}

#[test]
fn a_stream_is_written_and_read_as_ever() {
    let title = Title { id: b"host id".to_vec(), metadata: vec![0, 255], created: CREATED };
    let first = definition(b"", MergeKind::StringAppend(0), MemtableKind::HashLinkList);
    let second = definition(b"empty", MergeKind::Uint64Add, MemtableKind::SkipList);
    let mut encoder = Encoder::new();
    encoder.title(&title).unwrap();
    encoder.family(&first).unwrap();
    encoder.row(b"", b"value of the empty key").unwrap();
    encoder.row(b"key", b"").unwrap();
    encoder.end_family().unwrap();
    encoder.family(&second).unwrap();
    encoder.end_family().unwrap();
    encoder.end().unwrap();
    let mut written = vec![0; encoder.available()];
    encoder.take(&mut written);
    assert!(written == golden("stream"), "the encoder writes other bytes than golden/stream");

    let mut decoder = Decoder::new();
    decoder.push(&golden("stream"));
    let expected = [
        Event::Title(title),
        Event::Family(first),
        Event::Row { key: b"", value: b"value of the empty key" },
        Event::Row { key: b"key", value: b"" },
        Event::FamilyEnd(Counts { rows: 2, bytes: 25 }),
        Event::Family(second),
        Event::FamilyEnd(Counts { rows: 0, bytes: 0 }),
        Event::End,
    ];
    for event in expected {
        assert_eq!(decoder.read().unwrap(), Some(event));
    }
    decoder.finish().unwrap();
}
