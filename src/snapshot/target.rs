//! `Targets`: the snapshot directories that a backend writes to, one writer each.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use super::job::Target;
use super::manifest::Manifest;
use super::writer::{Restored, Writer};
use crate::error::Result;
use crate::options::StoreSettings;
use crate::store::{self, Control};

/// By place: two URLs of one place have one writer.
#[derive(Debug, Default)]
pub(super) struct Targets(Mutex<HashMap<String, Arc<Directory>>>);

/// A writer, and how its store was reached.
#[derive(Debug)]
struct Opened {
    url: String,
    settings: StoreSettings,
    writer: Arc<Writer>,
}

/// One directory, and what this backend has made of it.
#[derive(Debug, Default)]
pub(super) struct Directory {
    /// Taken by the first job that gets as far.
    writer: Mutex<Option<Opened>>,
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
    /// The directory of a target; `None` for a capture, which publishes nothing. Touches no store.
    pub(super) fn find(&self, target: &Target, settings: &StoreSettings) -> Result<Option<Arc<Directory>>> {
        let Target::Directory(url) = target else { return Ok(None) };
        let place = store::place(url, settings)?;
        let mut directories = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let directory = directories.entry(place).or_default();
        Ok(Some(Arc::clone(directory)))
    }
}

impl Directory {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// This backend's writer of the directory, over a store that is reached by `url` and `settings`; the first call takes an
    /// epoch. `restored`: see `Writer::open`.
    pub(super) fn writer(
        &self,
        (url, settings): (&str, &StoreSettings),
        grace: Duration,
        restored: Option<Restored>,
        control: &Control,
    ) -> Result<Arc<Writer>> {
        const NAP: Duration = Duration::from_millis(10);
        let mut writer = loop {
            // Another job may be taking the epoch, for as long as the store lets it; a cancelled one must not wait for that.
            match self.writer.try_lock() {
                Ok(writer) => break writer,
                Err(TryLockError::Poisoned(poisoned)) => break poisoned.into_inner(),
                Err(TryLockError::WouldBlock) => control.check()?,
            }
            std::thread::sleep(NAP);
        };
        let reached_alike = |opened: &&Opened| opened.url == url && opened.settings == *settings;
        if let Some(opened) = writer.as_ref().filter(reached_alike) {
            return Ok(Arc::new(opened.writer.with_grace(grace)));
        }
        let store = store::open(url, settings)?;
        // A host whose credential has expired comes with another one, and stays the same writer.
        let opened = match writer.as_ref() {
            Some(opened) => opened.writer.with_store(store).with_grace(grace),
            None => Writer::open(store, grace, restored, control)?,
        };
        let (url, settings, opened) = (url.to_owned(), settings.clone(), Arc::new(opened));
        Ok(Arc::clone(&writer.insert(Opened { url, settings, writer: opened }).writer))
    }

    /// The newest manifest that this backend published here.
    pub(super) fn published(&self) -> Option<Manifest> {
        self.state().published.clone()
    }
}

impl Turn {
    /// The place behind all jobs that have taken one.
    pub(super) fn take(directory: Arc<Directory>) -> Turn {
        let mut state = directory.state();
        let number = state.next;
        state.next += 1;
        state.queue.push_back(number);
        drop(state);
        Turn { directory, number }
    }

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
