//! `Intent`: the announcement of a snapshot job, which keeps sweeps from its files and from its parents'.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::document::{self, DocumentKind};
use super::id::Id;
use crate::error::{Error, Result};
use crate::store::{Control, Object, Store};

pub(super) const FOLDER: &str = "intents";

/// What an unfinished job says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// The epoch of its writer.
    pub epoch: u64,
    /// Milliseconds since 1970-01-01 UTC.
    pub created: u64,
    /// The grace period of its writer, in milliseconds.
    pub grace: u64,
    /// Numbers of the manifests whose files it means to reuse.
    pub parents: Vec<u64>,
    /// The backend whose state it saves.
    pub backend: Id,
    /// Only of a copy, which follows rules of its own: the jobs of earlier copies whose files it takes over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adopts: Option<Vec<Id>>,
}

/// The name of the intent of `job`.
pub(super) fn name(job: Id) -> String {
    format!("{FOLDER}/{job}")
}

/// The job whose intent bears that name.
pub(super) fn job_of(name: &str) -> Option<Id> {
    name.strip_prefix(FOLDER)?.strip_prefix('/')?.parse().ok()
}

impl Intent {
    /// Writes the intent of `job`, which is new; durable when it returns. After an error it may be there.
    pub(super) fn write(&self, store: &dyn Store, job: Id, control: &Control) -> Result<()> {
        let bytes = Bytes::from(document::encode(DocumentKind::Intent, self)?);
        let name = name(job);
        if store.put_new(&name, bytes.clone(), control)?
            || store.read(&name, document::MAX_BYTES, control)? == Some(bytes)
        {
            return Ok(());
        }
        Err(Error::new(crate::error::Code::AlreadyExists, format!("there is another {name} in {}", store.url())))
    }
}

/// An intent that was listed.
#[derive(Debug)]
pub(super) struct Announced {
    pub job: Id,
    pub object: Object,
    /// `None` if it can't be read; it is somebody's all the same.
    pub intent: Option<Intent>,
}

/// All intents; one that is removed meanwhile may be among them or not.
pub(super) fn read_all(store: &dyn Store, control: &Control) -> Result<Vec<Announced>> {
    let mut all = Vec::new();
    for object in store.list(FOLDER, control)? {
        let Some(job) = job_of(&object.name) else { continue };
        if let Some(bytes) = store.read(&object.name, document::MAX_BYTES, control)? {
            all.push(Announced { job, object, intent: document::decode(DocumentKind::Intent, &bytes).ok() });
        }
    }
    Ok(all)
}
