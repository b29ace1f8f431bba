//! The rules that a manifest must hold to, whoever wrote it (docs/snapshot-format.md, sections 5 and 8).

use std::collections::HashSet;

use super::id::decimal;
use super::manifest::{Definition, Manifest, RocksDbFiles, Rows, RowsFile};
use super::object_name::FileType;
use super::{Kind, percent};
use crate::error::{Error, Result};

pub(super) const MAX_FILES: usize = 1_000_000;
pub(super) const MAX_FAMILIES: usize = 100_000;
pub(super) const MAX_PARENTS: usize = 1000;
/// Options of one family.
pub(super) const MAX_OPTIONS: usize = 10_000;
pub(super) const MAX_NAME: usize = 64 << 10;
pub(super) const MAX_DESCRIPTOR: usize = 16 << 20;
pub(super) const MAX_ID: usize = 4 << 10;
pub(super) const MAX_METADATA: usize = 16 << 20;
/// Every number in a document is below this.
const MAX_NUMBER: u64 = 1 << 63;

fn refuse<T>(message: String) -> Result<T> {
    Err(Error::corruption(message))
}

/// Refuses more than `limit` of something.
pub(super) fn limit(what: &str, found: usize, limit: usize) -> Result<()> {
    if found > limit { refuse(format!("{what}: {found}, and the limit is {limit}")) } else { Ok(()) }
}

/// Checks `manifest` against every rule that its types don't enforce.
pub(super) fn check(manifest: &Manifest) -> Result<()> {
    check_numbers(manifest)?;
    limit("bytes of the host's id", manifest.id.len(), MAX_ID)?;
    limit("bytes of the host's metadata", manifest.metadata.len(), MAX_METADATA)?;
    limit("parents", manifest.parents.len(), MAX_PARENTS)?;
    limit("column families", manifest.families.len(), MAX_FAMILIES)?;
    limit("files", manifest.objects().count(), MAX_FILES)?;
    let mut names = HashSet::new();
    let mut ids = HashSet::new();
    for family in &manifest.families {
        let definition = &family.definition;
        check_definition(definition)?;
        if !names.insert(&definition.name) {
            return refuse(format!("two column families are named {:?}", percent::encode(&definition.name)));
        }
        let (kind, id, file_type) = match &family.rows {
            Rows::Exact { rocksdb_id } | Rows::Tables { rocksdb_id, .. } => {
                (Kind::Native, Some(*rocksdb_id), FileType::Rows)
            }
            Rows::Streams { .. } => (Kind::Portable, None, FileType::Stream),
        };
        if kind != manifest.kind {
            return refuse("native and portable families are mixed".to_owned());
        }
        if matches!(family.rows, Rows::Exact { .. }) && manifest.rocksdb.is_none() {
            return refuse("a family is exact, and there are no RocksDB files".to_owned());
        }
        if id.is_some_and(|id| !ids.insert(id)) {
            return refuse(format!("two column families have the RocksDB id {}", id.unwrap_or_default()));
        }
        check_rows(family.rows.files(), file_type)
            .map_err(|error| error.context(format!("family {:?}", percent::encode(&definition.name))))?;
    }
    if let Some(rocksdb) = &manifest.rocksdb {
        if manifest.kind != Kind::Native {
            return refuse("a portable snapshot has RocksDB files".to_owned());
        }
        check_rocksdb(rocksdb, &ids)?;
    }
    check_objects(manifest)
}

fn check_numbers(manifest: &Manifest) -> Result<()> {
    let &Manifest { number, epoch, created_ms, grace_ms, .. } = manifest;
    // A capture bears no number and has no epoch; in the sequence the epoch came first.
    let captured = number == 0 && epoch == 0;
    if [number, created_ms, grace_ms].iter().any(|&member| member >= MAX_NUMBER)
        || !(captured || (1..number).contains(&epoch))
    {
        return refuse(format!("the number {number}, the epoch {epoch} or the time {created_ms} is impossible"));
    }
    let ascending = manifest.parents.windows(2).all(|pair| pair[0] < pair[1]);
    let in_range = |parent: &u64| (1..if captured { MAX_NUMBER } else { number }).contains(parent);
    if !ascending || !manifest.parents.iter().all(in_range) {
        return refuse("the parents are not ascending numbers below the manifest's own".to_owned());
    }
    Ok(())
}

