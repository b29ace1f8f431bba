//! What the engine reads from options: typed, and with all layers put together.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::nearest::quote;
use super::profile::Profile;
use super::stores::Credentials;
use super::value::{boolean, byte, duration, integer};
use super::{Options, Place, find, refused, shown};
use crate::error::{Error, Result};
use crate::kinds::{MemtableKind, MergeKind};

/// RocksDB's options by name. For its parser they are `name=value`: values have the braces they need, and more of them make it
/// ignore some values in silence.
pub type Texts = BTreeMap<String, String>;

/// A backend's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackendSettings {
    /// Part of the scratch directory's name.
    pub name: String,
    /// At least one.
    pub storage_paths: Vec<PathBuf>,
    /// The option `profile`; its values are in the texts below.
    pub profile: Profile,
    /// Bytes of a private budget for block cache and memtables; without it (and without a shared one) only the block
    /// cache is bounded.
    pub memory_budget: Option<u64>,
    /// Bytes of the block cache without a budget: what was set, or [`Profile::block_cache`].
    pub block_cache: u64,
    /// Whether RocksDB counts its tickers.
    pub statistics: bool,
    /// RocksDB's database options: all layers.
    pub database: Texts,
    /// RocksDB's column-family options for families that say nothing else: all layers.
    pub family: Texts,
    /// The same for RocksDB's table options.
    pub table: Texts,
}

/// A column family's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FamilySettings {
    /// How `merge` combines.
    pub merge: MergeKind,
    /// What holds rows before they are in a file.
    pub memtable: MemtableKind,
    /// RocksDB's column-family options: all layers.
    pub family: Texts,
    /// RocksDB's table options: all layers.
    pub table: Texts,
    /// RocksDB's options that were given for this family alone; a snapshot's manifest keeps them.
    pub given: Texts,
}

/// A snapshot's settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotSettings {
    /// How long the capture waits for flushes; families that are not flushed by then go as rows.
    pub deadline: Duration,
    /// How long the job may take after it announced itself.
    pub grace: Duration,
}

/// A restore's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoreSettings {
    /// Those of the backend it opens.
    pub backend: BackendSettings,
    /// Which bytes are compared with their checksums.
    pub verify: Verify,
    /// Whether the latest snapshot, if it can't be restored, gives way to the one before it.
    pub fallback: bool,
    /// Those of the stores that the snapshots are in.
    pub store: StoreSettings,
}

/// How stores are reached, for any number of stores.
#[derive(Clone, PartialEq, Eq)]
pub struct StoreSettings {
    /// Where credentials come from; s3, gs and az are refused without.
    pub credentials: Option<Credentials>,
    /// How long one request may take.
    pub timeout: Duration,
    /// How often a request is tried again.
    pub retries: u32,
    /// How many requests for data the process has under way, if this is to change.
    pub concurrency: Option<usize>,
    /// How many bytes of transfers the process holds in memory, if this is to change.
    pub memory: Option<u64>,
    /// How many bytes the process moves in a second, if this is to change.
    pub bandwidth: Option<u64>,
    /// The directory of Hadoop's configuration.
    pub hadoop_conf_dir: Option<PathBuf>,
    /// All of them by name, the stores' own and Hadoop's among them.
    pub texts: Texts,
}

impl Default for StoreSettings {
    fn default() -> Self {
        Options::new().store()
    }
}

impl fmt::Debug for StoreSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts: Vec<(&str, &str)> = self.texts.iter().map(|(name, value)| (&**name, shown(name, value))).collect();
        f.debug_struct("StoreSettings")
            .field("credentials", &self.credentials)
            .field("timeout", &self.timeout)
            .field("retries", &self.retries)
            .field("concurrency", &self.concurrency)
            .field("memory", &self.memory)
            .field("bandwidth", &self.bandwidth)
            .field("hadoop_conf_dir", &self.hadoop_conf_dir)
            .field("texts", &texts)
            .finish()
    }
}

/// The option `restore.verify`: which bytes are read and compared with their checksums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verify {
    /// Those that are moved; linked files are checked by name and size.
    Moved,
    /// All.
    Full,
}

impl Verify {
    /// The values of the option `restore.verify`.
    pub(crate) const NAMES: &[&str] = &["moved", "full"];
}

impl FamilySettings {
    /// Whether RocksDB compacts the family by itself.
    pub fn compacts(&self) -> bool {
        !self.family.get("disable_auto_compactions").and_then(|value| boolean(value)).unwrap_or(false)
    }
}

impl Options {
    /// The settings of a backend that is opened. Options of other things are an error.
    pub fn backend(&self) -> Result<BackendSettings> {
        self.check_places("a backend", &[Place::Backend, Place::Database, Place::ColumnFamily, Place::Table])?;
        Ok(self.backend_settings())
    }

    /// The settings of a column family of `backend`. Options of other things are an error.
    pub fn family(&self, backend: &BackendSettings) -> Result<FamilySettings> {
        self.check_places("a column family", &[Place::Family, Place::ColumnFamily, Place::Table])?;
        let merge = self.merge_kind()?;
        let memtable = match self.get("memtable") {
            Some("hash-link-list") => MemtableKind::HashLinkList,
            _ => MemtableKind::SkipList,
        };
        let (own_family, own_table) = (self.placed(Place::ColumnFamily), self.placed(Place::Table));
        let family = layered(&backend.family, &own_family);
        let table = layered(&backend.table, &own_table);
        let given = own_family.into_iter().chain(own_table).collect();
        Ok(FamilySettings { merge, memtable, family, table, given })
    }

