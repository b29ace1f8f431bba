//! What changed between two snapshots, family by family: in files, and in rows.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::KeyRange;
use super::reader::Reader;
use super::walk::Walk;
use crate::error::{Error, Result};
use crate::snapshot::manifest::{Manifest, Rows};
use crate::snapshot::object_name::{FileType, Origin};

/// One family in two snapshots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FamilyDiff {
    /// Its name.
    pub name: Vec<u8>,
    /// Bytes of its files in the older snapshot; `None` if it is not there.
    pub old_bytes: Option<u64>,
    /// Bytes of its files in the newer snapshot; `None` if it is not there.
    pub new_bytes: Option<u64>,
    /// Bytes of files that only the newer one has.
    pub bytes_added: u64,
    /// Bytes of files that only the older one has.
    pub bytes_removed: u64,
    /// Its rows, if they were compared.
    pub keys: Option<Keys>,
}

/// How many keys changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keys {
    /// Only in the newer snapshot.
    pub added: u64,
    /// Only in the older one.
    pub removed: u64,
    /// In both, with unequal values.
    pub changed: u64,
}

/// One key that changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change<'a> {
    /// The family.
    pub family: &'a [u8],
    /// The key.
    pub key: &'a [u8],
    /// Its value in the older snapshot, if it is there.
    pub old: Option<&'a [u8]>,
    /// Its value in the newer snapshot, if it is there.
    pub new: Option<&'a [u8]>,
}

/// Hears of a key that changed, with its old and its new value.
type Count<'a> = dyn FnMut(&[u8], Option<&[u8]>, Option<&[u8]>) -> Result<()> + 'a;

/// Files by what is in them, wherever they are.
type Files = HashMap<(Origin, FileType), u64>;

/// What differs in the files of all families, those of the newer snapshot first.
pub fn files(old: &Manifest, new: &Manifest) -> Vec<FamilyDiff> {
    let find = |manifest: &Manifest, name: &[u8]| {
        let at = manifest.families.iter().position(|family| family.definition.name == name)?;
        let files = manifest.files_of(at).into_iter();
        Some(files.map(|object| (object.content(), object.origin.size)).collect::<Files>())
    };
    let names = |manifest: &Manifest| -> Vec<Vec<u8>> {
        manifest.families.iter().map(|family| family.definition.name.clone()).collect()
    };
    let mut all = names(new);
    all.extend(names(old).into_iter().filter(|name| find(new, name).is_none()));
    let diff = |name: Vec<u8>| {
        let (before, after) = (find(old, &name), find(new, &name));
        let only = |these: &Option<Files>, those: &Option<Files>| -> u64 {
            let is_there = |file: &(Origin, FileType)| those.as_ref().is_some_and(|those| those.contains_key(file));
            these.iter().flatten().filter(|(file, _)| !is_there(file)).map(|(_, size)| size).sum()
        };
        let bytes = |files: &Option<Files>| files.as_ref().map(|files| files.values().sum());
        FamilyDiff {
            name,
            old_bytes: bytes(&before),
            new_bytes: bytes(&after),
            bytes_added: only(&after, &before),
            bytes_removed: only(&before, &after),
            keys: None,
        }
    };
    all.into_iter().map(diff).collect()
}

/// Compares the rows of a family that is in at least one of the two. `tell` hears of every key that changed, in order, until
/// it answers an error.
pub fn keys(old: &Reader, new: &Reader, family: &[u8], tell: &mut dyn FnMut(Change<'_>) -> Result<()>) -> Result<Keys> {
    let mut keys = Keys::default();
    if same_tables(old.manifest(), new.manifest(), family) {
        return Ok(keys);
    }
    let has = |reader: &Reader| reader.manifest().families.iter().any(|other| other.definition.name == family);
    let range = KeyRange::default();
    let mut count = |key: &[u8], old: Option<&[u8]>, new: Option<&[u8]>| {
        let counter = match (old, new) {
            (None, _) => &mut keys.added,
            (_, None) => &mut keys.removed,
            _ => &mut keys.changed,
        };
        *counter += 1;
        tell(Change { family, key, old, new })
    };
    match (has(old), has(new)) {
        (true, true) => {
            old.walk(family, &range, &mut |old| new.walk(family, &range, &mut |new| merge(old, new, &mut count)))?;
        }
        (true, false) => old.read(family, &range, &mut |key, value| count(key, Some(value), None).map(|()| true))?,
        (false, true) => new.read(family, &range, &mut |key, value| count(key, None, Some(value)).map(|()| true))?,
        (false, false) => return Err(Error::invalid("the column family is in neither of the snapshots")),
    }
    Ok(keys)
}

/// RocksDB's tables hold all that there is of an exact family, so that equal sets of them are equal rows.
fn same_tables(old: &Manifest, new: &Manifest, family: &[u8]) -> bool {
    let tables = |manifest: &Manifest| {
        let at = manifest.families.iter().position(|other| other.definition.name == family)?;
        let definition = &manifest.families[at].definition;
        let is_exact = matches!(manifest.families[at].rows, Rows::Exact { .. });
        let mut origins: Vec<Origin> = manifest.files_of(at).into_iter().map(|object| object.origin).collect();
        origins.sort_unstable();
        is_exact.then_some((definition.merge, origins))
    };
    tables(old).is_some_and(|old| tables(new) == Some(old))
}

/// Walks through both side by side.
fn merge(old: &mut Walk<'_>, new: &mut Walk<'_>, count: &mut Count<'_>) -> Result<()> {
    loop {
        let order = match (old.key(), new.key()) {
            (None, None) => return Ok(()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(old), Some(new)) => old.cmp(new),
        };
        match order {
            Ordering::Less => count(old.key().unwrap_or_default(), Some(old.value()), None)?,
            Ordering::Greater => count(new.key().unwrap_or_default(), None, Some(new.value()))?,
            Ordering::Equal if old.value() != new.value() => {
                count(new.key().unwrap_or_default(), Some(old.value()), Some(new.value()))?;
            }
            Ordering::Equal => {}
        }
        if order.is_le() {
            old.advance()?;
        }
        if order.is_ge() {
            new.advance()?;
        }
    }
}
