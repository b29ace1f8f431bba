//! `View`: the state of all families at one instant, pinned for scans and gets.

use std::sync::Arc;

use crate::backend::Inner;
use crate::column_family::ColumnFamily;
use crate::error::{Error, Result};
use crate::live::{Kind, Live};
use crate::rocks::Pin;

/// A pinned view. Any number of threads; reading it never waits for the writer. While it lives, RocksDB keeps what it shows.
#[derive(Debug)]
pub struct View {
    backend: Arc<Inner>,
    pin: Pin,
    _live: Live,
}

impl View {
    pub(crate) fn new(backend: &Arc<Inner>, pin: Pin) -> View {
        View { backend: Arc::clone(backend), pin, _live: Live::new(Kind::View) }
    }

    /// The value of `key` in the view, or `None`.
    pub fn get(&self, family: &ColumnFamily, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let pin = self.pin_of(&family.backend)?;
        self.backend.data.get(family.family.rocks()?, key, Some(pin))
    }

    /// The pin, if the view is one of `backend`.
    pub(crate) fn pin_of(&self, backend: &Arc<Inner>) -> Result<&Pin> {
        if Arc::ptr_eq(&self.backend, backend) {
            return Ok(&self.pin);
        }
        Err(Error::invalid(
            "the view and the column family belong to different backends; make a view of the family's backend",
        ))
    }
}
