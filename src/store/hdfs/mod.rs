//! `hdfs://name-node:port/path`: a directory of an HDFS. Whatever gets a name in it was complete before: it is written beside
//! it as `staging-<32 hex>` and renamed, never over another.

mod configuration;
mod connection;
mod failure;
mod transfer;

use std::fs::File;
use std::io::{Seek, Write};
use std::ops::Range;
use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use hdfs_native::client::FileStatus;

use super::control::Control;
use super::{Link, Moved, Object, Store, Sum, check_name, runtime};
use crate::error::{Code, Error, Result};
use crate::options::StoreSettings;
use connection::Connection;
use failure::Failure;

/// Who may read what is made: the client knows no umask.
const DIRECTORY_MODE: u32 = 0o755;
/// Files that are being written are named so, each by a name of its own, and are no objects.
const STAGING: &str = "staging-";
/// How long a call that was given up may still be in a name node's queue.
const LATENESS: Duration = Duration::from_secs(15 * 60);
/// How long the removal of a file that was not finished is waited for.
const PATIENCE: Duration = Duration::from_millis(500);

type Attempt<T> = std::result::Result<T, Failure>;

/// A directory of an HDFS.
#[derive(Debug)]
pub(super) struct Hdfs {
    url: String,
    /// Without a slash at its end: the root of the file system is empty.
    root: String,
    connection: Connection,
}

/// What became of a file that was complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Published {
    /// It has its name.
    Now,
    /// Something has that name already; after an answer that got lost, perhaps this very file.
    Taken,
}

impl Hdfs {
    pub(super) fn new(url: &str, authority: &str, path: &str, settings: &StoreSettings) -> Self {
        Self {
            url: url.to_owned(),
            root: path.trim_end_matches('/').to_owned(),
            connection: Connection::new(authority, settings),
        }
    }

    fn path(&self, name: &str) -> Result<String> {
        check_name(name)?;
        Ok(format!("{}/{name}", self.root))
    }

    /// For messages: `verb` the object `name`.
    fn what(&self, verb: &str, name: &str) -> String {
        format!("{verb} {name} in {}", self.url)
    }

    /// The status of what is at `path`, a path of the file system; `None` if there is nothing.
    fn status(&self, what: &str, path: &str, control: &Control) -> Result<Option<FileStatus>> {
        let found = self.connection.call(&what, control, |client| {
            let path = path.to_owned();
            async move { client.get_file_info(&path).await }
        });
        absent_is_none(found)
    }

    /// A directory that is not there is said so, rather than taken for an empty one.
    fn must_exist(&self, control: &Control) -> Result<()> {
        let root = if self.root.is_empty() { "/" } else { &self.root };
        match self.status(&format!("look at {}", self.url), root, control)? {
            Some(found) if found.isdir => Ok(()),
            Some(_) => Err(Error::invalid(format!("{} is a file, not a directory", self.url))),
            None => Err(Error::new(
                Code::NotFound,
                format!(
                    "there is no directory {}; the first snapshot written to it makes it, so check the URL",
                    self.url
                ),
            )),
        }
    }

    /// `None` for what isn't there, in a directory that is.
    fn or_none<T>(&self, found: Result<T>, control: &Control) -> Result<Option<T>> {
        match absent_is_none(found)? {
            Some(found) => Ok(Some(found)),
            None => self.must_exist(control).map(|()| None),
        }
    }

    /// The files directly in `folder` whose own names are `wanted`, sorted.
    fn entries(&self, folder: &str, control: &Control, wanted: fn(&str) -> bool) -> Result<Vec<Object>> {
        let path = self.path(folder)?;
        let found = self.connection.call(&self.what("list", folder), control, |client| {
            let path = path.clone();
            async move { client.list_status(&path, false).await }
        });
        let Some(found) = self.or_none(found, control)? else { return Ok(Vec::new()) };
        let own_name = |status: &FileStatus| status.path.rsplit('/').next().unwrap_or_default().to_owned();
        let files = found.into_iter().filter(|status| !status.isdir && wanted(&own_name(status)));
        let mut objects: Vec<_> = files.map(|file| object(format!("{folder}/{}", own_name(&file)), &file)).collect();
        objects.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(objects)
    }

    /// Gives the complete file `staging` the name `path`, if nothing has it.
    fn publish(&self, staging: &str, path: &str, control: &Control) -> Attempt<Published> {
        let rename = || {
            let (staging, path) = (staging.to_owned(), path.to_owned());
            self.connection.once(control, |client| async move { client.rename(&staging, &path, false).await })
        };
        let answer = match rename() {
            // The answer may have been lost behind the deed: another try tells.
            Err(failure) if failure.may_pass => rename(),
            answer => answer,
        };
        match answer {
            Ok(()) => Ok(Published::Now),
            Err(failure) if failure.code == Code::AlreadyExists => Ok(Published::Taken),
            // Renamed by the first try, or swept.
            Err(failure) if failure.is_not_found() => {
                let path = path.to_owned();
                let there = self.connection.once(control, |client| async move { client.get_file_info(&path).await });
                match there {
                    Ok(_) => Ok(Published::Taken),
                    Err(absent) if absent.is_not_found() => {
                        Err(Failure::passing("somebody else removed the file before it had its name"))
                    }
                    Err(failure) => Err(failure),
                }
            }
            Err(failure) => Err(failure),
        }
    }

