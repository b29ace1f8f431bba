//! `Objects`: the general store over any `object_store`. What stores differ in is in their own files and in `Backing`.

use std::collections::HashSet;
use std::future::Future;
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use object_store::list::PaginatedListOptions;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectMeta, ObjectStoreExt, PutMode, PutPayload};

use super::control::Control;
use super::failure::Kind;
use super::remote::{Failed, PART, Remote, Request, present, times};
use super::upload::{self, Record};
use super::{Link, Moved, Object, Store, Sum, Unfinished, runtime, transfer};
use crate::error::{Code, Error, Result};

/// How long one request about a document may take where it is not the settings that say it.
pub(super) const REQUEST_LIMIT: Duration = Duration::from_secs(60);
/// Requests and transfers end by limits of their own; cancel and the caller's deadline end them too.
const NO_LIMIT: Duration = Duration::from_secs(100 * 365 * 24 * 3600);
/// How many objects are removed, or looked at, at once.
const AT_ONCE: usize = 16;
/// How long a write that was given up may still arrive: a signature is good for a quarter of an hour.
const LATENESS: Duration = Duration::from_secs(15 * 60);

/// A place of an object store.
#[derive(Debug)]
pub(super) struct Objects(Arc<Remote>);

impl Objects {
    pub(super) fn new(remote: Remote) -> Self {
        Self(Arc::new(remote))
    }

    /// Waits for one request about `name`.
    pub(super) fn request<T, F>(&self, what: &'static str, name: &str, control: &Control, future: F) -> Result<T>
    where
        T: Send + 'static,
        F: Future<Output = object_store::Result<T>> + Send + 'static,
    {
        let (remote, name) = (Arc::clone(&self.0), name.to_owned());
        let once = Mutex::new(Some(future));
        self.wait(control, async move {
            // Of a store without retries; a second try finds nothing to do.
            let make = || once.lock().unwrap_or_else(PoisonError::into_inner).take();
            let try_it = || async {
                match make() {
                    Some(future) => future.await,
                    None => Err(object_store::Error::NotImplemented {
                        operation: "retry".into(),
                        implementer: "Gabion".into(),
                    }),
                }
            };
            Ok(remote.request(Request::small(what, &name), try_it).await?)
        })
    }

    fn wait<T: Send + 'static>(
        &self,
        control: &Control,
        future: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        let context = |error: Error| error.context(&self.0.url);
        runtime::block_on(future, NO_LIMIT, control).map_err(context)?
    }
}

/// The objects of a folder, page by page: a page is a request, and has its own tries.
async fn list(remote: &Remote, folder: &str) -> Result<Vec<Object>> {
    let prefix = remote.path(folder)?;
    let mut found = Vec::new();
    match &remote.backing.pages {
        None => {
            let collect = || async {
                let list: Vec<_> = remote.backing.objects.list(Some(&prefix)).collect().await;
                list.into_iter().collect::<object_store::Result<Vec<_>>>()
            };
            found = remote.request(Request::small("list", folder), collect).await?;
        }
        Some(pages) => {
            let below = format!("{prefix}/");
            let mut token: Option<String> = None;
            loop {
                let page = || {
                    let options = PaginatedListOptions { page_token: token.clone(), ..Default::default() };
                    pages.list_paginated(Some(&below), options)
                };
                let page = remote.request(Request::small("list", folder), page).await?;
                found.extend(page.result.objects);
                match page.page_token {
                    Some(next) if token.as_ref() != Some(&next) => token = Some(next),
                    _ => break,
                }
            }
        }
    }
    let mut list: Vec<Object> = found.into_iter().filter_map(|meta| direct(remote, folder, meta)).collect();
    list.sort_by(|a, b| a.name.cmp(&b.name));
    list.dedup_by(|a, b| a.name == b.name);
    Ok(list)
}

