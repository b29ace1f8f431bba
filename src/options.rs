//! `Options`: settings as text.

use crate::error::Result;

/// Settings by name: Gabion's own and RocksDB's, for backends, column families, snapshots and restores (docs/options.md).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options(std::collections::BTreeMap<String, String>);

impl Options {
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets `name` to `value`; a later call replaces an earlier one. A wrong name or value is an error that quotes it.
    pub fn set(&mut self, name: &str, value: &str) -> Result<()> {
        todo!()
    }

    /// The text set for `name`, if any.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// All settings, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}
