//! `View`: the state of all families at one instant, pinned for scans and gets.

/// A pinned view. Any number of threads.
#[derive(Debug)]
pub struct View(());

impl View {
    /// The value of `key` in the view, or `None`.
    pub fn get(&self, family: &crate::ColumnFamily, key: &[u8]) -> crate::Result<Option<Vec<u8>>> {
        todo!()
    }
}
