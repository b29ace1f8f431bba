//! `file:///path`: a directory of a local file system. Documents go through `object_store`; data files are linked or copied
//! here, and whatever changes a name is followed by an fsync of its directory.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::ops::Range;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use object_store::local::LocalFileSystem;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStoreExt, PutPayload};
use once_cell::sync::OnceCell;

use super::control::Control;
use super::objects::{Objects, REQUEST_LIMIT};
use super::remote::{Backing, Remote};
use super::{Link, Moved, Object, Store, Sum, check_name, runtime};
use crate::error::{Code, Error, Result};

/// Bytes between two looks at the cancel flag.
const CHUNK: usize = 1 << 20;
/// A transfer takes as long as it takes; cancel and the caller's deadline end it.
const NO_LIMIT: Duration = Duration::from_secs(100 * 365 * 24 * 3600);
/// Files that are being written are named so, each by a name of its own, and are no objects.
const STAGING: &str = "staging-";

/// A snapshot directory on a local file system.
#[derive(Debug)]
pub(super) struct Local {
    url: String,
    root: PathBuf,
    /// Made when the directory is there.
    objects: OnceCell<(Arc<LocalFileSystem>, Objects)>,
}

impl Local {
    pub(super) fn new(url: &str, root: PathBuf) -> Self {
        Self { url: url.to_owned(), root, objects: OnceCell::new() }
    }

    /// The object store, if the directory exists.
    fn objects(&self) -> Result<&(Arc<LocalFileSystem>, Objects)> {
        self.objects.get_or_try_init(|| {
            must_exist(&self.root, &self.url)?;
            let store = LocalFileSystem::new_with_prefix(&self.root)
                .map_err(|error| Error::new(Code::Io, format!("cannot open {}: {error}", self.url)))?;
            let store = Arc::new(store.with_fsync(true));
            let backing =
                Backing { objects: store.clone(), parts: None, pages: None, has_uploads: false, server: None };
            Ok((store, Objects::new(Remote::here(&self.url, backing))))
        })
    }

    fn path(&self, name: &str) -> Result<PathBuf> {
        check_name(name)?;
        Ok(self.root.join(name))
    }

    /// Runs `work` where a file system that hangs can't keep the caller from its deadline or its cancel.
    fn run<T: Send + 'static>(
        &self,
        limit: Duration,
        control: &Control,
        work: impl FnOnce(&Control) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let inner = control.clone();
        runtime::blocking(move || work(&inner), limit, control).map_err(|error| error.context(&self.url))?
    }
}

impl Store for Local {
    fn url(&self) -> &str {
        &self.url
    }

    fn create(&self, control: &Control) -> Result<()> {
        let root = self.root.clone();
        self.run(REQUEST_LIMIT, control, move |_| make_directory(&root))
    }

    fn read(&self, name: &str, limit: u64, control: &Control) -> Result<Option<Bytes>> {
        // Sees to it that a symbolic link is no object here either.
        match self.head(name, control)? {
            Some(_) => self.objects()?.1.read(name, limit, control),
            None => Ok(None),
        }
    }

    fn read_range(&self, name: &str, range: Range<u64>, control: &Control) -> Result<Bytes> {
        self.objects()?.1.read_range(name, range, control)
    }

    fn head(&self, name: &str, control: &Control) -> Result<Option<Object>> {
        let (root, url, path, name) = (self.root.clone(), self.url.clone(), self.path(name)?, name.to_owned());
        self.run(REQUEST_LIMIT, control, move |_| match metadata(&path)? {
            Some(metadata) => object(name, &path, &metadata).map(Some),
            None => must_exist(&root, &url).map(|()| None),
        })
    }

    fn list(&self, folder: &str, control: &Control) -> Result<Vec<Object>> {
        self.entries(folder, control, |name| !is_staging(name))
    }

