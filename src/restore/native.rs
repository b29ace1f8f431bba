//! Restore of one native snapshot: its files are linked (or downloaded) and opened, O(files) and not O(bytes).

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::KeyRange;
use super::files::table_link;
use super::input::Input;
use crate::backend::{Backend, family_options, open_database, rocksdb_name};
use crate::budget::Budget;
use crate::column_family::Family;
use crate::error::{Error, Result};
use crate::kinds::{MemtableKind, MergeKind};
use crate::options::{BackendSettings, FamilySettings, Options, RestoreSettings, Verify};
use crate::parallel::{self, Threads};
use crate::rocks::{self, Bounds, Db, StoredFile, StoredKind};
use crate::scratch::Scratch;
use crate::snapshot::manifest::{Definition, RocksDbFile, RocksDbFiles, Rows, RowsFile};
use crate::store::{Control, Link};

/// A backend with the rows of `input` that lie in `range`.
pub(super) fn restore(
    input: &Input,
    range: &KeyRange,
    settings: RestoreSettings,
    scratch: Scratch,
    budget: Budget,
) -> Result<Backend> {
    let RestoreSettings { backend: settings, verify, .. } = settings;
    let (db, families) = open(input, &scratch, &settings, &budget, verify)?;
    if !range.is_everything() {
        families.iter().try_for_each(|family| clip(&db, &family.rocks, range))?;
        fail::fail_point!("restore-clipped");
    }
    let_compact(&db, input, &families, &settings)?;
    let lineage = input.lineage(true);
    Ok(Backend::assemble(scratch, settings, budget, db, families, lineage))
}

/// Opens the files of a native snapshot in `scratch`; its families in the manifest's order. None of them compacts by itself.
pub(super) fn open(
    input: &Input,
    scratch: &Scratch,
    settings: &BackendSettings,
    budget: &Budget,
    verify: Verify,
) -> Result<(Arc<Db>, Vec<Family>)> {
    let directory = scratch.database();
    let mut exact = HashMap::new();
    let db = match &input.manifest.rocksdb {
        None => open_database(scratch, settings, budget, Vec::new())?.0,
        Some(rocksdb) => {
            place(input, rocksdb, &directory, verify)?;
            fail::fail_point!("restore-placed");
            let (db, found) = open_placed(input, rocksdb, scratch, settings, budget)?;
            exact = found;
            db
        }
    };
    let mut families = Vec::new();
    for family in &input.manifest.families {
        let definition = &family.definition;
        let own = at_rest(family_settings(definition, settings)?);
        let rocks = match &family.rows {
            Rows::Exact { rocksdb_id } => exact.remove(rocksdb_id).ok_or_else(|| missing(input, definition))?,
            Rows::Tables { files, .. } => ingest(input, definition, files, (&db, scratch), &own, (budget, verify))?,
            Rows::Streams { .. } => return Err(missing(input, definition)),
        };
        families.push(new_family(definition, own, rocks));
    }
    Ok((db, families))
}

/// Opens a snapshot with one family, which is a part of a whole one, to be read only. RocksDB's MANIFEST names the other
/// families too; their files are not fetched.
pub(super) fn open_to_read(
    input: &Input,
    scratch: &Scratch,
    settings: &BackendSettings,
    budget: &Budget,
) -> Result<(Arc<Db>, Vec<Family>)> {
    let (Some(rocksdb), [family]) = (&input.manifest.rocksdb, &input.manifest.families[..]) else {
        return open(input, scratch, settings, budget, Verify::Moved);
    };
    let directory = scratch.database();
    place(input, rocksdb, &directory, Verify::Moved)?;
    let definition = &family.definition;
    let own = at_rest(family_settings(definition, settings)?);
    let options = rocks::DbOptions::new(&settings.database, budget.memory(), false)?;
    let default = family_options(&Options::new().family(settings)?, budget)?;
    let all = vec![(b"default".to_vec(), default), (rocksdb_name(&definition.name), family_options(&own, budget)?)];
    let (db, handles) = Db::open_to_read(&directory, options, all)?;
    let found = handles.into_iter().find(|handle| handle.name() == rocksdb_name(&definition.name));
    let rocks = found.ok_or_else(|| missing(input, definition))?;
    if !matches!(family.rows, Rows::Exact { rocksdb_id } if rocksdb_id == rocks.id()) {
        return Err(missing(input, definition));
    }
    let live = db.live_files(&db.read()?);
    let expected: HashSet<&str> =
        rocksdb.files.iter().map(|file| file.name.as_str()).filter(|name| name.ends_with(".sst")).collect();
    let found: HashSet<&str> =
        live.iter().filter(|(_, file)| file.family == rocks.name()).map(|(name, _)| name.as_str()).collect();
    match expected.symmetric_difference(&found).next() {
        None => Ok((db, vec![new_family(definition, own, rocks)])),
        Some(name) => Err(disagree(input, name)),
    }
}

