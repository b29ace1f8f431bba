//! Stores: where snapshots live. One interface, `Store`; what stores differ in is one file each.

#[cfg(cloud)]
mod answer;
#[cfg(feature = "azure")]
mod azure;
pub(crate) mod behind;
#[cfg(cloud)]
mod client;
mod control;
#[cfg(cloud)]
mod credentials;
mod failure;
#[cfg(feature = "gcs")]
mod google;
#[cfg(feature = "hdfs")]
mod hdfs;
mod limits;
mod local;
mod memory;
mod objects;
mod remote;
pub mod runtime;
#[cfg(feature = "s3")]
mod s3;
mod sum;
mod transfer;
mod upload;
mod url;

use std::fmt::Debug;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;

use crate::error::{Code, Error, Result};
use crate::options::StoreSettings;

pub use control::Control;
pub use sum::Sum;
pub(crate) use upload::FOLDER as UPLOADS;

/// An object, as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its whole name in the store, `files/…`.
    pub name: String,
    /// In bytes.
    pub size: u64,
    /// When it was last written, by the store's own clock.
    pub modified: SystemTime,
}

/// An upload that was begun and not ended, as its record tells; the store may keep its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfinished {
    /// The record.
    pub record: Object,
    /// The name of the object it is of; `None` if the record can't be read.
    pub object: Option<String>,
    /// What the store calls it.
    pub(crate) id: Option<String>,
}

/// May a file be shared by a hard link instead of copied? Never, for a file that its owner goes on writing to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Link where both sides are on one local file system; the file is checked by its size. Copy elsewhere.
    Allowed,
    /// Always copy.
    Never,
}

/// How a file got to its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// By a hard link: no byte was read.
    Linked,
    /// Byte by byte, verified on the way.
    Copied,
}

/// Objects under names, in one place. Any number of threads.
///
/// Names are relative (`sequence/00000000000000000001`), of `[0-9a-zA-Z._-]` and `/`. An object is written once and never changed.
/// Every call ends: it has a deadline of its own, and answers `Code::Cancelled` within a second of `control.cancel()`.
/// A store whose place doesn't exist answers reads with `Code::NotFound`; the first write makes it.
pub trait Store: Debug + Send + Sync {
    /// The URL it was opened with.
    fn url(&self) -> &str;

    /// Makes the place if it is missing; durable when it returns.
    fn create(&self, control: &Control) -> Result<()>;

    /// A whole object of at most `limit` bytes (`Code::Corruption` if it is larger); `None` if there is none.
    fn read(&self, name: &str, limit: u64, control: &Control) -> Result<Option<Bytes>>;

    /// The bytes `range` of an object; fewer than asked for is `Code::Corruption`, no such object `Code::NotFound`.
    fn read_range(&self, name: &str, range: Range<u64>, control: &Control) -> Result<Bytes>;

    /// Size and time of one object; `None` if there is none.
    fn head(&self, name: &str, control: &Control) -> Result<Option<Object>>;

    /// The objects directly in `folder` (`files`), sorted by name.
    fn list(&self, folder: &str, control: &Control) -> Result<Vec<Object>>;

    /// Makes a small object if there is none of that name: `true`, durably made; `false`, one was there, perhaps this
    /// very one, put by an earlier try. After an error nothing is known. Read back to settle both.
    fn put_new(&self, name: &str, bytes: Bytes, control: &Control) -> Result<bool>;

    /// Removes objects, durably; one that is missing is done.
    fn delete(&self, names: &[String], control: &Control) -> Result<()>;

    /// Puts the local file `from` under `name`. Bytes that are copied are compared with `expected` before the object
    /// appears; contents are durable at return, the name after `settle`.
    fn put_file(&self, from: &Path, name: &str, expected: &Sum, link: Link, control: &Control) -> Result<Moved>;

    /// Gets an object into the new local file `to` (`Code::AlreadyExists` if there is one), compared with `expected`. Not
    /// synced: the target is scratch. On an error `to` is removed.
    fn get_file(&self, name: &str, to: &Path, expected: &Sum, link: Link, control: &Control) -> Result<Moved>;

    /// Reads all of an object; `None` if there is none.
    fn sum(&self, name: &str, control: &Control) -> Result<Option<Sum>>;

    /// Makes the names put into `folder` and removed from it durable.
    fn settle(&self, folder: &str, control: &Control) -> Result<()>;

