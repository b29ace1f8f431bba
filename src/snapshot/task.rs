//! The background part of a snapshot: capture, rows, transfer, publication.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::barrier::{AtBarrier, Barrier};
use super::capture::{self, Captured, CapturedFile};
use super::id::Id;
use super::job::{Job, SnapshotRequest, Target};
use super::manifest::{Definition, Family, Manifest, RocksDbFile, RocksDbFiles, Rows, RowsFile};
use super::object_name::{FileType, ObjectName, Origin};
use super::publication::Publication;
use super::rows::{self, Format, Written};
use super::sequence::now_ms;
use super::target::Turn;
use super::{Kind, SnapshotInfo, capture_directory};
use crate::backend::{Inner, rocksdb_name};
use crate::error::{Code, Error, Result};
use crate::metrics;
use crate::options::SnapshotSettings;
use crate::parallel::{self, Threads};
use crate::rocks::StoredKind;
use crate::scratch::Scratch;
use crate::store::{Control, Link};

/// What the background thread of a job works with.
pub(super) struct Task {
    pub(super) backend: Arc<Inner>,
    pub(super) job: Arc<Job>,
    pub(super) request: SnapshotRequest,
    pub(super) settings: SnapshotSettings,
    /// Keeps the scratch directory until the thread is done with it.
    pub(super) scratch: Arc<Scratch>,
}

/// The barrier's state in local files.
struct Gathered {
    captured: Option<Captured>,
    /// Per family: its rows, if they are in files of their own.
    rows: Vec<Option<Vec<Written>>>,
    /// The RocksDB ids of the families.
    ids: Vec<u32>,
    definitions: Vec<Definition>,
}