    /// The settings of a snapshot job. Options of other things are an error.
    pub fn snapshot(&self) -> Result<SnapshotSettings> {
        self.check_places("a snapshot", &[Place::Snapshot, Place::Store])?;
        let time = |name, default| self.get(name).and_then(duration).unwrap_or(default);
        Ok(SnapshotSettings {
            deadline: time("snapshot.deadline", Duration::from_secs(60)),
            grace: time("snapshot.grace", Duration::from_secs(3600)),
        })
    }

    /// The settings of a restore, and of the backend it opens. Options of other things are an error.
    pub fn restore(&self) -> Result<RestoreSettings> {
        let places = [Place::Restore, Place::Store, Place::Backend, Place::Database, Place::ColumnFamily, Place::Table];
        self.check_places("a restore", &places)?;
        let fallback = self.get("restore.fallback").and_then(boolean).unwrap_or(false);
        let verify = if self.get("restore.verify") == Some("full") { Verify::Full } else { Verify::Moved };
        Ok(RestoreSettings { backend: self.backend_settings(), verify, fallback, store: self.store() })
    }

    /// How stores are reached. Options of other things are not looked at.
    pub fn store(&self) -> StoreSettings {
        let number = |name| self.get(name).and_then(integer).and_then(|number| u64::try_from(number).ok());
        StoreSettings {
            credentials: self.get("store.credentials").and_then(Credentials::named),
            timeout: self.get("store.timeout").and_then(duration).unwrap_or(Duration::from_secs(60)),
            retries: number("store.retries").and_then(|retries| u32::try_from(retries).ok()).unwrap_or(8),
            concurrency: number("store.concurrency").and_then(|many| usize::try_from(many).ok()),
            memory: number("store.memory"),
            bandwidth: number("store.bandwidth"),
            hadoop_conf_dir: self.get("store.hadoop_conf_dir").map(PathBuf::from),
            texts: self.placed(Place::Store),
        }
    }

    /// The options of a family that a snapshot describes by its kinds and by what was given for it.
    pub fn of_family(merge: MergeKind, memtable: MemtableKind, given: &Texts) -> Result<Options> {
        let mut options = Options::new();
        options.set("merge", merge.name())?;
        if let MergeKind::StringAppend(delimiter) = merge {
            options.set("merge.delimiter", &format!("0x{delimiter:02x}"))?;
        }
        options.set("memtable", memtable.name())?;
        given.iter().try_for_each(|(name, value)| options.set(name, value))?;
        Ok(options)
    }

    fn backend_settings(&self) -> BackendSettings {
        let profile = self.get("profile").map(Profile::named).unwrap_or_default();
        let storage_paths = match self.get("storage.paths") {
            Some(paths) => paths.split(',').map(PathBuf::from).collect(),
            None => vec![std::env::temp_dir()],
        };
        let layers = |place| {
            let below = layered(&profile.layers(place), &self.placed(place));
            layered(&below, &refused::fixed_in(place))
        };
        let bytes = |name| self.get(name).and_then(integer).and_then(|bytes| bytes.try_into().ok());
        BackendSettings {
            name: self.get("name").unwrap_or("backend").to_owned(),
            storage_paths,
            profile,
            memory_budget: bytes("memory.budget"),
            block_cache: bytes("memory.block_cache").unwrap_or_else(|| profile.block_cache()),
            statistics: self.get("statistics").and_then(boolean).unwrap_or(false),
            database: layers(Place::Database),
            family: layers(Place::ColumnFamily),
            table: layers(Place::Table),
        }
    }

    fn merge_kind(&self) -> Result<MergeKind> {
        let delimiter = self.get("merge.delimiter").and_then(byte);
        match (self.get("merge").unwrap_or("none"), delimiter) {
            ("string-append", delimiter) => Ok(MergeKind::StringAppend(delimiter.unwrap_or(b','))),
            ("uint64-add", None) => Ok(MergeKind::Uint64Add),
            (_, None) => Ok(MergeKind::None),
            (merge, Some(_)) => Err(Error::invalid(format!(
                "option `merge.delimiter` is set, but `merge` is {}; set it to `string-append` or leave the delimiter out",
                quote(merge)
            ))),
        }
    }

    /// The options of `place`.
    fn placed(&self, place: Place) -> Texts {
        let here = self.0.iter().filter(|(name, _)| find(name).is_ok_and(|(found, _)| found == place));
        here.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    fn check_places(&self, what: &str, places: &[Place]) -> Result<()> {
        for (name, _) in self.iter() {
            let (place, _) = find(name)?;
            if !places.contains(&place) {
                let text = format!("option {} belongs to {}, not to {what}", quote(name), place.owner());
                return Err(Error::invalid(text));
            }
        }
        Ok(())
    }
}

impl Place {
    /// Whose options these are, in words.
    pub fn owner(self) -> &'static str {
        match self {
            Place::Backend | Place::Database => "a backend",
            Place::Family | Place::ColumnFamily | Place::Table => "a column family",
            Place::Snapshot => "a snapshot",
            Place::Restore => "a restore",
            Place::Store => "a snapshot, a restore or a snapshot directory",
        }
    }
}

/// `below`, with the options of `above` in the place of those of the same name.
fn layered(below: &Texts, above: &Texts) -> Texts {
    below.iter().chain(above).map(|(name, value)| (name.clone(), value.clone())).collect()
}