    /// Removes a file that was not finished; waits for that a little, then leaves it to itself. What stays goes with a sweep.
    fn abandon(&self, staging: String) {
        // Without a client nothing was begun.
        let Some(client) = self.connection.current() else { return };
        let (done, receiver) = mpsc::sync_channel(1);
        runtime::clean_up(async move {
            let mut pause = Duration::from_millis(500);
            while client.delete(&staging, false).await.is_err_and(|error| Failure::from(error).may_pass) {
                tokio::time::sleep(pause).await;
                pause *= 2;
            }
            let _ = done.send(());
        });
        let _ = receiver.recv_timeout(PATIENCE);
    }

    /// Has `fill` make a complete file of a name of its own, and gives it the name `path`.
    fn stage_and_publish(
        &self,
        path: &str,
        control: &Control,
        fill: impl FnOnce(&str) -> Attempt<()>,
    ) -> Attempt<Published> {
        let staging = staging_path(path);
        let published = fill(&staging).and_then(|()| {
            fail::fail_point!("hdfs-staged");
            let published = self.publish(&staging, path, control);
            fail::fail_point!("hdfs-renamed");
            published
        });
        if published != Ok(Published::Now) {
            self.abandon(staging);
        }
        published
    }

    /// Gives all bytes of an object to `sink`, in order; the sum of them, or `None` if there is no such object.
    fn read_through(
        &self,
        name: &str,
        control: &Control,
        sink: &mut dyn FnMut(&[u8]) -> Result<()>,
    ) -> Result<Option<Sum>> {
        let path = self.path(name)?;
        let mut sum = Sum::EMPTY;
        let found = self.connection.retry(&self.what("read", name), control, || {
            // What was read stays good, whatever broke the try before.
            transfer::download(&self.connection, &path, sum.size, control, &mut |bytes| {
                sum = sum.extended(bytes);
                sink(bytes)
            })
        });
        Ok(self.or_none(found, control)?.map(|()| sum))
    }
}

impl Store for Hdfs {
    fn url(&self) -> &str {
        &self.url
    }

    fn create(&self, control: &Control) -> Result<()> {
        let root = self.root.clone();
        if root.is_empty() {
            return Ok(());
        }
        self.connection.call(&format!("make the directory {}", self.url), control, |client| {
            let root = root.clone();
            async move { client.mkdirs(&root, DIRECTORY_MODE, true).await }
        })
    }

    fn read(&self, name: &str, limit: u64, control: &Control) -> Result<Option<Bytes>> {
        let path = self.path(name)?;
        let found = self.connection.call(&self.what("read", name), control, |client| {
            let path = path.clone();
            async move {
                let file = client.read(&path).await?;
                let size = file.file_length();
                if size as u64 > limit { Ok(Err(size)) } else { file.read_range(0, size).await.map(Ok) }
            }
        });
        match self.or_none(found, control)? {
            Some(Err(size)) => {
                let text = format!("{name} in {} has {size} bytes, and at most {limit} are allowed", self.url);
                Err(Error::corruption(text))
            }
            Some(Ok(bytes)) => Ok(Some(bytes)),
            None => Ok(None),
        }
    }

    fn read_range(&self, name: &str, range: Range<u64>, control: &Control) -> Result<Bytes> {
        let path = self.path(name)?;
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        let found = self.connection.call(&self.what("read", name), control, |client| {
            let (path, range) = (path.clone(), range.clone());
            async move {
                let file = client.read(&path).await?;
                // The client panics at what lies behind the end.
                match (usize::try_from(range.start), usize::try_from(range.end)) {
                    (Ok(start), Ok(end)) if end <= file.file_length() => {
                        file.read_range(start, end - start).await.map(Some)
                    }
                    _ => Ok(None),
                }
            }
        });
        found?.ok_or_else(|| Error::corruption(format!("{name} in {} ends before byte {}", self.url, range.end)))
    }

    fn head(&self, name: &str, control: &Control) -> Result<Option<Object>> {
        let path = self.path(name)?;
        match self.status(&self.what("look at", name), &path, control)? {
            Some(found) => Ok((!found.isdir).then(|| object(name.to_owned(), &found))),
            None => self.must_exist(control).map(|()| None),
        }
    }

    fn list(&self, folder: &str, control: &Control) -> Result<Vec<Object>> {
        self.entries(folder, control, |name| !is_staging(name))
    }