impl Task {
    /// Does it all; the thread's whole life.
    pub(super) fn run(self, barrier: Barrier, turn: Option<Turn>) {
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.make(barrier, turn.as_ref())));
        let result = result.unwrap_or_else(|panic| Err(Error::from_panic(&*panic)));
        self.count(&result);
        let Task { backend, job, scratch, .. } = self;
        // The directory and the next job's turn are free before anybody hears of the end.
        drop((turn, scratch));
        job.finish(result);
        drop(backend);
    }

    fn make(&self, barrier: Barrier, turn: Option<&Turn>) -> Result<SnapshotInfo> {
        let manifest = match (&self.request.target, turn) {
            (Target::Capture(path), _) => self.capture_into(barrier, path)?,
            (Target::Directory(url), Some(turn)) => {
                let work = WorkDirectory::create(self.scratch.work(&Id::random().to_string()))?;
                let gathered = self.gather(barrier, &work.0)?;
                self.publish(gathered, &work.0, url, turn)?
            }
            (Target::Directory(url), None) => return Err(Error::invalid(format!("{url} has no turn"))),
        };
        Ok(manifest.info())
    }

    /// Brings the barrier's state into files in `directory`; afterwards the database is not needed.
    fn gather(&self, mut barrier: Barrier, directory: &Path) -> Result<Gathered> {
        let control = &self.job.control;
        let mut captured = None;
        if barrier.turn.is_some() {
            captured = Some(capture::capture(&self.backend, &mut barrier, directory, self.settings.deadline, control)?);
        }
        // RocksDB's files are of no use when no family's rows are in them.
        if let Some(useless) = captured.take_if(|captured| !captured.exact.contains(&true)) {
            useless.files.iter().try_for_each(|file| remove(&directory.join(&file.name)))?;
            remove(&directory.join("CURRENT"))?;
        }
        let definitions: Vec<_> = barrier.families.iter().map(definition).collect();
        let mut rows = Vec::new();
        for (at, family) in barrier.families.iter().enumerate() {
            let exact = captured.as_ref().is_some_and(|captured| captured.exact[at]);
            let format = match self.request.kind {
                Kind::Native => Format::Tables,
                Kind::Portable => Format::Stream(&definitions[at]),
            };
            let into = (directory, &*format!("rows-{at}"));
            let write = || rows::write(&self.backend, &family.family, &barrier.pin, format, into, control);
            rows.push((!exact).then(write).transpose()?);
        }
        fail::fail_point!("rows-written");
        let ids = barrier.families.iter().map(|family| family.family.rocks.id()).collect();
        Ok(Gathered { captured, rows, ids, definitions })
    }

    /// Puts the files into the directory and publishes the manifest.
    fn publish(&self, gathered: Gathered, work: &Path, url: &str, turn: &Turn) -> Result<Manifest> {
        let (control, snapshots) = (&self.job.control, &self.backend.snapshots);
        self.job.total.store(gathered.bytes(), Ordering::Relaxed);
        let parent = snapshots.lineage.parent.as_ref();
        let (reached, restored) = ((url, &self.request.options.store()), parent.map(|parent| parent.restored));
        let writer = turn.directory.writer(reached, self.settings.grace, restored, control)?;
        let parent = parent.filter(|parent| parent.restored.directory == writer.directory());
        let parents: Vec<_> =
            turn.directory.published().or_else(|| parent.map(|parent| parent.manifest.clone())).into_iter().collect();
        fail::fail_point!("parent-chosen");
        let publication = Publication::begin(&writer, snapshots.backend, &parents, control)?;
        let mut new = Vec::new();
        let mut manifest = self.manifest(publication.job(), gathered, |path, origin, kind| {
            if let Some(object) = publication.reuse(&origin, kind) {
                control.advance(origin.size);
                metrics::add(&self.backend.counters.bytes_reused, origin.size);
                return Ok(object);
            }
            new.push((work.join(path), origin, kind));
            Ok(publication.name(origin, kind))
        })?;
        let put = |at: usize, control: &Control| {
            let (path, origin, kind) = &new[at];
            publication.put(path, *origin, *kind, Link::Allowed, control)?;
            metrics::add(&self.backend.counters.bytes_uploaded, origin.size);
            fail::fail_point!("file-put");
            Ok(())
        };
        parallel::run(new.len(), Threads::Most, control, &put)?;
        fail::fail_point!("files-put");
        turn.wait(control)?;
        manifest = publication.publish(manifest, control)?;
        turn.published(manifest.clone());
        Ok(manifest)
    }

    /// Makes `path` a directory that is complete in itself.
    fn capture_into(&self, barrier: Barrier, path: &Path) -> Result<Manifest> {
        fs::create_dir(path).map_err(|error| Error::io_named("make the new directory", path, &error))?;
        let unfinished = WorkDirectory(path.to_owned());
        let gathered = self.gather(barrier, path)?;
        self.job.total.store(gathered.bytes(), Ordering::Relaxed);
        let job = Id::random();
        let manifest = self.manifest(job, gathered, |name, origin, file_type| {
            let object = ObjectName { origin, job, file_type };
            if matches!(file_type, FileType::Rows | FileType::Stream) {
                let to = path.join(object.to_string());
                fs::rename(path.join(name), &to).map_err(|error| Error::io("name", &to, &error))?;
            }
            self.job.control.advance(origin.size);
            Ok(object)
        })?;
        capture_directory::complete(path, &manifest, &self.job.control)?;
        unfinished.keep();
        Ok(manifest)
    }

    /// The manifest over files that `place` gives a name in the directory.
    fn manifest(
        &self,
        job: Id,
        gathered: Gathered,
        mut place: impl FnMut(&Path, Origin, FileType) -> Result<ObjectName>,
    ) -> Result<Manifest> {
        let snapshots = &self.backend.snapshots;
        let family_of = |file: &CapturedFile| {
            let named = |definition: &Definition| Some(rocksdb_name(&definition.name)) == file.family;
            let at = gathered.definitions.iter().position(named)?;
            // A family that is not exact may have been made anew under its name, with another id.
            gathered.rows[at].is_none().then_some(gathered.ids[at])
        };
        let mut counter = 0;
        let rocksdb = match gathered.captured {
            None => None,
            Some(ref captured) => {
                let mut files = Vec::new();
                for file in &captured.files {
                    self.job.control.check()?;
                    let number = file_number(&file.name)?;
                    let (origin, file_type) = match file.kind {
                        StoredKind::Table => {
                            (snapshots.lineage.origin(snapshots.backend, number, file.sum), FileType::Sst)
                        }
                        kind => {
                            let own = if kind == StoredKind::Manifest { FileType::Manifest } else { FileType::Options };
                            counter += 1;
                            (job_origin(job, counter, file.sum), own)
                        }
                    };
                    let object = place(Path::new(&file.name), origin, file_type)?;
                    files.push(RocksDbFile { name: file.name.clone(), object, family: family_of(file) });
                }
                Some(RocksDbFiles { current: captured.current.clone(), files })
            }
        };
        let mut families = Vec::new();
        for ((definition, id), rows) in gathered.definitions.iter().zip(&gathered.ids).zip(&gathered.rows) {
            let mut placed = |file: &Written, file_type| {
                self.job.control.check()?;
                counter += 1;
                let name = file.path.file_name().map(PathBuf::from).unwrap_or_default();
                let object = place(&name, job_origin(job, counter, file.sum), file_type)?;
                metrics::add(&self.backend.counters.bytes_written, file.sum.size);
                Ok(RowsFile { object, rows: file.rows, first: file.first.clone(), last: file.last.clone() })
            };
            let rows = match (rows, self.request.kind) {
                (None, _) => Rows::Exact { rocksdb_id: *id },
                (Some(files), Kind::Native) => Rows::Tables {
                    rocksdb_id: *id,
                    files: files.iter().map(|file| placed(file, FileType::Rows)).collect::<Result<_>>()?,
                },
                (Some(files), Kind::Portable) => Rows::Streams {
                    files: files.iter().map(|file| placed(file, FileType::Stream)).collect::<Result<_>>()?,
                },
            };
            families.push(Family { definition: definition.clone(), rows });
        }
        Ok(Manifest {
            number: 0,
            epoch: 0,
            job,
            backend: snapshots.backend,
            kind: self.request.kind,
            created_ms: now_ms(),
            grace_ms: u64::try_from(self.settings.grace.as_millis()).unwrap_or(u64::MAX),
            id: self.request.id.clone(),
            metadata: self.request.metadata.clone(),
            parents: Vec::new(),
            families,
            rocksdb,
        })
    }

    fn count(&self, result: &Result<SnapshotInfo>) {
        let counters = &self.backend.counters;
        let outcome = match result {
            Ok(info) => {
                metrics::add(&counters.fallbacks, info.fallbacks);
                &counters.snapshots_completed
            }
            Err(error) if error.code == Code::Cancelled => &counters.snapshots_cancelled,
            Err(_) => &counters.snapshots_failed,
        };
        metrics::add(outcome, 1);
    }
}

