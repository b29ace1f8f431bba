//! Manifests, honest and hostile.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::snapshot::object_name::{FileType, Origin};

fn object(number: u64, size: u64, job: u128, file_type: FileType) -> ObjectName {
    ObjectName { origin: Origin { backend: Id(7), number, size, crc32c: 0xabc }, job: Id(job), file_type }
}

fn definition(name: &[u8], merge: MergeKind) -> Definition {
    let options = BTreeMap::from([("write_buffer_size".to_owned(), "8388608".to_owned())]);
    Definition { name: name.to_vec(), descriptor: b"\0d".to_vec(), merge, memtable: MemtableKind::SkipList, options }
}

fn rows_file(number: u64, first: &[u8], last: &[u8], file_type: FileType) -> RowsFile {
    RowsFile { object: object(number, 100, 2, file_type), rows: 3, first: first.to_vec(), last: last.to_vec() }
}

fn native() -> Manifest {
    let table = |number, job, family| RocksDbFile {
        name: format!("{number:06}.sst"),
        object: object(number, 1000, job, FileType::Sst),
        family: Some(family),
    };
    let file = |name: &str, number, file_type| RocksDbFile {
        name: name.to_owned(),
        object: object(number, 10, 2, file_type),
        family: None,
    };
    let files = vec![rows_file(1, b"", b"c", FileType::Rows), rows_file(2, b"d", b"d", FileType::Rows)];
    Manifest {
        number: 7,
        epoch: 4,
        job: Id(2),
        backend: Id(7),
        kind: Kind::Native,
        created_ms: 1_767_225_600_000,
        grace_ms: 3_600_000,
        id: b"host id".to_vec(),
        metadata: vec![0, 255],
        parents: vec![5, 6],
        families: vec![
            Family { definition: definition(b"counts", MergeKind::Uint64Add), rows: Rows::Exact { rocksdb_id: 3 } },
            Family {
                definition: definition(b"", MergeKind::StringAppend(b',')),
                rows: Rows::Tables { rocksdb_id: 4, files },
            },
            Family {
                definition: definition(b"default\0", MergeKind::None),
                rows: Rows::Tables { rocksdb_id: 5, files: vec![] },
            },
        ],
        rocksdb: Some(RocksDbFiles {
            current: b"MANIFEST-000005\n".to_vec(),
            files: vec![
                table(12, 1, 3),
                table(1_000_000, 2, 4),
                file("MANIFEST-000005", 5, FileType::Manifest),
                file("OPTIONS-000007", 7, FileType::Options),
            ],
        }),
    }
}

fn portable() -> Manifest {
    let files = vec![rows_file(1, b"a", b"c", FileType::Stream), rows_file(2, b"d", b"e", FileType::Stream)];
    let family = Family { definition: definition(b"f", MergeKind::None), rows: Rows::Streams { files } };
    let empty = Family { definition: definition(b"e", MergeKind::None), rows: Rows::Streams { files: vec![] } };
    Manifest { kind: Kind::Portable, families: vec![family, empty], rocksdb: None, parents: vec![], ..native() }
}

fn json_of(manifest: &Manifest) -> Value {
    document::decode(DocumentKind::Manifest, &manifest.encode().unwrap()).unwrap()
}

fn decode_json(json: &Value) -> Result<Manifest> {
    Manifest::decode(&document::encode(DocumentKind::Manifest, json).unwrap())
}

#[test]
fn a_manifest_survives_its_document() {
    let rows_only = Manifest { rocksdb: None, families: native().families.split_off(1), ..native() };
    let capture = Manifest { number: 0, epoch: 0, ..native() };
    for manifest in [native(), portable(), rows_only, capture, Manifest { families: vec![], ..portable() }] {
        assert_eq!(Manifest::decode(&manifest.encode().unwrap()).unwrap(), manifest);
    }
}

#[test]
fn the_json_is_that_of_the_format() {
    let json = json_of(&native());
    assert_eq!(json["kind"], "native");
    assert_eq!(json["id"], "host%20id");
    assert_eq!(json["metadata"], "%00%FF");
    assert_eq!(json["families"][0]["exact"], true);
    assert_eq!(json["families"][0].get("files"), None);
    assert_eq!(json["families"][1]["merge"], "string-append");
    assert_eq!(json["families"][1]["delimiter"], 44);
    assert_eq!(json["families"][1]["rows"], 6);
    assert_eq!(json["rocksdb"]["current"], "MANIFEST-000005%0A");
    assert_eq!(json["rocksdb"]["files"][0]["crc32c"], "00000abc");
    assert_eq!(json_of(&portable()).get("rocksdb"), None);
}

#[test]
fn unknown_members_are_ignored() {
    let mut json = json_of(&native());
    json["later"] = json!({"a": [1, 2]});
    json["families"][0]["later"] = json!(null);
    assert_eq!(decode_json(&json).unwrap(), native());
}