/// An object that is directly in `folder`.
fn direct(remote: &Remote, folder: &str, meta: ObjectMeta) -> Option<Object> {
    let name = remote.name_of(&meta.location)?;
    let own = name.strip_prefix(folder)?.strip_prefix('/')?;
    let is_direct = !own.is_empty() && !own.contains('/');
    is_direct.then(|| Object { name: name.to_owned(), size: meta.size, modified: meta.last_modified.into() })
}

/// Whether an object was made: `false` if one was there.
fn made<T>(answer: std::result::Result<T, Failed>) -> Result<bool> {
    match answer {
        Ok(_) => Ok(true),
        Err(Failed { kind: Kind::Exists, .. }) => Ok(false),
        Err(failed) => Err(failed.error),
    }
}

async fn put_new(remote: &Remote, name: &str, bytes: Bytes) -> Result<bool> {
    let path: ObjectPath = remote.path(name)?;
    let request = Request { times: times(bytes.len() as u64), ..Request::small("create", name) };
    let put = || remote.backing.objects.put_opts(&path, PutPayload::from_bytes(bytes.clone()), PutMode::Create.into());
    made(remote.request(request, put).await)
}

/// Sees to it, once for each server and bucket, that a create fails where there is something: some servers and gateways
/// overwrite in silence, and then nothing keeps two writers apart.
async fn prove(remote: &Remote) -> Result<()> {
    static PROVEN: Mutex<Option<HashSet<String>>> = Mutex::new(None);
    let Some(server) = &remote.backing.server else { return Ok(()) };
    let is_proven = |known: &mut Option<HashSet<String>>| known.get_or_insert_default().contains(server);
    if is_proven(&mut PROVEN.lock().unwrap_or_else(PoisonError::into_inner)) {
        return Ok(());
    }
    let name = format!("probes/{:032x}", uuid::Uuid::new_v4().as_u128());
    put_new(remote, &name, Bytes::from_static(b"1")).await?;
    let again = put_new(remote, &name, Bytes::from_static(b"2")).await;
    // One that stays goes with a sweep.
    let _ = remote.delete(&name).await;
    if again? {
        let text = format!(
            "{} overwrites what it is asked to create (it ignores If-None-Match); without conditional writes nothing keeps two \
             writers apart, so use a server that has them",
            remote.url
        );
        return Err(Error::new(Code::Unsupported, text));
    }
    PROVEN.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_default().insert(server.clone());
    Ok(())
}

/// Runs `work` on all names, several at once, to the end; answers the first error.
async fn for_each<F: Future<Output = Result<()>>>(names: Vec<String>, work: impl Fn(String) -> F) -> Result<()> {
    let done: Vec<Result<()>> = futures::stream::iter(names).map(work).buffer_unordered(AT_ONCE).collect().await;
    done.into_iter().collect()
}

impl Store for Objects {
    fn url(&self) -> &str {
        &self.0.url
    }

    fn create(&self, _control: &Control) -> Result<()> {
        Ok(()) // An object store needs no folders.
    }

    fn read(&self, name: &str, limit: u64, control: &Control) -> Result<Option<Bytes>> {
        let (remote, name) = (Arc::clone(&self.0), name.to_owned());
        self.wait(control, async move {
            let path = remote.path(&name)?;
            // One request has the time for one part, however much the caller allows.
            let most = limit.min(PART);
            let get = || async {
                let found = remote.backing.objects.get(&path).await?;
                let size = found.meta.size;
                if size > most { Ok(Err(size)) } else { found.bytes().await.map(Ok) }
            };
            match present(remote.request(Request::small("read", &name), get).await)? {
                None => Ok(None),
                Some(Ok(bytes)) => Ok(Some(bytes)),
                Some(Err(size)) if size <= limit => transfer::get_all(&remote, &name, size).await.map(Some),
                Some(Err(size)) => {
                    Err(remote.corrupt(&name, format!("has {size} bytes, and at most {limit} are allowed")))
                }
            }
        })
    }

