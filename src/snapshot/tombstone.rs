//! `Tombstone`: what a discarded manifest named, for the sweep that removes it.

use std::collections::HashSet;
use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::document::{self, DocumentKind};
use super::id::Id;
use super::object_name::ObjectName;
use super::sequence::{now_ms, parse_number};
use crate::error::{Code, Error, Result};
use crate::parallel::{self, Threads};
use crate::store::{Control, Object, Store};

pub(super) const FOLDER: &str = "tombstones";

/// A discarded manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tombstone {
    /// The manifest's number.
    pub number: u64,
    /// Milliseconds since 1970-01-01 UTC.
    pub created: u64,
    /// How long readers have, in milliseconds.
    pub grace: u64,
    /// The files it named.
    pub files: Vec<ObjectName>,
}

/// A tombstone with its object.
#[derive(Debug)]
pub(super) struct Placed {
    pub object: Object,
    pub tombstone: Tombstone,
}

impl Tombstone {
    /// The tombstone of the manifest at `number`, which named `files`.
    pub(super) fn new(number: u64, grace: Duration, files: Vec<ObjectName>) -> Self {
        let grace = u64::try_from(grace.as_millis()).unwrap_or(u64::MAX).min(i64::MAX as u64);
        Self { number, created: now_ms(), grace, files }
    }

    /// Writes it under a fresh name; durable when it returns.
    pub(super) fn write(&self, store: &dyn Store, control: &Control) -> Result<()> {
        let bytes = Bytes::from(document::encode(DocumentKind::Tombstone, self)?);
        let name = format!("{FOLDER}/{:020}-{}", self.number, Id::random());
        // A sweep goes by it, so it is not enough that somebody says it exists.
        if store.put_new(&name, bytes.clone(), control)?
            || store.read(&name, document::MAX_BYTES, control)? == Some(bytes)
        {
            return Ok(());
        }
        Err(Error::new(Code::Io, format!("{name}, just written, is not in {}; discard again", store.url())))
    }
}

/// The numbers that there are tombstones of.
pub(super) fn numbers(store: &dyn Store, control: &Control) -> Result<HashSet<u64>> {
    let number =
        |object: &Object| parse_number(object.name.strip_prefix(FOLDER)?.strip_prefix('/')?.split_once('-')?.0);
    Ok(store.list(FOLDER, control)?.iter().filter(|object| is_name(&object.name)).filter_map(number).collect())
}

/// All tombstones; one that can't be read is an error, for it says which files must stay.
pub(super) fn read_all(store: &dyn Store, control: &Control) -> Result<Vec<Placed>> {
    let mut objects = store.list(FOLDER, control)?;
    objects.retain(|object| is_name(&object.name));
    let read = |at: usize, control: &Control| {
        let object = objects[at].clone();
        let Some(bytes) = store.read(&object.name, document::MAX_BYTES, control)? else { return Ok(None) };
        let tombstone = document::decode(DocumentKind::Tombstone, &bytes)
            .map_err(|error| error.context(format!("cannot read {} in {}", object.name, store.url())))?;
        Ok(Some(Placed { object, tombstone }))
    };
    let all = parallel::map(objects.len(), Threads::Most, control, &read)?;
    Ok(all.into_iter().flatten().collect())
}

fn is_name(name: &str) -> bool {
    let parts = name.strip_prefix(FOLDER).and_then(|rest| rest.strip_prefix('/')).and_then(|rest| rest.split_once('-'));
    parts.is_some_and(|(number, attempt)| parse_number(number).is_some() && attempt.parse::<Id>().is_ok())
}
