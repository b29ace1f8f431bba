//! `Targets`: the snapshot directories that a backend writes to, one writer each.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::job::Target;
use super::manifest::Manifest;
use super::writer::Writer;
use crate::error::Result;
use crate::store::{self, Control};

/// By URL.
#[derive(Debug, Default)]
pub(super) struct Targets(Mutex<HashMap<String, Arc<Directory>>>);

/// One directory, and what this backend has made of it.
#[derive(Debug)]
pub(super) struct Directory {
    pub(super) url: String,
    /// Taken by the first job that gets as far.
    writer: Mutex<Option<Arc<Writer>>>,
    state: Mutex<State>,
    moved: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// The newest manifest that this backend published here.
    published: Option<Manifest>,
    /// Jobs that have not ended, in the order of their barriers.
    queue: VecDeque<u64>,
    next: u64,
}

/// A job's place in the order of publication; dropped, it lets the next one go.
#[derive(Debug)]
pub(super) struct Turn {
    pub(super) directory: Arc<Directory>,
    number: u64,
}

impl Targets {
    /// The job's place in line for its directory; `None` for a capture, which publishes nothing. Touches no store.
    pub(super) fn take_turn(&self, target: &Target) -> Result<Option<Turn>> {
        let Target::Directory(url) = target else { return Ok(None) };
        store::open(url)?;
        let mut directories = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let directory = directories.entry(url.clone()).or_insert_with(|| Arc::new(Directory::new(url.clone())));
        let directory = Arc::clone(directory);
        let mut state = directory.state();
        let number = state.next;
        state.next += 1;
        state.queue.push_back(number);
        drop(state);
        Ok(Some(Turn { directory, number }))
    }
}

impl Directory {
    fn new(url: String) -> Directory {
        Directory { url, writer: Mutex::new(None), state: Mutex::default(), moved: Condvar::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// This backend's writer of the directory; the first call takes an epoch. `restored`: see `Writer::open`.
    pub(super) fn writer(&self, grace: Duration, restored: Option<u64>, control: &Control) -> Result<Arc<Writer>> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(writer) = writer.as_ref().filter(|writer| writer.grace() == grace) {
            return Ok(Arc::clone(writer));
        }
        // Once this backend has published, what it was restored from is history.
        let restored = restored.filter(|_| self.state().published.is_none());
        let opened = Arc::new(Writer::open(store::open(&self.url)?, grace, restored, control)?);
        Ok(Arc::clone(writer.insert(opened)))
    }

    /// The newest manifest that this backend published here.
    pub(super) fn published(&self) -> Option<Manifest> {
        self.state().published.clone()
    }
}

impl Turn {
    /// Waits until all earlier jobs have ended.
    pub(super) fn wait(&self, control: &Control) -> Result<()> {
        const NAP: Duration = Duration::from_millis(50);
        let mut state = self.directory.state();
        while state.queue.front() != Some(&self.number) {
            control.check()?;
            state = self.directory.moved.wait_timeout(state, NAP).unwrap_or_else(PoisonError::into_inner).0;
        }
        Ok(())
    }

    /// Notes what the job published.
    pub(super) fn published(&self, manifest: Manifest) {
        self.directory.state().published = Some(manifest);
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.directory.state().queue.retain(|number| *number != self.number);
        self.directory.moved.notify_all();
    }
}