impl Gathered {
    /// Bytes of all files.
    fn bytes(&self) -> u64 {
        let files = self.captured.iter().flat_map(|captured| &captured.files).map(|file| file.sum.size);
        let rows = self.rows.iter().flatten().flatten().map(|file| file.sum.size);
        files.chain(rows).sum()
    }
}

/// A directory that goes when it is dropped.
struct WorkDirectory(PathBuf);

impl WorkDirectory {
    fn create(path: PathBuf) -> Result<WorkDirectory> {
        fs::create_dir_all(&path).map_err(|error| Error::io("make", &path, &error))?;
        Ok(WorkDirectory(path))
    }

    /// Leaves the directory where it is.
    fn keep(mut self) {
        drop(std::mem::take(&mut self.0));
        std::mem::forget(self);
    }
}

impl Drop for WorkDirectory {
    fn drop(&mut self) {
        // What stays goes with the scratch directory.
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub(super) fn definition(family: &AtBarrier) -> Definition {
    Definition {
        name: family.family.name.clone(),
        descriptor: family.descriptor.to_vec(),
        merge: family.family.merge,
        memtable: family.family.memtable,
        options: family.family.given.clone(),
    }
}

/// The origin of a file that a job wrote itself.
fn job_origin(job: Id, number: u64, sum: crate::store::Sum) -> Origin {
    Origin { backend: job, number, size: sum.size, crc32c: sum.crc32c }
}

/// The number in `000012.sst`, `MANIFEST-000005`, `OPTIONS-000007`.
fn file_number(name: &str) -> Result<u64> {
    let digits = name.trim_end_matches(".sst").rsplit('-').next().unwrap_or_default();
    digits.parse().map_err(|_| Error::corruption(format!("RocksDB's file {name:?} has no number in its name")))
}

fn remove(path: &Path) -> Result<()> {
    fs::remove_file(path).map_err(|error| Error::io("remove", path, &error))
}
