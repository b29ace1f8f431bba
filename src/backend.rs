//! `Backend`: one RocksDB in one private scratch directory, and the column families in it.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::batch::Batch;
use crate::budget::Budget;
use crate::column_family::{ColumnFamily, Family, LONGEST_NAME, check_descriptor, label};
use crate::data::Data;
use crate::error::{Code, Error, Result};
use crate::kinds::{MemtableKind, MergeKind};
use crate::live::{Kind, Live};
use crate::metrics::{Counters, Metric};
use crate::options::{BackendSettings, FamilySettings, Options};
use crate::restore::{KeyRange, PushedStream, Source};
use crate::rocks::{Db, DbOptions, FamilyOptions};
use crate::scratch::Scratch;
use crate::snapshot::{PulledStream, Snapshot, SnapshotInfo, SnapshotRequest};
use crate::store::Control;
use crate::view::View;

/// An open state backend. Clones are the same backend; the last one to go, with everything made from it, closes it.
///
/// Any number of threads may read; a write that meets another write in progress is answered with `Code::ConcurrentWrite`.
#[derive(Clone, Debug)]
pub struct Backend(pub(crate) Arc<Inner>);

/// The shared part of a backend. Everything made from it holds it; after the close only plain memory is left in it.
#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) data: Data,
    pub(crate) settings: BackendSettings,
    pub(crate) budget: Budget,
    pub(crate) counters: Arc<Counters>,
    /// In order of creation.
    families: Mutex<Vec<Arc<Family>>>,
    pub(crate) snapshots: crate::snapshot::Snapshots,
    /// Gone once the backend is closed; held while it is closing, so that a second closer waits.
    scratch: Mutex<Option<Arc<Scratch>>>,
    directory: std::path::PathBuf,
    _live: Live,
}

impl Backend {
    /// Opens an empty backend in a new scratch directory.
    pub fn open(options: &Options, budget: Option<&Budget>) -> Result<Backend> {
        let settings = options.backend()?;
        let scratch = Scratch::create(&settings.storage_paths, &settings.name)?;
        let budget = budget_for(&settings, budget);
        let (db, _default) = open_database(&scratch, &settings, &budget, Vec::new())?;
        Ok(Backend::assemble(scratch, settings, budget, db, Vec::new(), crate::snapshot::Lineage::default()))
    }

    /// Opens a backend with the contents of snapshots; `range` keeps only those keys. Answers what was restored, one per source.
    pub fn restore(
        options: &Options,
        budget: Option<&Budget>,
        sources: &[Source],
        range: &KeyRange,
    ) -> Result<(Backend, Vec<SnapshotInfo>)> {
        crate::restore::restore(options, budget, sources, range, &Control::new())
    }

    pub(crate) fn assemble(
        scratch: Scratch,
        settings: BackendSettings,
        budget: Budget,
        db: Arc<Db>,
        families: Vec<Family>,
        lineage: crate::snapshot::Lineage,
    ) -> Backend {
        let directory = scratch.path().to_owned();
        let snapshots = crate::snapshot::Snapshots::new(crate::snapshot::id::Id(scratch.id().as_u128()), lineage);
        Backend(Arc::new(Inner {
            data: Data { db },
            settings,
            budget,
            counters: Arc::default(),
            families: Mutex::new(families.into_iter().map(Arc::new).collect()),
            snapshots,
            scratch: Mutex::new(Some(Arc::new(scratch))),
            directory,
            _live: Live::new(Kind::Backend),
        }))
    }

