//! The one narrow place through which every access to data goes.
//!
//! Nothing above may assume that a write is in RocksDB already: views and barriers ask `settle` first.

use std::sync::Arc;

use crate::error::Result;
use crate::rocks::{Bounds, Call, Db, Family, Iterator, Pin, WriteBatch};

/// The data of one open database.
#[derive(Debug)]
pub(crate) struct Data {
    pub(crate) db: Arc<Db>,
}

impl Data {
    pub(crate) fn get(&self, family: &Family, key: &[u8], pin: Option<&Pin>) -> Result<Option<Vec<u8>>> {
        family.get(&self.db.read()?, key, pin)
    }

    pub(crate) fn get_into(&self, family: &Family, key: &[u8], buffer: &mut [u8]) -> Result<Option<usize>> {
        family.get_into(&self.db.read()?, key, buffer, None)
    }

    pub(crate) fn multi_get(&self, family: &Family, keys: &[&[u8]]) -> Result<Vec<Option<Vec<u8>>>> {
        family.multi_get(&self.db.read()?, keys, None)
    }

    pub(crate) fn put(&self, family: &Family, key: &[u8], value: &[u8]) -> Result<()> {
        family.put(&self.db.write()?, key, value)
    }

    pub(crate) fn merge(&self, family: &Family, key: &[u8], operand: &[u8]) -> Result<()> {
        family.merge(&self.db.write()?, key, operand)
    }

    pub(crate) fn delete(&self, family: &Family, key: &[u8]) -> Result<()> {
        family.delete(&self.db.write()?, key)
    }

    pub(crate) fn delete_range(&self, family: &Family, from: &[u8], to: &[u8]) -> Result<()> {
        family.delete_range(&self.db.write()?, from, to)
    }

    pub(crate) fn write(&self, batch: &WriteBatch) -> Result<()> {
        batch.apply(&self.db, &self.db.write()?)
    }

    /// Deletes every row: everything below the largest key, and that key.
    pub(crate) fn clear(&self, family: &Family) -> Result<()> {
        let call = self.db.write()?;
        self.settle(&call, family)?;
        let mut last = Iterator::new(&call, family, Bounds::default(), None);
        last.seek_to_last(&call);
        let Some((key, _)) = last.row(&call)? else { return Ok(()) };
        let mut batch = WriteBatch::default();
        batch.delete_range(&call, family, b"", key);
        batch.delete(&call, family, key);
        batch.apply(&self.db, &call)
    }

    /// An iterator over the present state of a family; a writer's call, since it settles.
    pub(crate) fn iterate(&self, family: &Family, bounds: Bounds) -> Result<Iterator> {
        let call = self.db.write()?;
        self.settle(&call, family)?;
        Ok(Iterator::new(&call, family, bounds, None))
    }

    /// An iterator over what a pin holds.
    pub(crate) fn iterate_pinned(&self, family: &Family, bounds: Bounds, pin: &Pin) -> Result<Iterator> {
        Ok(Iterator::new(&self.db.read()?, family, bounds, Some(pin)))
    }

    /// Pins the present state of `families`, within a writer's call.
    pub(crate) fn pin<'a>(&self, call: &Call<'_>, families: impl IntoIterator<Item = &'a Family>) -> Result<Pin> {
        families.into_iter().try_for_each(|family| self.settle(call, family))?;
        Ok(Pin::new(&self.db, call))
    }

    /// Brings RocksDB up to date for a family. Every write goes straight to RocksDB, so there is nothing to bring.
    fn settle(&self, _call: &Call<'_>, _family: &Family) -> Result<()> {
        Ok(())
    }
}
