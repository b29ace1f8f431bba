//! Verification: every byte of snapshots is read and compared with its checksum.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};

use super::manifest::Manifest;
use super::object_name::ObjectName;
use crate::error::{Code, Error, Result};
use crate::parallel::{self, Threads};
use crate::store::{Control, Store};

/// An error names at most so many files.
const MAX_NAMED: usize = 100;

/// What a verification found.
#[derive(Debug, Default)]
pub struct Verified {
    /// Files that were looked at, each once.
    pub files: u64,
    /// Bytes that were read.
    pub bytes: u64,
    /// What is wrong, sorted by the names of the files.
    pub broken: Vec<Broken>,
}

/// A file that is not what was written, or is not there.
#[derive(Debug)]
pub struct Broken {
    /// Its name in the directory.
    pub name: String,
    /// The numbers of the snapshots that need it.
    pub snapshots: Vec<u64>,
    /// What is wrong with it.
    pub error: Error,
}

impl Verified {
    /// What is broken, as an error about `what`; `None` if nothing is.
    pub fn error(&self, what: &str) -> Option<Error> {
        if self.broken.is_empty() {
            return None;
        }
        let mut message = format!("{what} has {} broken files", self.broken.len());
        for broken in self.broken.iter().take(MAX_NAMED) {
            let _ = write!(message, "; {}", broken.error.message);
        }
        if self.broken.len() > MAX_NAMED {
            let _ = write!(message, "; and {} more", self.broken.len() - MAX_NAMED);
        }
        Some(Error::corruption(message))
    }
}

/// Reads all files of `manifests`, which are of one directory; each file once.
pub(super) fn verify(store: &dyn Store, manifests: &[Manifest], control: &Control) -> Result<Verified> {
    let mut needed: BTreeMap<&ObjectName, Vec<u64>> = BTreeMap::new();
    for manifest in manifests {
        manifest.objects().for_each(|object| needed.entry(object).or_default().push(manifest.number));
    }
    let objects: Vec<&ObjectName> = needed.keys().copied().collect();
    control.expect(objects.iter().map(|object| object.origin.size).sum());
    let before = control.moved();
    let broken = Mutex::new(BTreeMap::new());
    parallel::run(objects.len(), Threads::Most, control, &|at, control| {
        let name = objects[at].path();
        let found = match store.sum(&name, control) {
            Ok(Some(found)) => objects[at].origin.sum().must_be(&found, &name),
            Ok(None) => Err(Error::corruption(format!("{name} is missing"))),
            Err(error) => Err(error),
        };
        match found {
            Err(error) if matches!(error.code, Code::Cancelled | Code::TimedOut) => return Err(error),
            Err(error) => drop(broken.lock().unwrap_or_else(PoisonError::into_inner).insert(objects[at], error)),
            Ok(()) => {}
        }
        Ok(())
    })?;
    let broken = broken.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter();
    let broken = broken.map(|(object, error)| {
        let snapshots = needed.get(object).cloned().unwrap_or_default();
        Broken { name: object.path(), snapshots, error }
    });
    let (files, bytes) = (objects.len() as u64, control.moved() - before);
    Ok(Verified { files, bytes, broken: broken.collect() })
}