    /// Makes a column family; `Code::AlreadyExists` if there is one of that name. A writer's call.
    pub fn create_column_family(&self, name: &[u8], descriptor: &[u8], options: &Options) -> Result<ColumnFamily> {
        let settings = options.family(&self.0.settings)?;
        check_name(name)?;
        check_descriptor(descriptor)?;
        fail::fail_point!("family-wanted");
        let call = self.0.data.db.write()?;
        // The gate keeps other writers out; the list itself is not locked while RocksDB works.
        if self.0.families().iter().any(|family| family.name == name) {
            let text = format!("column family {} exists already; look it up or register it", label(name));
            return Err(Error::new(Code::AlreadyExists, text));
        }
        let native = family_options(&settings, &self.0.budget)?;
        let rocks = self.0.data.db.create_family(&call, &rocksdb_name(name), native)?;
        let kinds = (settings.merge, settings.memtable);
        let family = Arc::new(Family::new(name.to_vec(), descriptor, rocks, kinds, settings.given));
        self.0.families().push(Arc::clone(&family));
        Ok(ColumnFamily { backend: Arc::clone(&self.0), family })
    }

    /// Looks the family up, or makes it. `Code::Mismatch` if it exists with another descriptor, merge kind or memtable kind.
    pub fn register_column_family(&self, name: &[u8], descriptor: &[u8], options: &Options) -> Result<ColumnFamily> {
        let settings = options.family(&self.0.settings)?;
        let Some(found) = self.column_family(name)? else {
            return match self.create_column_family(name, descriptor, options) {
                // Another thread was faster.
                Err(error) if error.code == Code::AlreadyExists => {
                    self.register_column_family(name, descriptor, options)
                }
                made => made,
            };
        };
        let there = found.family.descriptor();
        if *there != *descriptor {
            return Err(mismatch(name, "descriptor", &label(&there), &label(descriptor)));
        }
        let kinds = |merge: MergeKind, memtable: MemtableKind| format!("{merge:?} on {memtable:?}");
        let (has, wants) = (kinds(found.merge_kind(), found.memtable_kind()), kinds(settings.merge, settings.memtable));
        if has != wants {
            return Err(mismatch(name, "merge or memtable kind", &has, &wants));
        }
        Ok(found)
    }

    /// The family of that name, or `None`.
    pub fn column_family(&self, name: &[u8]) -> Result<Option<ColumnFamily>> {
        let _call = self.0.data.db.read()?;
        let families = self.0.families();
        let found = families.iter().find(|family| family.name == name);
        Ok(found.map(|family| ColumnFamily { backend: Arc::clone(&self.0), family: Arc::clone(family) }))
    }

    /// All families, in order of creation.
    pub fn column_families(&self) -> Result<Vec<ColumnFamily>> {
        let _call = self.0.data.db.read()?;
        let family = |family: &Arc<Family>| ColumnFamily { backend: Arc::clone(&self.0), family: Arc::clone(family) };
        Ok(self.0.families().iter().map(family).collect())
    }

    /// Drops a family with its rows; other handles of it answer `Code::NotFound` from then on. A writer's call.
    pub fn drop_column_family(&self, family: &ColumnFamily) -> Result<()> {
        if !Arc::ptr_eq(&family.backend, &self.0) {
            return Err(Error::invalid("the column family belongs to another backend"));
        }
        let call = self.0.data.db.write()?;
        let rocks = family.family.rocks()?;
        // Marked first: a capture that runs meanwhile must not take a family without files for an empty one.
        family.family.mark_dropped(true);
        self.0.data.db.drop_family(&call, rocks).inspect_err(|_| family.family.mark_dropped(false))?;
        fail::fail_point!("family-dropped");
        self.0.families().retain(|other| !Arc::ptr_eq(other, &family.family));
        Ok(())
    }

    /// Applies all of the batch, or nothing. The batch stays as it is. A writer's call.
    pub fn write(&self, batch: &Batch) -> Result<()> {
        self.0.data.write(batch.writes_for(&self.0)?)
    }

    /// Pins the present state of all families for scans. A writer's call.
    pub fn view(&self) -> Result<View> {
        let call = self.0.data.db.write()?;
        let families = self.0.families().clone();
        let pin = self.0.data.pin(&call, families.iter().map(|family| &family.rocks))?;
        Ok(View::new(&self.0, pin))
    }