    fn put_new(&self, name: &str, bytes: Bytes, control: &Control) -> Result<bool> {
        let path = self.path(name)?;
        if self.status(&self.what("create", name), &path, control)?.is_some() {
            return Ok(false);
        }
        let mut upload = transfer::Upload::new(&self.connection);
        let published = self.connection.retry(&self.what("create", name), control, || {
            self.stage_and_publish(&path, control, |staging| {
                let mut left = Some(bytes.clone());
                upload.write(staging, control, &mut || Ok(left.take()))
            })
        })?;
        Ok(published == Published::Now)
    }

    fn delete(&self, names: &[String], control: &Control) -> Result<()> {
        let paths = names.iter().map(|name| self.path(name)).collect::<Result<Vec<_>>>()?;
        for (path, name) in paths.iter().zip(names) {
            let gone = self.connection.call(&self.what("delete", name), control, |client| {
                let path = path.clone();
                async move { client.delete(&path, false).await }
            });
            absent_is_none(gone)?;
            fail::fail_point!("hdfs-removed");
        }
        Ok(())
    }

    fn put_file(&self, from: &Path, name: &str, expected: &Sum, _link: Link, control: &Control) -> Result<Moved> {
        control.check()?;
        let path = self.path(name)?;
        let mut file = File::open(from).map_err(|error| Error::io("open", from, &error))?;
        let mut upload = transfer::Upload::new(&self.connection);
        let (mut tries, mut shown) = (0, 0);
        let published = self.connection.retry(&self.what("write", name), control, || {
            tries += 1;
            file.rewind().map_err(|error| Error::io("read", from, &error))?;
            let mut sum = Sum::EMPTY;
            self.stage_and_publish(&path, control, |staging| {
                upload.write(staging, control, &mut || {
                    let part = transfer::read_part(&mut file, from)?;
                    sum = sum.extended(&part);
                    control.advance(sum.size.saturating_sub(shown));
                    shown = shown.max(sum.size);
                    if part.is_empty() {
                        expected.must_be(&sum, &from.display())?;
                    }
                    Ok(Some(part).filter(|part| !part.is_empty()))
                })
            })
        })?;
        // A try whose answer got lost may have put the very same file there.
        if published == Published::Taken
            && (tries == 1 || self.read_through(name, control, &mut |_| Ok(()))? != Some(*expected))
        {
            return Err(Error::new(Code::AlreadyExists, format!("there is {name} in {} already", self.url)));
        }
        Ok(Moved::Copied)
    }

    fn get_file(&self, name: &str, to: &Path, expected: &Sum, _link: Link, control: &Control) -> Result<Moved> {
        let mut target = super::local::NewFile::create(to)?;
        match self.head(name, control)? {
            Some(found) => expected.must_have_size(found.size, &format!("{name} in {}", self.url))?,
            None => return Err(Error::new(Code::NotFound, format!("there is no {name} in {}", self.url))),
        }
        let file = target.file();
        let sum = self.read_through(name, control, &mut |bytes| {
            file.write_all(bytes).map_err(|error| Error::io("write", to, &error))?;
            control.advance(bytes.len() as u64);
            Ok(())
        })?;
        match sum {
            Some(sum) => expected.must_be(&sum, &format!("{name} in {}", self.url))?,
            None => return Err(Error::new(Code::NotFound, format!("{name} was removed from {}", self.url))),
        }
        target.keep();
        Ok(Moved::Copied)
    }

    fn sum(&self, name: &str, control: &Control) -> Result<Option<Sum>> {
        self.read_through(name, control, &mut |bytes| {
            control.advance(bytes.len() as u64);
            Ok(())
        })
    }

    fn settle(&self, _folder: &str, _control: &Control) -> Result<()> {
        Ok(()) // The name node has logged a name before it answers.
    }

    fn leftovers(&self, folder: &str, control: &Control) -> Result<Vec<Object>> {
        self.entries(folder, control, is_staging)
    }

    fn lateness(&self) -> Duration {
        LATENESS
    }
}

/// Our own staging files, and those that `object_store` writes on HDFS: `.NAME.tmp.1`.
fn is_staging(name: &str) -> bool {
    let is_foreign = |rest: &str| {
        rest.rsplit_once(".tmp.")
            .is_some_and(|(_, number)| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    name.starts_with(STAGING) || name.strip_prefix('.').is_some_and(is_foreign)
}

/// A fresh name beside `path` for what is not yet complete.
fn staging_path(path: &str) -> String {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    format!("{folder}/{STAGING}{:032x}", uuid::Uuid::new_v4().as_u128())
}

fn absent_is_none<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.code == Code::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn object(name: String, status: &FileStatus) -> Object {
    let modified: SystemTime = UNIX_EPOCH + Duration::from_millis(status.modification_time);
    Object { name, size: status.length as u64, modified }
}
