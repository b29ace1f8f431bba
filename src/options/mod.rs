//! `Options`: settings as text.
//!
//! [`Options::set`] checks a name and its value at once; the views ([`Options::backend`], [`Options::family`],
//! [`Options::snapshot`], [`Options::restore`]) check the place and put the layers together. Both are pure: text in, data
//! out. RocksDB's own parser has the last word, when a backend or a family is opened.

mod nearest;
mod own;
mod profile;
mod refused;
mod rocksdb;
mod settings;
mod stores;
mod value;

use std::collections::BTreeMap;
use std::fmt;

use crate::error::{Error, Result};

pub use crate::kinds::{MemtableKind, MergeKind};
pub use profile::Profile;
pub use settings::{BackendSettings, FamilySettings, RestoreSettings, SnapshotSettings, StoreSettings, Texts, Verify};
pub use stores::{Credentials, is_hadoop};

use nearest::{nearest, quote};
use value::Kind;
#[cfg(cloud)]
pub(crate) use value::duration;

/// Longest value in bytes. Options also come from manifests, which are not trusted.
const MAX_VALUE: usize = 64 << 10;

/// Settings by name: Gabion's own and RocksDB's, for backends, column families, snapshots and restores, and those of stores
/// (docs/options.md).
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Options(BTreeMap<String, String>);

/// What an option belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Gabion's, of a backend.
    Backend,
    /// Gabion's, of a column family.
    Family,
    /// Gabion's, of a snapshot job.
    Snapshot,
    /// Gabion's, of a restore.
    Restore,
    /// Of a store: taken wherever a URL is.
    Store,
    /// RocksDB's, of the database: a backend's.
    Database,
    /// RocksDB's, of a column family: a family's, or a backend's as the default for its families.
    ColumnFamily,
    /// RocksDB's, of the table files: as `ColumnFamily`.
    Table,
}

/// Every option that can be set, sorted by name, with its place; but Hadoop's, which are any under [`hadoop`].
pub fn names() -> Vec<(&'static str, Place)> {
    let own = own::OPTIONS.iter().map(|option| (option.name, option.place));
    let stores = stores::OPTIONS.iter().map(|option| (option.name, Place::Store));
    let rocksdb = rocksdb::options().map(|(name, place, _)| (name, place));
    let mut names: Vec<_> = own.chain(stores).chain(rocksdb).collect();
    names.sort_by_key(|(name, _)| *name);
    names
}

/// What the names of Hadoop's options begin with.
pub fn hadoop() -> &'static [&'static str] {
    stores::HADOOP
}

/// Whether the value of the option `name` is a secret: it is in no message, no log and no snapshot.
pub fn is_secret(name: &str) -> bool {
    stores::is_secret(name)
}

/// Every option of RocksDB that is refused, with the reason and what to do instead, sorted by name.
pub fn refused() -> impl Iterator<Item = (&'static str, &'static str)> {
    refused::NAMES.iter().copied()
}

/// Every option of RocksDB that Gabion fixes: name, value, reason.
pub fn fixed() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    refused::FIXED.iter().map(|fixed| (fixed.name, fixed.value, fixed.reason))
}

/// Every name that RocksDB accepts and ignores, so that Gabion refuses it.
pub fn ignored() -> impl Iterator<Item = &'static str> {
    refused::IGNORED.iter().copied()
}

impl Options {
    /// No settings: every option has its default.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets `name` to `value`; a later call replaces an earlier one.
    ///
    /// A name that nobody knows, a value of the wrong form, and an option that Gabion fixes or refuses are answered with
    /// `Code::InvalidArgument`; the message quotes what was given and names what is right. Nothing is changed then.
    pub fn set(&mut self, name: &str, value: &str) -> Result<()> {
        let (_, kind) = find(name)?;
        let complaint = |found: String| stores::complaint(name, value, &found);
        if value.len() > MAX_VALUE {
            return Err(complaint(format!("has {} bytes; {MAX_VALUE} are allowed", value.len())));
        }
        kind.check(value).and_then(|()| refused::check(name, value)).map_err(complaint)?;
        self.0.insert(name.to_owned(), value.to_owned());
        Ok(())
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

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|(name, value)| (name, shown(name, value)))).finish()
    }
}

/// The value of `name` as a message may have it.
fn shown<'a>(name: &str, value: &'a str) -> &'a str {
    if is_secret(name) { "(secret)" } else { value }
}

/// The place and the kind of the option `name`, or why it can't be set.
fn find(name: &str) -> Result<(Place, Kind)> {
    if let Some(option) = own::OPTIONS.iter().find(|option| option.name == name) {
        return Ok((option.place, option.kind));
    }
    if let Some((kind, _)) = stores::find(name) {
        return Ok((Place::Store, kind));
    }
    if let Some((_, place, kind)) = rocksdb::options().find(|(known, _, _)| *known == name) {
        return Ok((place, kind));
    }
    if let Some((_, reason)) = refused().find(|(refused, _)| *refused == name) {
        return Err(Error::invalid(format!("option {} is refused: {reason}", quote(name))));
    }
    if refused::IGNORED.contains(&name) {
        let text = "RocksDB knows the name from its past and does nothing with it; leave it out";
        return Err(Error::invalid(format!("option {} is refused: {text}", quote(name))));
    }
    let known = names().into_iter().map(|(name, _)| name).chain(refused().map(|(name, _)| name));
    let text = format!("there is no option {}; the nearest name is {}", quote(name), quote(nearest(name, known)));
    Err(Error::invalid(text))
}