    /// The store's own time: the `modified` of an object that is written now and removed again.
    fn now(&self, control: &Control) -> Result<SystemTime> {
        let name = format!("probes/{:032x}", uuid::Uuid::new_v4().as_u128());
        self.put_new(&name, Bytes::new(), control)?;
        let found = self.head(&name, control);
        self.delete(std::slice::from_ref(&name), control)?;
        match found? {
            Some(found) => Ok(found.modified),
            None => Err(Error::new(Code::Io, format!("{name}, just written, is not in {}", self.url()))),
        }
    }

    /// What unfinished writes of the store itself left in `folder`; `list` doesn't show it, `delete` removes it.
    fn leftovers(&self, folder: &str, control: &Control) -> Result<Vec<Object>>;

    /// Uploads in parts that were begun and not ended.
    fn uploads(&self, _control: &Control) -> Result<Vec<Unfinished>> {
        Ok(Vec::new())
    }

    /// Ends an upload and removes its record; one that has ended is done.
    fn end_upload(&self, _upload: &Unfinished, _control: &Control) -> Result<()> {
        Ok(())
    }

    /// How long after it was given up a write may still arrive.
    fn lateness(&self) -> Duration {
        Duration::ZERO
    }
}

/// Where `url` points, the same text for every URL of one place. With `settings`: a server and an account are parts of it.
#[cfg_attr(not(cloud), allow(unused_variables, reason = "only what is behind a server depends on settings"))]
pub fn place(url: &str, settings: &StoreSettings) -> Result<String> {
    Ok(match url::parse(url)? {
        url::Place::Local(path) => format!("file:{}", path.components().collect::<std::path::PathBuf>().display()),
        url::Place::Memory(name) => format!("memory:{name}"),
        #[cfg(feature = "s3")]
        url::Place::S3 { bucket, prefix } => {
            format!("s3:{}/{bucket}/{prefix}", url::normal(&s3::endpoint(url, settings)))
        }
        #[cfg(feature = "gcs")]
        url::Place::Google { bucket, prefix } => {
            format!("gs:{}/{bucket}/{prefix}", url::normal(&google::endpoint(url, settings)))
        }
        #[cfg(feature = "azure")]
        url::Place::Azure { account, container, prefix } => {
            let (account, endpoint) = azure::endpoint(url, account.as_deref(), settings);
            format!("az:{}/{account}/{container}/{prefix}", url::normal(&endpoint))
        }
        url::Place::Hdfs { authority, path } => format!("hdfs:{authority}{path}"),
        #[cfg(not(all(feature = "s3", feature = "gcs", feature = "azure")))]
        _ => return Err(not_built(url)),
    })
}

/// The store at `url` (docs/stores.md), reached as `settings` say. Touches nothing yet.
pub fn open(url: &str, settings: &StoreSettings) -> Result<Arc<dyn Store>> {
    limits::Limits::set(settings);
    Ok(match url::parse(url)? {
        url::Place::Local(path) => Arc::new(local::Local::new(url, path)),
        url::Place::Memory(name) => Arc::new(memory::open(url, &name)),
        #[cfg(feature = "s3")]
        url::Place::S3 { bucket, prefix } => Arc::new(s3::open(url, &bucket, &prefix, settings)?),
        #[cfg(feature = "gcs")]
        url::Place::Google { bucket, prefix } => Arc::new(google::open(url, &bucket, &prefix, settings)?),
        #[cfg(feature = "azure")]
        url::Place::Azure { account, container, prefix } => {
            Arc::new(azure::open(url, (account.as_deref(), &container, &prefix), settings)?)
        }
        #[cfg(feature = "hdfs")]
        url::Place::Hdfs { authority, path } => Arc::new(hdfs::Hdfs::new(url, &authority, &path, settings)),
        #[cfg(not(all(feature = "s3", feature = "gcs", feature = "azure", feature = "hdfs")))]
        _ => return Err(not_built(url)),
    })
}

#[cfg(not(all(feature = "s3", feature = "gcs", feature = "azure", feature = "hdfs")))]
fn not_built(url: &str) -> Error {
    let text = format!("this build has no store for {url}; build Gabion with its feature (s3, gcs, azure, hdfs)");
    Error::new(Code::Unsupported, text)
}

/// Bytes of transfers in the memory of the process.
pub(crate) fn memory() -> limits::Memory {
    limits::Limits::current().in_memory()
}

/// Refuses a name that could lead out of the store.
fn check_name(name: &str) -> Result<()> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-#".contains(&byte);
    let is_part = |part: &str| !part.is_empty() && part != "." && part != ".." && part.bytes().all(plain);
    if name.split('/').all(is_part) { Ok(()) } else { Err(Error::invalid(format!("{name:?} is no name of an object"))) }
}

#[cfg(test)]
mod tests;
