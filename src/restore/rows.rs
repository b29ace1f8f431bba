//! Restore of several inputs, or of rows: family by family, as whole files where inputs don't overlap, else merged by key.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::KeyRange;
use super::input::Input;
use super::native::{clip, family_settings, new_family};
use super::table_files::TableFiles;
use super::walk::Walk;
use super::whole_files;
use crate::backend::{Backend, family_options, open_database, rocksdb_name};
use crate::budget::Budget;
use crate::column_family::{Family, label};
use crate::error::{Code, Error, Result};
use crate::options::{BackendSettings, RestoreSettings};
use crate::parallel::{self, Threads};
use crate::rocks::Db;
use crate::scratch::Scratch;
use crate::snapshot::manifest::Definition;
use crate::snapshot::{Kind, Lineage};
use crate::store::Control;

/// An input whose rows can be walked.
pub(super) struct Opened<'a> {
    pub(super) input: &'a Input,
    /// A native snapshot's own database, in a scratch directory of its own.
    pub(super) native: Option<Native>,
}

/// A database opened to be read from.
pub(super) struct Native {
    pub(super) db: Arc<Db>,
    pub(super) families: Vec<Family>,
    _scratch: Scratch,
}

impl Native {
    pub(super) fn new(db: Arc<Db>, families: Vec<Family>, scratch: Scratch) -> Native {
        Native { db, families, _scratch: scratch }
    }
}

impl Drop for Native {
    fn drop(&mut self) {
        self.db.close();
    }
}

/// A backend with the rows of all `inputs` that lie in `range`.
pub(super) fn restore(
    inputs: &[Input],
    range: &KeyRange,
    settings: RestoreSettings,
    scratch: Scratch,
    budget: Budget,
) -> Result<Backend> {
    let definitions = unite(inputs)?;
    let opened = inputs.iter().map(|input| open(input, &settings, &budget)).collect::<Result<Vec<_>>>()?;
    let (db, _default) = open_database(&scratch, &settings.backend, &budget, Vec::new())?;
    let work = scratch.work("rows");
    fs::create_dir_all(&work).map_err(|error| Error::io("make", &work, &error))?;
    let mut families = Vec::new();
    for definition in &definitions {
        let own = family_settings(definition, &settings.backend)?;
        let name = rocksdb_name(&definition.name);
        let rocks = db.create_family(&db.write()?, &name, family_options(&own, &budget)?)?;
        families.push(new_family(definition, own, rocks));
    }
    let union = Union { inputs: opened, range, turn: Mutex::new(()) };
    let fill = |at: usize, _: &Control| union.fill(definitions[at], &families[at], &work.join(at.to_string()));
    parallel::run(families.len(), Threads::Processors, &Control::new(), &fill)?;
    fail::fail_point!("restore-families-filled");
    let lineage = match inputs {
        [input] => input.lineage(false),
        _ => Lineage::default(),
    };
    drop(union);
    Ok(Backend::assemble(scratch, settings.backend, budget, db, families, lineage))
}

/// The families of all inputs, each once; families of one name must be made alike.
fn unite(inputs: &[Input]) -> Result<Vec<&Definition>> {
    let mut order = Vec::new();
    let mut known: BTreeMap<&[u8], (&Definition, &Input)> = BTreeMap::new();
    for input in inputs {
        for family in &input.manifest.families {
            let definition = &family.definition;
            match known.get(definition.name.as_slice()) {
                None => {
                    known.insert(&definition.name, (definition, input));
                    order.push(definition);
                }
                Some((first, other)) => must_match(first, definition, other, input)?,
            }
        }
    }
    Ok(order)
}

fn must_match(first: &Definition, second: &Definition, one: &Input, two: &Input) -> Result<()> {
    let (what, has, wants) = if first.descriptor != second.descriptor {
        ("descriptors", label(&first.descriptor), label(&second.descriptor))
    } else if first.merge != second.merge {
        ("merge kinds", format!("{:?}", first.merge), format!("{:?}", second.merge))
    } else {
        return Ok(());
    };
    let text = format!(
        "column family {} has unequal {what}: {has} in {}, {wants} in {}; they can't be united",
        label(&first.name),
        one.label(),
        two.label()
    );
    Err(Error::new(Code::Mismatch, text))
}

fn open<'a>(input: &'a Input, settings: &RestoreSettings, budget: &Budget) -> Result<Opened<'a>> {
    if input.manifest.kind == Kind::Portable {
        return Ok(Opened { input, native: None });
    }
    let BackendSettings { storage_paths, name, .. } = &settings.backend;
    let scratch = Scratch::create(storage_paths, name)?;
    let (db, families) = super::native::open(input, &scratch, &settings.backend, budget, settings.verify)?;
    Ok(Opened { input, native: Some(Native::new(db, families, scratch)) })
}

/// What is brought together.
struct Union<'a> {
    inputs: Vec<Opened<'a>>,
    range: &'a KeyRange,
    /// Families are filled several at once; as writers of their database they take turns.
    turn: Mutex<()>,
}

impl Union<'_> {
    /// Brings the inputs' rows of one family into the family: as whole files, else row by row.
    fn fill(&self, definition: &Definition, family: &Family, prefix: &Path) -> Result<()> {
        let folder = prefix.with_extension("files");
        let Some(files) = whole_files::gather(&self.inputs, definition, &folder)? else {
            return self.merge(definition, family, prefix);
        };
        if files.is_empty() {
            return Ok(());
        }
        self.in_turn(|| {
            let rocks = &family.rocks;
            rocks.ingest_database_files(&rocks.database().write()?, &files)?;
            clip(rocks.database(), rocks, self.range)
        })
    }

    fn in_turn(&self, write: impl FnOnce() -> Result<()>) -> Result<()> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        write()
    }

    /// Merges the inputs' rows of one family into table files `<prefix>-<n>`, and has the family take them in.
    fn merge(&self, definition: &Definition, family: &Family, prefix: &Path) -> Result<()> {
        let mut walks = Vec::new();
        for (at, opened) in self.inputs.iter().enumerate() {
            walks.extend(Walk::open(opened, definition, self.range, &prefix.with_extension(format!("in-{at}")))?);
        }
        let mut files = TableFiles::new(prefix.to_owned());
        let control = self.inputs.first().map(|opened| &opened.input.files.control);
        while let Some(least) = least(&walks) {
            control.map_or(Ok(()), |control| control.check())?;
            let key = walks[least].key().unwrap_or_default().to_vec();
            if let Some(other) = walks.iter().enumerate().position(|(at, walk)| at != least && walk.key() == Some(&key))
            {
                let text = format!(
                    "column family {} has key {} both in {} and in {}; restore key ranges that don't overlap",
                    label(&definition.name),
                    label(&key),
                    walks[least].label(),
                    walks[other].label()
                );
                return Err(Error::new(Code::Mismatch, text));
            }
            files.put(&family.rocks, &key, walks[least].value())?;
            walks[least].advance()?;
        }
        self.in_turn(|| files.ingest_into(&family.rocks))
    }
}

/// The walk with the smallest key.
fn least(walks: &[Walk<'_>]) -> Option<usize> {
    let keyed = walks.iter().enumerate().filter_map(|(at, walk)| Some((walk.key()?, at)));
    keyed.min().map(|(_, at)| at)
}
