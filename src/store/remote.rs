//! `Remote`: a folder of an object store, and requests to it: each is tried until it is answered, fails for good, or its time
//! is over.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use object_store::list::PaginatedListStore;
use object_store::multipart::MultipartStore;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStore, ObjectStoreExt};

#[cfg(cloud)]
use super::answer::explained;
#[cfg(not(cloud))]
use super::failure::explained;
use super::failure::{Failure, Kind};
use super::limits::Limits;
use super::{Object, check_name};
use crate::error::{Code, Error, Result};
use crate::options::StoreSettings;

/// Bytes of one request for data.
pub(super) const PART: u64 = 16 << 20;
/// All tries of a request together take at most so many times as long as one may.
const PATIENCE: u32 = 4;
/// The longest pause before the second try; it doubles from try to try.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// What an object store of the crate can do.
#[derive(Clone)]
pub(super) struct Backing {
    pub(super) objects: Arc<dyn ObjectStore>,
    pub(super) parts: Option<Arc<dyn MultipartStore>>,
    /// Lists page by page; without it a list is one request.
    pub(super) pages: Option<Arc<dyn PaginatedListStore>>,
    /// Are there unfinished uploads that bear an id and stay until they are ended?
    pub(super) has_uploads: bool,
    /// A server, whose conditional writes are to be proven; text that is the same for the same server and bucket.
    pub(super) server: Option<String>,
}

impl Backing {
    /// A store of the crate on that `server`.
    #[cfg(cloud)]
    pub(super) fn on_server<S>(store: S, has_uploads: bool, server: String) -> Self
    where
        S: ObjectStore + MultipartStore + PaginatedListStore,
    {
        let store = Arc::new(store);
        Self {
            objects: store.clone(),
            parts: Some(store.clone()),
            pages: Some(store),
            has_uploads,
            server: Some(server),
        }
    }
}

/// A folder of an object store.
pub(super) struct Remote {
    pub(super) url: String,
    prefix: Option<ObjectPath>,
    pub(super) backing: Backing,
    /// How long one try may take.
    pub(super) timeout: Duration,
    retries: u32,
    /// Values that no message may have in it.
    secrets: Vec<String>,
}

/// A request about an object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request<'a> {
    /// What it does: `read`, `write`.
    pub(super) what: &'static str,
    /// The object's name in the folder.
    pub(super) name: &'a str,
    /// How many bytes move, if they are data, which the limits of the process are for.
    pub(super) data: Option<u64>,
    /// How many times as long as one of `PART` bytes it may take.
    pub(super) times: u32,
}

impl<'a> Request<'a> {
    /// A request without data.
    pub(super) fn small(what: &'static str, name: &'a str) -> Self {
        Self { what, name, data: None, times: 1 }
    }

    /// A request that moves `bytes` of data.
    pub(super) fn data(what: &'static str, name: &'a str, bytes: u64) -> Self {
        Self { what, name, data: Some(bytes), times: times(bytes) }
    }
}

/// How many parts `bytes` are, at least one.
pub(super) fn times(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(PART)).unwrap_or(u32::MAX).max(1)
}

/// A request that failed for good.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) kind: Kind,
    pub(super) error: Error,
}

impl From<Failed> for Error {
    fn from(failed: Failed) -> Self {
        failed.error
    }
}

/// `None` in the place of a missing object.
pub(super) fn present<T>(answer: std::result::Result<T, Failed>) -> Result<Option<T>> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(Failed { kind: Kind::Missing, .. }) => Ok(None),
        Err(failed) => Err(failed.error),
    }
}

impl fmt::Debug for Remote {
    // The store behind it would show its keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Remote {
    /// The folder `prefix` of `backing`; no message has one of the `secrets` in it.
    #[cfg(cloud)]
    pub(super) fn new(
        url: &str,
        prefix: &str,
        backing: Backing,
        settings: &StoreSettings,
        secrets: impl Iterator<Item = String>,
    ) -> Result<Self> {
        let prefix = match prefix {
            "" => None,
            prefix => Some(
                ObjectPath::parse(prefix)
                    .map_err(|error| Error::invalid(format!("the path of {url} is none of a store: {error}")))?,
            ),
        };
        let own = settings.texts.iter().filter(|(name, value)| crate::options::is_secret(name) && value.len() > 3);
        let secrets = own.map(|(_, value)| value.clone()).chain(secrets).collect();
        let (timeout, retries) = (settings.timeout, settings.retries);
        Ok(Self { url: url.to_owned(), prefix, backing, timeout, retries, secrets })
    }

    /// Of memory or of a local file system, where a second try is of no use.
    pub(super) fn here(url: &str, backing: Backing) -> Self {
        let timeout = StoreSettings::default().timeout;
        Self { url: url.to_owned(), prefix: None, backing, timeout, retries: 0, secrets: Vec::new() }
    }

