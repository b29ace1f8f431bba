//! Restore: a backend with the contents of snapshots.

pub mod diff;
mod files;
mod input;
mod native;
pub mod plain;
pub mod pushed_stream;
pub mod reader;
mod rows;
mod table_files;
mod table_footer;
mod walk;
mod whole_files;

use std::path::PathBuf;

use crate::backend::{Backend, budget_for};
use crate::budget::Budget;
use crate::error::{Code, Error, Result};
use crate::options::{Options, RestoreSettings};
use crate::scratch::Scratch;
use crate::snapshot::sequence::Sequence;
use crate::snapshot::{Kind, SnapshotInfo};
use crate::store::{self, Control};
use input::Input;
pub use pushed_stream::PushedStream;

/// Half-open range of keys, `from <= key < to`; `to == None` has no end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyRange {
    /// The smallest key in it; empty: no lower bound.
    pub from: Vec<u8>,
    /// The smallest key beyond it.
    pub to: Option<Vec<u8>>,
}

impl KeyRange {
    /// Whether every key lies in it.
    pub fn is_everything(&self) -> bool {
        self.from.is_empty() && self.to.is_none()
    }

    /// Whether `key` lies in it.
    pub fn contains(&self, key: &[u8]) -> bool {
        self.from.as_slice() <= key && self.to.as_ref().is_none_or(|to| key < to.as_slice())
    }

    fn check(&self) -> Result<()> {
        if self.to.as_ref().is_some_and(|to| *to < self.from) {
            return Err(Error::invalid("the key range to keep ends before it begins; swap its ends"));
        }
        Ok(())
    }
}

/// One input of a restore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The snapshot of that number in the directory at `url`; never another one.
    Number {
        /// The snapshot directory.
        url: String,
        /// Its number there.
        number: u64,
    },
    /// The newest snapshot in the directory at `url`; an older one only if the option `restore.fallback` asks for that.
    Latest {
        /// The snapshot directory.
        url: String,
    },
    /// A captured directory on a local file system.
    Capture {
        /// The captured directory.
        path: PathBuf,
    },
}

/// What `Backend::restore` does, watched and stopped through `control`.
pub(crate) fn restore(
    options: &Options,
    budget: Option<&Budget>,
    sources: &[Source],
    range: &KeyRange,
    control: &Control,
) -> Result<(Backend, Vec<SnapshotInfo>)> {
    let settings = options.restore()?;
    range.check()?;
    match sources {
        [] => Err(Error::invalid("a restore needs at least one source; to start empty, open a backend")),
        [Source::Latest { url }] if settings.fallback => latest_possible(&settings, budget, url, range, control),
        sources => restore_from(settings, budget, sources, range, control),
    }
}

/// The newest snapshot at `url` that is whole. Only damage makes it go on to an older one.
fn latest_possible(
    settings: &RestoreSettings,
    budget: Option<&Budget>,
    url: &str,
    range: &KeyRange,
    control: &Control,
) -> Result<(Backend, Vec<SnapshotInfo>)> {
    let sequence = Sequence::new(store::open(url, &settings.store)?);
    let mut first = None;
    for number in sequence.numbers(control)?.into_iter().rev() {
        let restored = match sequence.manifest(number, control) {
            // Epochs and voids bear numbers too.
            Err(error) if error.code == Code::NotFound => continue,
            Err(error) => Err(error),
            Ok(_) => {
                let source = Source::Number { url: url.to_owned(), number };
                restore_from(settings.clone(), budget, &[source], range, control)
            }
        };
        match restored {
            Err(error) if matches!(error.code, Code::Corruption | Code::NotFound) => first = first.or(Some(error)),
            outcome => return outcome,
        }
    }
    Err(first.unwrap_or_else(|| input::nothing_in(url)))
}

fn restore_from(
    settings: RestoreSettings,
    budget: Option<&Budget>,
    sources: &[Source],
    range: &KeyRange,
    control: &Control,
) -> Result<(Backend, Vec<SnapshotInfo>)> {
    let inputs = sources.iter().map(|source| Input::open(source, &settings.store, control));
    let inputs = inputs.collect::<Result<Vec<_>>>()?;
    control.expect(inputs.iter().map(|input| input.manifest.info().bytes).sum());
    // Options in a manifest are input like any other; wrong ones are told before anything is written.
    let families = inputs.iter().flat_map(|input| &input.manifest.families);
    families
        .map(|family| native::family_settings(&family.definition, &settings.backend))
        .collect::<Result<Vec<_>>>()?;
    fail::fail_point!("restore-manifests-read");
    let infos = inputs.iter().map(|input| input.manifest.info()).collect();
    let scratch = Scratch::create(&settings.backend.storage_paths, &settings.backend.name)?;
    let budget = budget_for(&settings.backend, budget);
    let backend = match &inputs[..] {
        [input] if input.manifest.kind == Kind::Native => native::restore(input, range, settings, scratch, budget)?,
        inputs => rows::restore(inputs, range, settings, scratch, budget)?,
    };
    fail::fail_point!("restore-done");
    Ok((backend, infos))
}
