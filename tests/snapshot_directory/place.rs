//! A snapshot directory of each kind, and snapshots whose files are any bytes: nothing here needs RocksDB.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use gabion::kinds::{MemtableKind, MergeKind};
use gabion::snapshot::id::Id;
use gabion::snapshot::manifest::{Definition, Family, Manifest, Rows, RowsFile};
use gabion::snapshot::object_name::{FileType, Origin};
use gabion::snapshot::publication::Publication;
use gabion::snapshot::writer::Writer;
use gabion::snapshot::{Kind, SnapshotDirectory};
use gabion::store::{self, Control, Link, Store, Sum};
use gabion::{Options, Result};
use tempfile::TempDir;

use crate::servers::{self, Server};

pub const HOUR: Duration = Duration::from_secs(3600);
/// Whose files they are.
const BACKEND: Id = Id(0xb0);

/// A snapshot directory that goes with the test.
#[derive(Debug)]
pub struct Place {
    scratch: TempDir,
    pub url: String,
    /// What it takes to reach it.
    pub options: Options,
}

impl Place {
    pub fn local() -> Self {
        let scratch = TempDir::new().unwrap();
        let url = format!("file://{}/snapshots", scratch.path().display());
        Self { scratch, url, options: Options::new() }
    }

    pub fn memory() -> Self {
        let (scratch, url) = (TempDir::new().unwrap(), format!("memory://{}", Id::random()));
        Self { scratch, url, options: Options::new() }
    }

    /// In a store that is reached with these options.
    pub fn at(url: &str, options: &Options) -> Self {
        Self { scratch: TempDir::new().unwrap(), url: url.to_owned(), options: options.clone() }
    }

    /// A new folder of a server.
    pub fn on(server: &Server) -> Self {
        Self::at(&server.folder(), &server.options())
    }

    pub fn s3() -> Self {
        Self::on(&servers::s3().server)
    }

    /// One in each store that can be had here; what can't is printed, with the reason.
    pub fn every() -> Vec<Self> {
        let (servers, missing) = servers::all();
        let test = std::thread::current().name().unwrap_or_default().to_owned();
        missing.iter().for_each(|why| println!("SKIPPED: {test} on one store: {why}"));
        let mut places = vec![Self::local(), Self::memory()];
        places.extend(servers.into_iter().map(Self::on));
        places
    }

    /// The local directory that `url` means.
    pub fn root(&self) -> PathBuf {
        self.scratch.path().join("snapshots")
    }

    /// Room outside the directory.
    pub fn scratch(&self) -> &Path {
        self.scratch.path()
    }

    pub fn store(&self) -> Arc<dyn Store> {
        store::open(&self.url, &self.options.store()).unwrap()
    }

    pub fn directory(&self) -> SnapshotDirectory {
        SnapshotDirectory::open(&self.url, &self.options).unwrap()
    }

    pub fn writer(&self, grace: Duration) -> Arc<Writer> {
        Arc::new(Writer::open(self.store(), grace, None, &Control::new()).unwrap())
    }

    /// Publishes a snapshot of files with these contents, reusing what `parents` have.
    pub fn publish(&self, writer: &Arc<Writer>, parents: &[Manifest], contents: &[&str]) -> Result<Manifest> {
        let publication = Publication::begin(writer, BACKEND, parents, &Control::new())?;
        let manifest = self.put(&publication, contents)?;
        publication.publish(manifest, &Control::new())
    }

    /// Puts or reuses files with these contents, one family each; answers a manifest of them.
    pub fn put(&self, publication: &Publication, contents: &[&str]) -> Result<Manifest> {
        let mut families = Vec::new();
        for content in contents {
            let Sum { size, crc32c } = Sum::of(content.as_bytes());
            let origin = Origin { backend: BACKEND, number: 12, size, crc32c };
            let object = match publication.reuse(&origin, FileType::Stream) {
                Some(object) => object,
                None => {
                    let from = self.scratch().join(Id::random().to_string());
                    fs::write(&from, content).unwrap();
                    publication.put(&from, origin, FileType::Stream, Link::Never, &Control::new())?.0
                }
            };
            let file = RowsFile { object, rows: 1, first: b"k".to_vec(), last: b"k".to_vec() };
            let name = content.as_bytes().to_vec();
            families.push(Family { definition: definition(name), rows: Rows::Streams { files: vec![file] } });
        }
        Ok(manifest(families))
    }

    /// Names of all objects and leftovers, without `sequence/` and its epochs' contents.
    pub fn names(&self, folder: &str) -> Vec<String> {
        let store = self.store();
        let mut objects = store.list(folder, &Control::new()).unwrap();
        objects.extend(store.leftovers(folder, &Control::new()).unwrap());
        objects.into_iter().map(|object| object.name).collect()
    }

    /// Makes a local object look older.
    pub fn age(&self, name: &str, by: Duration) {
        let file = fs::File::options().write(true).open(self.root().join(name)).unwrap();
        file.set_modified(SystemTime::now() - by).unwrap();
    }

    /// Makes every local object in `folder` look older.
    pub fn age_all(&self, folder: &str, by: Duration) {
        self.names(folder).iter().for_each(|name| self.age(name, by));
    }

    /// Every listed snapshot is complete; answers their numbers.
    pub fn check(&self) -> Vec<u64> {
        let directory = self.directory();
        let numbers: Vec<u64> = directory.list().unwrap().iter().map(|info| info.number).collect();
        for &number in &numbers {
            directory.verify(number).unwrap();
        }
        numbers
    }

    /// After a sweep when nobody else is there, only what snapshots name is left; answers their numbers.
    pub fn check_swept(&self) -> Vec<u64> {
        self.directory().sweep(Duration::ZERO, false).unwrap();
        let numbers = self.check();
        let named = self.named(&numbers);
        assert_eq!(self.names("files"), named);
        for folder in ["intents", "tombstones", "probes", "uploads"] {
            assert!(self.names(folder).is_empty(), "{:?}", self.names(folder));
        }
        numbers
    }

    /// The files that these snapshots name, sorted.
    fn named(&self, numbers: &[u64]) -> Vec<String> {
        let directory = self.directory();
        let manifest = |&number| directory.sequence().manifest(number, &Control::new()).unwrap();
        let mut named: Vec<String> = numbers
            .iter()
            .map(manifest)
            .flat_map(|m| m.objects().map(|object| object.path()).collect::<Vec<_>>())
            .collect();
        named.sort();
        named.dedup();
        named
    }
}

pub fn definition(name: Vec<u8>) -> Definition {
    let (merge, memtable) = (MergeKind::None, MemtableKind::SkipList);
    Definition { name, descriptor: vec![], merge, memtable, options: BTreeMap::new() }
}

/// A portable snapshot that is not yet published.
pub fn manifest(families: Vec<Family>) -> Manifest {
    Manifest {
        number: 0,
        epoch: 0,
        job: Id(0),
        backend: Id(0),
        kind: Kind::Portable,
        created_ms: 1_767_225_600_000,
        grace_ms: 0,
        id: b"host id".to_vec(),
        metadata: b"at 7".to_vec(),
        parents: vec![],
        families,
        rocksdb: None,
    }
}
