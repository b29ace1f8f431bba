//! `Reader`: the rows of one family of a snapshot, in key order, for who only looks. Only the family's own files are fetched.

use super::input::Input;
use super::native;
use super::rows::{Native, Opened};
use super::walk::Walk;
use super::{KeyRange, Source};
use crate::backend::budget_for;
use crate::column_family::label;
use crate::error::{Code, Error, Result};
use crate::options::{Options, RestoreSettings};
use crate::scratch::Scratch;
use crate::snapshot::Kind;
use crate::snapshot::manifest::{Manifest, Rows};
use crate::store::Control;

/// Takes a row, key and value; `false` ends the reading.
pub type Take<'a> = dyn FnMut(&[u8], &[u8]) -> Result<bool> + 'a;

/// A snapshot that is read from.
#[derive(Debug)]
pub struct Reader {
    input: Input,
    settings: RestoreSettings,
}

impl Reader {
    /// Reads the manifest of `source`; `options` are those of a restore, and of them the storage paths say where files are
    /// put for as long as they are read.
    pub fn open(options: &Options, source: &Source, control: &Control) -> Result<Reader> {
        let settings = options.restore()?;
        Ok(Reader { input: Input::open(source, &settings.store, control)?, settings })
    }

    /// What the snapshot consists of.
    pub fn manifest(&self) -> &Manifest {
        &self.input.manifest
    }

    /// Gives `take` the rows of a family that lie in `range`, until it answers `false`.
    pub fn read(&self, family: &[u8], range: &KeyRange, take: &mut Take<'_>) -> Result<()> {
        range.check()?;
        self.walk(family, range, &mut |walk| {
            while let Some(key) = walk.key() {
                if !take(key, walk.value())? {
                    break;
                }
                walk.advance()?;
            }
            Ok(())
        })
    }

    /// Calls `visit` at the first row of the family that lies in `range`.
    pub(super) fn walk(
        &self,
        family: &[u8],
        range: &KeyRange,
        visit: &mut dyn FnMut(&mut Walk<'_>) -> Result<()>,
    ) -> Result<()> {
        let input = self.input_of(family)?;
        let Some(definition) = input.manifest.families.first().map(|family| &family.definition) else {
            return Err(self.no_family(family));
        };
        input.files.control.expect(input.manifest.objects().map(|object| object.origin.size).sum());
        let settings = &self.settings.backend;
        let scratch = || Scratch::create(&settings.storage_paths, &settings.name);
        let (mut streams, mut native) = (None, None);
        match input.manifest.kind {
            Kind::Portable => drop(streams.insert(scratch()?)),
            Kind::Native => {
                let (scratch, budget) = (scratch()?, budget_for(settings, None));
                let (db, families) = native::open_to_read(&input, &scratch, settings, &budget)?;
                native = Some(Native::new(db, families, scratch));
            }
        }
        let folder = streams.as_ref().map(|scratch| scratch.work("streams")).unwrap_or_default();
        let opened = Opened { input: &input, native };
        match Walk::open(&opened, definition, range, &folder)? {
            Some(mut walk) => visit(&mut walk),
            None => Err(self.no_family(family)),
        }
    }

    /// The same snapshot with nothing but that family in it.
    fn input_of(&self, family: &[u8]) -> Result<Input> {
        let mut manifest = self.input.manifest.clone();
        manifest.families.retain(|other| other.definition.name == family);
        let Some(found) = manifest.families.first() else { return Err(self.no_family(family)) };
        match (&found.rows, &mut manifest.rocksdb) {
            (Rows::Exact { rocksdb_id }, Some(rocksdb)) => {
                rocksdb.files.retain(|file| !file.name.ends_with(".sst") || file.family == Some(*rocksdb_id));
            }
            (_, rocksdb) => *rocksdb = None,
        }
        Ok(self.input.with_manifest(manifest))
    }

    fn no_family(&self, family: &[u8]) -> Error {
        let names = self.input.manifest.families.iter().map(|family| label(&family.definition.name));
        let text = format!(
            "there is no column family {} in {}; there are: {}",
            label(family),
            self.input.label(),
            names.collect::<Vec<_>>().join(", ")
        );
        Error::new(Code::NotFound, text)
    }
}
