//! The JSON of a manifest, member by member, and its way into the typed form and back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::id::Id;
use super::manifest::{Definition, Family, Manifest, RocksDbFile, RocksDbFiles, Rows, RowsFile};
use super::manifest_check::{MAX_FAMILIES, MAX_FILES, MAX_OPTIONS, MAX_PARENTS};
use super::object_name::ObjectName;
use super::{Kind, bounded, percent};
use crate::error::{Error, Result};
use crate::kinds::{MemtableKind, MergeKind};

#[derive(Serialize, Deserialize)]
pub(super) struct JsonManifest {
    number: u64,
    epoch: u64,
    job: Id,
    kind: JsonKind,
    created: u64,
    grace: u64,
    id: Bytes,
    metadata: Bytes,
    backend: Id,
    #[serde(deserialize_with = "bounded::list::<MAX_PARENTS, _, _>")]
    parents: Vec<u64>,
    #[serde(deserialize_with = "bounded::list::<MAX_FAMILIES, _, _>")]
    families: Vec<JsonFamily>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rocksdb: Option<JsonRocksDb>,
}

#[derive(Clone, Copy, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum JsonKind {
    Native,
    Portable,
}

#[derive(Serialize, Deserialize)]
pub(super) struct JsonFamily {
    name: Bytes,
    descriptor: Bytes,
    merge: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    delimiter: Option<u8>,
    memtable: String,
    #[serde(deserialize_with = "bounded::texts::<MAX_OPTIONS, _>")]
    options: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rocksdb_id: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exact: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<u64>,
    #[serde(
        skip_serializing_if = "Option::is_none",
        default,
        deserialize_with = "bounded::optional_list::<MAX_FILES, _, _>"
    )]
    files: Option<Vec<JsonRowsFile>>,
}

#[derive(Serialize, Deserialize)]
struct JsonRowsFile {
    object: String,
    size: u64,
    crc32c: String,
    rows: u64,
    first: Bytes,
    last: Bytes,
}

#[derive(Serialize, Deserialize)]
struct JsonRocksDb {
    current: Bytes,
    #[serde(deserialize_with = "bounded::list::<MAX_FILES, _, _>")]
    files: Vec<JsonRocksDbFile>,
}

#[derive(Serialize, Deserialize)]
struct JsonRocksDbFile {
    name: String,
    object: String,
    size: u64,
    crc32c: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    family: Option<u32>,
}

