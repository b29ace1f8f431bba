//! `Input`: one snapshot that is restored from: its manifest, and where its files are.

use super::Source;
use super::files::{Files, Home};
use crate::error::{Code, Error, Result};
use crate::options::StoreSettings;
use crate::snapshot::capture_directory;
use crate::snapshot::manifest::Manifest;
use crate::snapshot::sequence::Sequence;
use crate::snapshot::writer::Restored;
use crate::snapshot::{Lineage, Parent};
use crate::store::{self, Control};

/// A source, found and read.
#[derive(Debug)]
pub(super) struct Input {
    pub(super) manifest: Manifest,
    pub(super) files: Files,
    /// The directory that it is in, if it is in one.
    restored: Option<Restored>,
}

impl Input {
    pub(super) fn open(source: &Source, settings: &StoreSettings, control: &Control) -> Result<Input> {
        let (url, wanted) = match source {
            Source::Capture { path } => {
                let manifest = capture_directory::read(path)?;
                let files = Files { home: Home::Capture(path.clone()), control: control.clone() };
                return Ok(Input { manifest, files, restored: None });
            }
            Source::Number { url, number } => (url, Some(*number)),
            Source::Latest { url } => (url, None),
        };
        let store = store::open(url, settings)?;
        let sequence = Sequence::new(store.clone());
        let newest = sequence.largest(control)?;
        fail::fail_point!("restore-sequence-seen");
        let manifest = match wanted {
            Some(number) => sequence.manifest(number, control)?,
            None => sequence.latest(control)?.ok_or_else(|| nothing_in(url))?,
        };
        // A snapshot that was published meanwhile may be the very one that is restored.
        let newest = newest.max(manifest.number);
        let files = Files { home: Home::Store(store), control: control.clone() };
        // Behind a manifest there is an epoch. A damaged one must not keep anybody from the snapshot; the first writer meets it.
        let directory = match sequence.directory(control) {
            Err(error) if error.code == Code::Corruption => None,
            directory => directory?,
        };
        let restored = directory.map(|directory| Restored { directory, newest });
        Ok(Input { manifest, files, restored })
    }

    /// The same place with another manifest: a part of its own.
    pub(super) fn with_manifest(&self, manifest: Manifest) -> Input {
        Input { manifest, files: self.files.clone(), restored: self.restored }
    }

    /// Where a backend that is restored from this input alone comes from.
    pub(super) fn parent(&self) -> Option<Parent> {
        Some(Parent { manifest: self.manifest.clone(), restored: self.restored? })
    }

    /// The lineage of a backend that inherits table files from this input; `None` for one that writes all anew.
    pub(super) fn lineage(&self, inherits: bool) -> Lineage {
        let tables = self.manifest.rocksdb.iter().filter(|_| inherits).flat_map(|rocksdb| &rocksdb.files);
        let inherited = tables
            .filter_map(|file| Some((file.name.strip_suffix(".sst")?.parse().ok()?, file.object.origin)))
            .collect();
        Lineage { inherited, parent: self.parent() }
    }

    /// What it is called in messages.
    pub(super) fn label(&self) -> String {
        match &self.files.home {
            Home::Capture(path) => format!("the capture in {}", path.display()),
            Home::Store(store) => format!("snapshot {} in {}", self.manifest.number, store.url()),
        }
    }
}

/// There is nothing to restore at `url`.
pub(super) fn nothing_in(url: &str) -> Error {
    Error::new(Code::NotFound, format!("there is no snapshot in {url}; check the URL, or open an empty backend"))
}
