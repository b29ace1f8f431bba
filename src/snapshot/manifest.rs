//! `Manifest`: what a snapshot consists of (docs/snapshot-format.md, section 5). Its JSON is in `manifest_json`, the
//! checks of section 8 in `manifest_check`.

use std::collections::{BTreeMap, HashMap};

use super::document::{self, DocumentKind};
use super::id::Id;
use super::manifest_check::{check, check_definition};
use super::manifest_json::{JsonFamily, JsonManifest};
use super::object_name::{ObjectName, Origin};
use super::{Kind, SnapshotInfo};
use crate::error::{Code, Error, Result};
use crate::kinds::{MemtableKind, MergeKind};

/// A snapshot: its families, its files, and what the host wants to know of it. One that was read holds to every rule of
/// the format; one that was made is checked when it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Its number in the sequence; 0 in a capture that was not published.
    pub number: u64,
    /// The epoch of its writer; 0 in a capture.
    pub epoch: u64,
    /// The job that made it.
    pub job: Id,
    /// The backend whose state it is.
    pub backend: Id,
    /// What its files are.
    pub kind: Kind,
    /// Milliseconds since 1970-01-01 UTC.
    pub created_ms: u64,
    /// The grace period of its writer, in milliseconds.
    pub grace_ms: u64,
    /// The host's, opaque.
    pub id: Vec<u8>,
    /// The host's, opaque.
    pub metadata: Vec<u8>,
    /// Numbers of the manifests whose files this one reuses.
    pub parents: Vec<u64>,
    /// Every family of the barrier, in order of creation.
    pub families: Vec<Family>,
    /// RocksDB's own files: there in a native snapshot of which a family is exact, and only there.
    pub rocksdb: Option<RocksDbFiles>,
}

/// RocksDB's files and its CURRENT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RocksDbFiles {
    /// The contents of the file CURRENT.
    pub current: Vec<u8>,
    /// Table files, one MANIFEST, OPTIONS.
    pub files: Vec<RocksDbFile>,
}

/// One of RocksDB's files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RocksDbFile {
    /// Its name in RocksDB's directory, `000012.sst`.
    pub name: String,
    /// Where its bytes are.
    pub object: ObjectName,
    /// RocksDB's id of the family whose rows it holds, for a table file of a family that the manifest names.
    pub family: Option<u32>,
}

/// A column family: what the host said of it, and where its rows are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Family {
    /// How to make it anew.
    pub definition: Definition,
    /// Where its rows are.
    pub rows: Rows,
}

/// All that is needed to make a column family anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The name that the host gave it.
    pub name: Vec<u8>,
    /// The host's, opaque.
    pub descriptor: Vec<u8>,
    /// How it merges.
    pub merge: MergeKind,
    /// What holds its rows in memory.
    pub memtable: MemtableKind,
    /// The options it was made with, as text.
    pub options: BTreeMap<String, String>,
}

impl Definition {
    /// The definition as the JSON object of a stream's family record.
    pub fn to_json(&self) -> Result<Vec<u8>> {
        serde_json::to_vec(&JsonFamily::definition(self))
            .map_err(|error| Error::invalid(format!("cannot write JSON: {error}")))
    }

    /// Reads what `to_json` wrote.
    pub fn from_json(json: &[u8]) -> Result<Self> {
        let family: JsonFamily = serde_json::from_slice(json)
            .map_err(|error| Error::corruption(format!("the definition of a column family is malformed: {error}")))?;
        let definition = family.into_definition()?;
        check_definition(&definition)?;
        Ok(definition)
    }
}

/// Where the rows of a family are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rows {
    /// In RocksDB's files, under this RocksDB id.
    Exact {
        /// RocksDB's number of the family.
        rocksdb_id: u32,
    },
    /// In table files of their own; what RocksDB's files hold under this id is to be dropped.
    Tables {
        /// RocksDB's number of the family.
        rocksdb_id: u32,
        /// In key order.
        files: Vec<RowsFile>,
    },
    /// In stream files: a portable snapshot.
    Streams {
        /// In key order.
        files: Vec<RowsFile>,
    },
}

impl Rows {
    /// The files that hold the rows, in key order; none for `Exact`.
    pub fn files(&self) -> &[RowsFile] {
        match self {
            Rows::Exact { .. } => &[],
            Rows::Tables { files, .. } | Rows::Streams { files } => files,
        }
    }
}

/// A file with rows of one family, never empty; files of a family don't overlap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowsFile {
    /// Where its bytes are.
    pub object: ObjectName,
    /// How many.
    pub rows: u64,
    /// Smallest and largest key.
    pub first: Vec<u8>,
    /// Largest key.
    pub last: Vec<u8>,
}

impl Manifest {
    /// The manifest as a document; `Code::InvalidArgument` if it breaks a rule or a limit of the format.
    pub fn encode(&self) -> Result<Vec<u8>> {
        check(self).map_err(|error| Error::new(Code::InvalidArgument, error.message))?;
        document::encode(DocumentKind::Manifest, &JsonManifest::from_manifest(self))
    }

    /// Reads a document and checks every name, length, count and sum in it.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let json: JsonManifest = document::decode(DocumentKind::Manifest, bytes)?;
        let manifest = json.into_manifest().map_err(|error| error.context("the manifest is malformed"))?;
        check(&manifest).map_err(|error| error.context("the manifest is malformed"))?;
        Ok(manifest)
    }

    /// All its data files; each is named once.
    pub fn objects(&self) -> impl Iterator<Item = &ObjectName> {
        let own = self.rocksdb.iter().flat_map(|rocksdb| &rocksdb.files).map(|file| &file.object);
        own.chain(self.families.iter().flat_map(|family| family.rows.files()).map(|file| &file.object))
    }

    /// The objects that a later snapshot may name instead of writing the same file again.
    pub fn reusable(&self) -> HashMap<Origin, ObjectName> {
        self.objects().map(|object| (object.origin, *object)).collect()
    }

    /// What a host is told of it.
    pub fn info(&self) -> SnapshotInfo {
        let sizes = |own: bool| {
            self.objects().filter(|object| !own || object.job == self.job).map(|object| object.origin.size).sum()
        };
        SnapshotInfo {
            number: self.number,
            kind: self.kind,
            id: self.id.clone(),
            metadata: self.metadata.clone(),
            created_ms: self.created_ms,
            families: self.families.len() as u64,
            files: self.objects().count() as u64,
            bytes: sizes(false),
            bytes_written: sizes(true),
            fallbacks: self.families.iter().filter(|family| matches!(family.rows, Rows::Tables { .. })).count() as u64,
            pause_nanos: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::super::object_name::FileType;
    use super::*;

    fn object(number: u64, size: u64, job: u128, file_type: FileType) -> ObjectName {
        ObjectName { origin: Origin { backend: Id(7), number, size, crc32c: 0xabc }, job: Id(job), file_type }
    }

    fn definition(name: &[u8], merge: MergeKind) -> Definition {
        let options = BTreeMap::from([("write_buffer_size".to_owned(), "8388608".to_owned())]);
        Definition {
            name: name.to_vec(),
            descriptor: b"\0d".to_vec(),
            merge,
            memtable: MemtableKind::SkipList,
            options,
        }
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
}
