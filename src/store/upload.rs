//! `Upload`: an object that is written in parts. Stores keep, and charge for, the parts of an upload that nobody ends; so each
//! is ended: by its writer, also behind its back, or else by a sweep, which finds it by its record (docs/snapshot-format.md,
//! section 7.4).

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use futures::future::Either;
use object_store::multipart::{MultipartStore, PartId};
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStoreExt, PutPayload};
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use super::failure::Kind;
use super::remote::{Remote, Request, present};
use super::runtime;
use crate::error::{Code, Error, Result};

/// Where the records of unfinished uploads are.
pub(crate) const FOLDER: &str = "uploads";
/// The store puts the parts together, which may take as long as this many requests.
const TO_COMPLETE: u32 = 5;
/// How long a part that was given up may take to arrive.
const LATE_PART: Duration = Duration::from_secs(1);

/// What a record says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    /// The name of the object that is being written.
    pub(super) object: String,
    /// What the store calls the upload.
    pub(super) upload: String,
    /// Milliseconds since 1970-01-01 UTC, for people.
    pub(super) created: u64,
}

/// An upload that is under way. Dropped, it is ended behind the caller's back.
pub(super) struct Upload {
    remote: Arc<Remote>,
    target: Target,
    /// The name of its record, once it may be there.
    record: Option<String>,
    ended: bool,
}

/// What an upload writes to.
#[derive(Clone)]
struct Target {
    parts: Arc<dyn MultipartStore>,
    name: String,
    path: ObjectPath,
    id: String,
}

/// One part of an upload.
pub(super) struct Part {
    remote: Arc<Remote>,
    target: Target,
    at: usize,
}

impl Part {
    pub(super) async fn put(self, bytes: Bytes) -> Result<PartId> {
        let Target { parts, name, path, id } = &self.target;
        let put = || parts.put_part(path, id, self.at, PutPayload::from_bytes(bytes.clone()));
        Ok(self.remote.request(Request::data("write", name, bytes.len() as u64), put).await?)
    }
}

impl Upload {
    /// Begins to write `name`. That goes on when the caller is gone: the store's answer has the id by which the upload can be
    /// ended.
    pub(super) async fn begin(remote: &Arc<Remote>, name: &str) -> Result<Upload> {
        let (send, receive) = oneshot::channel();
        let (remote, name) = (Arc::clone(remote), name.to_owned());
        runtime::clean_up(async move {
            let mut send = send;
            let upload = Self::make(remote, name, send.closed()).await;
            // If nobody takes it, its drop ends it.
            let _ = send.send(upload);
        });
        receive.await.unwrap_or_else(|_| Err(Error::new(Code::TimedOut, "an upload did not begin in time")))
    }

    /// Makes an upload and its record; without the record, soon after `gone`.
    async fn make(remote: Arc<Remote>, name: String, gone: impl Future<Output = ()>) -> Result<Upload> {
        let mut upload = Self::create(remote, name).await?;
        let recorded = {
            let record = std::pin::pin!(upload.write_record());
            let gone = std::pin::pin!(gone);
            match futures::future::select(record, gone).await {
                Either::Left((recorded, _)) => recorded,
                Either::Right(_) => Ok(()),
            }
        };
        recorded.map(|()| upload)
    }

    async fn create(remote: Arc<Remote>, name: String) -> Result<Upload> {
        let Some(parts) = remote.backing.parts.clone() else {
            return Err(Error::new(Code::Unsupported, format!("{} takes no uploads", remote.url)));
        };
        let path = remote.path(&name)?;
        let id = remote.request(Request::small("begin to write", &name), || parts.create_multipart(&path)).await?;
        fail::fail_point!("upload-begun");
        let target = Target { parts, name, path, id };
        Ok(Upload { remote, target, record: None, ended: false })
    }

    async fn write_record(&mut self) -> Result<()> {
        if !self.remote.backing.has_uploads {
            return Ok(());
        }
        let created = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs() * 1000);
        let Target { name: object, id: upload, .. } = self.target.clone();
        let bytes = serde_json::to_vec(&Record { object, upload, created })
            .map_err(|error| Error::invalid(error.to_string()))?;
        let name = format!("{FOLDER}/{:032x}", uuid::Uuid::new_v4().as_u128());
        let path = self.remote.path(&name)?;
        self.record = Some(name.clone());
        // The name is new, so there is nothing to overwrite but an earlier try.
        let put = || self.remote.backing.objects.put(&path, PutPayload::from(bytes.clone()));
        self.remote.request(Request::small("write", &name), put).await?;
        fail::fail_point!("upload-recorded");
        Ok(())
    }

    pub(super) fn part(&self, at: usize) -> Part {
        Part { remote: Arc::clone(&self.remote), target: self.target.clone(), at }
    }

    /// Makes an object of the parts. An answer that is lost is settled by a look at the object: its name is this job's alone.
    pub(super) async fn complete(mut self, ids: Vec<PartId>, size: u64) -> Result<()> {
        fail::fail_point!("upload-parts-put");
        let Target { parts, name, path, id } = &self.target;
        let request = Request { times: TO_COMPLETE, ..Request::small("finish", name) };
        let completed = self.remote.request(request, || parts.complete_multipart(path, id, ids.clone())).await;
        fail::fail_point!("upload-completed");
        if let Err(failed) = completed {
            let found = self.remote.head(name).await;
            if !found.is_ok_and(|found| found.is_some_and(|found| found.size == size)) {
                self.end().await;
                return Err(failed.error);
            }
        }
        self.ended = true;
        self.remove_record().await;
        Ok(())
    }

    /// Ends the upload; its parts must have ended. What can't be reached is left to a sweep, with the record.
    pub(super) async fn abort(mut self) {
        self.end().await;
    }

    async fn end(&mut self) {
        self.ended = true;
        let Target { name, id, .. } = &self.target;
        if abort(&self.remote, name, id).await.is_err() {
            return;
        }
        fail::fail_point!("upload-aborted");
        self.remove_record().await;
    }

    /// One that stays is removed by a sweep.
    async fn remove_record(&mut self) {
        if let Some(record) = self.record.take() {
            let _ = self.remote.delete(&record).await;
        }
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        self.ended = true;
        let (remote, target, record) = (Arc::clone(&self.remote), self.target.clone(), self.record.take());
        let mut upload = Upload { remote, target, record, ended: true };
        runtime::clean_up(async move {
            // The parts have just been given up; one that is in the store's hands already is stored for good if it
            // comes after the end.
            tokio::time::sleep(LATE_PART).await;
            upload.end().await;
        });
    }
}

/// Ends the upload `id` of `name`; one that has ended is done.
pub(super) async fn abort(remote: &Remote, name: &str, id: &str) -> Result<()> {
    let Some(parts) = &remote.backing.parts else { return Ok(()) };
    let path = remote.path(name)?;
    let id = id.to_owned();
    match remote.request(Request::small("end the upload of", name), || parts.abort_multipart(&path, &id)).await {
        Err(failed) if failed.kind == Kind::Missing || failed.error.code == Code::NotFound => Ok(()),
        answer => Ok(answer?),
    }
}

/// Reads the record `name`; `None` if it is gone or none.
pub(super) async fn read_record(remote: &Remote, name: &str) -> Result<Option<Record>> {
    const LONGEST: u64 = 64 << 10;
    let path = remote.path(name)?;
    let get = || async {
        let found = remote.backing.objects.get(&path).await?;
        if found.meta.size > LONGEST { Ok(Bytes::new()) } else { found.bytes().await }
    };
    let bytes = present(remote.request(Request::small("read", name), get).await)?;
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}
