//! `Batch`: writes to several families that are applied together or not at all.

use std::sync::Arc;

use crate::backend::Inner;
use crate::column_family::{ColumnFamily, Family};
use crate::error::{Error, Result};
use crate::live::{Kind, Live};
use crate::rocks::{Call, WriteBatch};

/// A list of writes, bound to the backend of the first family it names. One thread at a time.
#[derive(Debug)]
pub struct Batch {
    writes: WriteBatch,
    backend: Option<Arc<Inner>>,
    /// Those it writes to, each once.
    families: Vec<Arc<Family>>,
    _live: Live,
}

impl Default for Batch {
    fn default() -> Self {
        Self::new()
    }
}

impl Batch {
    /// An empty batch.
    pub fn new() -> Self {
        Self { writes: WriteBatch::default(), backend: None, families: Vec::new(), _live: Live::new(Kind::Batch) }
    }

    /// Adds a put: `key` gets `value`.
    pub fn put(&mut self, family: &ColumnFamily, key: &[u8], value: &[u8]) -> Result<()> {
        let rocks = family.family.accept(key, value, false)?;
        self.add(family, |writes, call| writes.put(call, rocks, key, value))
    }

    /// Adds a merge of `operand` into the value of `key`, as the family's merge kind says.
    pub fn merge(&mut self, family: &ColumnFamily, key: &[u8], operand: &[u8]) -> Result<()> {
        let rocks = family.family.accept(key, operand, true)?;
        self.add(family, |writes, call| writes.merge(call, rocks, key, operand))
    }

    /// Adds a delete of `key`, which need not be there.
    pub fn delete(&mut self, family: &ColumnFamily, key: &[u8]) -> Result<()> {
        let rocks = family.family.rocks()?;
        self.add(family, |writes, call| writes.delete(call, rocks, key))
    }

    /// Deletes the keys in `from <= key < to`. An empty or inverted range deletes nothing.
    pub fn delete_range(&mut self, family: &ColumnFamily, from: &[u8], to: &[u8]) -> Result<()> {
        let rocks = family.family.rocks()?;
        self.add(family, |writes, call| {
            if from < to {
                writes.delete_range(call, rocks, from, to);
            }
        })
    }

    /// Forgets all writes; the batch may then be used for another backend.
    pub fn clear(&mut self) {
        self.writes.clear();
        self.backend = None;
        self.families.clear();
    }

    /// The number of writes in it.
    pub fn count(&self) -> usize {
        self.writes.count()
    }

    fn add(&mut self, family: &ColumnFamily, write: impl FnOnce(&mut WriteBatch, &Call<'_>)) -> Result<()> {
        self.check_backend(&family.backend)?;
        write(&mut self.writes, &family.backend.data.db.read()?);
        if !self.families.iter().any(|known| Arc::ptr_eq(known, &family.family)) {
            self.families.push(Arc::clone(&family.family));
        }
        self.backend = Some(Arc::clone(&family.backend));
        Ok(())
    }

    /// The writes, if all of them are for families of `backend` that are there.
    pub(crate) fn writes_for(&self, backend: &Arc<Inner>) -> Result<&WriteBatch> {
        self.check_backend(backend)?;
        self.families.iter().try_for_each(|family| family.rocks().map(drop))?;
        Ok(&self.writes)
    }

    fn check_backend(&self, backend: &Arc<Inner>) -> Result<()> {
        match &self.backend {
            Some(other) if !Arc::ptr_eq(other, backend) => {
                Err(Error::invalid("the batch holds writes for another backend; write it there, or clear it first"))
            }
            _ => Ok(()),
        }
    }
}