/// Limits of a family's name and descriptor.
pub(super) fn check_definition(definition: &Definition) -> Result<()> {
    limit("options of a column family", definition.options.len(), MAX_OPTIONS)?;
    limit("bytes of a column family's name", definition.name.len(), MAX_NAME)?;
    limit("bytes of a column family's descriptor", definition.descriptor.len(), MAX_DESCRIPTOR)
}

/// Rows files hold rows, in ascending order, and don't overlap.
fn check_rows(files: &[RowsFile], file_type: FileType) -> Result<()> {
    for file in files {
        if file.object.file_type != file_type {
            return refuse(format!("the file {} is of a wrong type", file.object));
        }
        if file.rows == 0 || file.first > file.last {
            return refuse(format!("the file {} has no rows, or its first key is above its last", file.object));
        }
    }
    match files.windows(2).find(|pair| pair[0].last >= pair[1].first) {
        Some(pair) => {
            refuse(format!("the files {} and {} overlap or are out of order", pair[0].object, pair[1].object))
        }
        None => Ok(()),
    }
}

/// `ids`: RocksDB's ids of the families.
fn check_rocksdb(rocksdb: &RocksDbFiles, ids: &HashSet<u32>) -> Result<()> {
    let mut names = HashSet::new();
    let mut manifests = Vec::new();
    for file in &rocksdb.files {
        let Some(expected) = file_type(&file.name) else {
            return refuse(format!("{:?} is not the name of a file of RocksDB", percent::excerpt(&file.name)));
        };
        if file.object.file_type != expected || (file.family.is_some() && expected != FileType::Sst) {
            return refuse(format!("{} is not what {} must be", file.object, file.name));
        }
        if file.family.is_some_and(|family| !ids.contains(&family)) {
            return refuse(format!("{} is of a family that the manifest doesn't name", file.name));
        }
        if !names.insert(file.name.as_str()) {
            return refuse(format!("two files are named {}", file.name));
        }
        if expected == FileType::Manifest {
            manifests.push(file.name.as_str());
        }
    }
    let [manifest] = manifests[..] else {
        return refuse(format!("there are {} files MANIFEST instead of one", manifests.len()));
    };
    if rocksdb.current != format!("{manifest}\n").into_bytes() {
        return refuse(format!("CURRENT does not name {manifest}"));
    }
    Ok(())
}

/// What a file of RocksDB is by its name. Numbers have at least six digits, and zeros in front only to get there, so that
/// no two names mean one file.
fn file_type(name: &str) -> Option<FileType> {
    let numbered = |digits: &str| {
        let significant = digits.trim_start_matches('0');
        let canonical = digits.len() == 6 || (digits.len() > 6 && significant.len() == digits.len());
        (canonical
            && digits.bytes().all(|b| b.is_ascii_digit())
            && (significant.is_empty() || decimal(significant).is_some()))
        .then_some(())
    };
    if let Some(digits) = name.strip_suffix(".sst") {
        numbered(digits).map(|()| FileType::Sst)
    } else if let Some(digits) = name.strip_prefix("MANIFEST-") {
        numbered(digits).map(|()| FileType::Manifest)
    } else if let Some(digits) = name.strip_prefix("OPTIONS-") {
        numbered(digits).map(|()| FileType::Options)
    } else {
        None
    }
}

/// No object is named twice, and the sizes have a sum.
fn check_objects(manifest: &Manifest) -> Result<()> {
    let mut seen = HashSet::new();
    let mut bytes = 0u64;
    let mut rows = 0u64;
    for object in manifest.objects() {
        if !seen.insert(object) {
            return refuse(format!("the file {object} is named twice"));
        }
        bytes = bytes.saturating_add(object.origin.size);
    }
    for file in manifest.families.iter().flat_map(|family| family.rows.files()) {
        rows = rows.saturating_add(file.rows);
    }
    if bytes >= MAX_NUMBER || rows >= MAX_NUMBER {
        return refuse("the sizes or the rows of the files add up to 2^63 or more".to_owned());
    }
    Ok(())
}