#[test]
fn info_tells_sizes_and_what_was_reused() {
    let info = native().info();
    assert_eq!((info.families, info.files, info.fallbacks), (3, 6, 2));
    assert_eq!((info.bytes, info.bytes_written), (2220, 1220));
    assert_eq!((info.number, info.kind), (7, Kind::Native));
}

#[test]
fn every_member_is_required() {
    for manifest in [native(), portable()] {
        let json = json_of(&manifest);
        let paths = ["", "/families/0", "/families/1", "/families/1/files/0", "/rocksdb", "/rocksdb/files/0"];
        for path in paths.iter().filter(|path| json.pointer(path).is_some()) {
            // The family of a table file is absent when it was made after the barrier.
            let members = json.pointer(path).unwrap().as_object().unwrap().keys();
            for member in members.filter(|member| *member != "family") {
                let mut without = json.clone();
                without.pointer_mut(path).unwrap().as_object_mut().unwrap().remove(member);
                assert_eq!(decode_json(&without).unwrap_err().code, Code::Corruption, "{path}/{member}");
            }
        }
    }
}

/// Manifests that differ from `native` in one place, and must be refused.
fn hostile() -> Vec<(&'static str, Value)> {
    let long = "9".repeat(30);
    let other = object(99, 1000, 1, FileType::Sst).to_string();
    vec![
        ("/number", json!(0)),
        ("/number", json!(-7)),
        ("/number", json!(7.0)),
        ("/number", json!("7")),
        ("/number", json!(u64::MAX)),
        ("/epoch", json!(0)),
        ("/epoch", json!(7)),
        ("/created", json!(1u64 << 63)),
        ("/grace", json!(u64::MAX)),
        ("/job", json!("../../../../../../../../etc/passw")),
        ("/job", json!("ABCDEF00000000000000000000000000")),
        ("/kind", json!("portable")),
        ("/kind", json!("Native")),
        ("/id", json!("host id")),
        ("/id", json!("host%2")),
        ("/id", json!("%41")),
        ("/id", json!("%0a")),
        ("/id", json!("a".repeat(4097))),
        ("/metadata", json!("ä")),
        ("/parents", json!([6, 5])),
        ("/parents", json!([5, 5])),
        ("/parents", json!([7])),
        ("/parents", json!([0])),
        ("/families/0/name", json!("")),
        ("/families/0/name", json!("a".repeat(65537))),
        ("/families/0/rocksdb_id", json!(4)),
        ("/families/0/rocksdb_id", json!(1u64 << 32)),
        ("/families/0/exact", json!(false)),
        ("/families/0/merge", json!("string-append")),
        ("/families/0/merge", json!("delete-everything")),
        ("/families/0/delimiter", json!(44)),
        ("/families/0/memtable", json!("vector")),
        ("/families/0/options", json!({"a": 1})),
        ("/families/0/rows", json!(1)),
        ("/families/0/files", json!([])),
        ("/families/1/exact", json!(true)),
        ("/families/1/delimiter", json!(256)),
        ("/families/1/delimiter", json!(null)),
        ("/families/1/rows", json!(7)),
        ("/families/1/rows", json!(u64::MAX)),
        ("/families/1/files/0/rows", json!(0)),
        ("/families/1/files/0/rows", json!(u64::MAX)),
        ("/families/1/files/0/size", json!(101)),
        ("/families/1/files/0/crc32c", json!("00000abd")),
        ("/families/1/files/0/crc32c", json!("00000ABC")),
        ("/families/1/files/0/first", json!("d")),
        ("/families/1/files/0/last", json!("d")),
        ("/families/1/files/1/first", json!("e")),
        ("/families/1/files/0/object", json!("/etc/passwd")),
        ("/families/1/files/0/object", json!(object(1, 100, 2, FileType::Stream).to_string())),
        ("/families/1/files/0/object", json!(object(2, 100, 2, FileType::Rows).to_string())),
        ("/rocksdb", json!(null)),
        ("/rocksdb/current", json!("MANIFEST-000005")),
        ("/rocksdb/current", json!("MANIFEST-000006%0A")),
        ("/rocksdb/files", json!([])),
        ("/rocksdb/files/0/name", json!("../../000012.sst")),
        ("/rocksdb/files/0/name", json!("/tmp/000012.sst")),
        ("/rocksdb/files/0/name", json!("000012.sst\u{0}")),
        ("/rocksdb/files/0/name", json!("12.sst")),
        ("/rocksdb/files/0/name", json!("0000012.sst")),
        ("/rocksdb/files/0/name", json!("1000000.sst")),
        ("/rocksdb/files/0/name", json!("+00012.sst")),
        ("/rocksdb/files/0/name", json!("000012.SST")),
        ("/rocksdb/files/0/name", json!("000012.ldb")),
        ("/rocksdb/files/0/name", json!(format!("{long}.sst"))),
        ("/rocksdb/files/0/name", json!("CURRENT")),
        ("/rocksdb/files/0/name", json!("LOCK")),
        ("/rocksdb/files/0/name", json!("MANIFEST-000005")),
        ("/rocksdb/files/0/family", json!(-1)),
        ("/rocksdb/files/0/family", json!(9)),
        ("/rocksdb/files/0/size", json!(1u64 << 63)),
        ("/rocksdb/files/0/object", json!(other.replace("-99-", "-099-"))),
        ("/rocksdb/files/0/object", json!(format!("../{other}"))),
        ("/rocksdb/files/2/name", json!("MANIFEST-000006")),
        ("/rocksdb/files/2/family", json!(3)),
        ("/rocksdb/files/3/name", json!("MANIFEST-000007")),
        ("/rocksdb/files/3/name", json!("OPTIONS-")),
    ]
}

