//! Whole table files from several databases into one family, when their key ranges don't overlap. RocksDB reads each file once, for its checksum; no row is looked at.

use std::fs;
use std::path::{Path, PathBuf};

use super::rows::Opened;
use crate::error::{Error, Result};
use crate::rocks::{Db, Family, LiveFile};
use crate::snapshot::manifest::Definition;

/// The table files of one family in one input.
struct Tables {
    directory: PathBuf,
    files: Vec<(String, LiveFile)>,
}

/// Links into `folder` the table files that together are the family's rows in all inputs, in the order in which a family must take them in.
/// `None` if an input has the rows in another form, or if two inputs overlap.
pub(super) fn gather(inputs: &[Opened<'_>], definition: &Definition, folder: &Path) -> Result<Option<Vec<PathBuf>>> {
    let mut all = Vec::new();
    for opened in inputs {
        let families = &opened.input.manifest.families;
        let Some(at) = families.iter().position(|family| family.definition.name == definition.name) else { continue };
        let Some(native) = &opened.native else { return Ok(None) };
        let call = native.db.read()?;
        let family = &native.families[at].rocks;
        if has_range_deletions(&native.db, family)? {
            return Ok(None);
        }
        let name = family.name();
        let files = native.db.live_files(&call).into_iter().filter(|(_, file)| file.family == name).collect();
        all.push(Tables { directory: native.db.path().to_owned(), files });
    }
    if overlap(&all) {
        return Ok(None);
    }
    fs::create_dir_all(folder).map_err(|error| Error::io("make", folder, &error))?;
    let mut linked = Vec::new();
    for tables in &mut all {
        // The oldest rows first: from the lowest level up, and within a level by age.
        tables.files.sort_by_key(|(_, file)| (std::cmp::Reverse(file.level), file.largest_sequence));
        for (name, _) in &tables.files {
            let (from, to) = (tables.directory.join(name), folder.join(format!("{}.sst", linked.len())));
            // Storage paths may be on different file systems; then rows move instead.
            if fs::hard_link(&from, &to).is_err() {
                return Ok(None);
            }
            linked.push(to);
        }
    }
    Ok(Some(linked))
}

/// A compaction writes a range tombstone whole into each file that it touches, and only the database's own metadata says which part
/// counts there. An ingestion would take the whole for valid, and newer rows in neighbouring files would be gone.
fn has_range_deletions(db: &Db, family: &Family) -> Result<bool> {
    const WORD: &str = "# range deletions=";
    let text = family.property(&db.read()?, "rocksdb.aggregated-table-properties").unwrap_or_default();
    let count = text.split(';').find_map(|part| part.trim().strip_prefix(WORD)?.trim().parse::<u64>().ok());
    // What can't be told is taken for some.
    Ok(count != Some(0))
}

/// Whether the key ranges of two inputs share a key.
fn overlap(all: &[Tables]) -> bool {
    let range = |tables: &Tables| {
        let first = tables.files.iter().map(|(_, file)| file.smallest_key.clone()).min()?;
        let last = tables.files.iter().map(|(_, file)| file.largest_key.clone()).max()?;
        Some((first, last))
    };
    let mut ranges: Vec<_> = all.iter().filter_map(range).collect();
    ranges.sort();
    ranges.windows(2).any(|pair| pair[0].1 >= pair[1].0)
}