/// The settings of a family as its definition has them, over the backend's defaults.
pub(super) fn family_settings(definition: &Definition, settings: &BackendSettings) -> Result<FamilySettings> {
    Options::of_family(definition.merge, definition.memtable, &definition.options)?.family(settings)
}

/// A family of a restored backend.
pub(super) fn new_family(definition: &Definition, settings: FamilySettings, rocks: rocks::Family) -> Family {
    let kinds = (settings.merge, settings.memtable);
    Family::new(definition.name.clone(), &definition.descriptor, rocks, kinds, settings.given)
}

/// Puts RocksDB's files into its future directory.
fn place(input: &Input, rocksdb: &RocksDbFiles, directory: &Path, verify: Verify) -> Result<()> {
    fs::create_dir(directory).map_err(|error| Error::io("make", directory, &error))?;
    let get = |at: usize, control: &Control| {
        let file = &rocksdb.files[at];
        // Only table files are never written to again.
        let link = if file.name.ends_with(".sst") { table_link(verify) } else { Link::Never };
        input.files.get(Some(&file.name), &file.object, &directory.join(&file.name), link, control)?;
        fail::fail_point!("restore-file-placed");
        Ok(())
    };
    parallel::run(rocksdb.files.len(), Threads::Most, &input.files.control, &get)?;
    let current = directory.join("CURRENT");
    fs::write(&current, &rocksdb.current).map_err(|error| Error::io("write", &current, &error))
}

/// Opens RocksDB on the placed files and drops the families that the snapshot doesn't take from them. The others, by RocksDB id.
fn open_placed(
    input: &Input,
    rocksdb: &RocksDbFiles,
    scratch: &Scratch,
    settings: &BackendSettings,
    budget: &Budget,
) -> Result<(Arc<Db>, HashMap<u32, rocks::Family>)> {
    let wanted: HashMap<Vec<u8>, (&Definition, u32)> = input
        .manifest
        .families
        .iter()
        .filter_map(|family| match family.rows {
            Rows::Exact { rocksdb_id } => {
                Some((rocksdb_name(&family.definition.name), (&family.definition, rocksdb_id)))
            }
            _ => None,
        })
        .collect();
    let probe = rocks::DbOptions::new(&settings.database, budget.memory(), false)?;
    let mut opened = Vec::new();
    for name in Db::list_families(&scratch.database(), &probe)?.into_iter().filter(|name| name != b"default") {
        let own = match wanted.get(&name) {
            Some((definition, _)) => family_settings(definition, settings)?,
            // It is opened only to be dropped, and its merge kind is not known.
            None => {
                Options::of_family(MergeKind::None, MemtableKind::SkipList, &Default::default())?.family(settings)?
            }
        };
        opened.push((name, family_options(&at_rest(own), budget)?));
    }
    let (db, families) = open_database(scratch, settings, budget, opened)?;
    fail::fail_point!("restore-opened");
    check_files(&db, input, rocksdb)?;
    let mut exact = HashMap::new();
    let call = db.write()?;
    for family in families.into_iter().filter(|family| family.name() != b"default") {
        match wanted.get(family.name()) {
            None => db.drop_family(&call, &family)?,
            Some((_, id)) if *id == family.id() => drop(exact.insert(*id, family)),
            Some((definition, id)) => {
                return Err(Error::corruption(format!(
                    "{}: column family {} has RocksDB id {} in RocksDB's files, and {id} in the manifest",
                    input.label(),
                    crate::column_family::label(&definition.name),
                    family.id()
                )));
            }
        }
    }
    drop(call);
    fail::fail_point!("restore-families-dropped");
    Ok((db, exact))
}

/// The settings of a family whose files stay as they are until `let_compact`: a compaction that ends before the files are
/// checked would take some away and bring others.
fn at_rest(mut settings: FamilySettings) -> FamilySettings {
    settings.family.insert("disable_auto_compactions".to_owned(), "true".to_owned());
    settings
}

