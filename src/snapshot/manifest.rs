//! `Manifest`: what a snapshot consists of (docs/snapshot-format.md, section 5). Its JSON is in `manifest_json`, the
//! checks of section 8 in `manifest_check`.

use std::collections::BTreeMap;

use super::document::{self, DocumentKind};
use super::id::Id;
use super::manifest_check::{check, check_definition};
use super::manifest_json::{JsonFamily, JsonManifest};
use super::object_name::ObjectName;
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

    fn files_mut(&mut self) -> &mut [RowsFile] {
        match self {
            Rows::Exact { .. } => &mut [],
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

    /// The same, to be renamed.
    pub(super) fn objects_mut(&mut self) -> impl Iterator<Item = &mut ObjectName> {
        let own = self.rocksdb.iter_mut().flat_map(|rocksdb| &mut rocksdb.files).map(|file| &mut file.object);
        own.chain(self.families.iter_mut().flat_map(|family| family.rows.files_mut()).map(|file| &mut file.object))
    }

    /// The data files that hold the rows of its family `at`.
    pub fn files_of(&self, at: usize) -> Vec<&ObjectName> {
        match self.families.get(at).map(|family| &family.rows) {
            None => Vec::new(),
            Some(Rows::Exact { rocksdb_id }) => {
                let files = self.rocksdb.iter().flat_map(|rocksdb| &rocksdb.files);
                files.filter(|file| file.family == Some(*rocksdb_id)).map(|file| &file.object).collect()
            }
            Some(rows) => rows.files().iter().map(|file| &file.object).collect(),
        }
    }

    /// Whether they are one snapshot, wherever it was copied to: equal but for what a directory gives.
    pub(super) fn is_same(&self, other: &Manifest) -> bool {
        let content = |manifest: &Manifest| {
            let mut content =
                Manifest { number: 0, epoch: 0, job: Id(0), grace_ms: 0, parents: Vec::new(), ..manifest.clone() };
            content.objects_mut().for_each(|object| object.job = Id(0));
            content
        };
        // A look at a few members tells most of them apart.
        let told = |manifest: &Manifest| (manifest.backend, manifest.created_ms, manifest.families.len());
        told(self) == told(other) && content(self) == content(other)
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
mod tests;