    /// Where the object `name` is in the store.
    pub(super) fn path(&self, name: &str) -> Result<ObjectPath> {
        check_name(name)?;
        let parse = |text: &str| {
            ObjectPath::parse(text)
                .map_err(|error| Error::invalid(format!("{name:?} is no name of an object: {error}")))
        };
        match &self.prefix {
            Some(prefix) => parse(&format!("{prefix}/{name}")),
            None => parse(name),
        }
    }

    /// The name in the folder of what the store lists as `path`.
    pub(super) fn name_of<'a>(&self, path: &'a ObjectPath) -> Option<&'a str> {
        match &self.prefix {
            Some(prefix) => path.as_ref().strip_prefix(prefix.as_ref())?.strip_prefix('/'),
            None => Some(path.as_ref()),
        }
    }

    /// Tries `make` until it succeeds. Every pause, wait and try ends when the future is dropped.
    pub(super) async fn request<T, F>(
        &self,
        request: Request<'_>,
        make: impl Fn() -> F,
    ) -> std::result::Result<T, Failed>
    where
        F: Future<Output = object_store::Result<T>>,
    {
        let make = || async { make().await.map_err(Some) };
        self.request_checked(request, make).await
    }

    /// The same, for a `make` that also finds fault with what it got: `Err(None)` is an answer that ended too early.
    pub(super) async fn request_checked<T, F>(
        &self,
        request: Request<'_>,
        make: impl Fn() -> F,
    ) -> std::result::Result<T, Failed>
    where
        F: Future<Output = std::result::Result<T, Option<object_store::Error>>>,
    {
        let limit = self.timeout.saturating_mul(request.times);
        let total = limit.saturating_mul(PATIENCE);
        let mut spent = Duration::ZERO;
        let mut tries = 0;
        loop {
            let limits = Limits::current();
            let _permit = match request.data {
                Some(bytes) => {
                    limits.wire(bytes).await;
                    limits.request().await
                }
                None => None,
            };
            tries += 1;
            let start = Instant::now();
            let limit = limit.min(total - spent);
            let failure = match tokio::time::timeout(limit, explained(make())).await {
                Ok(Ok(value)) => return Ok(value),
                Ok(Err(failure)) => failure,
                Err(_) => Failure::timeout(limit),
            };
            spent += start.elapsed();
            let pause = pause(tries).max(failure.pause.unwrap_or_default().min(LONGEST_PAUSE));
            if failure.kind != Kind::Passing || tries > self.retries || spent + pause >= total {
                return Err(self.failed(request, failure, tries, spent));
            }
            drop(_permit);
            spent += pause;
            tokio::time::sleep(pause).await;
        }
    }

    fn failed(&self, request: Request<'_>, failure: Failure, tries: u32, spent: Duration) -> Failed {
        let tried = match tries {
            1 => "tried once".to_owned(),
            tries => format!("tried {tries} times in {:.1} s", spent.as_secs_f64()),
        };
        let hint = failure.hint.map(|hint| format!("; {hint}")).unwrap_or_default();
        let Request { what, name, .. } = request;
        let text = format!("cannot {what} {name} in {}: {} ({tried}){hint}", self.url, failure.reason);
        Failed { kind: failure.kind, error: Error::new(failure.code, self.without_secrets(text)) }
    }

    /// The last net: what made its way into a text all the same.
    fn without_secrets(&self, mut text: String) -> String {
        for secret in &self.secrets {
            text = text.replace(secret.as_str(), "(secret)");
        }
        text
    }

    /// Size and time of one object.
    pub(super) async fn head(&self, name: &str) -> Result<Option<Object>> {
        let path = self.path(name)?;
        let head = self.request(Request::small("look at", name), || self.backing.objects.head(&path)).await;
        Ok(present(head)?.map(|meta| Object {
            name: name.to_owned(),
            size: meta.size,
            modified: meta.last_modified.into(),
        }))
    }

    /// Removes one object; one that is missing is done.
    pub(super) async fn delete(&self, name: &str) -> Result<()> {
        let path = self.path(name)?;
        let delete = self.request(Request::small("delete", name), || self.backing.objects.delete(&path)).await;
        present(delete).map(drop)
    }

    /// An error that says what is wrong with the object `name`.
    pub(super) fn corrupt(&self, name: &str, what: impl fmt::Display) -> Error {
        Error::corruption(format!("{name} in {} {what}", self.url))
    }

    /// There is no such object.
    pub(super) fn missing(&self, name: &str) -> Error {
        Error::new(Code::NotFound, format!("there is no {name} in {}", self.url))
    }
}

/// A pause of any length up to one that doubles from try to try: so those who failed together don't come back together.
fn pause(tries: u32) -> Duration {
    let most = FIRST_PAUSE.saturating_mul(1 << (tries - 1).min(16)).min(LONGEST_PAUSE);
    let [a, b, ..] = *uuid::Uuid::new_v4().as_bytes();
    most.mul_f64(f64::from(u16::from_be_bytes([a, b])) / f64::from(u16::MAX))
}
