//! `Batch`: writes to several families that are applied together or not at all.

use crate::column_family::ColumnFamily;
use crate::error::Result;

/// A list of writes, bound to the backend of the first family it names. One thread at a time.
#[derive(Debug)]
pub struct Batch(());

impl Batch {
    pub fn new() -> Self {
        todo!()
    }
    pub fn put(&mut self, family: &ColumnFamily, key: &[u8], value: &[u8]) -> Result<()> {
        todo!()
    }
    pub fn merge(&mut self, family: &ColumnFamily, key: &[u8], operand: &[u8]) -> Result<()> {
        todo!()
    }
    pub fn delete(&mut self, family: &ColumnFamily, key: &[u8]) -> Result<()> {
        todo!()
    }
    pub fn delete_range(&mut self, family: &ColumnFamily, from: &[u8], to: &[u8]) -> Result<()> {
        todo!()
    }
    /// Forgets all writes; the batch may then be used for another backend.
    pub fn clear(&mut self) {
        todo!()
    }
    /// The number of writes in it.
    pub fn count(&self) -> usize {
        todo!()
    }
}