    fn read_range(&self, name: &str, range: Range<u64>, control: &Control) -> Result<Bytes> {
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        let (remote, name) = (Arc::clone(&self.0), name.to_owned());
        self.wait(control, async move {
            let found = remote.head(&name).await?.ok_or_else(|| remote.missing(&name))?;
            if found.size < range.end {
                return Err(remote.corrupt(&name, format!("ends before byte {}", range.end)));
            }
            transfer::get_range(&remote, &name, range).await
        })
    }

    fn head(&self, name: &str, control: &Control) -> Result<Option<Object>> {
        let (remote, name) = (Arc::clone(&self.0), name.to_owned());
        self.wait(control, async move { remote.head(&name).await })
    }

    fn list(&self, folder: &str, control: &Control) -> Result<Vec<Object>> {
        let (remote, folder) = (Arc::clone(&self.0), folder.to_owned());
        self.wait(control, async move { list(&remote, &folder).await })
    }

    fn put_new(&self, name: &str, bytes: Bytes, control: &Control) -> Result<bool> {
        let (remote, name) = (Arc::clone(&self.0), name.to_owned());
        self.wait(control, async move {
            prove(&remote).await?;
            put_new(&remote, &name, bytes).await
        })
    }

    fn delete(&self, names: &[String], control: &Control) -> Result<()> {
        let (remote, names) = (Arc::clone(&self.0), names.to_vec());
        self.wait(control, async move {
            for_each(names, |name| {
                let remote = Arc::clone(&remote);
                async move { remote.delete(&name).await }
            })
            .await
        })
    }

    fn put_file(&self, from: &Path, name: &str, expected: &Sum, _link: Link, control: &Control) -> Result<Moved> {
        let (remote, from, name) = (Arc::clone(&self.0), from.to_owned(), name.to_owned());
        self.wait(control, transfer::put(remote, from, name, *expected, control.clone()))?;
        Ok(Moved::Copied)
    }

    fn get_file(&self, name: &str, to: &Path, expected: &Sum, _link: Link, control: &Control) -> Result<Moved> {
        let (remote, to, name) = (Arc::clone(&self.0), to.to_owned(), name.to_owned());
        self.wait(control, transfer::get(remote, name, to, *expected, control.clone()))?;
        Ok(Moved::Copied)
    }

    fn sum(&self, name: &str, control: &Control) -> Result<Option<Sum>> {
        let (remote, name) = (Arc::clone(&self.0), name.to_owned());
        self.wait(control, transfer::sum(remote, name, control.clone()))
    }

    fn settle(&self, _folder: &str, _control: &Control) -> Result<()> {
        Ok(()) // What an object store has acknowledged lasts.
    }

    fn leftovers(&self, _folder: &str, _control: &Control) -> Result<Vec<Object>> {
        Ok(Vec::new())
    }

    fn uploads(&self, control: &Control) -> Result<Vec<Unfinished>> {
        if !self.0.backing.has_uploads {
            return Ok(Vec::new());
        }
        let remote = Arc::clone(&self.0);
        self.wait(control, async move {
            let mut unfinished = Vec::new();
            for record in list(&remote, upload::FOLDER).await? {
                let read = upload::read_record(&remote, &record.name).await?;
                let (object, id) = read.map(|Record { object, upload, .. }| (object, upload)).unzip();
                unfinished.push(Unfinished { record, object, id });
            }
            Ok(unfinished)
        })
    }

    fn end_upload(&self, upload: &Unfinished, control: &Control) -> Result<()> {
        let (remote, upload) = (Arc::clone(&self.0), upload.clone());
        self.wait(control, async move {
            if let (Some(object), Some(id)) = (&upload.object, &upload.id) {
                upload::abort(&remote, object, id).await?;
            }
            remote.delete(&upload.record.name).await
        })
    }

    fn lateness(&self) -> Duration {
        if self.0.backing.server.is_some() { LATENESS } else { Duration::ZERO }
    }
}
