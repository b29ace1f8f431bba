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
        let mut options = options.clone();
        // Beside the cache, indexes and filters would take memory by the number of rows.
        options.set("cache_index_and_filter_blocks", "true")?;
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
        let (streams, native) = match input.manifest.kind {
            Kind::Portable => (Some(self.scratch()?), None),
            Kind::Native => (None, Some(self.database(&input)?)),
        };
        let folder = streams.as_ref().map(|scratch| scratch.work("streams")).unwrap_or_default();
        let opened = Opened { input: &input, native };
        match Walk::open(&opened, definition, range, &folder)? {
            Some(mut walk) => visit(&mut walk),
            None => Err(self.no_family(family)),
        }
    }

    fn scratch(&self) -> Result<Scratch> {
        Scratch::create(&self.settings.backend.storage_paths, &self.settings.backend.name)
    }

    /// A native snapshot of one family, opened.
    fn database(&self, input: &Input) -> Result<Native> {
        let (scratch, settings) = (self.scratch()?, &self.settings.backend);
        let (db, families) = native::open_to_read(input, &scratch, settings, &budget_for(settings, None))?;
        Ok(Native::new(db, families, scratch))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Backend;
    use crate::snapshot::{SnapshotRequest, Target};

    #[test]
    fn a_family_that_is_read_takes_no_memory_beside_the_cache_by_its_number_of_rows() {
        let folder = tempfile::tempdir().unwrap();
        let mut options = Options::new();
        options.set("storage.paths", folder.path().to_str().unwrap()).unwrap();
        let backend = Backend::open(&options, None).unwrap();
        let family = backend.create_column_family(b"f", b"", &Options::new()).unwrap();
        (0..100_000u32).for_each(|row| family.put(&row.to_be_bytes(), b"value").unwrap());
        let url = format!("file://{}/snapshots", folder.path().display());
        let (target, none) = (Target::Directory(url.clone()), Options::new());
        let (kind, id, metadata) = (Kind::Native, Vec::new(), Vec::new());
        let snapshot = backend.start_snapshot(&SnapshotRequest { kind, target, id, metadata, options: none }).unwrap();
        snapshot.wait(None);
        snapshot.result().unwrap();

        let reader = Reader::open(&options, &Source::Latest { url }, &Control::new()).unwrap();
        let native = reader.database(&reader.input_of(b"f").unwrap()).unwrap();
        let call = native.db.read().unwrap();
        let beside = native.families[0].rocks.property_int(&call, "rocksdb.estimate-table-readers-mem").unwrap();
        // The filter alone is 125 kB.
        assert!(beside < 10_000, "{beside} bytes");
    }
}
