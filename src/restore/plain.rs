//! A snapshot as a plain RocksDB directory, for other programs.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::{KeyRange, Source};
use crate::backend::rocksdb_name;
use crate::error::{Code, Error, Result};
use crate::kinds::MergeKind;
use crate::options::Options;
use crate::snapshot::SnapshotInfo;
use crate::store::Control;

/// What is in the directory.
#[derive(Clone, Debug)]
pub struct Plain {
    /// The snapshot that was restored.
    pub snapshot: SnapshotInfo,
    /// The names of its families in RocksDB (docs/snapshot-format.md, section 9), in order of creation.
    pub families: Vec<Vec<u8>>,
}

/// Restores a snapshot into `directory`, which must not exist or be empty, in a directory that does: there it appears by
/// one rename, complete and durable. `options` are those of a restore; storage paths among them have no effect.
pub fn into_directory(options: &Options, source: &Source, directory: &Path, control: &Control) -> Result<Plain> {
    let parent = parent_of(directory)?;
    refuse_contents(directory)?;
    let mut options = options.clone();
    let text = parent.to_str().filter(|text| !text.contains(','));
    let text = text.ok_or_else(|| {
        Error::invalid(format!("{} has a comma in it, or is no text; restore elsewhere and move", parent.display()))
    })?;
    options.set("storage.paths", text)?;
    options.set("name", "restore")?;
    let range = KeyRange::default();
    let (backend, mut infos) = super::restore(&options, None, std::slice::from_ref(source), &range, control)?;
    let families = backend.column_families()?.iter().map(|family| rocksdb_name(family.name())).collect();
    for family in backend.column_families()? {
        if !is_told_by_options(family.merge_kind()) {
            // Then its files must have no operands that are still to be merged.
            control.check()?;
            family.compact()?;
        }
    }
    backend.flush()?;
    fail::fail_point!("plain-restored");
    backend.close_and_keep(|database| {
        let synced = fs::read_dir(database).map_err(|error| Error::io("list", database, &error))?;
        for entry in synced {
            control.check()?;
            sync(&entry.map_err(|error| Error::io("list", database, &error))?.path())?;
        }
        sync(database)?;
        control.check()?;
        fs::rename(database, directory).map_err(|error| Error::io_named("rename to", directory, &error))?;
        sync(&parent)
    })?;
    let snapshot = infos.pop().ok_or_else(|| Error::invalid("a restore without a source"))?;
    Ok(Plain { snapshot, families })
}

/// Whether another program learns from RocksDB's OPTIONS how a family merges. They are text that loses white space, and in which some
/// letters have a meaning (tried with every byte, from RocksDB 11.8 to 7.8).
fn is_told_by_options(merge: MergeKind) -> bool {
    !matches!(merge, MergeKind::StringAppend(b'\t'..=b'\r' | b' ' | b';' | b'\\' | b'{'))
}

/// The existing directory in which `directory` is to be, absolute.
fn parent_of(directory: &Path) -> Result<PathBuf> {
    let absolute = std::path::absolute(directory).map_err(|error| Error::io("find", directory, &error))?;
    let parent = absolute.parent().ok_or_else(|| Error::invalid("the root directory can't be restored into"))?;
    fs::canonicalize(parent).map_err(|error| Error::io_named("restore into a directory of", parent, &error))
}

fn refuse_contents(directory: &Path) -> Result<()> {
    match fs::read_dir(directory) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Error::io_named("restore into", directory, &error)),
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => {
                let text = format!("{} is not empty; name a directory that is new", directory.display());
                Err(Error::new(Code::AlreadyExists, text))
            }
        },
    }
}

fn sync(path: &Path) -> Result<()> {
    File::open(path).and_then(|file| file.sync_all()).map_err(|error| Error::io("sync", path, &error))
}