/// Lets RocksDB compact the families whose own settings allow it.
fn let_compact(db: &Db, input: &Input, families: &[Family], settings: &BackendSettings) -> Result<()> {
    let mut compacting = Vec::new();
    for (family, described) in families.iter().zip(&input.manifest.families) {
        if family_settings(&described.definition, settings)?.compacts() {
            compacting.push(&family.rocks);
        }
    }
    db.enable_compactions(&db.write()?, &compacting)
}

/// RocksDB must be using exactly the snapshot's table files, with the checksums it wrote them with, for the families that the
/// manifest says; and none for its own family.
fn check_files(db: &Db, input: &Input, rocksdb: &RocksDbFiles) -> Result<()> {
    let call = db.read()?;
    let (live, stored) = (db.live_files(&call), db.stored_files(&call)?);
    let names: HashMap<u32, Vec<u8>> = input
        .manifest
        .families
        .iter()
        .filter_map(|family| match family.rows {
            Rows::Exact { rocksdb_id } => Some((rocksdb_id, rocksdb_name(&family.definition.name))),
            _ => None,
        })
        .collect();
    let expected: HashMap<&str, &RocksDbFile> = rocksdb.files.iter().map(|file| (file.name.as_str(), file)).collect();
    let is_strange = |file: &&StoredFile| {
        let Some(known) = expected.get(file.name.as_str()) else { return true };
        let origin = known.object.origin;
        let family = live.get(&file.name).map(|live| &live.family);
        let wanted = known.family.and_then(|id| names.get(&id));
        (file.size, file.crc32c) != (origin.size, Some(origin.crc32c))
            || family.is_some_and(|family| family == b"default" || wanted.is_some_and(|wanted| wanted != family))
    };
    let tables: Vec<_> = stored.iter().filter(|file| file.kind == StoredKind::Table).collect();
    let strange = tables.iter().copied().find(is_strange).map(|file| file.name.as_str());
    // A MANIFEST that was cut short opens as an older state, which lacks files.
    let lacks = |name: &&&str| name.ends_with(".sst") && !tables.iter().any(|file| file.name == **name);
    let missing = expected.keys().find(lacks).copied();
    match strange.or(missing) {
        None => Ok(()),
        Some(name) => Err(disagree(input, name)),
    }
}

fn disagree(input: &Input, name: &str) -> Error {
    Error::corruption(format!("{}: its manifest and RocksDB's disagree about {name}", input.label()))
}

/// Makes a family anew from table files of rows.
fn ingest(
    input: &Input,
    definition: &Definition,
    files: &[RowsFile],
    (db, scratch): (&Arc<Db>, &Scratch),
    settings: &FamilySettings,
    (budget, verify): (&Budget, Verify),
) -> Result<rocks::Family> {
    let work = scratch.work("rows");
    fs::create_dir_all(&work).map_err(|error| Error::io("make", &work, &error))?;
    let paths: Vec<_> = files.iter().map(|file| work.join(file.object.to_string())).collect();
    let get = |at: usize, control: &Control| {
        input.files.get(None, &files[at].object, &paths[at], table_link(verify), control)
    };
    parallel::run(files.len(), Threads::Most, &input.files.control, &get)?;
    let call = db.write()?;
    let family = db.create_family(&call, &rocksdb_name(&definition.name), family_options(settings, budget)?)?;
    if !paths.is_empty() {
        fail::fail_point!("restore-rows-placed");
        family.ingest(&call, &paths)?;
        fail::fail_point!("restore-rows-ingested");
    }
    Ok(family)
}

/// Deletes what lies outside `range`.
pub(super) fn clip(db: &Arc<Db>, family: &rocks::Family, range: &KeyRange) -> Result<()> {
    let call = db.write()?;
    if !range.from.is_empty() {
        family.delete_range(&call, b"", &range.from)?;
    }
    if let Some(to) = &range.to {
        let bounds = Bounds { lower: Some(to.clone()), ..Bounds::default() };
        let mut iterator = rocks::Iterator::new(&call, family, bounds, None);
        iterator.seek_to_last(&call);
        if let Some((last, _)) = iterator.row(&call)? {
            family.delete_range(&call, to, last)?;
            family.delete(&call, last)?;
        }
    }
    Ok(())
}

fn missing(input: &Input, definition: &Definition) -> Error {
    Error::corruption(format!(
        "{}: column family {} is not in its files as the manifest says",
        input.label(),
        crate::column_family::label(&definition.name)
    ))
}
