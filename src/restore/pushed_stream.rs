//! `PushedStream`: a restore from a portable snapshot that the host gives as one stream of bytes, without temporary files.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use super::KeyRange;
use super::native::{family_settings, new_family};
use super::table_files::TableFiles;
use crate::backend::{Backend, budget_for, family_options, open_database, rocksdb_name};
use crate::budget::Budget;
use crate::column_family::Family;
use crate::error::{Error, Result};
use crate::live::{self, Live};
use crate::options::{BackendSettings, Options};
use crate::rocks::Db;
use crate::scratch::Scratch;
use crate::snapshot::manifest::Definition;
use crate::snapshot::stream::{Decoder, Event, Title};
use crate::snapshot::{Kind, Lineage, SnapshotInfo};

/// A restore in the making. One thread at a time, any thread. Dropped before `finish`, it leaves nothing behind.
pub struct PushedStream {
    builder: Builder,
    decoder: Decoder,
    range: KeyRange,
    title: Title,
    bytes: u64,
    /// Why a write failed. What that write held is lost, so that the stream can't become complete any more.
    failed: Option<Error>,
    _live: Live,
}

/// The backend that is being filled.
struct Builder {
    // In this order they are dropped: the directory goes after the database.
    /// Of the last family, while its rows come.
    files: Option<TableFiles>,
    families: Vec<Family>,
    db: Arc<Db>,
    scratch: Scratch,
    work: PathBuf,
    settings: BackendSettings,
    budget: Budget,
}

impl PushedStream {
    pub(crate) fn start(options: &Options, budget: Option<&Budget>, range: &KeyRange) -> Result<PushedStream> {
        range.check()?;
        let settings = options.restore()?.backend;
        let scratch = Scratch::create(&settings.storage_paths, &settings.name)?;
        let budget = budget_for(&settings, budget);
        let (db, _default) = open_database(&scratch, &settings, &budget, Vec::new())?;
        let work = scratch.work("stream");
        fs::create_dir_all(&work).map_err(|error| Error::io("make", &work, &error))?;
        Ok(PushedStream {
            decoder: Decoder::new(),
            range: range.clone(),
            builder: Builder { settings, scratch, budget, db, work, families: Vec::new(), files: None },
            title: Title { id: Vec::new(), metadata: Vec::new(), created: 0 },
            bytes: 0,
            failed: None,
            _live: Live::new(live::Kind::Stream),
        })
    }

    /// Takes the next bytes of the stream, in pieces of any size. After an error every later call fails too.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.check()?;
        self.take(bytes).inspect_err(|error| self.failed = Some(error.clone()))
    }

    fn check(&self) -> Result<()> {
        self.failed.clone().map_or(Ok(()), Err)
    }

    fn take(&mut self, bytes: &[u8]) -> Result<()> {
        self.bytes += bytes.len() as u64;
        self.decoder.push(bytes);
        while let Some(event) = self.decoder.read()? {
            match event {
                Event::Title(title) => self.title = title,
                Event::Family(definition) => self.builder.begin(&definition)?,
                Event::Row { key, value } => {
                    if self.range.contains(key) {
                        self.builder.put(key, value)?;
                    }
                }
                Event::FamilyEnd(_) => self.builder.end()?,
                Event::End => {}
            }
        }
        Ok(())
    }

    /// The backend, once the whole stream was given; and what the stream said of itself (number 0). `Code::Corruption` for a stream that breaks off.
    pub fn finish(mut self) -> Result<(Backend, SnapshotInfo)> {
        self.check()?;
        self.decoder.finish()?;
        let Builder { settings, scratch, budget, db, families, .. } = self.builder;
        let info = SnapshotInfo {
            number: 0,
            kind: Kind::Portable,
            id: self.title.id,
            metadata: self.title.metadata,
            created_ms: self.title.created,
            families: families.len() as u64,
            files: 0,
            bytes: self.bytes,
            bytes_written: 0,
            fallbacks: 0,
            pause_nanos: 0,
        };
        Ok((Backend::assemble(scratch, settings, budget, db, families, Lineage::default()), info))
    }
}

impl Builder {
    fn begin(&mut self, definition: &Definition) -> Result<()> {
        let settings = family_settings(definition, &self.settings)?;
        let name = rocksdb_name(&definition.name);
        let rocks = self.db.create_family(&self.db.write()?, &name, family_options(&settings, &self.budget)?)?;
        self.files = Some(TableFiles::new(self.work.join(self.families.len().to_string())));
        self.families.push(new_family(definition, settings, rocks));
        Ok(())
    }

    fn put(&mut self, key: &[u8], value: &[u8]) -> Result<()> {
        match (&mut self.files, self.families.last()) {
            (Some(files), Some(family)) => files.put(&family.rocks, key, value),
            _ => Err(Error::corruption("the stream has a row outside of any column family")),
        }
    }

    fn end(&mut self) -> Result<()> {
        match (self.files.take(), self.families.last()) {
            (Some(files), Some(family)) => files.ingest_into(&family.rocks),
            _ => Err(Error::corruption("the stream ends a column family that it did not begin")),
        }
    }
}
