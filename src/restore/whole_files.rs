//! Whole table files from several databases into one family, when their key ranges don't overlap: O(files), not O(rows).

use std::fs;
use std::path::{Path, PathBuf};

use super::rows::Opened;
use crate::error::{Error, Result};
use crate::rocks::LiveFile;
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
        // Files that a compaction replaces meanwhile must stay until they are linked.
        native.db.disable_file_deletions(&call)?;
        let name = native.families[at].rocks.name();
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
            fs::hard_link(&from, &to).map_err(|error| Error::io("link a table file to", &to, &error))?;
            linked.push(to);
        }
    }
    Ok(Some(linked))
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