    /// Starts an asynchronous snapshot: the barrier happens before this returns, everything else in the background. A writer's call.
    pub fn start_snapshot(&self, request: &SnapshotRequest) -> Result<Snapshot> {
        Snapshot::start(&self.0, request)
    }

    /// A portable snapshot as a stream that the host pulls; the barrier happens before this returns. A writer's call.
    pub fn pull_stream(&self, id: &[u8], metadata: &[u8]) -> Result<PulledStream> {
        PulledStream::start(&self.0, id, metadata)
    }

    /// A restore from a stream that the host pushes; `range` keeps only those keys.
    pub fn push_stream(options: &Options, budget: Option<&Budget>, range: &KeyRange) -> Result<PushedStream> {
        PushedStream::start(options, budget, range)
    }

    /// Metrics as name/value pairs (docs/options.md lists them).
    pub fn metrics(&self) -> Result<Vec<Metric>> {
        crate::metrics::of(&self.0)
    }

    /// The options in effect, as the OPTIONS file that RocksDB wrote last.
    pub fn effective_options(&self) -> Result<String> {
        let _call = self.0.data.db.read()?;
        loop {
            let file = newest_options(self.0.data.db.path())?;
            match std::fs::read_to_string(&file) {
                // The writer makes families meanwhile, and RocksDB writes newer options and removes older ones.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                read => return read.map_err(|error| Error::io("read", &file, &error)),
            }
        }
    }

    /// Writes all memtables out, and waits for it. Maintenance; reads and writes go on meanwhile.
    pub fn flush(&self) -> Result<()> {
        let call = self.0.data.db.read()?;
        let families = self.0.families().clone();
        let families: Vec<_> = families.iter().map(|family| &family.rocks).collect();
        self.0.data.db.flush(&call, &families)
    }

    /// The scratch directory; private to the backend, removed by `close`.
    pub fn directory(&self) -> &Path {
        &self.0.directory
    }

    /// Refuses new calls, cancels snapshots, waits for running calls, and frees everything with the directory. May race with any call. Idempotent.
    pub fn close(&self) -> Result<()> {
        self.0.close()
    }

    /// Closes, and hands the directory of the closed database to `keep` before everything else is removed.
    pub(crate) fn close_and_keep(&self, keep: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
        self.0.close_with(|scratch| keep(&scratch.database()))
    }
}

impl Inner {
    pub(crate) fn families(&self) -> MutexGuard<'_, Vec<Arc<Family>>> {
        self.families.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The scratch directory, for as long as the answer is held, unless the backend is closed.
    pub(crate) fn scratch(&self) -> Result<Arc<Scratch>> {
        let scratch = self.scratch.lock().unwrap_or_else(PoisonError::into_inner);
        scratch.clone().ok_or_else(Error::closed)
    }

    fn close(&self) -> Result<()> {
        self.close_with(|_| Ok(()))
    }

    fn close_with(&self, last: impl FnOnce(&Scratch) -> Result<()>) -> Result<()> {
        self.data.db.refuse();
        if self.data.db.is_parents() {
            return Ok(());
        }
        self.snapshots.cancel();
        self.data.db.close();
        // Those too that were being started when the first were cancelled.
        self.snapshots.cancel();
        // The jobs' threads may still hold files in the directory; they end soon after their cancel.
        self.snapshots.join();
        let scratch = self.scratch.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.families().clear();
        let kept = scratch.as_deref().map_or(Ok(()), last);
        drop(scratch);
        kept
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let _ = self.close();
    }
}

/// The budget handed in, else a private one as the settings say.
pub(crate) fn budget_for(settings: &BackendSettings, shared: Option<&Budget>) -> Budget {
    match (shared, settings.memory_budget) {
        (Some(shared), _) => shared.clone(),
        (None, Some(bytes)) => Budget::new(bytes).unwrap_or_else(|_| Budget::block_cache(bytes)),
        (None, None) => Budget::block_cache(settings.block_cache),
    }
}