    fn put_new(&self, name: &str, bytes: Bytes, control: &Control) -> Result<bool> {
        let path = self.path(name)?;
        let folder = path.parent().unwrap_or(&self.root).to_owned();
        self.run(REQUEST_LIMIT, control, move |_| make_directory(&folder))?;
        let store = Arc::clone(&self.objects()?.0);
        let parse = |name: &str| ObjectPath::parse(name).map_err(|error| Error::invalid(format!("{name:?}: {error}")));
        // A name that nobody else stages under: else one writer could publish what another is still writing.
        let (staging, target) = (parse(&staging_name(name))?, parse(name)?);
        let put = async move {
            store.put(&staging, PutPayload::from_bytes(bytes)).await?;
            fail::fail_point!("object-staged");
            let made = store.copy_if_not_exists(&staging, &target).await;
            fail::fail_point!("object-made");
            // Left behind, it goes with a sweep.
            let _ = store.delete(&staging).await;
            made
        };
        match self.objects()?.1.request("create", name, control, put) {
            Ok(()) => Ok(true),
            Err(error) if error.code == Code::AlreadyExists => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn delete(&self, names: &[String], control: &Control) -> Result<()> {
        let paths = names.iter().map(|name| self.path(name)).collect::<Result<Vec<_>>>()?;
        self.run(NO_LIMIT, control, move |control| {
            let mut folders: Vec<&Path> = paths.iter().filter_map(|path| path.parent()).collect();
            for path in &paths {
                control.check()?;
                match fs::remove_file(path) {
                    Err(error) if error.kind() != ErrorKind::NotFound => return Err(Error::io("remove", path, &error)),
                    _ => fail::fail_point!("object-removed"),
                }
            }
            folders.sort_unstable();
            folders.dedup();
            folders.into_iter().try_for_each(sync_directory)
        })
    }

    fn put_file(&self, from: &Path, name: &str, expected: &Sum, link: Link, control: &Control) -> Result<Moved> {
        let (from, to, staging) = (from.to_owned(), self.path(name)?, self.path(&staging_name(name))?);
        let expected = *expected;
        self.run(NO_LIMIT, control, move |control| {
            make_directory(to.parent().unwrap_or(&to))?;
            if link == Link::Allowed && try_link(&from, &to, &expected)? {
                // RocksDB has written it through already, so this finds nothing to do; it must not be a matter of trust.
                fail::fail_point!("file-linked");
                let linked = open(&to)?;
                linked.sync_data().map_err(|error| Error::io("sync", &to, &error))?;
                control.advance(expected.size);
                return Ok(Moved::Linked);
            }
            let mut new = copy(&from, &staging, &expected, control)?;
            new.file().sync_all().map_err(|error| Error::io("sync", &staging, &error))?;
            fail::fail_point!("file-staged");
            control.check()?;
            if metadata(&to)?.is_some() {
                return Err(already_there(&to));
            }
            fs::rename(&staging, &to).map_err(|error| Error::io("rename to", &to, &error))?;
            new.keep();
            Ok(Moved::Copied)
        })
    }

    fn get_file(&self, name: &str, to: &Path, expected: &Sum, link: Link, control: &Control) -> Result<Moved> {
        let (from, to, expected) = (self.path(name)?, to.to_owned(), *expected);
        self.run(NO_LIMIT, control, move |control| {
            if link == Link::Allowed && try_link(&from, &to, &expected)? {
                control.advance(expected.size);
                return Ok(Moved::Linked);
            }
            copy(&from, &to, &expected, control)?.keep();
            Ok(Moved::Copied)
        })
    }

    fn sum(&self, name: &str, control: &Control) -> Result<Option<Sum>> {
        if self.head(name, control)?.is_none() {
            return Ok(None);
        }
        let path = self.path(name)?;
        self.run(NO_LIMIT, control, move |control| {
            let mut file = open(&path)?;
            read_all(&mut file, &path, control, |_| Ok(())).map(Some)
        })
    }

    fn settle(&self, folder: &str, control: &Control) -> Result<()> {
        let folder = self.path(folder)?;
        self.run(REQUEST_LIMIT, control, move |_| sync_directory(&folder))
    }

    fn leftovers(&self, folder: &str, control: &Control) -> Result<Vec<Object>> {
        self.entries(folder, control, is_staging)
    }
}

impl Local {
    /// The regular files in `folder` whose names are text and `wanted`, sorted.
    fn entries(&self, folder: &str, control: &Control, wanted: fn(&str) -> bool) -> Result<Vec<Object>> {
        let (root, url, path, folder) = (self.root.clone(), self.url.clone(), self.path(folder)?, folder.to_owned());
        self.run(NO_LIMIT, control, move |control| {
            let entries = match fs::read_dir(&path) {
                Ok(entries) => entries,
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    return must_exist(&root, &url).map(|()| Vec::new());
                }
                Err(error) => return Err(Error::io("list", &path, &error)),
            };
            let mut objects = Vec::new();
            for entry in entries {
                control.check()?;
                let entry = entry.map_err(|error| Error::io("list", &path, &error))?;
                let Some(name) = entry.file_name().to_str().filter(|name| wanted(name)).map(str::to_owned) else {
                    continue;
                };
                // It may have been removed since the directory was read.
                if let Some(metadata) = metadata(&entry.path())? {
                    objects.push(object(format!("{folder}/{name}"), &entry.path(), &metadata)?);
                }
            }
            objects.sort_by(|a, b| a.name.cmp(&b.name));
            Ok(objects)
        })
    }
}

/// `object_store` stages `name` as `name#1`, and we stage under names of our own.
fn is_staging(name: &str) -> bool {
    name.starts_with(STAGING) || name.contains('#')
}

/// A fresh name beside `name` for what is not yet complete.
fn staging_name(name: &str) -> String {
    let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
    format!("{folder}/{STAGING}{:032x}", uuid::Uuid::new_v4().as_u128())
}

/// A directory that is not there is said so, rather than taken for an empty one.
fn must_exist(root: &Path, url: &str) -> Result<()> {
    match fs::metadata(root) {
        Ok(metadata) if metadata.is_dir() => Ok(()),
        Ok(_) => Err(Error::invalid(format!("{url} is not a directory"))),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(Error::new(
            Code::NotFound,
            format!("there is no directory {url}; the first snapshot written to it makes it, so check the URL"),
        )),
        Err(error) => Err(Error::io("look at", root, &error)),
    }
}

/// What is known of the regular file at `path`; `None` if there is none. Symbolic links are not followed: one could lead
/// out of the directory.
fn metadata(path: &Path) -> Result<Option<Metadata>> {
    match fs::symlink_metadata(path) {
        Ok(metadata) => Ok(Some(metadata).filter(Metadata::is_file)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(Error::io("look at", path, &error)),
    }
}

fn object(name: String, path: &Path, metadata: &Metadata) -> Result<Object> {
    let modified: SystemTime = metadata.modified().map_err(|error| Error::io("read the time of", path, &error))?;
    Ok(Object { name, size: metadata.len(), modified })
}

fn open(path: &Path) -> Result<File> {
    OpenOptions::new().read(true).custom_flags(libc::O_NOFOLLOW | libc::O_CLOEXEC).open(path).map_err(|error| {
        match error.kind() {
            ErrorKind::NotFound => Error::new(Code::NotFound, format!("there is no file {}", path.display())),
            _ => Error::io("open", path, &error),
        }
    })
}

fn already_there(path: &Path) -> Error {
    Error::new(Code::AlreadyExists, format!("there is a file {} already", path.display()))
}

/// Links `from` as `to` after a look at its size; `false` if this pair of places can't have links.
fn try_link(from: &Path, to: &Path, expected: &Sum) -> Result<bool> {
    let Some(found) = metadata(from)? else {
        return Err(Error::new(Code::NotFound, format!("there is no file {}", from.display())));
    };
    expected.must_have_size(found.len(), &from.display())?;
    match fs::hard_link(from, to) {
        Ok(()) => Ok(true),
        Err(error) => match error.kind() {
            ErrorKind::AlreadyExists => Err(already_there(to)),
            // Another file system; 65,000 links already; a foreign owner; no links here.
            ErrorKind::CrossesDevices | ErrorKind::TooManyLinks => Ok(false),
            ErrorKind::PermissionDenied | ErrorKind::Unsupported => Ok(false),
            _ => Err(Error::io("link to", to, &error)),
        },
    }
}

/// Copies `from` to the new file `to`, which is there only for as long as the answer is, unless it is kept.
fn copy(from: &Path, to: &Path, expected: &Sum, control: &Control) -> Result<NewFile> {
    let mut source = open(from)?;
    let size = source.metadata().map_err(|error| Error::io("look at", from, &error))?.len();
    expected.must_have_size(size, &from.display())?;
    let mut target = NewFile::create(to)?;
    let file = target.file();
    let found = read_all(&mut source, from, control, |chunk| {
        file.write_all(chunk).map_err(|error| Error::io("write", to, &error))
    })?;
    expected.must_be(&found, &from.display())?;
    Ok(target)
}

/// Hands every chunk of `file` to `sink`; answers the sum of all.
fn read_all(file: &mut File, path: &Path, control: &Control, mut sink: impl FnMut(&[u8]) -> Result<()>) -> Result<Sum> {
    let mut chunk = vec![0; CHUNK];
    let mut sum = Sum::EMPTY;
    loop {
        control.check()?;
        match file.read(&mut chunk) {
            Ok(0) => return Ok(sum),
            Ok(length) => {
                sum = sum.extended(&chunk[..length]);
                sink(&chunk[..length])?;
                control.advance(length as u64);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(Error::io("read", path, &error)),
        }
    }
}

/// Makes `directory` and what is missing above it, each durable in the one that holds it.
fn make_directory(directory: &Path) -> Result<()> {
    match fs::create_dir(directory) {
        Ok(()) => directory.parent().map_or(Ok(()), sync_directory),
        Err(error) if error.kind() == ErrorKind::AlreadyExists && directory.is_dir() => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => match directory.parent() {
            Some(parent) => make_directory(parent).and_then(|()| make_directory(directory)),
            None => Err(Error::io("make", directory, &error)),
        },
        Err(error) => Err(Error::io("make the directory", directory, &error)),
    }
}

/// Makes the names in `directory` durable; one that is not there has none.
fn sync_directory(directory: &Path) -> Result<()> {
    match File::open(directory).and_then(|file| file.sync_all()) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::io("sync", directory, &error)),
        _ => Ok(()),
    }
}

/// A file that did not exist before, and is removed again unless it is kept.
#[derive(Debug)]
pub(super) struct NewFile {
    path: PathBuf,
    file: File,
    kept: bool,
}

impl NewFile {
    pub(super) fn create(path: &Path) -> Result<Self> {
        match OpenOptions::new().write(true).create_new(true).open(path) {
            Ok(file) => Ok(Self { path: path.to_owned(), file, kept: false }),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(already_there(path)),
            Err(error) => Err(Error::io("make", path, &error)),
        }
    }

    pub(super) fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Another handle on the same file.
    pub(super) fn clone_file(&self) -> Result<File> {
        self.file.try_clone().map_err(|error| Error::io("open again", &self.path, &error))
    }

    pub(super) fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.kept {
            // Whoever failed has an error to tell; a file that stays is swept.
            let _: io::Result<()> = fs::remove_file(&self.path);
        }
    }
}