#[test]
fn hostile_manifests_are_refused_and_never_named_by_another_code() {
    for (path, value) in hostile() {
        let mut json = json_of(&native());
        let (parent, member) = path.rsplit_once('/').unwrap();
        match json.pointer_mut(parent).unwrap() {
            Value::Object(members) => drop(members.insert(member.to_owned(), value.clone())),
            Value::Array(items) => items[member.parse::<usize>().unwrap()] = value.clone(),
            _ => unreachable!(),
        }
        let shown = value.to_string();
        let error = decode_json(&json).expect_err(&format!("{path} = {shown}"));
        assert_eq!(error.code, Code::Corruption, "{path} = {shown}: {error}");
        assert!(error.message.len() < 1000, "{path}: {} bytes of message", error.message.len());
    }
}

#[test]
fn sums_that_overflow_are_refused() {
    let huge = |number| RocksDbFile {
        name: format!("{number:06}.sst"),
        object: object(number, i64::MAX as u64, 1, FileType::Sst),
        family: Some(3),
    };
    let mut manifest = native();
    manifest.rocksdb.as_mut().unwrap().files.extend([huge(20), huge(21), huge(22)]);
    assert!(manifest.encode().unwrap_err().message.contains("2^63"));
    let mut manifest = portable();
    let Rows::Streams { files } = &mut manifest.families[0].rows else { unreachable!() };
    files.iter_mut().for_each(|file| file.rows = i64::MAX as u64);
    assert!(manifest.encode().unwrap_err().message.contains("2^63"));
}

#[test]
fn what_a_reader_would_refuse_is_not_written() {
    let twice = vec![native().families[0].clone(); 2];
    assert_eq!(Manifest { families: twice, ..native() }.encode().unwrap_err().code, Code::InvalidArgument);
    assert_eq!(
        Manifest { metadata: vec![0; (16 << 20) + 1], ..native() }.encode().unwrap_err().code,
        Code::InvalidArgument
    );
    assert_eq!(Manifest { rocksdb: None, ..native() }.encode().unwrap_err().code, Code::InvalidArgument);
}

proptest! {
    #[test]
    fn no_changed_byte_passes(at in any::<prop::sample::Index>(), byte in any::<u8>(), is_native in any::<bool>()) {
        let bytes = if is_native { native() } else { portable() }.encode().unwrap();
        let mut changed = bytes.clone();
        let at = at.index(bytes.len());
        changed[at] = byte;
        prop_assert_eq!(Manifest::decode(&changed).is_ok(), changed == bytes);
    }

    #[test]
    fn a_changed_body_with_a_right_checksum_is_refused_or_holds_to_the_rules(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let document = native().encode().unwrap();
        let mut body = document::open(&document).unwrap().1.to_vec();
        for (at, byte) in changes {
            let at = at.index(body.len());
            body[at] = byte;
        }
        let header = format!("gabion-manifest 1 {} {:08x}\n", body.len(), crc32c::crc32c(&body));
        match Manifest::decode(&[header.as_bytes(), &body].concat()) {
            Ok(manifest) => prop_assert_eq!(Manifest::decode(&manifest.encode().unwrap()).unwrap(), manifest),
            Err(error) => prop_assert_eq!(error.code, Code::Corruption),
        }
    }

    #[test]
    fn any_names_survive(
        name in proptest::collection::vec(any::<u8>(), 0..40),
        first in proptest::collection::vec(any::<u8>(), 0..10),
        delimiter in any::<u8>(),
    ) {
        let file = rows_file(1, &first, &[first.as_slice(), &[0]].concat(), FileType::Stream);
        let rows = Rows::Streams { files: vec![file] };
        let family = Family { definition: definition(&name, MergeKind::StringAppend(delimiter)), rows };
        let manifest = Manifest { families: vec![family], ..portable() };
        prop_assert_eq!(Manifest::decode(&manifest.encode().unwrap()).unwrap(), manifest);
    }
}