/// A family's native options.
pub(crate) fn family_options(settings: &FamilySettings, budget: &Budget) -> Result<FamilyOptions> {
    FamilyOptions::new(&settings.family, &settings.table, settings.merge, settings.memtable, budget.memory())
}

/// Opens the database in `scratch` with `families` (RocksDB names) and the default family, whose handle comes first.
pub(crate) fn open_database(
    scratch: &Scratch,
    settings: &BackendSettings,
    budget: &Budget,
    families: Vec<(Vec<u8>, FamilyOptions)>,
) -> Result<(Arc<Db>, Vec<crate::rocks::Family>)> {
    let options = DbOptions::new(&settings.database, budget.memory(), settings.statistics)?;
    let default = Options::new().family(settings)?;
    let mut all = vec![(b"default".to_vec(), family_options(&default, budget)?)];
    all.extend(families);
    Db::open(&scratch.database(), options, all)
}

/// The OPTIONS file in `directory` that RocksDB wrote last.
fn newest_options(directory: &Path) -> Result<std::path::PathBuf> {
    let entries = std::fs::read_dir(directory).map_err(|error| Error::io("list", directory, &error))?;
    let number = |name: &str| name.strip_prefix("OPTIONS-").and_then(|number| number.parse::<u64>().ok());
    let newest = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter_map(|name| Some((number(&name)?, name)))
        .max();
    let none = || Error::new(Code::NotFound, format!("there is no OPTIONS file in {}", directory.display()));
    Ok(directory.join(newest.ok_or_else(none)?.1))
}

const ESCAPE: &[u8] = b"gabion%";

/// The name a family bears in RocksDB (docs/snapshot-format.md, section 9).
pub(crate) fn rocksdb_name(name: &[u8]) -> Vec<u8> {
    let plain = !name.is_empty() && name != b"default" && !name.contains(&0) && !name.starts_with(ESCAPE);
    if plain {
        return name.to_vec();
    }
    let hex = name.iter().flat_map(|byte| format!("{byte:02x}").into_bytes());
    ESCAPE.iter().copied().chain(hex).collect()
}

fn check_name(name: &[u8]) -> Result<()> {
    if name.len() > LONGEST_NAME {
        let text =
            format!("a name of {} bytes is too long for a column family; it takes up to {LONGEST_NAME}", name.len());
        return Err(Error::invalid(text));
    }
    Ok(())
}

fn mismatch(name: &[u8], what: &str, has: &str, wants: &str) -> Error {
    let text = format!(
        "column family {} exists with another {what}: it has {has}, asked for was {wants}; \
         ask for what it has, or drop it first",
        label(name)
    );
    Error::new(Code::Mismatch, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What docs/snapshot-format.md, section 9, tells a reader to do.
    fn read_back(name: &[u8]) -> Vec<u8> {
        match name.strip_prefix(b"gabion%") {
            Some(hex) => {
                let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
                hex.chunks(2).map(byte).collect()
            }
            None => name.to_vec(),
        }
    }

    #[test]
    fn families_bear_their_own_names_in_rocksdb_but_for_four_kinds_that_can_be_read_back() {
        for own in ["words", "größe", "Default", "default ", "gabion", "gabion-", "%00"] {
            assert_eq!(rocksdb_name(own.as_bytes()), own.as_bytes());
        }
        assert_eq!(rocksdb_name(b"\xff\xfe"), b"\xff\xfe");
        let escaped = [("", ""), ("default", "64656661756c74"), ("a\0", "6100"), ("gabion%61", "676162696f6e253631")];
        for (name, hex) in escaped {
            let inside = rocksdb_name(name.as_bytes());
            assert_eq!(String::from_utf8(inside.clone()).unwrap(), format!("gabion%{hex}"));
            assert_eq!(read_back(&inside), name.as_bytes());
        }
    }
}