/// A byte string in percent form.
#[derive(Serialize, Deserialize)]
struct Bytes(#[serde(with = "percent")] Vec<u8>);

fn missing(member: &str) -> Error {
    Error::corruption(format!("the member {member:?} is missing"))
}

/// Refuses a member that has no place where it stands.
fn absent<T>(member: &str, value: &Option<T>) -> Result<()> {
    match value {
        None => Ok(()),
        Some(_) => Err(Error::corruption(format!("the member {member:?} has no place here"))),
    }
}

/// The object's name, if it says the same as the manifest does about size and checksum.
fn object(name: &str, size: u64, crc32c: &str) -> Result<ObjectName> {
    let object: ObjectName = name.parse()?;
    if object.origin.size != size || format!("{:08x}", object.origin.crc32c) != crc32c {
        return Err(Error::corruption(format!(
            "the file {object} is said to have {size} bytes and checksum {:?}, unlike its name",
            percent::excerpt(crc32c)
        )));
    }
    Ok(object)
}

impl JsonManifest {
    pub(super) fn from_manifest(manifest: &Manifest) -> Self {
        Self {
            number: manifest.number,
            epoch: manifest.epoch,
            job: manifest.job,
            kind: match manifest.kind {
                Kind::Native => JsonKind::Native,
                Kind::Portable => JsonKind::Portable,
            },
            created: manifest.created_ms,
            grace: manifest.grace_ms,
            id: Bytes(manifest.id.clone()),
            metadata: Bytes(manifest.metadata.clone()),
            backend: manifest.backend,
            parents: manifest.parents.clone(),
            families: manifest.families.iter().map(JsonFamily::from_family).collect(),
            rocksdb: manifest.rocksdb.as_ref().map(|rocksdb| JsonRocksDb {
                current: Bytes(rocksdb.current.clone()),
                files: rocksdb.files.iter().map(JsonRocksDbFile::from_file).collect(),
            }),
        }
    }

    pub(super) fn into_manifest(self) -> Result<Manifest> {
        let kind = match self.kind {
            JsonKind::Native => Kind::Native,
            JsonKind::Portable => Kind::Portable,
        };
        let rocksdb = match self.rocksdb {
            Some(rocksdb) => Some(RocksDbFiles {
                current: rocksdb.current.0,
                files: rocksdb.files.into_iter().map(JsonRocksDbFile::into_file).collect::<Result<_>>()?,
            }),
            None => None,
        };
        Ok(Manifest {
            number: self.number,
            epoch: self.epoch,
            job: self.job,
            backend: self.backend,
            kind,
            created_ms: self.created,
            grace_ms: self.grace,
            id: self.id.0,
            metadata: self.metadata.0,
            parents: self.parents,
            families: self.families.into_iter().map(|family| family.into_family(kind)).collect::<Result<_>>()?,
            rocksdb,
        })
    }
}

impl JsonFamily {
    pub(super) fn definition(definition: &Definition) -> Self {
        let delimiter = match definition.merge {
            MergeKind::StringAppend(delimiter) => Some(delimiter),
            MergeKind::None | MergeKind::Uint64Add => None,
        };
        Self {
            name: Bytes(definition.name.clone()),
            descriptor: Bytes(definition.descriptor.clone()),
            merge: definition.merge.name().to_owned(),
            delimiter,
            memtable: definition.memtable.name().to_owned(),
            options: definition.options.clone(),
            rocksdb_id: None,
            exact: None,
            rows: None,
            files: None,
        }
    }

    fn from_family(family: &Family) -> Self {
        let definition = Self::definition(&family.definition);
        let rows = Some(family.rows.files().iter().map(|file| file.rows).sum());
        let files = Some(family.rows.files().iter().map(JsonRowsFile::from_file).collect());
        match family.rows {
            Rows::Exact { rocksdb_id } => Self { rocksdb_id: Some(rocksdb_id), exact: Some(true), ..definition },
            Rows::Tables { rocksdb_id, .. } => {
                Self { rocksdb_id: Some(rocksdb_id), exact: Some(false), rows, files, ..definition }
            }
            Rows::Streams { .. } => Self { rows, files, ..definition },
        }
    }

    pub(super) fn into_definition(self) -> Result<Definition> {
        let unknown = |text: &str| Error::corruption(format!("{:?} is an unknown kind", percent::excerpt(text)));
        let merge = match (self.merge.as_str(), self.delimiter) {
            ("string-append", Some(delimiter)) => MergeKind::StringAppend(delimiter),
            ("string-append", None) => return Err(missing("delimiter")),
            (kind, delimiter) => {
                absent("delimiter", &delimiter)?;
                let plain = [MergeKind::None, MergeKind::Uint64Add];
                plain.into_iter().find(|merge| merge.name() == kind).ok_or_else(|| unknown(kind))?
            }
        };
        let memtable = [MemtableKind::SkipList, MemtableKind::HashLinkList];
        let memtable = memtable.into_iter().find(|memtable| memtable.name() == self.memtable);
        Ok(Definition {
            name: self.name.0,
            descriptor: self.descriptor.0,
            merge,
            memtable: memtable.ok_or_else(|| unknown(&self.memtable))?,
            options: self.options,
        })
    }

    fn into_family(mut self, kind: Kind) -> Result<Family> {
        let (rocksdb_id, exact, rows, files) =
            (self.rocksdb_id.take(), self.exact.take(), self.rows.take(), self.files.take());
        let place = if kind == Kind::Native {
            let rocksdb_id = rocksdb_id.ok_or_else(|| missing("rocksdb_id"))?;
            if exact.ok_or_else(|| missing("exact"))? {
                absent("rows", &rows)?;
                absent("files", &files)?;
                Rows::Exact { rocksdb_id }
            } else {
                Rows::Tables { rocksdb_id, files: rows_files(rows, files)? }
            }
        } else {
            absent("rocksdb_id", &rocksdb_id)?;
            absent("exact", &exact)?;
            Rows::Streams { files: rows_files(rows, files)? }
        };
        Ok(Family { definition: self.into_definition()?, rows: place })
    }
}

/// The files of a family whose rows add up to `rows`.
fn rows_files(rows: Option<u64>, files: Option<Vec<JsonRowsFile>>) -> Result<Vec<RowsFile>> {
    let rows = rows.ok_or_else(|| missing("rows"))?;
    let files = files.ok_or_else(|| missing("files"))?;
    let files = files.into_iter().map(JsonRowsFile::into_file).collect::<Result<Vec<_>>>()?;
    let sum = files.iter().try_fold(0u64, |sum, file| sum.checked_add(file.rows));
    if sum != Some(rows) {
        return Err(Error::corruption(format!("the files of a family don't add up to its {rows} rows")));
    }
    Ok(files)
}

impl JsonRowsFile {
    fn from_file(file: &RowsFile) -> Self {
        Self {
            object: file.object.to_string(),
            size: file.object.origin.size,
            crc32c: format!("{:08x}", file.object.origin.crc32c),
            rows: file.rows,
            first: Bytes(file.first.clone()),
            last: Bytes(file.last.clone()),
        }
    }

    fn into_file(self) -> Result<RowsFile> {
        let object = object(&self.object, self.size, &self.crc32c)?;
        Ok(RowsFile { object, rows: self.rows, first: self.first.0, last: self.last.0 })
    }
}

impl JsonRocksDbFile {
    fn from_file(file: &RocksDbFile) -> Self {
        Self {
            name: file.name.clone(),
            object: file.object.to_string(),
            size: file.object.origin.size,
            crc32c: format!("{:08x}", file.object.origin.crc32c),
            family: file.family,
        }
    }

    fn into_file(self) -> Result<RocksDbFile> {
        let object = object(&self.object, self.size, &self.crc32c)?;
        Ok(RocksDbFile { name: self.name, object, family: self.family })
    }
}
